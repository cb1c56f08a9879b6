"""A person decides about an open finding: the payment may go, or it is taken out of the run.

One Change holds all of it: the finding, the numbered decision, the run with its new hash, and when
the payment is taken out, its end and the return of the money. Whoever is paid by what the finding
is about never decides. A run that is stopped as a whole is cleared, or cancelled as any other.
"""

from dataclasses import dataclass

from goodword.errors import Conflict, InvalidInput, NotAllowed, NotFound
from goodword.payouts.approving import pays
from goodword.payouts.ending import add_end
from goodword.payouts.findings import (
    CLEAR_CODES,
    HOLD_CODES,
    WHOLE_RUN,
    RunDecision,
    RunFinding,
    Verdict,
    finding_key,
)
from goodword.payouts.freezing import read_run
from goodword.payouts.hashing import run_hash_of
from goodword.payouts.model import Payout, PayoutRun, add, payout_key
from goodword.persons import Person
from goodword.ports import Change, Desk, Guard, until_settled
from goodword.programs.payment import CheckName
from goodword.receipts import Receipt, no_receipt, settle


@dataclass(frozen=True)
class Deciding:
    """What finance says about findings."""

    desk: Desk

    def decide(
        self,
        run_id: str,
        check: CheckName,
        subject: str,
        verdict: Verdict,
        code: str,
        person: Person,
        receipt: Receipt[PayoutRun] = no_receipt,
    ) -> PayoutRun:
        """Clear the finding, or hold its payment back. The same answer again changes nothing.

        Raises InvalidInput `unknown_reason_code` or `run_is_cancelled_whole`, NotFound
        `unknown_finding`, NotAllowed `payee_may_not_decide`, Conflict `finding_not_open` or
        `run_not_waiting`.
        """
        if code not in (CLEAR_CODES if verdict == "clear" else HOLD_CODES):
            raise InvalidInput("unknown_reason_code", "the reason code is not one of the list")
        if subject == WHOLE_RUN and verdict == "hold":
            raise InvalidInput("run_is_cancelled_whole", "cancel the run instead")

        def attempt() -> PayoutRun:
            run = read_run(self.desk.store, run_id)
            finding = self.desk.store.get(RunFinding, finding_key(run_id, check, subject))
            if finding is None:
                raise NotFound("unknown_finding", "the run has no such finding")
            self._not_for_oneself(run, finding, person)
            wanted = "cleared" if verdict == "clear" else "held"
            if (finding.state, finding.decided_by) == (wanted, person.subject):
                return run
            if run.state != "draft" or run.listing != "hashed":
                raise Conflict("run_not_waiting", f"the run is {run.state}")
            if finding.state != "open":
                raise Conflict("finding_not_open", f"the finding is {finding.state}")
            return self._commit(run, finding, verdict, code, person, receipt)

        return until_settled(attempt)

    def _commit(
        self,
        run: PayoutRun,
        finding: RunFinding,
        verdict: Verdict,
        code: str,
        person: Person,
        receipt: Receipt[PayoutRun],
    ) -> PayoutRun:
        now_ms, change = self.desk.clock.now_ms(), Change()
        decision = RunDecision(
            run_id=run.run_id,
            number=run.decisions + 1,
            check=finding.check,
            subject=finding.subject,
            verdict=verdict,
            code=code,
            by=person.subject,
            at_ms=now_ms,
        )
        decisions_hash = decision.hash_after(run.decisions_hash)
        after = run.but(
            decisions=decision.number,
            decisions_hash=decisions_hash,
            run_hash=run_hash_of(run.lines_hash, decisions_hash),
            open_findings=run.open_findings - 1,
            changed_ms=now_ms,
        )
        if verdict == "hold":
            after = self._taken_out(change, after, finding)
        state = "cleared" if verdict == "clear" else "held"
        change.replace(
            finding.but(state=state, reason=code, decided_by=person.subject, decided_ms=now_ms)
        )
        change.create(decision)
        change.replace(after, Guard(equals={"state": "draft", "run_hash": run.run_hash}))
        change.create(
            self.desk.event(
                f"payout_run.finding_{state}",
                run.run_id,
                code,
                program_id=run.program_id,
                check=finding.check,
                about=finding.subject,
                run_hash=after.run_hash,
            )
        )
        return settle(self.desk.store, change, after, receipt)

    def _taken_out(self, change: Change, run: PayoutRun, finding: RunFinding) -> PayoutRun:
        """Give the payment back, if another finding has not done so; the run without it."""
        assert finding.advocate_id is not None
        place = payout_key(finding.advocate_id, finding.subject)
        payout = self.desk.store.get(Payout, place)
        if payout is None or payout.state != "draft":
            return run
        add_end(self.desk, change, payout, "cancelled", "held_by_audit")
        return run.but(
            count=run.count - 1,
            total_minor=run.total_minor - payout.amount_minor,
            held=add(run.held, payout.amount_minor),
        )

    def _not_for_oneself(self, run: PayoutRun, finding: RunFinding, person: Person) -> None:
        own = person.advocate_id is not None and finding.advocate_id == person.advocate_id
        if own or (finding.subject == WHOLE_RUN and pays(self.desk.store, run, person)):
            raise NotAllowed("payee_may_not_decide", "you are paid by what this is about")
