"""A desk in memory, with a clock that tests move and ids that count: what use cases run on."""

import itertools
from dataclasses import dataclass, field
from typing import TypeVar

from goodword.events import Actor, Event, system
from goodword.ids import new_id
from goodword.ledger.model import Balance, Entry, differences, fold
from goodword.ports import Desk
from goodword.records import Record

from tests.fakes.store import MemoryStore

R = TypeVar("R", bound=Record)

NOW_MS = 1_763_800_000_000  # 2025-11-22T08:26:40Z


@dataclass
class FakeClock:
    """A clock that stands still until a test moves it."""

    at_ms: int = NOW_MS

    def now_ms(self) -> int:
        return self.at_ms

    def advance(self, ms: int) -> None:
        """Move forward."""
        self.at_ms += ms


@dataclass
class CountingIds:
    """Ids and entropy that are the same in every run."""

    clock: FakeClock
    _count: "itertools.count[int]" = field(default_factory=itertools.count)

    def new(self, prefix: str) -> str:
        return new_id(prefix, self.clock.at_ms, next(self._count).to_bytes(10))

    def entropy(self, length: int) -> bytes:
        return (next(self._count) * 7919 + 1).to_bytes(length)[-length:]


class PlainIndex:
    """A blind index whose MACs tests can read."""

    def mac(self, kind: str, value: str) -> str:
        return f"mac-{kind}-{value.strip().casefold()}"


@dataclass
class World:
    """A store, a clock, ids, and the checks that every test may end with."""

    store: MemoryStore = field(default_factory=MemoryStore)
    clock: FakeClock = field(default_factory=FakeClock)

    def __post_init__(self) -> None:
        self.ids = CountingIds(self.clock)

    def desk(self, actor: str | Actor = "test") -> Desk:
        """A desk of this world."""
        who = system(actor) if isinstance(actor, str) else actor
        return Desk(store=self.store, clock=self.clock, ids=self.ids, actor=who)

    def all(self, kind: type[R]) -> list[R]:
        """Every stored record of a kind, in key order."""
        return self.store.all(kind)

    def events(self, type: str = "") -> list[Event]:
        """The events so far, of one type if given."""
        return [one for one in self.all(Event) if not type or one.type == type]

    def ledger_differences(self) -> list[str]:
        """What journal and balances disagree on; must be empty."""
        cached = {balance.key: balance for balance in self.all(Balance)}
        return differences(fold(self.all(Entry)), cached)
