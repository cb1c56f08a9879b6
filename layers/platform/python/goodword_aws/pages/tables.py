"""A wide table is a list of cards on a phone, so that nobody has to push it sideways to read it.

Templates write plain rows. Here each cell of a wide table learns the head of its column, which the
stylesheet shows beside it where there is no room for columns; roles keep it a table to a screen
reader, because a browser forgets that of cells which stand below each other.
"""

import re
from dataclasses import dataclass, field

from markupsafe import Markup

TAG = re.compile(r"<(/?)(thead|tbody|tfoot|tr|th|td)\b([^>]*)>")
HEAD = re.compile(r"<t([hd])\b[^>]*>(.*?)</t\1>", re.DOTALL)
ANY_TAG = re.compile(r"<[^>]*>")
ROWS = re.compile(r'\browspan="(\d+)"')
COLUMNS = re.compile(r'\bcolspan="(\d+)"')


@dataclass(frozen=True)
class Rows:
    """What is between the tags of a table, and whether a phone shows it as cards."""

    html: Markup
    as_cards: bool


def rows_of(html: Markup, cards_from: int) -> Rows:
    """The rows of a table as they go out. What people wrote is escaped in `html` already."""
    head = html.partition("</thead>")[0] if "<thead" in html else ""
    heads = tuple(ANY_TAG.sub("", said).strip() for _, said in HEAD.findall(head))
    if len(heads) < cards_from:
        return Rows(html, as_cards=False)
    # Only attributes of our own are put in; their words come out of the same escaped text.
    return Rows(Markup(TAG.sub(_Labels(heads), html)), as_cards=True)  # noqa: S704


@dataclass
class _Labels:
    """Goes over the tags of one table from its beginning to its end."""

    heads: tuple[str, ...]
    in_head: bool = False
    column: int = 0
    taken: dict[int, int] = field(default_factory=dict)  # rows that a cell above reaches down to

    def __call__(self, tag: re.Match[str]) -> str:
        closes, name, rest = tag.groups()
        if closes:
            self.in_head = self.in_head and name != "thead"
            return tag.group()
        if name in ("th", "td"):
            return f"<{name}{self._cell(name, rest)}{rest}>"
        if name == "tr":
            self._next_row()
            return f'<tr role="row"{rest}>'
        self.in_head = name == "thead"
        return f'<{name} role="rowgroup"{rest}>'

    def _next_row(self) -> None:
        self.column = 0
        self.taken = {at: rows - 1 for at, rows in self.taken.items() if rows > 1}

    def _cell(self, name: str, rest: str) -> str:
        if self.in_head:
            return ' role="columnheader"' if name == "th" else ' role="cell"'
        while self.column in self.taken:
            self.column += 1
        label = self.heads[self.column] if self.column < len(self.heads) else ""
        if spans := ROWS.search(rest):
            self.taken[self.column] = int(spans[1])
        wide = COLUMNS.search(rest)
        self.column += int(wide[1]) if wide else 1
        role = "rowheader" if name == "th" else "cell"
        return f' role="{role}" data-label="{label}"' if label else f' role="{role}"'
