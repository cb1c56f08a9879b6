"""What finance sees of runs and payouts: amounts, ids, states and people, no personal field.

A payee is shown by id, and the destination by the first digits of its keyed hash: enough to see
that two payouts go to one place, nothing to pay or to guess.
"""

from collections.abc import Sequence
from typing import Literal

from goodword.ledger.model import Balance
from goodword.money import Money
from goodword.payouts.approving import takes_two
from goodword.payouts.freezing import read_run
from goodword.payouts.model import (
    Exclusion,
    Payout,
    PayoutRun,
    RunLine,
    RunState,
    Standing,
    Sum,
    payout_key,
    run_key,
    standing,
)
from goodword.payouts.statement import (
    Statement,
    statement_csv,
    statement_html,
    statement_of,
)
from goodword.ports import Page, Store
from goodword.records import Value
from goodword.times import rfc3339

from goodword_aws.calls import Raw

FINGERPRINT_DIGITS = 12


class Part(Value):
    """How many, and how much together."""

    count: int
    amount: Money


class Difference(Value):
    """What changed since the previous run: this one minus that one."""

    run_id: str
    count: int
    total: Money


class RunAnswer(Value):
    """A run. `run_hash` is what the two people confirm; it is empty until the list is hashed.

    A run with `open_findings` cannot be requested; `held` was taken out of it by a person. With two
    `checkers_needed` it is released by the second of them, after `checked_by`.
    """

    id: str
    program_id: str
    period: str
    state: RunState
    reason: str
    listing: Literal["open", "closed", "counted", "hashed"]
    rail: str
    cut_off_at: str
    created_at: str
    changed_at: str
    run_hash: str
    count: int
    total: Money
    excluded: dict[str, Part]
    outcome: dict[str, Part]
    part_back: Part | None
    requested_by: str | None
    requested_at: str | None
    checkers_needed: int
    checked_by: str | None
    checked_at: str | None
    released_by: str | None
    released_at: str | None
    open_findings: int
    held: Part | None


class RunDetail(Value):
    """A run with its difference from the one before, if there was one."""

    run: RunAnswer
    difference: Difference | None


class LineAnswer(Value):
    """One payout of a run, as it stands now: how far it is, and how it differs from last time.

    `came_back` is what came back in part of what was paid. `previous` is what the run before had
    for this advocate in all; null if there was none before.
    """

    payout_id: str
    advocate_id: str
    amount: Money
    came_back: Money
    previous: Money | None
    state: Standing
    reason: str
    reference: str
    fee: Money
    sent_at: str | None
    changed_at: str
    look_ups: int


class ExclusionAnswer(Value):
    """Somebody with a balance who is not, or not wholly, in the run."""

    advocate_id: str
    reason: str
    amount: Money


class Payee(Value):
    """Who is paid, masked."""

    advocate_id: str
    rail: str
    destination: str


class PayoutAnswer(Value):
    """A payout with its parts."""

    payee: Payee
    statement: Statement
    fee: Money
    sent_at: str | None
    look_ups: int


class BalanceAnswer(Value):
    """What one advocate has in one programme and currency."""

    program_id: str
    pending: Money
    on_hold: Money
    payable: Money
    in_payout: Money
    paid: Money
    earned: Money
    reversed: Money


class Balances(Value):
    """All balances of one advocate."""

    data: tuple[BalanceAnswer, ...]


def shown_run(run: PayoutRun) -> RunAnswer:
    """The run as an answer."""
    return RunAnswer(
        id=run.run_id,
        program_id=run.program_id,
        period=run.period,
        state=run.state,
        reason=run.reason,
        listing=run.listing,
        rail=run.rail,
        cut_off_at=rfc3339(run.cutoff_ms),
        created_at=rfc3339(run.created_ms),
        changed_at=rfc3339(run.changed_ms),
        run_hash=run.run_hash,
        count=run.count,
        total=_money(run.total_minor, run.currency),
        excluded=_parts(run.excluded, run.currency),
        outcome=_parts(run.outcome, run.currency),
        part_back=_parts({"": run.part_back}, run.currency)[""] if run.part_back else None,
        requested_by=run.requested_by,
        requested_at=time_of(run.requested_ms),
        checkers_needed=2 if takes_two(run) else 1,
        checked_by=run.checked_by,
        checked_at=time_of(run.checked_ms),
        released_by=run.released_by,
        released_at=time_of(run.released_ms),
        open_findings=run.open_findings,
        held=_parts({"held": run.held}, run.currency)["held"] if run.held else None,
    )


def run_detail(store: Store, run_id: str) -> RunDetail:
    """The run and how it differs from the one before."""
    run = read_run(store, run_id)
    before = run.previous_run_id and store.get(PayoutRun, run_key(run.previous_run_id))
    difference = None
    if before:
        difference = Difference(
            run_id=before.run_id,
            count=run.count - before.count,
            total=_money(run.total_minor - before.total_minor, run.currency),
        )
    return RunDetail(run=shown_run(run), difference=difference)


def run_page(store: Store, limit: int, cursor: str | None) -> Page[RunAnswer]:
    """Runs of all programmes, the newest cut-off first."""
    page = store.query_index(PayoutRun, "core", "RUNS", limit=limit, cursor=cursor)
    return Page([shown_run(run) for run in page.rows], page.cursor)


