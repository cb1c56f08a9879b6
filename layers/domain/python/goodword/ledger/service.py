"""Every night the balances are recomputed from the journal alone and compared with what is stored.

A balance and the entries that move it are written in one transaction, and every write counts the
balance's version up. So a balance that has the same version before and after the journal was read
must equal the fold of what was read. One that moved meanwhile is read again in a further pass; only
what kept moving through all passes is left open, and counted as such.

The check writes down what it found and mends nothing. A person may have a balance rewritten from
the journal: that is a Change on the version that was compared, and an event tells of it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol, TypeVar

from pydantic import Field

from goodword.errors import Stale
from goodword.ledger.model import FOLDED, Balance, Entry, differences, fold
from goodword.limits import CHECK_PASSES_MAX, DIFFERENCES_KEPT_MAX, READ_KEYS_MAX
from goodword.ports import Change, Collision, Desk
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
        outcome, _ = self.compare()
        change = Change()
        change.create(
            outcome,
            self.desk.event(
                "ledger.checked",
                "ledger",
                "differences" if outcome.found else "",
                entries=outcome.entries,
                balances=outcome.balances,
                found=outcome.found,
                unsettled=outcome.unsettled,
            ),
        )
        self.desk.store.commit(change)
        return outcome

    def compare(self) -> tuple[LedgerCheck, list["Wrong"]]:
        """What a check would say, and every balance that differs; nothing is written."""
        first = self._pass(None)
        wrong, moving = list(first.wrong), first.moving
        for _ in range(CHECK_PASSES_MAX - 1):
            if not moving:
                break
            again = self._pass(moving)
            wrong += again.wrong
            moving = again.moving
        found = [sentence for one in wrong for sentence in one.sentences]
        outcome = LedgerCheck(
            at_ms=self.desk.clock.now_ms(),
            entries=first.entries,
            balances=first.balances,
            found=len(found),
            differences=tuple(found[:DIFFERENCES_KEPT_MAX]),
            unsettled=len(moving),
        )
        return outcome, wrong

    def mend(self, wrong: Iterable["Wrong"]) -> int:
        """Write each balance as the journal gives it; how many. One that has moved is left alone.

        `leads` and `sales` are no money, are not in the journal's legs, and stay as they are.
        """
        mended = 0
        for one in wrong:
            amounts = {name: getattr(one.journal, name) for name in FOLDED}
            change = Change()
            change.save((one.stored or one.journal).but(**amounts))
            change.create(
                self.desk.event(
                    "ledger.balance_mended",
                    "ledger",
                    "rebuilt",
                    advocate_id=one.journal.advocate_id,
                    program_id=one.journal.program_id,
                    currency=one.journal.currency,
                    differences=len(one.sentences),
                )
            )
            try:
                self.desk.store.commit(change)
                mended += 1
            except (Stale, Collision):
                continue
        return mended

    def _pass(self, only: frozenset[Key] | None) -> "_Pass":
        """Fold the whole journal once; judge all balances, or only those."""
        before = self._balances(only)
        read = _Counted(self.scanner.scan(Entry, "journal"))
        folded = fold(read)
        after = self._balances(only)
        judged = sorted({*before, *folded, *after} if only is None else only)
        moving = frozenset(key for key in judged if _version(before, key) != _version(after, key))
        wrong = [
            Wrong(before.get(key), folded.get(key) or _nothing(before[key]), tuple(sentences))
            for key in judged
            if key not in moving
            and (sentences := differences(_one(folded, key), _one(before, key)))
        ]
        return _Pass(wrong=wrong, moving=moving, entries=read.count, balances=len(before))

    def _balances(self, only: frozenset[Key] | None) -> dict[Key, Balance]:
        """What is stored now, by key."""
        if only is None:
            return {balance.key: balance for balance in self.scanner.scan(Balance, "core")}
        keys, found = sorted(only), dict[Key, Balance]()
        for start in range(0, len(keys), READ_KEYS_MAX):
            found |= self.desk.store.get_many(Balance, keys[start : start + READ_KEYS_MAX])
        return found


@dataclass(frozen=True)
class Wrong:
    """A balance as it is stored (None: it is missing) and as the journal gives it."""

    stored: Balance | None
    journal: Balance
    sentences: tuple[str, ...]


@dataclass(frozen=True)
class _Pass:
    wrong: Sequence[Wrong]
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


def _nothing(stored: Balance) -> Balance:
    """The balance of somebody of whom the journal tells nothing."""
    return Balance(
        advocate_id=stored.advocate_id, program_id=stored.program_id, currency=stored.currency
    )


def _version(balances: Mapping[Key, Balance], key: Key) -> int:
    return balances[key].version if key in balances else 0
