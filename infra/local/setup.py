"""The virtual environment is made from the lock file, hash by hash, and only when that changed.

`python3 infra/local/setup.py .venv` runs on the machine's own Python, before anything is installed:
it uses the standard library only, and stays readable to versions too old to go on.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path

OLDEST = (3, 11)
ROOT = Path(__file__).resolve().parents[2]
LOCK = ROOT / "requirements" / "dev.txt"
TOO_OLD = """Goodword needs Python {oldest} or later; {executable} is {version}.
Say which one to use: make setup PYTHON=python3.12"""
NO_PIP = """This Python cannot make a virtual environment (its module ensurepip is missing).
On Debian and Ubuntu:  apt-get install python3-venv
Or name another one:   make setup PYTHON=/usr/local/bin/python3"""


def main(arguments: list[str]) -> int:
    """Bring the environment to the lock file; the exit code."""
    if sys.version_info < OLDEST:
        version = ".".join(map(str, sys.version_info[:3]))
        oldest = ".".join(map(str, OLDEST))
        return fail(TOO_OLD.format(oldest=oldest, executable=sys.executable, version=version))
    venv = Path(arguments[0])
    stamp = venv / ".goodword-stamp"
    wanted = digest(venv)
    if stamp.exists() and stamp.read_text() == wanted:
        return 0
    begun = time.monotonic()
    print(f"  Setting up {venv} (once; later runs skip this) ...", flush=True)
    python = venv / "bin" / "python"
    if not has_pip(python) and not make_venv(venv):
        return fail(NO_PIP)
    stamp.unlink(missing_ok=True)
    pip = [str(python), "-m", "pip", "--disable-pip-version-check", "install", "-qq"]
    subprocess.run([*pip, "--require-hashes", "-r", str(LOCK)], check=True)
    subprocess.run([*pip, "--no-deps", "--no-build-isolation", "-e", str(ROOT)], check=True)
    stamp.write_text(wanted)
    print(f"  ... done in {time.monotonic() - begun:.0f} s", flush=True)
    return 0


def digest(venv: Path) -> str:
    """Changes with the lock file, with what is installed from here, and with the place."""
    said = hashlib.sha256(str(venv.resolve()).encode())
    for path in (LOCK, ROOT / "pyproject.toml"):
        said.update(path.read_bytes())
    return said.hexdigest()


def has_pip(python: Path) -> bool:
    """Whether the environment is there and whole; an interrupted one is made anew."""
    if not python.exists():
        return False
    asked = subprocess.run(
        [str(python), "-m", "pip", "--version"], capture_output=True, check=False
    )
    return asked.returncode == 0


def make_venv(venv: Path) -> bool:
    """True once it is there with pip; False where this Python lacks what that takes."""
    try:
        import ensurepip  # noqa: F401, PLC0415
    except ImportError:
        return False
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(venv)], check=True)
    return True


def fail(text: str) -> int:
    """Say it where errors are said; 1."""
    sys.stderr.write(text + os.linesep)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
