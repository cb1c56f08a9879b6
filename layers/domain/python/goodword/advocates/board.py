"""The leaderboard: who brought how many orders in a month, a year or in all, of those who said yes.

Nobody is on it who has not asked to be, and everybody is there by the name that they chose for it.
What counts are orders that stand; what was earned by them is nobody else's business. Whoever has as
many as another has the same rank, and the next one down is counted on from there:

    1. Robin 7    2. Maya 5    2. Ben 5    4. Ines 2
"""

import re
from collections.abc import Sequence
from typing import Annotated, ClassVar

from pydantic import Field, StringConstraints

from goodword.records import IndexEntry, Key, Record, Value
from goodword.rewards.tally import Tally
from goodword.times import as_datetime

ALWAYS = "all"
MOST = 10**10  # above every number of orders; the index counts down, so the most come first
Period = Annotated[str, StringConstraints(pattern=r"^(all|[0-9]{4}|[0-9]{4}-(0[1-9]|1[0-2]))$")]
_PERIOD = re.compile(r"all|\d{4}|\d{4}-(0[1-9]|1[0-2])", re.ASCII)


class Listing(Record):
    """That an advocate wants to be on the board of a programme. The name is sealed.

    `edition` counts the names and is part of the seal.
    """

    KIND: ClassVar[str] = "board_listing"

    advocate_id: str
    program_id: str
    sealed: str = Field(repr=False)
    edition: int = Field(default=1, ge=1)
    since_ms: int

    @property
    def key(self) -> Key:
        return listing_key(self.advocate_id, self.program_id)

    @property
    def about(self) -> str:
        """Binds the sealed name to its place and edition."""
        return f"board#{self.program_id}#{self.edition}"


class BoardRules(Record):
    """Whether a programme has a board at all; one of which nothing was said has.

    While it is closed nobody sees it or comes to be on it. Who is, stays: the word is theirs, and
    they may take it back also then.
    """

    KIND: ClassVar[str] = "board_rules"

    program_id: str
    is_open: bool = True

    @property
    def key(self) -> Key:
        return board_rules_key(self.program_id)


def board_rules_key(program_id: str) -> Key:
    """Where it is said."""
    return Key("core", f"PROG#{program_id}", "BOARD")


class Place(Record):
    """How many orders somebody on the board brought in a period; without any it is in no index."""

    KIND: ClassVar[str] = "board_place"

    advocate_id: str
    program_id: str
    period: Period
    orders: int = Field(ge=0, lt=MOST)

    @property
    def key(self) -> Key:
        return place_key(self.advocate_id, self.program_id, self.period)

    @property
    def index_entry(self) -> IndexEntry | None:
        if self.orders == 0:
            return None
        where = board_place(self.program_id, self.period)
        return IndexEntry(where, f"{MOST - self.orders:011d}#{self.advocate_id}")


class Standing(Value):
    """One of a board, ranked. `tied` says that somebody else has as many."""

    advocate_id: str
    orders: int
    rank: int
    tied: bool


def listing_key(advocate_id: str, program_id: str) -> Key:
    """Where it is said that somebody wants to be on a board."""
    return Key("core", f"ADV#{advocate_id}", f"B#{program_id}")


def place_key(advocate_id: str, program_id: str, period: str) -> Key:
    """Where somebody's number of a period is."""
    return Key("core", f"ADV#{advocate_id}", f"B#{program_id}#{period}")


def board_place(program_id: str, period: str) -> str:
    """The index of a board, most orders first."""
    return f"BOARD#{program_id}#{period}"


def is_period(text: str) -> bool:
    """Whether it is a month (`2026-11`), a year (`2026`) or `all`."""
    return _PERIOD.fullmatch(text) is not None


def month_at(at_ms: int) -> str:
    """The UTC month of an instant."""
    return f"{as_datetime(at_ms):%Y-%m}"


def counts(tally: Tally) -> dict[str, int]:
    """The orders of each period in which there are any; months as long as they are kept."""
    found = {ALWAYS: tally.in_all.orders}
    for month, one in tally.by_month.items():
        found[month] = one.orders
        found[month[:4]] = found.get(month[:4], 0) + one.orders
    return {period: orders for period, orders in found.items() if orders > 0}


def ranked(numbers: Sequence[tuple[str, int]]) -> list[Standing]:
    """The advocates with their orders, most first and ranked; of equals the one with the lower id
    is listed first, which says nothing."""
    ordered = sorted(numbers, key=lambda one: (-one[1], one[0]))
    every = [orders for _, orders in ordered]
    return [
        Standing(
            advocate_id=name,
            orders=orders,
            rank=1 + every.index(orders),
            tied=every.count(orders) > 1,
        )
        for name, orders in ordered
    ]
