"""A run is requested by one person and released by another, and neither is paid by it (I6).

Both confirm the same `run_hash`; the second also types the total. Every rule is checked twice:
here, to say clearly what is wrong, and as a condition of the write, so that two calls at one moment
cannot both pass. The machine is told only afterwards; what it is told permits nothing.
"""

from dataclasses import dataclass
from typing import Literal

from goodword.errors import Conflict, InvalidInput, NotAllowed
from goodword.limits import RELEASE_CHECKED_MAX, RUN_RELEASE_DAYS, RUN_REQUEST_DAYS
from goodword.payouts.freezing import read_run
from goodword.payouts.listing import Listing
from goodword.payouts.model import (
    Payout,
    PayoutRun,
    RunState,
    payout_id_of,
    payout_key,
    run_moved,
)
from goodword.persons import Person
from goodword.ports import Change, Desk, Guard, Store, until_settled
from goodword.receipts import Receipt, no_receipt, settle
from goodword.times import DAY_MS
from goodword.workflow import TaskToken, Workflow, token_key

Wait = Literal["request", "release"]
CANCEL_CODES = ("wrong_period", "wrong_amounts", "suspected_fraud", "rail_not_ready", "other")

# The state in which a run waits for each of the two people.
WAITS_IN: dict[Wait, RunState] = {"request": "draft", "release": "requested"}


def overdue(run: PayoutRun, now_ms: int) -> bool:
    """Whether the run has waited for a person longer than it may."""
    if run.state == "draft":
        return run.listing == "hashed" and now_ms >= run.changed_ms + RUN_REQUEST_DAYS * DAY_MS
    return run.state == "requested" and now_ms >= run.changed_ms + RUN_RELEASE_DAYS * DAY_MS


