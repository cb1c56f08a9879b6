"""Every night the balances are recomputed from the journal alone and compared with what is stored.

A balance and the entries that move it are written in one transaction, and every write counts the
balance's version up. So a balance that has the same version before and after the journal was read
must equal the fold of what was read. One that moved meanwhile is read again in a further pass; only
what kept moving through all passes is left open, and counted as such.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol, TypeVar

from pydantic import Field

from goodword.ledger.model import Balance, Entry, differences, fold
from goodword.limits import CHECK_PASSES_MAX, DIFFERENCES_KEPT_MAX, READ_KEYS_MAX
from goodword.ports import Change, Desk
from goodword.records import Key, Record, Table
from goodword.times import rfc3339

R = TypeVar("R", bound=Record)
CHECKS = "LEDGER#CHECK"


class Scanner(Protocol):
    """Reads whole tables; only the nightly check may."""

    def scan(self, kind: type[R], table: Table) -> Iterator[R]:
        """Every record of the kind, in no order, strongly consistent."""
        ...


class LedgerCheck(Record):
    """What one check found. `differences` are sentences, at most `DIFFERENCES_KEPT_MAX` of `found`.

    `unsettled` balances moved through every pass and were not judged this time.
    """

    KIND: ClassVar[str] = "ledger_check"

    at_ms: int
    entries: int = Field(ge=0)
    balances: int = Field(ge=0)
    found: int = Field(ge=0)
    differences: tuple[str, ...] = ()
    unsettled: int = Field(default=0, ge=0)

    @property
    def key(self) -> Key:
        return Key("core", CHECKS, rfc3339(self.at_ms))


@dataclass(frozen=True)
class Checker:
    """The nightly check."""

    desk: Desk
    scanner: Scanner

    def check(self) -> LedgerCheck:
        """Compare, store what was found and tell of it. Mending is for people."""
        first = self._pass(None)
        found, moving = list(first.found), first.moving
        for _ in range(CHECK_PASSES_MAX - 1):
            if not moving:
                break
            again = self._pass(moving)
            found += again.found
            moving = again.moving
        outcome = LedgerCheck(
            at_ms=self.desk.clock.now_ms(),
            entries=first.entries,
            balances=first.balances,
            found=len(found),
            differences=tuple(found[:DIFFERENCES_KEPT_MAX]),
            unsettled=len(moving),
        )
        change = Change()
        change.create(
            outcome,
            self.desk.event(
                "ledger.checked",
                "ledger",
                "differences" if found else "",
                entries=outcome.entries,
                balances=outcome.balances,
                found=outcome.found,
                unsettled=outcome.unsettled,
            ),
        )
        self.desk.store.commit(change)
        return outcome

    def _pass(self, only: frozenset[Key] | None) -> "_Pass":
        """Fold the whole journal once; judge all balances, or only those."""
        before = self._balances(only)
        read = _Counted(self.scanner.scan(Entry, "journal"))
        folded = fold(read)
        after = self._balances(only)
        judged = sorted({*before, *folded, *after} if only is None else only)
        moving = frozenset(key for key in judged if _version(before, key) != _version(after, key))
        found = [
            sentence
            for key in judged
            if key not in moving
            for sentence in differences(_one(folded, key), _one(before, key))
        ]
        return _Pass(found=found, moving=moving, entries=read.count, balances=len(before))

    def _balances(self, only: frozenset[Key] | None) -> dict[Key, Balance]:
        """What is stored now, by key."""
        if only is None:
            return {balance.key: balance for balance in self.scanner.scan(Balance, "core")}
        keys, found = sorted(only), dict[Key, Balance]()
        for start in range(0, len(keys), READ_KEYS_MAX):
            found |= self.desk.store.get_many(Balance, keys[start : start + READ_KEYS_MAX])
        return found


@dataclass(frozen=True)
class _Pass:
    found: Sequence[str]
    moving: frozenset[Key]
    entries: int
    balances: int


@dataclass
class _Counted:
    """Counts what is read through it."""

    source: Iterable[Entry]
    count: int = 0

    def __iter__(self) -> Iterator[Entry]:
        for entry in self.source:
            self.count += 1
            yield entry


def _one(balances: Mapping[Key, Balance], key: Key) -> dict[Key, Balance]:
    return {key: balances[key]} if key in balances else {}


def _version(balances: Mapping[Key, Balance], key: Key) -> int:
    return balances[key].version if key in balances else 0
