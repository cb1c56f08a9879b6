"""Code and packages are made ready for the Python they will run on, without Docker.

On AWS: packages from the lock file (every hash checked) as wheels for arm64 and Python 3.13, our
own sources beside them, all with bytecode that Lambda accepts (a zip loses the time stamps that
ordinary bytecode is validated by; unchecked-hash bytecode needs none). Only the same Python can
compile it: where none is found the code ships without, and the build says so.
On a laptop the emulator runs functions in the project's own environment: sources as they are.
"""

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from aws_cdk import IgnoreMode
from aws_cdk import aws_lambda as lambda_

from infra.foundations.installation import Installation

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / ".build" / "aws"
LOCK = ROOT / "layers" / "dependencies" / "requirements.txt"
PYTHON_VERSION = "3.13"
UV_PLATFORM, PIP_PLATFORM = "aarch64-manylinux2014", "manylinux2014_aarch64"
OWN_LAYERS = ("domain", "platform")
NOT_CODE = ("__pycache__", "*.pyc", ".DS_Store")
INSTALL_SECONDS_MAX = 600
LAYERS_BYTES_MAX = 250 * 1024 * 1024  # what Lambda unpacks for one function, its own code included


class BuildError(Exception):
    """The packages could not be installed or compiled; the text is what the tool printed."""


@dataclass(frozen=True)
class Sources:
    """Directories that become assets; what tests and editors leave in them does not count."""

    functions: Path
    layers: Path
    left_out: tuple[str, ...]

    def function(self, name: str) -> lambda_.Code:
        """The directory of one function."""
        return self._asset(self.functions / name)

    def layer(self, name: str) -> lambda_.Code:
        """The directory of one layer: what lies in it appears below /opt."""
        return self._asset(self.layers / name)

    def _asset(self, directory: Path) -> lambda_.Code:
        return lambda_.Code.from_asset(
            str(directory), exclude=list(self.left_out), ignore_mode=IgnoreMode.GLOB
        )


def prepare(at: Installation) -> Sources:
    """What the stack of this installation is made of; for AWS it is built first."""
    if at.on_laptop:
        return as_written()
    return build(BUILD, bytecode_required=at.bytecode_required)


def as_written() -> Sources:
    """The checkout itself. The dependencies layer then holds nothing but its lock file."""
    left_out = tuple(f"**/{pattern}" for pattern in NOT_CODE)
    return Sources(ROOT / "functions", ROOT / "layers", left_out)


def build(out: Path, *, bytecode_required: bool = False) -> Sources:
    """Build all functions and layers for AWS below `out`; packages only when the lock changed."""
    python = find_python(PYTHON_VERSION)
    if python is None:
        advice = (
            f"no Python {PYTHON_VERSION} here to compile for Lambda with: cold starts take two to "
            f"three times as long. `uv python install {PYTHON_VERSION}` gets one."
        )
        if bytecode_required:
            raise BuildError(advice)
        print(f"goodword: {advice}", file=sys.stderr)
    layers = out / "layers"
    install_packages(layers / "dependencies", python)
    for name in OWN_LAYERS:
        _copy(ROOT / "layers" / name / "python", layers / name / "python", python, "/opt/python")
    _copy(ROOT / "functions", out / "functions", python, "/var/task")
    size = sum(path.stat().st_size for path in layers.rglob("*") if path.is_file())
    if size > LAYERS_BYTES_MAX:
        raise BuildError(f"the layers unpack to {size} bytes, Lambda takes {LAYERS_BYTES_MAX}")
    return Sources(out / "functions", layers, ())


def install_packages(layer: Path, python: str | None) -> None:
    """Install the locked packages into `layer`/python; nothing happens if they are there."""
    packages, stamp = layer / "python", layer.with_suffix(".stamp")
    wanted = _digest(LOCK.read_bytes(), UV_PLATFORM.encode(), _magic(python).encode())
    if stamp.exists() and stamp.read_text() == wanted and packages.exists():
        return
    shutil.rmtree(layer, ignore_errors=True)
    packages.mkdir(parents=True)
    _install(packages)
    shutil.rmtree(packages / "bin", ignore_errors=True)
    (packages / ".lock").unlink(missing_ok=True)
    _compile(packages, python, "/opt/python")
    stamp.write_text(wanted)


def _install(packages: Path) -> None:
    """By uv, which weighs markers for the target; by pip where only pip knows a package index."""
    locked = ("--require-hashes", "--requirement", str(LOCK), "--target", str(packages))
    wheels = ("--python-version", PYTHON_VERSION, "--only-binary", ":all:", "--quiet")
    try:
        _run(
            *(sys.executable, "-m", "uv", "pip", "install", *locked, *wheels),
            *("--python-platform", UV_PLATFORM, "--link-mode", "copy", "--no-config"),
        )
    except BuildError:
        _run(
            *(sys.executable, "-m", "pip", "install", *locked, *wheels),
            *("--platform", PIP_PLATFORM, "--implementation", "cp", "--no-deps"),
        )


def find_python(version: str) -> str | None:
    """An interpreter of exactly this minor version that runs, or None. Nothing is downloaded."""
    return next((path for path in _candidates(version) if _version_of(path) == version), None)


def _candidates(version: str) -> Iterator[str]:
    yield sys.executable
    if on_path := shutil.which(f"python{version}"):
        yield on_path
    # A pyenv shim on PATH refuses unless its version is selected; the interpreter itself works.
    yield from map(str, Path.home().glob(f".pyenv/versions/{version}*/bin/python{version}"))
    search = ("python", "find", "--no-python-downloads", "--system", version)
    found = subprocess.run(
        [sys.executable, "-m", "uv", *search], capture_output=True, text=True, check=False
    )
    if found.returncode == 0:
        yield found.stdout.strip()


def _version_of(python: str) -> str:
    asked = "import sys; print('%d.%d' % sys.version_info[:2])"
    answer = subprocess.run([python, "-c", asked], capture_output=True, text=True, check=False)
    return answer.stdout.strip()


def _magic(python: str | None) -> str:
    """What the interpreter's bytecode files begin with; empty without one."""
    if python is None:
        return ""
    return _run(python, "-c", "import importlib.util as u; print(u.MAGIC_NUMBER.hex())").strip()


def _copy(source: Path, target: Path, python: str | None, prefix: str) -> None:
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target, ignore=shutil.ignore_patterns(*NOT_CODE))
    _compile(target, python, prefix)


def _compile(directory: Path, python: str | None, prefix: str) -> None:
    """Give every module bytecode that names its place on Lambda, whatever this machine's paths."""
    if python is not None:
        _run(
            python, "-m", "compileall", "-q", "-j", "0", "--invalidation-mode", "unchecked-hash",
            "-s", str(directory), "-p", prefix, str(directory),
        )  # fmt: skip


def _run(*command: str) -> str:
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=INSTALL_SECONDS_MAX, check=False
    )
    if done.returncode != 0:
        raise BuildError(f"{' '.join(command)}\n{done.stdout}{done.stderr}")
    return done.stdout


def _digest(*parts: bytes) -> str:
    return hashlib.sha256(b"\0".join(parts)).hexdigest()
