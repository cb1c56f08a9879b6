"""What checks look at: one payment with its surroundings, or a run with the runs before it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from goodword.advocates.model import PayoutMethod
from goodword.ledger.model import Balance
from goodword.payouts.model import Payout, PayoutRun


@dataclass(frozen=True)
class PaymentFacts:
    """A frozen payment.

    `share_minor` is all that the advocate gets in the run, of which the payment may be a part;
    `earlier` are the advocate's paid payouts of other runs, newest first; `usual_minor` is what a
    payment of the programme usually comes to, None if it paid nobody yet; `sharers` other advocates
    with the same destination; `networks` and `places` count the conversions behind the
    payment by the keyed hash of the customer's network and address, those without one left out.
    """

    payout: Payout
    balance: Balance
    method: PayoutMethod | None
    share_minor: int
    earlier: Sequence[Payout]
    usual_minor: int | None
    sharers: Sequence[str]
    networks: Mapping[str, int]
    places: Mapping[str, int]


@dataclass(frozen=True)
class RunFacts:
    """A counted run, and earlier runs of the programme in which somebody was sent money."""

    run: PayoutRun
    earlier: Sequence[PayoutRun]


def median(amounts: Sequence[int]) -> int:
    """The middle one; of an even number the lower of the two in the middle."""
    return sorted(amounts)[(len(amounts) - 1) // 2]
