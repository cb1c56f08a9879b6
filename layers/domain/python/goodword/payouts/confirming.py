"""What became of a payment that no rail can tell is said by a person of finance, with a reference.

Open to a person: payouts of a rail by hand, and payouts still `unknown` when no rail's key window
is open any more, so that nothing can be sent again beside the person's word. A payment that was
booked as paid may come back later. Nobody says anything about a payout of their own. What a person
says moves the sums of a run that has ended, so that they tell what its rail by hand still owes.
"""

from dataclasses import dataclass
from typing import Literal

from goodword.errors import Conflict, InvalidInput, NotAllowed, NotFound
from goodword.limits import CONFIRM_MAX, PERSON_AFTER_HOURS
from goodword.payouts.ending import add_end
from goodword.payouts.freezing import read_run
from goodword.payouts.model import (
    RAILS_BY_HAND,
    Payout,
    PayoutPlace,
    PayoutRun,
    RunLine,
    payout_key,
    payout_place_key,
)
from goodword.persons import Person
from goodword.ports import Change, Desk, Store, until_settled
from goodword.records import Value
from goodword.times import HOUR_MS

Outcome = Literal["paid", "failed", "returned"]
FAIL_CODES = ("wrong_details", "account_closed", "refused_by_bank", "never_arrived", "other")


class Confirmed(Value):
    """How many payouts this call ended, and the cursor to go on with (None: no more)."""

    count: int
    next_cursor: str | None


def find_payout(store: Store, payout_id: str) -> Payout:
    """A payout by its id alone. Raises NotFound `unknown_payout`."""
    place = store.get(PayoutPlace, payout_place_key(payout_id))
    payout = place and store.get(Payout, payout_key(place.advocate_id, payout_id))
    if not payout:
        raise NotFound("unknown_payout", "there is no such payout")
    return payout


@dataclass(frozen=True)
class Confirming:
    """The answers of a person for payments."""

    desk: Desk

    def one(
        self,
        payout_id: str,
        person: Person,
        outcome: Outcome,
        *,
        run_id: str,
        reference: str = "",
        code: str = "",
    ) -> Payout:
        """End one payout. Saying the same again changes nothing.

        Raises InvalidInput `unknown_reason_code` or `reference_missing`, NotAllowed
        `payee_may_not_confirm`, NotFound, Conflict `payout_not_open`.
        """
        _complete(outcome, reference, code)

        def attempt() -> Payout:
            payout = find_payout(self.desk.store, payout_id)
            if payout.run_id != run_id:
                raise NotFound("unknown_payout", "the run has no such payout")
            if payout.advocate_id == person.advocate_id:
                raise NotAllowed("payee_may_not_confirm", "this payout is your own")
            if payout.state == outcome:
                return payout
            if not open_to_a_person(payout, outcome, self.desk.clock.now_ms()):
                raise Conflict("payout_not_open", f"the payout is {payout.state}")
            return self._end(payout, outcome, reference, code)

        return until_settled(attempt)

    def all(
        self, run_id: str, person: Person, reference: str, cursor: str | None = None
    ) -> Confirmed:
        """Confirm the next sent payouts of a run by hand as paid, except the person's own.

        One call ends at most CONFIRM_MAX; go on with `next_cursor`.
        """
        _complete("paid", reference, "")
        run = read_run(self.desk.store, run_id)
        if run.rail not in RAILS_BY_HAND:
            raise Conflict("rail_answers_itself", "this rail says itself what became of a payment")
        page = self.desk.store.query(
            RunLine, "core", f"RUN#{run_id}", "L#", limit=CONFIRM_MAX, cursor=cursor
        )
        count = 0
        for line in page.rows:
            if line.advocate_id != person.advocate_id:
                count += self._confirm(line, reference)
        return Confirmed(count=count, next_cursor=page.cursor)

    def _confirm(self, line: RunLine, reference: str) -> int:
        def attempt() -> int:
            payout = self.desk.store.get(Payout, payout_key(line.advocate_id, line.payout_id))
            if payout is None or not is_kept(payout):
                return 0
            self._end(payout, "paid", reference, "")
            return 1

        return until_settled(attempt)

    def file_saved(self, run_id: str, part: int = 1) -> None:
        """Note that somebody takes the bank's file of a run by hand away, and when.

        Each time is an event; the run says who did last. NotFound `no_bank_file`.
        """

        def attempt() -> None:
            run = read_run(self.desk.store, run_id)
            if not has_file(run):
                raise NotFound("no_bank_file", "the run has no file for a bank")
            by, change = self.desk.actor.id, Change()
            change.replace(run.but(file_by=by, file_ms=self.desk.clock.now_ms()))
            change.create(
                self.desk.event(
                    "payout_run.file_saved", run_id, program_id=run.program_id, part=part
                )
            )
            self.desk.store.commit(change)

        until_settled(attempt)

    def _end(self, payout: Payout, outcome: Outcome, reference: str, code: str) -> Payout:
        change = Change()
        after = add_end(self.desk, change, payout, outcome, code, reference=reference)
        self.desk.store.commit(change)
        return after


def _complete(outcome: Outcome, reference: str, code: str) -> None:
    if outcome == "paid" and not reference:
        raise InvalidInput("reference_missing", "say under which reference it was paid")
    if outcome != "paid" and code not in FAIL_CODES:
        raise InvalidInput("unknown_reason_code", "the reason code is not one of the list")


def open_to_a_person(payout: Payout, outcome: Outcome, now_ms: int) -> bool:
    """Whether a person may say that this became of the payout."""
    if payout.state == "paid":
        return outcome == "returned"
    if outcome == "returned":
        return False
    if payout.rail in RAILS_BY_HAND:
        return is_kept(payout)
    since_ms = now_ms - (payout.sent_ms or now_ms)
    return payout.state == "unknown" and since_ms >= PERSON_AFTER_HOURS * HOUR_MS


def has_file(run: PayoutRun) -> bool:
    """Whether a file for the bank was made of the run: it was sent by hand and has ended."""
    return run.rail in RAILS_BY_HAND and run.state == "settled" and run.chunks > 0


def is_kept(payout: Payout) -> bool:
    """Whether the order stands in the file of its run, or will: nobody can have paid it before."""
    return payout.state == "sent" and payout.look_ms is None
