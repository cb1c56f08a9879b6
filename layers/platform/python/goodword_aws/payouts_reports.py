"""A run compared: with the rail's own word, and with the run before, advocate by advocate."""

from collections.abc import Sequence

from goodword.errors import Conflict, NotFound
from goodword.limits import PAYOUT_PARTS_MAX, READ_KEYS_MAX, REPORT_ROWS_MAX
from goodword.money import Money
from goodword.payouts.freezing import read_run
from goodword.payouts.model import (
    Payout,
    PayoutRun,
    RunLine,
    payout_id_of,
    payout_key,
    run_key,
)
from goodword.payouts.recomparing import OpenComparison, open_comparison_key, reconcilable
from goodword.payouts.reconciling import (
    Reconciliation,
    ReportRow,
    RunDifference,
    What,
    reconciliation_key,
)
from goodword.ports import Page, Store
from goodword.records import Key, Value
from goodword.times import MINUTE_MS, rfc3339
from pydantic import Field

from goodword_aws.calls import Call
from goodword_aws.payouts import PayoutMachine


class Report(Value):
    """The bank's, or the rail's, whole report of a run as a person has it."""

    rows: tuple[ReportRow, ...] = Field(min_length=1, max_length=REPORT_ROWS_MAX)


class RepeatsAnswer(Value):
    """That a run is compared again by itself at `again_at` (None: the rail is asked no more).

    `escalated`: it has been unclear for so long that a person has to look.
    """

    again_at: str | None
    escalated: bool


class ReconciliationAnswer(Value):
    """The last comparison. Clean when `differences` is 0; then both sums are equal to the cent.

    Of `came_back` payments money was with us again, `came_back_amount` in all; it is in no sum.
    `unclear` of the differences may still go by themselves; `repeats` says when they are looked at.
    """

    run_id: str
    source: str
    compared: int
    ours: Money
    rails: Money
    fees: Money
    came_back: int
    came_back_amount: Money
    differences: int
    unclear: int
    repeats: RepeatsAnswer | None
    at: str


class DifferenceAnswer(Value):
    """One payment about which the rail and we say different things."""

    payout_id: str
    what: What
    ours: str | None
    ours_amount: Money
    rails: str | None
    rails_amount: Money | None
    found_at: str


class Comparing(Value):
    """That a comparison was started; its result is read where the last one was."""

    run_id: str
    started: bool


class GoneAnswer(Value):
    """Somebody whom the run before paid and this one does not."""

    advocate_id: str
    previous: Money


def shown_reconciliation(store: Store, found: Reconciliation) -> ReconciliationAnswer:
    """The comparison as an answer."""
    tally = found.tally

    def money(amount_minor: int) -> Money:
        return Money(amount_minor=amount_minor, currency=found.currency)

    return ReconciliationAnswer(
        run_id=found.run_id,
        source=found.source,
        compared=tally.compared,
        ours=money(tally.ours_minor),
        rails=money(tally.rails_minor),
        fees=money(tally.fees_minor),
        came_back=tally.came_back,
        came_back_amount=money(tally.came_back_minor),
        differences=tally.differences,
        unclear=tally.unclear,
        repeats=repeats_of(store, found.run_id),
        at=rfc3339(found.at_ms),
    )


def repeats_of(store: Store, run_id: str) -> RepeatsAnswer | None:
    """Whether and when the run is compared again; None when nothing of it is unclear."""
    found = store.get(OpenComparison, open_comparison_key(run_id))
    if found is None:
        return None
    again_at = None if found.look_ms is None else rfc3339(found.look_ms)
    return RepeatsAnswer(again_at=again_at, escalated=found.escalated)


def reconciliation_of(store: Store, run_id: str) -> ReconciliationAnswer:
    """The last comparison. NotFound `never_reconciled` before the first."""
    read_run(store, run_id)
    found = store.get(Reconciliation, reconciliation_key(run_id))
    if found is None:
        raise NotFound("never_reconciled", "the run has not been compared with its rail yet")
    return shown_reconciliation(store, found)


def difference_page(
    store: Store, run_id: str, limit: int, cursor: str | None
) -> Page[DifferenceAnswer]:
    """Every difference of the last comparison."""
    currency = read_run(store, run_id).currency
    page = store.query(RunDifference, "core", f"RUN#{run_id}", "E#", limit=limit, cursor=cursor)
    return Page([_difference(one, currency) for one in page.rows], page.cursor)


def compare_again(call: Call, machine: PayoutMachine) -> Comparing:
    """The same for a call of the API."""
    run = read_run(call.desk.store, call.path["run_id"])
    return compare(run, call.desk.clock.now_ms(), machine)


def compare(run: PayoutRun, now_ms: int, machine: PayoutMachine) -> Comparing:
    """Start a comparison with the rail; twice in a minute starts one. Conflict `rail_not_asked`."""
    if not reconcilable(run):
        raise Conflict("rail_not_asked", "the run is not over, or its rail cannot be asked")
    name = f"{run.run_id}-reconcile-{now_ms // MINUTE_MS}"
    given = {"task": "reconcile", "run_id": run.run_id, "cursor": ""}
    return Comparing(run_id=run.run_id, started=machine.start(name, given))


def earlier_amounts(
    store: Store, run: PayoutRun, lines: Sequence[RunLine]
) -> dict[str, int] | None:
    """What the run before had for each advocate of the lines; None if there was none before."""
    before = run.previous_run_id and store.get(PayoutRun, run_key(run.previous_run_id))
    if not before:
        return None
    return amounts_in(store, before, [line.advocate_id for line in lines])


def amounts_in(store: Store, run: PayoutRun, advocates: Sequence[str]) -> dict[str, int]:
    """What a run has for each of these advocates, all parts together; found by derived ids."""
    whose: dict[Key, str] = {}
    for person in dict.fromkeys(advocates):
        for part in range(PAYOUT_PARTS_MAX):
            name = payout_id_of(run.run_id, run.cutoff_ms, person, part)
            whose[payout_key(person, name)] = person
    sums: dict[str, int] = {}
    keys = list(whose)
    for at in range(0, len(keys), READ_KEYS_MAX):
        found = store.get_many(Payout, keys[at : at + READ_KEYS_MAX])
        for key, payout in found.items():
            if payout.state != "cancelled":
                sums[whose[key]] = sums.get(whose[key], 0) + payout.amount_minor
    return sums


def gone_page(store: Store, run_id: str, limit: int, cursor: str | None) -> Page[GoneAnswer]:
    """Advocates of the run before who are not in this one, a page of its lines at a time."""
    run = read_run(store, run_id)
    if run.previous_run_id is None:
        return Page([], None)
    page = store.query(
        RunLine, "core", f"RUN#{run.previous_run_id}", "L#", limit=limit, cursor=cursor
    )
    there = amounts_in(store, run, [line.advocate_id for line in page.rows])
    gone = [
        GoneAnswer(
            advocate_id=line.advocate_id,
            previous=Money(amount_minor=line.amount_minor, currency=run.currency),
        )
        for line in page.rows
        if line.advocate_id not in there
    ]
    return Page(gone, page.cursor)


def _difference(row: RunDifference, currency: str) -> DifferenceAnswer:
    def money(amount_minor: int) -> Money:
        return Money(amount_minor=amount_minor, currency=currency)

    return DifferenceAnswer(
        payout_id=row.payout_id,
        what=row.what,
        ours=row.ours,
        ours_amount=money(row.ours_minor),
        rails=row.rails,
        rails_amount=None if row.rails_minor is None else money(row.rails_minor),
        found_at=rfc3339(row.found_ms),
    )