def line_page(store: Store, run_id: str, limit: int, cursor: str | None) -> Page[LineAnswer]:
    """The payouts of a run in the order of the hash."""
    run = read_run(store, run_id)
    page = store.query(RunLine, "core", f"RUN#{run_id}", "L#", limit=limit, cursor=cursor)
    keys = [payout_key(line.advocate_id, line.payout_id) for line in page.rows]
    found = store.get_many(Payout, keys) if keys else {}
    from goodword_aws.payouts_reports import earlier_amounts  # noqa: PLC0415 - advocates do without

    before = earlier_amounts(store, run, page.rows)
    return Page([_line(found[key], run.state, before) for key in keys], page.cursor)


def exclusion_page(
    store: Store, run_id: str, limit: int, cursor: str | None
) -> Page[ExclusionAnswer]:
    """Who was left out of a run, and why."""
    read_run(store, run_id)
    page = store.query(Exclusion, "core", f"RUN#{run_id}", "X#", limit=limit, cursor=cursor)
    return Page([_exclusion(row) for row in page.rows], page.cursor)


def payout_answer(store: Store, payout: Payout) -> PayoutAnswer:
    """A payout with its parts, the payee masked."""
    return PayoutAnswer(
        payee=Payee(
            advocate_id=payout.advocate_id,
            rail=payout.rail,
            destination=payout.destination_hash[:FINGERPRINT_DIGITS],
        ),
        statement=read_statement(store, payout),
        fee=_money(payout.fee_minor, payout.currency),
        sent_at=time_of(payout.sent_ms),
        look_ups=payout.looks,
    )


def read_statement(store: Store, payout: Payout) -> Statement:
    """The statement of a payout as its run stands."""
    return statement_of(payout, read_run(store, payout.run_id).state)


def statement_as(found: Statement, form: str) -> Statement | Raw:
    """The statement in the form that was asked for: json, csv or html; anything else is json."""
    if form == "csv":
        content = statement_csv(found).encode()
        return Raw(content, "text/csv; charset=utf-8", f"{found.payout_id}.csv")
    if form == "html":
        content = statement_html(found).encode()
        return Raw(content, "text/html; charset=utf-8", f"{found.payout_id}.html")
    return found


def balances_of(store: Store, advocate_id: str) -> Balances:
    """The balances of an advocate; an unknown one has none."""
    page = store.query(Balance, "core", f"ADV#{advocate_id}", "A#BAL#")
    return Balances(data=tuple(_balance(row) for row in page.rows))


def statement_pages(
    store: Store, advocate_id: str, limit: int, cursor: str | None
) -> Page[Statement]:
    """An advocate's payouts, newest first."""
    page = store.query(
        Payout,
        "core",
        f"ADV#{advocate_id}",
        "P#",
        limit=limit,
        cursor=cursor,
        newest_first=True,
    )
    states = _run_states(store, page.rows)
    return Page([statement_of(each, states[each.run_id]) for each in page.rows], page.cursor)


def _run_states(store: Store, payouts: Sequence[Payout]) -> dict[str, RunState]:
    keys = list({run_key(payout.run_id) for payout in payouts})
    runs = store.get_many(PayoutRun, keys) if keys else {}
    return {run.run_id: run.state for run in runs.values()}


def _line(payout: Payout, run_state: RunState, before: dict[str, int] | None) -> LineAnswer:
    previous = None if before is None else before.get(payout.advocate_id, 0)
    return LineAnswer(
        payout_id=payout.payout_id,
        advocate_id=payout.advocate_id,
        amount=_money(payout.amount_minor, payout.currency),
        came_back=_money(payout.returned_minor, payout.currency),
        previous=None if previous is None else _money(previous, payout.currency),
        state=standing(payout, run_state),
        reason=payout.reason,
        reference=payout.reference,
        fee=_money(payout.fee_minor, payout.currency),
        sent_at=time_of(payout.sent_ms),
        changed_at=rfc3339(payout.changed_ms),
        look_ups=payout.looks,
    )


def _exclusion(row: Exclusion) -> ExclusionAnswer:
    return ExclusionAnswer(
        advocate_id=row.advocate_id,
        reason=row.reason,
        amount=_money(row.amount_minor, row.currency),
    )


def _balance(row: Balance) -> BalanceAnswer:
    return BalanceAnswer(
        program_id=row.program_id,
        pending=_money(row.pending_minor, row.currency),
        on_hold=_money(row.on_hold_minor, row.currency),
        payable=_money(row.payable_minor, row.currency),
        in_payout=_money(row.in_payout_minor, row.currency),
        paid=_money(row.paid_minor, row.currency),
        earned=_money(row.earned_minor, row.currency),
        reversed=_money(row.reversed_minor, row.currency),
    )


def _parts(sums: dict[str, Sum], currency: str) -> dict[str, Part]:
    return {
        name: Part(count=each.count, amount=_money(each.amount_minor, currency))
        for name, each in sums.items()
    }


def _money(amount_minor: int, currency: str) -> Money:
    return Money(amount_minor=amount_minor, currency=currency)


def time_of(at_ms: int | None) -> str | None:
    """As answers say times; nothing for a moment that has not been."""
    return None if at_ms is None else rfc3339(at_ms)
