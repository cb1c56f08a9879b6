"""What a run ended with follows its payments: one that moves later moves the sums of its run.

So a run, its payments, their statements and the ledger say the same of money that came back. A
payment of which a part came back stays paid, whole, and the part is a sum of its own:

    paid 2 payments, 12.00                  the states of the payments
    part_back 1 payment, 2.00               of it is with us again, and payable

Sums that were stored before they followed, or that cannot hold what moves, are counted anew from
the payments. A run of too many keeps what it has then, and no sum is ever less than nothing.
"""

from collections.abc import Iterator

from goodword.limits import READ_KEYS_MAX, RUN_RECOUNT_MAX
from goodword.payouts.freezing import read_run
from goodword.payouts.listing import line_pages
from goodword.payouts.model import Payout, PayoutRun, Sum, add, payout_key
from goodword.ports import Change, Desk, Store, until_settled


def follow(desk: Desk, change: Change, before: Payout, after: Payout) -> None:
    """Let the sums of a run that has ended follow a payment that this Change moves."""
    run = read_run(desk.store, before.run_id)
    if run.state != "settled":
        return
    moved = _moved(run, before, after)
    exact = moved.summed and _holds(run, before)
    if not exact and run.count + (run.held.count if run.held else 0) <= RUN_RECOUNT_MAX:
        moved = _counted(desk.store, run, after)
    change.replace(moved)


def sum_up(desk: Desk, run_id: str) -> PayoutRun:
    """Count a run that has ended once more, if some of its payments could move meanwhile."""

    def attempt() -> PayoutRun:
        run = read_run(desk.store, run_id)
        if run.state != "settled" or run.summed:
            return run
        change = Change()
        change.replace(after := _counted(desk.store, run))
        desk.store.commit(change)
        return after

    return until_settled(attempt)


def tally(sums: dict[str, Sum], back: Sum | None, payout: Payout) -> Sum | None:
    """Count the payment into the sums by state; the parts that came back, with its own."""
    sums[payout.state] = add(sums.get(payout.state), payout.amount_minor)
    part = _part(payout)
    return add(back, part) if part else back


def _moved(run: PayoutRun, before: Payout, after: Payout) -> PayoutRun:
    sums, back = dict(run.outcome), run.part_back
    if before.state != after.state and _has(sums.get(before.state), before.amount_minor):
        rest = _less(sums.pop(before.state), before.amount_minor)
        sums |= {before.state: rest} if rest else {}
        sums[after.state] = add(sums.get(after.state), after.amount_minor)
    if back and _part(before) and _has(back, _part(before)):
        back = _less(back, _part(before))
    if _part(after):
        back = add(back, _part(after))
    return run.but(outcome=sums, part_back=back)


def _holds(run: PayoutRun, payout: Payout) -> bool:
    part = _part(payout)
    has_part = not part or _has(run.part_back, part)
    return has_part and _has(run.outcome.get(payout.state), payout.amount_minor)


def _has(so_far: Sum | None, amount_minor: int) -> bool:
    if so_far is None or so_far.count < 2:
        return so_far == Sum(count=1, amount_minor=amount_minor)
    return so_far.amount_minor > amount_minor


def _less(so_far: Sum, amount_minor: int) -> Sum | None:
    rest = Sum(count=so_far.count - 1, amount_minor=so_far.amount_minor - amount_minor)
    return rest if rest.count else None


def _part(payout: Payout) -> int:
    """What came back in part of a payment that is paid."""
    return payout.returned_minor if payout.state == "paid" else 0


def _counted(store: Store, run: PayoutRun, moved: Payout | None = None) -> PayoutRun:
    """The run with the sums of its payments as they are, and of the one that moves now."""
    sums: dict[str, Sum] = {}
    back: Sum | None = None
    for payout in _payouts(store, run.run_id):
        now = moved if moved and moved.payout_id == payout.payout_id else payout
        back = tally(sums, back, now)
    return run.but(outcome=sums, part_back=back, summed=True)


def _payouts(store: Store, run_id: str) -> Iterator[Payout]:
    for lines in line_pages(store, run_id):
        keys = [payout_key(line.advocate_id, line.payout_id) for line in lines]
        for at in range(0, len(keys), READ_KEYS_MAX):
            yield from store.get_many(Payout, keys[at : at + READ_KEYS_MAX]).values()
