"""What a run must say of its payments, counted by another way than the system's own."""

from collections.abc import Iterable

from goodword.payouts.model import Payout, Sum


def sums_of(payouts: Iterable[Payout]) -> tuple[dict[str, Sum], Sum | None]:
    """The sums by state, and that of the parts which came back of what is paid."""
    some = list(payouts)
    states = {str(one.state) for one in some}
    by = {state: [one.amount_minor for one in some if one.state == state] for state in states}
    backs = [one.returned_minor for one in some if one.state == "paid" and one.returned_minor]
    return {state: _sum(amounts) for state, amounts in by.items()}, _sum(backs) if backs else None


def _sum(amounts: list[int]) -> Sum:
    return Sum(count=len(amounts), amount_minor=sum(amounts))
