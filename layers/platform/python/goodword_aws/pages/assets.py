"""Static files carry the hash of their content in their name, and are kept by browsers for a year.

`asset("goodword.css")` -> `/static/3f9a….goodword.css`. A file that changes gets another address,
so nobody ever sees yesterday's sheet with today's page.
"""

import hashlib
from dataclasses import dataclass, field
from functools import cache
from importlib import resources

from goodword.errors import NotFound

HASH_DIGITS = 12
TYPES = {
    "css": "text/css; charset=utf-8",
    "ico": "image/x-icon",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}


@dataclass(frozen=True)
class Asset:
    """One static file."""

    name: str
    content_type: str
    content: bytes = field(repr=False)

    @property
    def path(self) -> str:
        """Where it is served."""
        digest = hashlib.sha256(self.content).hexdigest()[:HASH_DIGITS]
        return f"/static/{digest}.{self.name}"


@cache
def assets() -> dict[str, Asset]:
    """All static files by name; there are few and they are small."""
    folder = resources.files("goodword_aws.pages").joinpath("static")
    found = {}
    for file in folder.iterdir():
        kind = TYPES.get(file.name.rpartition(".")[2])
        if kind is not None:
            found[file.name] = Asset(file.name, kind, file.read_bytes())
    return found


@cache
def _paths() -> dict[str, Asset]:
    return {each.path: each for each in assets().values()}


def asset_path(name: str) -> str:
    """The address of a static file. KeyError for one that there is not."""
    return assets()[name].path


def asset_at(path: str) -> Asset:
    """The file at an address. NotFound for another version's: it must not be kept under it."""
    if (found := _paths().get(path)) is None:
        raise NotFound("no_such_page", "there is nothing here")
    return found
