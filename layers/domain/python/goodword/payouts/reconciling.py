"""After a run the rail's own word is compared with ours, payment by payment, to the cent.

    ours              the rail's word that fits      otherwise
    paid              paid, the same amount          amount_differs, paid_twice, not_at_rail,
                                                     not_paid_at_rail
    failed, returned  failed, returned, not known    paid_at_rail
    sent, unknown     -                              unclear
    any of them       no clear answer                unclear

What the rail itself says came back since it was paid, whole or in part, is posted back first, as
after a notice of the rail. Any other difference is listed, never repaired by itself. Comparing
again replaces what was found before; what was `unclear` is compared again by itself
(`recomparing`). For a rail by hand a person gives the bank's report, which moves nothing: a wrong
column in it would pay a whole run twice.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import ClassVar, Literal

from pydantic import Field

from goodword.errors import Conflict, InvalidInput
from goodword.limits import RECONCILE_CHUNKS, REPORT_ROWS_MAX
from goodword.money import Currency, Minor, NaturalMinor
from goodword.paging import pages
from goodword.payouts.ending import payouts_of
from goodword.payouts.freezing import read_run
from goodword.payouts.listing import line_pages
from goodword.payouts.model import (
    Payout,
    PayoutRun,
    PayoutState,
    RunChunk,
    chunk_key,
    payout_key,
)
from goodword.payouts.ports import RailAnswer, RailStatus
from goodword.payouts.recomparing import (
    ONLY_UNCLEAR,
    close_if_clear,
    reconcilable,
    take_turn,
)
from goodword.payouts.resting import Patience, rests
from goodword.payouts.sending import Sending
from goodword.ports import Change, Desk, Store, until_settled
from goodword.records import Key, Record, Value

What = Literal[
    "amount_differs",
    "paid_twice",
    "not_at_rail",
    "not_paid_at_rail",
    "paid_at_rail",
    "unclear",
    "not_ours",
]
_LEFT = frozenset({"paid", "unclaimed", "accepted"})


class RunDifference(Record):
    """A payment about which the rail and we say different things."""

    KIND: ClassVar[str] = "run_difference"

    run_id: str
    payout_id: str
    what: What
    ours: PayoutState | None
    ours_minor: NaturalMinor
    rails: RailStatus | None
    rails_minor: Minor | None
    found_ms: int

    @property
    def key(self) -> Key:
        return difference_key(self.run_id, self.payout_id)


class Tally(Value):
    """Sums of what was compared; `rails_minor` is what left by the rail's own word.

    `fees_minor` is what the rail, or the report, says that it took, else what we have booked.
    `unclear` are those of the differences that may go by themselves when the rail answers. Of
    `came_back` payments money was with us again, whole or in part, whoever heard of it first.
    """

    compared: int = Field(default=0, ge=0)
    ours_minor: NaturalMinor = 0
    rails_minor: NaturalMinor = 0
    fees_minor: NaturalMinor = 0
    came_back: int = Field(default=0, ge=0)
    came_back_minor: NaturalMinor = 0
    differences: int = Field(default=0, ge=0)
    unclear: int = Field(default=0, ge=0)

    def plus(self, other: "Tally") -> "Tally":
        """Both together."""
        return Tally.model_validate(
            {name: value + getattr(other, name) for name, value in dict(self).items()}
        )


class ChunkTally(Record):
    """What one chunk came to when it was compared last."""

    KIND: ClassVar[str] = "chunk_tally"

    run_id: str
    number: int
    tally: Tally

    @property
    def key(self) -> Key:
        return _tally_key(self.run_id, self.number)


class Reconciliation(Record):
    """The last comparison of a whole run; clean when there is no difference."""

    KIND: ClassVar[str] = "reconciliation"

    run_id: str
    currency: Currency
    source: Literal["rail", "report"]
    tally: Tally
    at_ms: int

    @property
    def key(self) -> Key:
        return reconciliation_key(self.run_id)


class ReportRow(Value):
    """One line of a report as a person has it from the bank."""

    payout_id: str = Field(max_length=64)
    status: Literal["paid", "failed", "returned"] = "paid"
    amount_minor: NaturalMinor
    fee_minor: NaturalMinor = 0


def difference_key(run_id: str, payout_id: str) -> Key:
    """Where a difference is."""
    return Key("core", f"RUN#{run_id}", f"E#{payout_id}")


def reconciliation_key(run_id: str) -> Key:
    """Where the last comparison is."""
    return Key("core", f"RUN#{run_id}", "RECONCILED")


def compare(payout: Payout, said: RailAnswer | None) -> What | None:
    """What is different about a payment; None when both say the same, to the cent."""
    left = said is not None and said.status in _LEFT
    ended = payout.state in ("paid", "failed", "returned")
    if not ended or (said is not None and said.status == "unknown"):
        return "unclear"
    if payout.state != "paid":
        return "paid_at_rail" if left else None
    if said is None:
        return "not_at_rail"
    same = said.left_minor in (None, payout.amount_minor - payout.returned_minor)
    if said.reason == "paid_twice" and not same:
        return "paid_twice"
    if said.status not in ("paid", "unclaimed"):
        return "not_paid_at_rail"
    return None if same else "amount_differs"


@dataclass(frozen=True)
class Reconciling:
    """Compare a run with what the rail, or a report, says; without `sending` no rail is asked."""

    desk: Desk
    sending: Sending | None = None

    def parts(self, run_id: str) -> tuple[int, ...]:
        """The first chunk of each part of the run that one call compares; none if there is none."""
        run = read_run(self.desk.store, run_id)
        asks = reconcilable(run) and self._asks(run)
        return tuple(range(0, run.chunks, RECONCILE_CHUNKS)) if asks else ()

    def turn(self, run_id: str) -> tuple[int, ...] | None:
        """As `parts`, of those with something unclear, if it is time to compare them again.

        None: it is not, or the rail is asked no more. Empty: only the sum is missing.
        """
        run = read_run(self.desk.store, run_id)
        if not until_settled(partial(take_turn, self.desk, run)) or not self._asks(run):
            return None
        clear = self._clear(run_id)
        asked = (number for number in range(run.chunks) if number not in clear)
        return tuple(dict.fromkeys(one - one % RECONCILE_CHUNKS for one in asked))

    def look(self, run_id: str, first: int, only: str = "") -> None:
        """Compare one part with the rail: the chunks from `first` on, or the unclear ones only."""
        run = read_run(self.desk.store, run_id)
        if reconcilable(run) and self.sending is not None and self._asks(run):
            clear = self._clear(run_id, first) if only == ONLY_UNCLEAR else frozenset[int]()
            patience = Patience(self.desk, run.rail, is_over=rests(self.desk, run.rail))
            for number in range(first, min(first + RECONCILE_CHUNKS, run.chunks)):
                if number not in clear:
                    self._chunk(self.sending, run, number, patience)

    def sum_up(self, run_id: str) -> None:
        """Add up what the parts came to, once all were compared. Conflict `not_all_compared`."""
        run = read_run(self.desk.store, run_id)
        if not reconcilable(run):
            return
        tally, count = _sum(self.desk.store, run_id)
        if count < run.chunks:
            raise Conflict("not_all_compared", f"{count} of {run.chunks} chunks were compared")
        until_settled(partial(self._finish, run, "rail", tally))

    def report(self, run_id: str, rows: Sequence[ReportRow]) -> Reconciliation:
        """Compare with a whole report of the run, given by a person.

        Raises Conflict `run_not_settled` or `report_too_large`, InvalidInput `row_twice`.
        """
        run = read_run(self.desk.store, run_id)
        if run.state != "settled":
            raise Conflict("run_not_settled", f"the run is {run.state}")
        said = {row.payout_id: row for row in rows}
        if len(said) != len(rows):
            raise InvalidInput("row_twice", "a payout is in the report twice")
        if max(run.count, len(rows)) > REPORT_ROWS_MAX:
            raise Conflict("report_too_large", f"a report has at most {REPORT_ROWS_MAX} rows")
        tally, ours = Tally(), set[str]()
        for lines in line_pages(self.desk.store, run_id):
            for payout in payouts_of(self.desk, lines):
                ours.add(payout.payout_id)
                tally = tally.plus(self._note(payout, _answer(said.get(payout.payout_id))))
        for name, row in said.items():
            if name not in ours:
                tally = tally.plus(self._not_ours(run_id, row))
        return until_settled(partial(self._finish, run, "report", tally))

    def _asks(self, run: PayoutRun) -> bool:
        return self.sending is not None and run.rail in self.sending.rails

    def _clear(self, run_id: str, first: int | None = None) -> frozenset[int]:
        """The chunks that were compared and left nothing unclear; of one part, or of all."""
        if first is None:
            found = [row for rows in _tallies(self.desk.store, run_id) for row in rows]
        else:
            keys = [_tally_key(run_id, first + at) for at in range(RECONCILE_CHUNKS)]
            found = list(self.desk.store.get_many(ChunkTally, keys).values())
        return frozenset(row.number for row in found if row.tally.unclear == 0)

    def _chunk(self, sending: Sending, run: PayoutRun, number: int, patience: Patience) -> None:
        chunk = self.desk.store.get(RunChunk, chunk_key(run.run_id, number))
        assert chunk is not None, "a settled run has all its chunks"
        keys = [payout_key(row.advocate_id, row.payout_id) for row in chunk.rows]
        tally, rail = Tally(), sending.rails[run.rail]
        for payout in self.desk.store.get_many(Payout, keys).values():
            said = None
            if payout.sent_ms is not None:
                said = patience.ask(partial(rail.look_up, payout.payout_id, payout.reference))
            after = sending.post_back(payout, said) if said is not None else payout
            tally = tally.plus(self._note(after, said))
        until_settled(
            partial(self._save, ChunkTally(run_id=run.run_id, number=number, tally=tally))
        )

    def _note(self, payout: Payout, said: RailAnswer | None) -> Tally:
        """List or strike off the difference of one payment, and what it adds to the sums."""
        if payout.state in ("draft", "cancelled"):
            return Tally()
        what = compare(payout, said)
        until_settled(partial(self._list, payout, said, what))
        left = said is not None and said.status in _LEFT
        told = said.left_minor if said is not None and left else 0
        ours = payout.amount_minor - payout.returned_minor
        back = payout.amount_minor if payout.state == "returned" else payout.returned_minor
        return Tally(
            compared=1,
            ours_minor=ours if payout.state == "paid" else 0,
            rails_minor=ours if told is None else max(0, told),
            fees_minor=(said.fee_minor if said else 0) or payout.fee_minor,
            came_back=int(back > 0),
            came_back_minor=back,
            differences=int(what is not None),
            unclear=int(what == "unclear"),
        )

    def _list(self, payout: Payout, said: RailAnswer | None, what: What | None) -> None:
        known = self.desk.store.get(RunDifference, difference_key(payout.run_id, payout.payout_id))
        change = Change()
        if what is None and known is not None:
            change.delete(known)
        elif what is not None:
            change.save(
                RunDifference(
                    run_id=payout.run_id,
                    payout_id=payout.payout_id,
                    what=what,
                    ours=payout.state,
                    ours_minor=payout.amount_minor,
                    rails=said.status if said else None,
                    rails_minor=said.left_minor if said else None,
                    found_ms=self.desk.clock.now_ms(),
                    version=known.version if known else 0,
                )
            )
        if change.keys:
            self.desk.store.commit(change)

    def _not_ours(self, run_id: str, row: ReportRow) -> Tally:
        """A line of the report that is no payout of the run."""
        until_settled(
            partial(
                self._save,
                RunDifference(
                    run_id=run_id,
                    payout_id=row.payout_id,
                    what="not_ours",
                    ours=None,
                    ours_minor=0,
                    rails=row.status,
                    rails_minor=row.amount_minor,
                    found_ms=self.desk.clock.now_ms(),
                ),
            )
        )
        left = row.amount_minor if row.status == "paid" else 0
        return Tally(compared=1, rails_minor=left, fees_minor=row.fee_minor, differences=1)

    def _save(self, record: Record) -> None:
        known = self.desk.store.get(type(record), record.key)
        change = Change()
        change.save(record.but(version=known.version if known else 0))
        self.desk.store.commit(change)

    def _finish(
        self, run: PayoutRun, source: Literal["rail", "report"], tally: Tally
    ) -> Reconciliation:
        known = self.desk.store.get(Reconciliation, reconciliation_key(run.run_id))
        found = Reconciliation(
            run_id=run.run_id,
            currency=run.currency,
            source=source,
            tally=tally,
            at_ms=self.desk.clock.now_ms(),
            version=known.version if known else 0,
        )
        change = Change()
        change.save(found)
        close_if_clear(self.desk, change, run.run_id, tally.unclear)
        change.create(
            self.desk.event(
                "payout_run.reconciled",
                run.run_id,
                "" if tally.differences == 0 else "differences",
                program_id=run.program_id,
                currency=run.currency,
                source=source,
                **dict(tally),
            )
        )
        self.desk.store.commit(change)
        return found


def _tally_key(run_id: str, number: int) -> Key:
    return Key("core", f"RUN#{run_id}", f"K#{number:05d}")


def _tallies(store: Store, run_id: str) -> Iterator[Sequence[ChunkTally]]:
    place = f"RUN#{run_id}"
    return pages(lambda at: store.query(ChunkTally, "core", place, "K#", cursor=at))


def _sum(store: Store, run_id: str) -> tuple[Tally, int]:
    """The sum of all chunks, and how many there are."""
    total, count = Tally(), 0
    for rows in _tallies(store, run_id):
        for row in rows:
            total, count = total.plus(row.tally), count + 1
    return total, count


def _answer(row: ReportRow | None) -> RailAnswer | None:
    if row is None:
        return None
    return RailAnswer(row.status, amount_minor=row.amount_minor, fee_minor=row.fee_minor)
