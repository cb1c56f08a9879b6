"""A cloud assembly is synthesized once per state of the sources; its assets zip to the same bytes.

`synthesize` runs the CDK app as the CDK CLI would (CDK_OUTDIR, CDK_CONTEXT_JSON), in a process of
its own; the digest of all that goes in lies beside the result, so that a second run is free.
"""

import fcntl
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.local.places import ACCOUNT, BUILD, REGION, ROOT

APP = "infra/app.py"
SOURCES = ("infra", "functions", "layers", "requirements", "cdk.json")
LEFT_OUT = {"__pycache__", ".DS_Store"}
NOT_IN_THE_TEMPLATE = ROOT / "infra" / "local"
COMPLETE = ".complete"
KEPT = 6  # assemblies; more than can be in use at once on one machine
SYNTH_SECONDS_MAX = 300
ZIP_EPOCH = (
    1980,
    1,
    1,
    0,
    0,
    0,
)  # the first instant a zip can say: the bytes depend on content only
LOCAL_CONTEXT = {"stage": "local", "target": "local"}


class SynthError(Exception):
    """The CDK app failed; the text is what it printed."""


@dataclass(frozen=True)
class FileAsset:
    """A file or directory to upload under `bucket`/`key`; directories go as a zip."""

    source: Path
    is_directory: bool
    bucket: str
    key: str

    def content(self) -> bytes:
        """What is uploaded."""
        return zip_of(self.source) if self.is_directory else self.source.read_bytes()


@dataclass(frozen=True)
class Assembly:
    """One synthesized stack: its name, its template and the assets that the template names."""

    stack: str
    template_path: Path
    assets: tuple[FileAsset, ...]

    @property
    def template(self) -> dict[str, Any]:
        """The template as plain data."""
        read: dict[str, Any] = json.loads(self.template_path.read_text())
        return read


@dataclass(frozen=True)
class Synthesis:
    """Where the assembly of the present sources is, and whether it had to be made."""

    directory: Path
    is_new: bool


def synthesize(
    place: Path = BUILD / "cdk.local", context: dict[str, str] | None = None
) -> Synthesis:
    """Make the assembly of the present sources, unless it is there already.

    Each state of the sources has a directory of its own below `place`, so that a run that deploys
    an older one is not disturbed; the oldest are deleted.
    """
    context = context or LOCAL_CONTEXT
    place.mkdir(parents=True, exist_ok=True)
    with _alone(place):
        out = place / digest_of_sources(context)[:16]
        if (out / COMPLETE).exists():
            out.touch()
            return Synthesis(out, is_new=False)
        shutil.rmtree(out, ignore_errors=True)
        _run_app(out, context)
        (out / COMPLETE).touch()
        made = sorted(place.glob("*/"), key=lambda each: each.stat().st_mtime, reverse=True)
        for old in made[KEPT:]:
            shutil.rmtree(old, ignore_errors=True)
        return Synthesis(out, is_new=True)


def _run_app(out: Path, context: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-P", "-m", "infra.app"],
        cwd=ROOT,
        env=_environment(out, context),
        capture_output=True,
        text=True,
        timeout=SYNTH_SECONDS_MAX,
        check=False,
    )
    if done.returncode != 0:
        raise SynthError(f"{APP} failed:\n{done.stdout}{done.stderr}")


@contextmanager
def _alone(place: Path) -> Iterator[None]:
    """Let one process at a time make assemblies; the others wait and find theirs done."""
    with (place / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def read_assembly(out: Path) -> Assembly:
    """The one stack of the assembly. Raises ValueError if there is not exactly one."""
    manifest = json.loads((out / "manifest.json").read_text())
    artifacts = manifest["artifacts"]
    stacks = [a for a in artifacts.values() if a["type"] == "aws:cloudformation:stack"]
    if len(stacks) != 1:
        raise ValueError(f"{out} holds {len(stacks)} stacks, not one")
    properties = stacks[0]["properties"]
    name = properties.get("stackName") or next(
        key for key, value in artifacts.items() if value is stacks[0]
    )
    listed = [a for a in artifacts.values() if a["type"] == "cdk:asset-manifest"]
    template_path = out / properties["templateFile"]
    assets = [
        asset
        for artifact in listed
        for asset in _assets_of(out / artifact["properties"]["file"])
        if asset.source != template_path
    ]
    return Assembly(name, template_path, tuple(assets))


def digest_of_sources(context: dict[str, str]) -> str:
    """Changes with any byte of the sources of the stack, the context or the Python that runs it."""
    digest = hashlib.sha256(json.dumps([sys.version, context], sort_keys=True).encode())
    for path in _files_under(*(ROOT / name for name in SOURCES)):
        if NOT_IN_THE_TEMPLATE in path.parents:
            continue
        digest.update(f"{path.relative_to(ROOT)}\0{path.stat().st_mode & 0o111}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def zip_of(directory: Path) -> bytes:
    """The directory as a zip whose bytes depend on names, contents and nothing else."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for path in _files_under(directory):
            entry = zipfile.ZipInfo(path.relative_to(directory).as_posix(), ZIP_EPOCH)
            entry.external_attr = (0o755 if os.access(path, os.X_OK) else 0o644) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, path.read_bytes())
    return packed.getvalue()


def _files_under(*roots: Path) -> Iterator[Path]:
    for root in roots:
        if root.is_file():
            yield root
        for path in sorted(root.rglob("*")):
            if path.is_file() and not LEFT_OUT.intersection(path.relative_to(root).parts):
                yield path


def _assets_of(listing: Path) -> Iterator[FileAsset]:
    for said in json.loads(listing.read_text())["files"].values():
        source = listing.parent / said["source"]["path"]
        for place in said["destinations"].values():
            yield FileAsset(
                source=source,
                is_directory=said["source"].get("packaging") == "zip",
                bucket=_resolved(place["bucketName"]),
                key=_resolved(place["objectKey"]),
            )


def _resolved(text: str) -> str:
    for name, value in {"AccountId": ACCOUNT, "Region": REGION, "Partition": "aws"}.items():
        text = text.replace(f"${{AWS::{name}}}", value)
    return text


def _environment(out: Path, context: dict[str, str]) -> dict[str, str]:
    cdk = ROOT / "cdk.json"
    flags = json.loads(cdk.read_text()).get("context", {}) if cdk.exists() else {}
    tools = Path(sys.executable).parent  # node, which jsii runs, is installed beside Python
    return {
        **os.environ,
        "PATH": f"{tools}{os.pathsep}{os.environ.get('PATH', '')}",
        "PYTHONPATH": str(ROOT),
        "CDK_OUTDIR": str(out),
        "CDK_CONTEXT_JSON": json.dumps({**flags, **context}),
        "CDK_DEFAULT_ACCOUNT": ACCOUNT,
        "CDK_DEFAULT_REGION": REGION,
        "JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION": "1",
        "JSII_SILENCE_WARNING_DEPRECATED_NODE_VERSION": "1",
    }
