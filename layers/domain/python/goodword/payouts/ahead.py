"""What is ready is paid by the run of the period in which it was earned, which may not be the next.

    monthly, NET-30   earned on 5 November, ready on the 19th
    1 December        pays October: the money waits, although nothing keeps it back
    31 December       pays November, and it

Only where the period that is paid next is over already can there be money of a later one. Then what
is ready is read, reward by reward; everywhere else nothing has to be read.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from goodword.ledger.model import Balance
from goodword.payouts.calendar import closed_period, next_payout
from goodword.payouts.choice import Chosen, LeftOut, choose
from goodword.programs.payment import Payment
from goodword.rewards.model import Reward


@dataclass(frozen=True)
class Ahead:
    """A run to come, as far as it says whose money it takes (`choice.Span`)."""

    cutoff_ms: int
    ended_ms: int
    minimum_minor: int

    def is_over(self, now_ms: int) -> bool:
        """Whether its period has ended, so that what is ready now may be of a later one."""
        return self.ended_ms <= now_ms


def run_ahead(payment: Payment, now_ms: int) -> Ahead:
    """The next run."""
    period = closed_period(payment, next_payout(payment, now_ms))
    return Ahead(period.cutoff_ms, period.ended_ms, payment.minimum_minor)


def left_for_later(ahead: Ahead, balance: Balance, due: Sequence[Reward]) -> LeftOut | None:
    """Why that run takes nothing of a balance that nothing else keeps back; None when it does.

    `due` are all due rewards of the balance, or of its advocate in the programme.
    """
    choice = choose(ahead, balance, _own(balance, due))
    return choice if isinstance(choice, LeftOut) else None


def pay_day(payment: Payment, balance: Balance, due: Sequence[Reward], now_ms: int) -> int:
    """The cut-off (ms) of the first run that pays something of the balance as it is now.

    The next one when none would: the balance is too small as it is.
    """
    day_ms = sure_day(payment, balance, due, now_ms)
    return run_ahead(payment, now_ms).cutoff_ms if day_ms is None else day_ms


def sure_day(payment: Payment, balance: Balance, due: Sequence[Reward], now_ms: int) -> int | None:
    """The same; None when no run would pay anything of it as it is.

    It is too small, or of so many small rewards that no payment of them reaches the minimum.
    """
    own = _own(balance, due)
    newest_ms = max((reward.created_ms for reward in own), default=0)
    at = run_ahead(payment, now_ms)
    while not isinstance(choose(at, balance, own), Chosen):
        if at.ended_ms > newest_ms:
            return None
        at = run_ahead(payment, at.cutoff_ms)
    return at.cutoff_ms


def _own(balance: Balance, due: Sequence[Reward]) -> list[Reward]:
    return [reward for reward in due if reward.currency == balance.currency]
