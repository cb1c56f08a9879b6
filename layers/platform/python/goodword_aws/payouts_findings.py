"""What finance sees of an audit, and of the payouts that are stopped: figures, codes and ids."""

from goodword.payouts.findings import FindingState, RunFinding
from goodword.payouts.freezing import read_run
from goodword.payouts.stops import Cause, PayoutStop, read_stop
from goodword.ports import Page, Store
from goodword.programs.payment import CheckName
from goodword.records import Value
from goodword.times import rfc3339


class FindingAnswer(Value):
    """One finding; `subject` is a payout id, or "run". Amounts are in the run's currency."""

    check: CheckName
    subject: str
    advocate_id: str | None
    figures: dict[str, int]
    state: FindingState
    reason: str
    decided_by: str | None
    decided_at: str | None
    found_at: str


class HoldAnswer(Value):
    """One cause that stops an advocate's payouts."""

    id: str
    reason: str
    code: str
    by: str
    since: str


class HoldsAnswer(Value):
    """Everything that stops an advocate's payouts; nothing does when the list is empty."""

    advocate_id: str
    data: tuple[HoldAnswer, ...]


def finding_page(store: Store, run_id: str, limit: int, cursor: str | None) -> Page[FindingAnswer]:
    """The findings of a run, those of one payment together."""
    read_run(store, run_id)
    page = store.query(RunFinding, "core", f"RUN#{run_id}", "F#", limit=limit, cursor=cursor)
    return Page([_finding(one) for one in page.rows], page.cursor)


def shown_holds(stop: PayoutStop) -> HoldsAnswer:
    """The stop as an answer, the oldest cause first."""
    causes = sorted(stop.all.items(), key=lambda one: (one[1].at_ms, one[0]))
    return HoldsAnswer(
        advocate_id=stop.advocate_id, data=tuple(_hold(name, cause) for name, cause in causes)
    )


def holds_of(store: Store, advocate_id: str) -> HoldsAnswer:
    """What stops the payouts of one advocate; an unknown one has nothing."""
    return shown_holds(read_stop(store, advocate_id))


def _finding(row: RunFinding) -> FindingAnswer:
    return FindingAnswer(
        check=row.check,
        subject=row.subject,
        advocate_id=row.advocate_id,
        figures=row.figures,
        state=row.state,
        reason=row.reason,
        decided_by=row.decided_by,
        decided_at=None if row.decided_ms is None else rfc3339(row.decided_ms),
        found_at=rfc3339(row.found_ms),
    )


def _hold(name: str, cause: Cause) -> HoldAnswer:
    return HoldAnswer(
        id=name, reason=cause.reason, code=cause.code, by=cause.by, since=rfc3339(cause.at_ms)
    )