@dataclass(frozen=True)
class Approving:
    """Ask for the two people, take their answers, and end what nobody answered."""

    desk: Desk
    workflow: Workflow

    def ask(self, run_id: str, wait: Wait, token: str) -> None:
        """Keep the machine's callback; when the answer is there already, resume it at once."""

        def attempt() -> bool:
            run = read_run(self.desk.store, run_id)
            if run.state != WAITS_IN[wait]:
                return False
            kept = self.desk.store.get(TaskToken, token_key(run_id, wait))
            given = TaskToken(
                subject_id=run_id,
                name=wait,
                token=token,
                given_ms=self.desk.clock.now_ms(),
                version=kept.version if kept else 0,
            )
            change = Change()
            change.save(given)
            # An answer that commits after this one reads the token, so nobody waits for nothing.
            change.require(run.key, Guard(equals={"state": run.state}))
            self.desk.store.commit(change)
            return True

        if not until_settled(attempt):
            self.workflow.resume(token, {"run_id": run_id})

    def request(
        self,
        run_id: str,
        person: Person,
        run_hash: str,
        receipt: Receipt[PayoutRun] = no_receipt,
    ) -> PayoutRun:
        """The first person asks for the run to be paid as listed. Asking again changes nothing.

        Raises NotAllowed `payee_may_not_request`, Conflict `run_changed`, `run_not_waiting` or
        `findings_open`.
        """

        def attempt() -> PayoutRun:
            run = read_run(self.desk.store, run_id)
            self._not_a_payee(run, person, "payee_may_not_request")
            if run.state == "requested" and run.requested_by == person.subject:
                return _same(run, run_hash)
            _waits(run, "draft")
            _same(run, run_hash)
            now_ms = self.desk.clock.now_ms()
            after = run_moved(run, "requested", now_ms).but(
                requested_by=person.subject, requested_ms=now_ms, requested_mark=person.mark
            )
            guard = Guard(equals={"state": "draft", "run_hash": run_hash})
            return self._move(after, guard, receipt)

        return self._told(until_settled(attempt), "request")

    def release(
        self,
        run_id: str,
        person: Person,
        run_hash: str,
        total_minor: int,
        receipt: Receipt[PayoutRun] = no_receipt,
    ) -> PayoutRun:
        """The second person lets it go, having typed the total. Releasing again changes nothing.

        A run that takes two checkers is still `requested` after the first one's release. What is
        stored is hashed anew, here or in a very large run by the step that begins to send. Raises
        NotAllowed `same_person` or `payee_may_not_release`, InvalidInput `total_mismatch`, Conflict
        `run_changed` or `run_not_waiting`.
        """

        def attempt() -> PayoutRun:
            run = read_run(self.desk.store, run_id)
            self._not_a_payee(run, person, "payee_may_not_release")
            if person.is_one_of((run.requested_by, run.requested_mark)):
                raise NotAllowed("same_person", "another person must release what you requested")
            if person.subject in (run.released_by, run.checked_by):
                return _same(run, run_hash)
            if person.is_one_of((run.checked_by, run.checked_mark)):
                raise NotAllowed("same_person", "another person must release what you checked")
            _waits(run, "requested")
            _same(run, run_hash)
            if total_minor != run.total_minor:
                raise InvalidInput("total_mismatch", "the total is not that of the run")
            if run.count <= RELEASE_CHECKED_MAX:
                Listing(self.desk).check(run)
            return self._passed(run, person, receipt)

        run = until_settled(attempt)
        return self._told(run, "release") if run.state == "released" else run

    def _passed(self, run: PayoutRun, person: Person, receipt: Receipt[PayoutRun]) -> PayoutRun:
        """The run with one more checker's word; released when that was the last one it takes."""
        now_ms, differs = self.desk.clock.now_ms(), {"requested_by": person.subject}
        guard = Guard(equals={"state": "requested", "run_hash": run.run_hash}, differs=differs)
        if takes_two(run) and run.checked_by is None:
            after = run.but(checked_by=person.subject, checked_ms=now_ms, checked_mark=person.mark)
            return self._move(after, guard, receipt, "checked")
        if run.checked_by is not None:
            differs["checked_by"] = person.subject
        after = run_moved(run, "released", now_ms).but(
            released_by=person.subject, released_ms=now_ms
        )
        return self._move(after, guard, receipt)

    def cancel(self, run_id: str, code: str, receipt: Receipt[PayoutRun] = no_receipt) -> PayoutRun:
        """Stop a run of which nothing has been sent. Cancelling again changes nothing.

        Raises InvalidInput `unknown_reason_code`, Conflict `run_not_waiting`.
        """
        if code not in CANCEL_CODES:
            raise InvalidInput("unknown_reason_code", "the reason code is not one of the list")

        def attempt() -> tuple[PayoutRun, RunState]:
            run = read_run(self.desk.store, run_id)
            if run.state == "cancelled":
                return run, run.state
            if run.state not in ("draft", "requested", "released"):
                raise Conflict("run_not_waiting", f"the run is {run.state}")
            after = run_moved(run, "cancelled", self.desk.clock.now_ms(), code)
            return self._move(after, Guard(equals={"state": run.state}), receipt), run.state

        run, before = until_settled(attempt)
        return self._told(run, "request" if before == "draft" else "release")

    def expire(self, run_id: str) -> PayoutRun:
        """End a run that waited too long for a person; whatever else it is meanwhile, it stays.

        One that was asked for in the last moment of that wait has its own days for the release.
        """

        def attempt() -> PayoutRun:
            run, now_ms = read_run(self.desk.store, run_id), self.desk.clock.now_ms()
            if run.state != "draft" and not overdue(run, now_ms):
                return run
            reason = "nobody_requested" if run.state == "draft" else "nobody_released"
            after = run_moved(run, "expired", now_ms, reason)
            return self._move(after, Guard(equals={"state": run.state}), no_receipt)

        return until_settled(attempt)

    def remind(self, run: PayoutRun) -> None:
        """Resume waits that are over, in case the answer was committed and the machine not told."""
        for wait, state in WAITS_IN.items():
            if run.state != state:
                self._told(run, wait)

    def _move(
        self, run: PayoutRun, guard: Guard, receipt: Receipt[PayoutRun], what: str = ""
    ) -> PayoutRun:
        change = Change()
        change.replace(run, guard)
        change.create(
            self.desk.event(
                f"payout_run.{what or run.state}",
                run.run_id,
                run.reason,
                program_id=run.program_id,
                count=run.count,
                total_minor=run.total_minor,
                currency=run.currency,
                run_hash=run.run_hash,
            )
        )
        return settle(self.desk.store, change, run, receipt)

    def _not_a_payee(self, run: PayoutRun, person: Person, code: str) -> None:
        if pays(self.desk.store, run, person):
            raise NotAllowed(code, "you are paid by this run")

    def _told(self, run: PayoutRun, wait: Wait) -> PayoutRun:
        kept = self.desk.store.get(TaskToken, token_key(run.run_id, wait))
        if kept is not None:
            self.workflow.resume(kept.token, {"run_id": run.run_id})
        return run


def pays(store: Store, run: PayoutRun, person: Person) -> bool:
    """Whether the person is a payee; whoever is in the run has its first part: one read tells."""
    if person.advocate_id is None:
        return False
    first = payout_id_of(run.run_id, run.cutoff_ms, person.advocate_id, 0)
    return store.get(Payout, payout_key(person.advocate_id, first)) is not None


def takes_two(run: PayoutRun) -> bool:
    """Whether the amount asks for two checkers."""
    least = run.two_checkers_from_minor
    return least is not None and run.total_minor >= least


def _waits(run: PayoutRun, state: RunState) -> None:
    if run.state != state or run.listing != "hashed":
        raise Conflict("run_not_waiting", f"the run is {run.state}, its list {run.listing}")
    if run.open_findings:
        raise Conflict("findings_open", f"{run.open_findings} findings wait for a decision")


def _same(run: PayoutRun, run_hash: str) -> PayoutRun:
    if run.run_hash != run_hash:
        raise Conflict("run_changed", "the hash is not that of the run as it is listed")
    return run
