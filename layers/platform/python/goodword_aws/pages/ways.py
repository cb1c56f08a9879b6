"""Which function serves a method of a path; an area's module is loaded with the first of its pages.

A face has many areas and a process serves few of them: whoever works through the review queue
needs neither the rules nor the sources. So a start loads what all pages share, and the first page
of an area what that area needs. Reading all `ways` loads every area.
"""

from collections.abc import Callable
from dataclasses import dataclass

from goodword.errors import NotFound

from goodword_aws.calls import Role
from goodword_aws.pages.view import Answer, View
from goodword_aws.routes import VARIABLE, pattern_of

Handle = Callable[[View], Answer]


@dataclass(frozen=True)
class Way:
    """One method of one path and its function. `embeddable` pages may stand in others' frames.

    A `signed` form needs no page of ours before it: the address itself holds its permission, and
    mail programs post it for their readers (RFC 8058). Where it is `anonymous`, nobody is
    recognised and no cookie set. A form that is `origin_only` works from any page of ours, also one
    that is older than the session: signing out must never fail.
    """

    method: str
    path: str
    handle: Handle
    roles: frozenset[Role] | None
    again: Handle | None = None
    embeddable: bool = False
    signed: bool = False
    anonymous: bool = False
    origin_only: bool = False


@dataclass(frozen=True)
class Area:
    """The paths at or below which an area's pages are, and what registers them."""

    below: tuple[str, ...]
    load: Callable[[], None]

    def has(self, path: str) -> bool:
        """Whether the path is one of these, or below one."""
        return any(path == place or path.startswith(f"{place}/") for place in self.below)


class Ways:
    """The ways of one face, those of areas that nobody has visited yet aside."""

    def __init__(self) -> None:
        self._known: list[Way] = []
        self._areas: list[Area] = []

    def add(self, way: Way) -> None:
        """One more; of two that fit a path the first counts."""
        self._known.append(way)

    def add_area(self, area: Area) -> None:
        """Several, which are loaded when a path of theirs is asked for."""
        self._areas.append(area)

    def find(self, method: str, path: str) -> tuple[Way, dict[str, str]]:
        """The way and the variables of the path. Raises NotFound `no_such_page`."""
        self._visit([area for area in self._areas if area.has(path)])
        for way in self._known:
            if way.method == method and (found := pattern_of(way.path).fullmatch(path)):
                return way, found.groupdict()
        raise NotFound("no_such_page", "there is nothing here")

    def page_of(self, form: Way, path: str, may: Callable[[Way], bool]) -> str:
        """The page that a form stands on, to come back to, whatever the form's own address is.

        It is the one that shows the form again (`/runs/1/report` -> `/runs/1/reconciliation`), or
        else the nearest at or above the address: `/a/1/state` -> `/a/1`. That goes segment by
        segment as they are registered, so that a word is never taken for an id. Only pages that
        the reader `may` see count; the front page if there is none.
        """
        if (own := self._shows(form, path, may)) is not None:
            return own
        shape, parts = _shape(form.path), path.split("/")
        for count in range(len(shape), 1, -1):
            here = "/".join(parts[:count])
            self._visit([area for area in self._areas if area.has(here)])
            pages = (way for way in self._known if way.method == "GET" and may(way))
            if any(_shape(way.path) == shape[:count] for way in pages):
                return here
        return "/"

    def _shows(self, form: Way, path: str, may: Callable[[Way], bool]) -> str | None:
        """The address of the page that shows a refused form again, if the form's says it all.

        Of several that do, the one that says most: `/friend/1/by/2` and not `/friend/1`.
        """
        found = pattern_of(form.path).fullmatch(path)
        known = found.groupdict() if found else {}
        pages = [
            way.path
            for way in self._known
            if way.method == "GET" and form.again is not None and way.handle == form.again
            if may(way) and set(VARIABLE.findall(way.path)) <= set(known)
        ]
        if not pages:
            return None
        longest = max(pages, key=lambda one: len(VARIABLE.findall(one)))
        return VARIABLE.sub(lambda one: known[one[1]], longest)

    def all(self) -> list[Way]:
        """Every way of the face."""
        self._visit(list(self._areas))
        return list(self._known)

    def _visit(self, areas: list[Area]) -> None:
        for area in areas:
            area.load()
            self._areas.remove(area)


def _shape(path: str) -> list[str]:
    """The segments of a registered path, whatever its variables are called."""
    return ["<>" if VARIABLE.fullmatch(part) else part for part in path.split("/")]
