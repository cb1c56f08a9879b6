"""What is shipped is what was locked, runs where it is sent, and changes only when it changes."""

import shutil
import struct
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App, Stack
from aws_cdk import aws_lambda as lambda_

from infra import layers
from infra.foundations.installation import Installation

UNCHECKED_HASH = 1  # the flag word of bytecode that no source is compared with (PEP 552)
BYTECODE_3_13 = struct.pack("<H", 3571) + b"\r\n"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All of it, built as for AWS. It needs the package index or its cache."""
    out = tmp_path_factory.mktemp("build")
    layers.build(out)
    return out


def test_every_locked_package_is_there_for_the_target_machine(built: Path) -> None:
    packages = built / "layers" / "dependencies" / "python"
    for name in ("boto3", "botocore", "pydantic", "cryptography", "aws_lambda_powertools", "segno"):
        assert (packages / name / "__init__.py").exists(), name
    binaries = list(packages.rglob("*.so"))
    assert binaries
    for binary in binaries:
        machine = struct.unpack_from("<H", binary.read_bytes(), 18)[0]
        assert machine == 183, f"{binary} is not for arm64"  # EM_AARCH64
    assert not [binary for binary in binaries if "cpython-311" in binary.name]


def test_own_code_is_shipped_without_leftovers(built: Path) -> None:
    for name, package in (("domain", "goodword"), ("platform", "goodword_aws")):
        root = built / "layers" / name / "python" / package
        source = layers.ROOT / "layers" / name / "python" / package
        shipped = {path.relative_to(root) for path in root.rglob("*.py")}
        assert shipped == {path.relative_to(source) for path in source.rglob("*.py")}


def test_every_shipped_module_has_bytecode_that_lambda_accepts(built: Path) -> None:
    """A zip loses the time stamps of ordinary bytecode; unchecked-hash bytecode needs none."""
    if layers.find_python(layers.PYTHON_VERSION) is None:
        pytest.skip("no Python 3.13 on this machine: the build ships sources and says so")
    own = [*(built / "layers" / "domain").rglob("*.py"), *(built / "functions").rglob("*.py")]
    packages = list((built / "layers" / "dependencies").rglob("*.py"))
    assert len(own) > 30
    assert len(packages) > 500
    for source in own + packages:
        compiled = source.parent / "__pycache__" / f"{source.stem}.cpython-313.pyc"
        header = compiled.read_bytes()[:8]
        assert header[:4] == BYTECODE_3_13, compiled
        assert struct.unpack("<I", header[4:])[0] == UNCHECKED_HASH, compiled


def test_bytecode_names_places_on_lambda_not_on_this_machine(built: Path) -> None:
    for compiled in (built / "layers" / "domain").rglob("*.pyc"):
        assert str(built).encode() not in compiled.read_bytes()


def test_a_build_without_the_right_python_can_be_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(layers, "find_python", lambda version: None)
    with pytest.raises(layers.BuildError, match=r"uv python install 3\.13"):
        layers.build(tmp_path, bytecode_required=True)


def test_running_the_tests_changes_no_asset(tmp_path: Path) -> None:
    """Leftovers of the interpreter and of editors do not make a new layer version."""
    source = tmp_path / "layers" / "domain" / "python"
    shutil.copytree(
        layers.ROOT / "layers" / "domain" / "python",
        source,
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    sources = layers.Sources(tmp_path, tmp_path / "layers", layers.as_written().left_out)
    before = asset_hash(sources)
    leftovers = source / "goodword" / "__pycache__"
    leftovers.mkdir()
    (leftovers / "ids.cpython-311.pyc").write_bytes(b"x")
    (source / ".DS_Store").write_bytes(b"x")
    assert asset_hash(sources) == before
    (source / "goodword" / "ids.py").write_text("changed = True\n")
    assert asset_hash(sources) != before


def asset_hash(sources: layers.Sources) -> str:
    """The hash under which the CDK would upload the domain layer."""
    app = App()
    lambda_.LayerVersion(Stack(app, "hashing"), "Layer", code=sources.layer("domain"))
    template: dict[str, Any] = app.synth().get_stack_by_name("hashing").template
    (layer,) = (one for one in template["Resources"].values() if "Layer" in one["Type"])
    return str(layer["Properties"]["Content"]["S3Key"])


@pytest.mark.parametrize(
    ("context", "complaint"),
    [
        ({"stage": "production"}, "dev, prod, local"),
        ({"target": "azure"}, "aws, local"),
        ({"bytecode": "maybe"}, "wanted, required"),
        ({"stage": "local"}, "go together"),
        ({"target": "local"}, "go together"),
    ],
)
def test_an_unknown_context_is_refused_by_name(context: dict[str, str], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        Installation.from_context(App(context=context).node)


def test_the_context_says_where_it_goes() -> None:
    assert Installation.from_context(App().node) == Installation("dev", "aws")
    said = {"stage": "prod", "bytecode": "required"}
    assert Installation.from_context(App(context=said).node) == Installation("prod", "aws", True)
