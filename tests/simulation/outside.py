"""Every call to the outside may fail in every way in which the real one does; a seed says which.

A store call may be throttled, lose its race, or happen and lose its reply; an index may lag; the
process may die before or after any call. Which kinds occur, and how often, is drawn for each seed
(swarm testing), so that rare kinds also meet quiet runs.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from random import Random
from typing import TypeVar

from goodword.errors import Stale, Unavailable
from goodword.ports import Change, Page
from goodword.records import Key, Record, Table

from tests.fakes.store import MemoryStore
from tests.simulation.baton import Baton, Died

R = TypeVar("R", bound=Record)
T = TypeVar("T")

READS = ("die_before_read", "read_throttled")
COMMITS = ("die_before", "die_after", "reply_lost", "throttled", "conflict")
RAILS = ("rail_die_before", "rail_die_after", "rail_lost_before", "rail_lost_after", "rail_down")
INDEX = ("index_lags",)
FLOWS = ("stream_lost", "stream_twice", "bus_lost", "bus_twice", "sent_twice", "resume_lost")
KINDS = (*READS, *COMMITS, *RAILS, *INDEX, *FLOWS)
RATES = (0.0, 0.0, 0.01, 0.04, 0.12)


class Outside:
    """Draws the faults of one seed and counts what was reached."""

    def __init__(self, chance: Random, baton: Baton, tell: Callable[[str], None]) -> None:
        self._chance = chance
        self._baton = baton
        self.tell = tell
        self.rates = {kind: chance.choice(RATES) for kind in KINDS}
        for kind in READS:
            self.rates[kind] /= 5  # there are many more reads than anything else
        self.healed = False
        self.calls = 0
        self.faults: Counter[str] = Counter()
        self.plan: dict[int, str] = {}

    def strikes(self, *kinds: str) -> str:
        """The fault that happens here, or ""."""
        if self.healed:
            return ""
        for kind in kinds:
            if self.rates[kind] and self._chance.random() < self.rates[kind]:
                self.faults[kind] += 1
                self.tell(f"    fault: {kind}")
                return kind
        return ""

    def read(self, name: str, act: Callable[[], T]) -> T:
        """A read of the store."""
        self.calls += 1
        self._baton.pause()
        if self._baton.current is not None:
            match self.strikes(*READS):
                case "die_before_read":
                    raise Died(name)
                case "read_throttled":
                    raise Unavailable("store_busy", "throttled")
        return act()

    def commit(self, act: Callable[[], None]) -> None:
        """A transaction."""
        self.calls += 1
        self._baton.pause()
        fault = self.strikes(*COMMITS) if self._baton.current is not None else ""
        match fault:
            case "die_before":
                raise Died("before the commit")
            case "throttled":
                raise Unavailable("store_busy", "throttled")
            case "conflict":
                raise Stale("stale", "lost the race")
        act()
        match fault:
            case "die_after":
                raise Died("after the commit")
            case "reply_lost":
                raise Unavailable("outcome_unknown", "no reply")

    def lag(self, page: Page[R]) -> Page[R]:
        """An index that has not heard of everything yet."""
        if page.rows and self._baton.current is not None and self.strikes(*INDEX):
            kept = [row for row in page.rows if self._chance.random() < 0.5]
            return Page(kept, page.cursor)
        return page


class FaultyStore:
    """The Store port over a MemoryStore, with everything that goes wrong outside."""

    def __init__(self, memory: MemoryStore, outside: Outside) -> None:
        self.memory = memory
        self._outside = outside

    def get(self, kind: type[R], key: Key) -> R | None:
        return self._outside.read("get", lambda: self.memory.get(kind, key))

    def get_many(self, kind: type[R], keys: Sequence[Key]) -> dict[Key, R]:
        return self._outside.read("get_many", lambda: self.memory.get_many(kind, keys))

    def get_mixed(self, wanted: Mapping[Key, type[Record]]) -> dict[Key, Record]:
        return self._outside.read("get_mixed", lambda: self.memory.get_mixed(wanted))

    def query(
        self,
        kind: type[R],
        table: Table,
        pk: str,
        prefix: str = "",
        *,
        limit: int = 100,
        cursor: str | None = None,
        newest_first: bool = False,
    ) -> Page[R]:
        return self._outside.read(
            "query",
            lambda: self.memory.query(
                kind, table, pk, prefix, limit=limit, cursor=cursor, newest_first=newest_first
            ),
        )

    def query_mixed(
        self, kinds: Sequence[type[Record]], table: Table, pk: str, prefix: str = ""
    ) -> Sequence[Record]:
        return self._outside.read(
            "query_mixed", lambda: self.memory.query_mixed(kinds, table, pk, prefix)
        )

    def query_index(
        self,
        kind: type[R],
        table: Table,
        pk: str,
        *,
        until: str | None = None,
        limit: int = 100,
        cursor: str | None = None,
    ) -> Page[R]:
        page = self._outside.read(
            "query_index",
            lambda: self.memory.query_index(
                kind, table, pk, until=until, limit=limit, cursor=cursor
            ),
        )
        return self._outside.lag(page)

    def scan(self, kind: type[R], table: Table) -> Iterator[R]:
        return self.memory.scan(kind, table)

    def commit(self, change: Change) -> None:
        change.check()
        self._outside.commit(lambda: self.memory.commit(change))
