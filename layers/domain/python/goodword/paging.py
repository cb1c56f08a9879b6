"""A list is read page by page to its end; one without an end is an error, never cut short."""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from goodword.errors import Conflict
from goodword.limits import QUERY_PAGES_MAX
from goodword.ports import Page

P = TypeVar("P")


def pages(
    ask: Callable[[str | None], Page[P]], pages_max: int = QUERY_PAGES_MAX
) -> Iterator[Sequence[P]]:
    """The rows of each page; `ask` gets the cursor. Raises Conflict `list_too_long`."""
    cursor: str | None = None
    for _ in range(pages_max):
        page = ask(cursor)
        yield page.rows
        cursor = page.cursor
        if cursor is None:
            return
    raise Conflict("list_too_long", f"there are more than {pages_max} pages")
