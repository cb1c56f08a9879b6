"""What a run ended with follows its payments: one that moves later moves the sums of its run.

So a run, its payments, their statements and the ledger say the same of money that came back. A
payment of which a part came back stays paid, whole, and the part is a sum of its own:

    paid 2 payments, 12.00                  the states of the payments
    part_back 1 payment, 2.00               of it is with us again, and payable
"""

from collections.abc import Mapping

from goodword.payouts.freezing import read_run
from goodword.payouts.model import Payout, PayoutState, Sum, add
from goodword.ports import Change, Desk


def moved(sums: Mapping[str, Sum], before: str, after: str, amount_minor: int) -> dict[str, Sum]:
    """The sums by state once an amount is in the state `after`; what has no rest left is gone.

    They say what a run ended with: what was not counted as `before` then moves nothing now.
    """
    found = dict(sums)
    old = found.pop(before, None)
    if old is None:
        return found
    if old.count > 1:
        rest = Sum(count=old.count - 1, amount_minor=old.amount_minor - amount_minor)
        found[before] = rest
    found[after] = add(found.get(after), amount_minor)
    return found


def follow(desk: Desk, change: Change, payout: Payout, state: PayoutState) -> None:
    """Let the sums of a run that has ended follow a payment that moves to `state` now."""
    run = read_run(desk.store, payout.run_id)
    if run.state != "settled":
        return
    sums = moved(run.outcome, payout.state, state, payout.amount_minor)
    back = run.part_back
    if payout.returned_minor and back is not None:
        rest = Sum(count=back.count - 1, amount_minor=back.amount_minor - payout.returned_minor)
        back = rest if rest.count else None
    change.replace(run.but(outcome=sums, part_back=back))


def follow_part(desk: Desk, change: Change, payout: Payout, returned_minor: int) -> None:
    """The same of a payment of which `returned_minor` in all has come back by now."""
    run = read_run(desk.store, payout.run_id)
    if run.state == "settled":
        change.replace(run.but(part_back=more_back(run.part_back, payout, returned_minor)))


def more_back(so_far: Sum | None, payout: Payout, returned_minor: int) -> Sum:
    """The parts that came back, with more of this payment than it says itself."""
    if payout.returned_minor and so_far is not None:
        more = returned_minor - payout.returned_minor
        return so_far.but(amount_minor=so_far.amount_minor + more)
    return add(so_far, returned_minor)
