"""A limit of the whole programme is escrowed into pots, so that no decision writes one hot item.

A `Pool` is one limit in one period: a budget, or a cap of the scope `programme`. What can still be
given lies in the pool (`free`) and in its pots; a reward takes it from the pot of its conversion.
At every commit, with `used` for what rewards hold:

    limit + over = used + free + what is in all pots

Whoever wants more than the pot has moves a slice from `free` into it, in the transaction of the
reward; when `free` is used up, from the fullest other pots. So the last cent can be spent from any
pot, and since every pot and the pool are written on the version that was read, the sum of all
rewards is never more than the limit. Whoever takes the last of it marks the pool `spent`, writing
all pots, so that later decisions read one item to know. What comes back goes into the pot of its
conversion and takes that mark away. `over` is what reinstatements, and limits that were lowered
under what was given, owe above the limit; it is made up first.

Example: 10.00 in four pots of 1.00 and 6.00 free. A reward of 1.50 finds 1.00 in its pot, moves
0.50 into it and takes it all; 8.50 are left: 5.50 free and 3.00 in pots.
"""

from dataclasses import dataclass, field
from typing import ClassVar

from pydantic import Field

from goodword.ids import shard_of
from goodword.limits import POOL_POTS, POOL_SLICES
from goodword.programs.caps import Measure
from goodword.records import IndexEntry, Key, Record
from goodword.rewards.model import Counted

INDEX = "POOLS"


class Pool(Record):
    """One limit of a programme in one period. `version_number` is the version that set it, or 0.

    `told_percent` is the share whose use was announced last; one that is past is `watched` no more.
    """

    KIND: ClassVar[str] = "pool"

    program_id: str
    counted: Counted
    limit: int = Field(ge=0)
    free: int = Field(ge=0)
    over: int = Field(default=0, ge=0)
    spent: bool = False
    version_number: int = 0
    told_percent: int = Field(default=0, ge=0, le=100)
    watched: bool = True
    ends_ms: int | None = None

    @property
    def key(self) -> Key:
        return pool_key(self.program_id, self.counted)

    @property
    def index_entry(self) -> IndexEntry | None:
        if not self.watched or self.told_percent == 100:
            return None
        return IndexEntry(INDEX, "#".join((self.program_id, *_parts(self.counted))))


class Pot(Record):
    """The part of a pool that the conversions of one shard draw on."""

    KIND: ClassVar[str] = "pot"

    program_id: str
    counted: Counted
    number: int = Field(ge=0)
    left: int = Field(default=0, ge=0)

    @property
    def key(self) -> Key:
        return pot_key(self.program_id, self.counted, self.number)


def pool_key(program_id: str, counted: Counted) -> Key:
    """Where a pool is: beside its programme."""
    return Key("core", f"PROG#{program_id}", "#".join(("POOL", *_parts(counted))))


def pot_key(program_id: str, counted: Counted, number: int) -> Key:
    """Where a pot is: in a partition of its own, or the pots would be one hot item again."""
    return Key("core", "#".join(("POT", program_id, *_parts(counted), str(number))), "POT")


def pot_number(conversion_id: str) -> int:
    """Which pot the rewards of a conversion draw on, and give back to."""
    return shard_of(conversion_id, POOL_POTS)


def measure_of(counted: Counted) -> Measure:
    """What the pool counts; its subject is the name of the limit, which ends with it."""
    return "rewards" if counted.subject.endswith("-rewards") else "money"


def _parts(counted: Counted) -> tuple[str, str]:
    return counted.subject, counted.period


@dataclass
class Basin:
    """A pool with those of its pots that were read, as one Change will leave them."""

    pool: Pool
    pots: dict[int, Pot]
    touched: set[int] = field(default_factory=set)

    @property
    def is_whole(self) -> bool:
        """Whether every pot was read: only then `left` and `used` are exact."""
        return len(self.pots) == POOL_POTS

    @property
    def left(self) -> int:
        """What can be given, as far as it was read."""
        return self.pool.free + sum(pot.left for pot in self.pots.values())

    @property
    def used(self) -> int:
        """What rewards hold."""
        return self.pool.limit + self.pool.over - self.left

    def take(self, number: int, units: int) -> int:
        """Take so much, as long as there is some; what could not be taken is over the limit.

        Needs the whole basin if the pot and `free` do not have it.
        """
        short = units - self.pots[number].left
        if short > 0:
            self._fill(number, short)
        taken = min(units, self.pots[number].left)
        self._put(number, self.pots[number].left - taken)
        missing = units - taken
        if missing:
            self.pool = self.pool.but(over=self.pool.over + missing)
        if self.is_whole and self.left == 0:
            self.mark_spent()
        return missing

    def give_back(self, number: int, units: int) -> None:
        """Put back what a reward held: first against what is owed above the limit."""
        made_up = min(units, self.pool.over)
        if made_up:
            self.pool = self.pool.but(over=self.pool.over - made_up)
        if units > made_up:
            self._put(number, self.pots[number].left + units - made_up)
            if self.pool.spent:
                self.pool = self.pool.but(spent=False)

    def resize(self, limit: int, version_number: int) -> None:
        """Another limit, for a whole basin. What was given stays: `over` says what is too much."""
        more = limit - self.pool.limit
        made_up = max(0, min(more, self.pool.over))
        free = self.pool.free + more - made_up
        over = self.pool.over - made_up
        for number, pot in self.pots.items():
            if free >= 0:
                break
            moved = min(pot.left, -free)
            free += moved
            self._put(number, pot.left - moved)
        if free < 0:
            over, free = over - free, 0
        self.pool = self.pool.but(
            limit=limit,
            free=free,
            over=over,
            spent=False,
            told_percent=0,
            version_number=version_number,
        )
        if self.left == 0:
            self.mark_spent()

    def mark_spent(self) -> None:
        """Say that nothing is left, on the word of every pot."""
        self.pool = self.pool.but(spent=True)
        self.touched |= set(self.pots)

    def _fill(self, number: int, short: int) -> None:
        """Move what is short into the pot: a slice of `free`, then from the fullest pots."""
        moved = min(self.pool.free, max(short, self.pool.limit // POOL_SLICES))
        if moved:
            self.pool = self.pool.but(free=self.pool.free - moved)
        others = [pot for pot in self.pots.values() if pot.number != number]
        for pot in sorted(others, key=lambda pot: -pot.left):
            if moved >= short or pot.left == 0:
                break
            moved += pot.left
            self._put(pot.number, 0)
        self._put(number, self.pots[number].left + moved)

    def _put(self, number: int, left: int) -> None:
        self.pots[number] = self.pots[number].but(left=left)
