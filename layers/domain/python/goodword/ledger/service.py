"""Every night all numbers that rules read are made again from the journal alone and compared.

A number and what it is made of are written in one transaction, and every write counts the record's
version up. So a record that has the same version before and after the journal was read must say
what was read. One that moved meanwhile is read again in a further pass; only what kept moving
through all passes is left open, and counted as such.

The check writes down what it found, what every programme owes (`liability`) and how far its people
came (`turnout`); it mends nothing. A person may have a record rewritten from the journal: that is
a Change on the version that was compared, and an event tells of it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol, TypeVar

from pydantic import Field

from goodword.errors import Stale
from goodword.events import Event
from goodword.ledger.comparing import Comparison
from goodword.ledger.liability import counted
from goodword.ledger.model import Balance
from goodword.ledger.numbers import KINDS, PEOPLE, TOLD, Journal, Kept, Wrong
from goodword.ledger.turnout import turned_out
from goodword.limits import CHECK_PASSES_MAX, DIFFERENCES_KEPT_MAX
from goodword.ports import Change, Collision, Desk
from goodword.records import Key, Record, Table
from goodword.rewards.model import Counted
from goodword.times import rfc3339

R = TypeVar("R", bound=Record)
CHECKS = "LEDGER#CHECK"


class Scanner(Protocol):
    """Reads whole tables; only the nightly check may."""

    def scan(self, kind: type[R], table: Table) -> Iterator[R]:
        """Every record of the kind, in no order, strongly consistent."""
        ...


class Reader(Protocol):
    """Reads whole tables, several kinds at once."""

    def scan_mixed(self, kinds: Sequence[type[Record]], table: Table) -> Iterator[Record]:
        """Every record of these kinds, in no order, strongly consistent."""
        ...


class LedgerCheck(Record):
    """What one check found. `differences` are sentences, at most `DIFFERENCES_KEPT_MAX` of `found`.

    `unsettled` records moved through every pass and were not judged this time. `numbers` are the
    records beside the balances whose numbers rules read.
    """

    KIND: ClassVar[str] = "ledger_check"

    at_ms: int
    entries: int = Field(ge=0)
    balances: int = Field(ge=0)
    found: int = Field(ge=0)
    differences: tuple[str, ...] = ()
    unsettled: int = Field(default=0, ge=0)
    numbers: int = Field(default=0, ge=0)

    @property
    def key(self) -> Key:
        return Key("core", CHECKS, rfc3339(self.at_ms))


@dataclass(frozen=True)
class Checker:
    """The nightly check."""

    desk: Desk
    reader: Reader

    def check(self) -> LedgerCheck:
        """Compare, store what was found and tell of it. Mending is for people."""
        outcome, _, counts = self._compared()
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
        for one in counts:
            kept = Change()
            kept.create(one)
            self.desk.store.commit(kept)
        return outcome

    def compare(self) -> tuple[LedgerCheck, list[Wrong]]:
        """What a check would say, and every record that differs; nothing is written."""
        outcome, wrong, _ = self._compared()
        return outcome, wrong

    def _compared(self) -> tuple[LedgerCheck, list[Wrong], list[Record]]:
        """The same, and what is counted of each programme by the first reading."""
        first = self._pass()
        judged, entries = first.judge(None), first.journal.entries
        now_ms = self.desk.clock.now_ms()
        counts: list[Record] = [*counted(first.before, first.journal, first.after, now_ms)]
        counts += turned_out(first.after, now_ms)
        del first  # three readings of everything are not held at once
        wrong, moving = judged.wrong, judged.moving
        for _ in range(CHECK_PASSES_MAX - 1):
            if not moving:
                break
            again = self._pass().judge(frozenset(moving))
            wrong, moving = wrong + again.wrong, again.moving
        found = [sentence for one in wrong for sentence in one.sentences]
        outcome = LedgerCheck(
            at_ms=self.desk.clock.now_ms(),
            entries=entries,
            balances=judged.balances,
            numbers=judged.looked_at - judged.balances,
            found=len(found),
            differences=tuple(found[:DIFFERENCES_KEPT_MAX]),
            unsettled=len(moving),
        )
        return outcome, wrong, counts

    def mend(self, wrong: Iterable[Wrong]) -> int:
        """Write each record as the journal gives it; how many. One that has moved is left alone.

        So is what no record could say: a reward that the journal does not know, for instance.
        """
        return sum(1 for one in wrong if one.values and self._mended(one))

    def _mended(self, one: Wrong) -> bool:
        stored = self.desk.store.get(one.kind, one.key) if one.version else one.fresh
        if stored is None or stored.version != one.version:
            return False
        change = Change()
        change.save(stored.but(**one.values))
        for beside in one.beside:
            change.replace(beside)
        change.create(self._told(one, stored))
        try:
            self.desk.store.commit(change)
        except (Stale, Collision):
            return False
        return True

    def _told(self, one: Wrong, stored: Record) -> Event:
        """An event that says whose number was mended; of a friend's no identifier."""
        owner, of = getattr(stored, "advocate_id", None), getattr(stored, "currency", None)
        place = getattr(stored, "counted", None)
        if isinstance(place, Counted) and place.scope == "advocate":
            owner = place.subject
        return self.desk.event(
            "ledger.balance_mended" if one.kind is Balance else "ledger.number_mended",
            "ledger",
            "rebuilt",
            kind=one.kind.KIND,
            advocate_id=owner,
            program_id=getattr(stored, "program_id", None),
            currency=of,
            differences=len(one.sentences),
        )

    def _pass(self) -> Comparison:
        """Read core, the whole journal and core again."""
        before = Kept().keep(self.reader.scan_mixed(KINDS, "core"))
        journal = Journal().read(self.reader.scan_mixed(TOLD, "journal"))
        after = Kept().keep(self.reader.scan_mixed((*KINDS, *PEOPLE), "core"))
        return Comparison(before, journal, after)
