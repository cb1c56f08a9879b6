"""An advocate is paid what is due and covered, or is left out of the run for one stated reason.

    rewards due before the cut-off   5.00 + 7.00
    carry                           -2.50           a refund after an earlier payment
    frozen                           9.50           = both rewards, and the debt is settled

`carry` is the payable balance minus what remains of all due rewards. A positive one means that the
index of due rewards lags behind, so the caller reads again, from the advocate's own partition,
before it believes it. What it then believes is a reversal of a paid reward that was netted and has
been reinstated since: that is owed, and paid without a reward of its own.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from goodword.advocates.model import Enrolment, PayoutMethod
from goodword.ledger.model import Balance
from goodword.limits import PAYOUT_REWARDS_MAX
from goodword.payouts.model import PayoutRun, Why
from goodword.payouts.stops import PayoutStop
from goodword.programs.payment import Payment, RailName
from goodword.rewards.model import Reward

Waiting = Why | Literal["nothing_ready"]


class Span(Protocol):
    """What a run takes: due before `cutoff_ms`, earned before `ended_ms`, from the minimum on."""

    @property
    def cutoff_ms(self) -> int: ...

    @property
    def ended_ms(self) -> int | None: ...

    @property
    def minimum_minor(self) -> int: ...


@dataclass(frozen=True)
class Chosen:
    """What goes into the payout; `amount_minor` = what remains of the rewards + carry > 0."""

    rewards: tuple[Reward, ...]
    carry_minor: int
    amount_minor: int


@dataclass(frozen=True)
class LeftOut:
    """Why nothing (more) of this balance goes into the run."""

    reason: Why
    amount_minor: int


def carry(balance: Balance, due: Sequence[Reward]) -> int:
    """What the balance holds beyond all due rewards: negative when the advocate owes.

    Positive when a reversal that an earlier payout had netted was reinstated.
    """
    return balance.payable_minor - _sum(due)


def hindrance(
    run: PayoutRun,
    balance: Balance,
    enrolment: Enrolment | None,
    method: PayoutMethod | None,
    stop: PayoutStop | None = None,
) -> Why | None:
    """Why this person cannot be paid in this run whatever is due, or None. Someone who left can."""
    if balance.payable_minor < 0:
        return "negative_balance"
    if balance.currency != run.currency:
        return "other_currency"
    if barred := bar(enrolment, stop):
        return barred
    return wrong_method(method, run.rail, run.barred)


def wrong_method(
    method: PayoutMethod | None, rail: RailName, barred: Collection[str]
) -> Why | None:
    """Why nothing can be paid by this method, or None."""
    return next(all_wrong(method, rail, barred), None)


def all_wrong(
    method: PayoutMethod | None, rail: RailName, barred: Collection[str]
) -> Iterator[Why]:
    """Everything for which nothing can be paid by this method, the first reason first."""
    if method is None:
        yield "no_method"
        return
    if method.country_hash in barred:
        yield "sanctioned_country"
    if method.rail != rail:
        yield "rail_mismatch"


def bar(enrolment: Enrolment | None, stop: PayoutStop | None = None) -> Why | None:
    """Why a person of this standing is not paid, or None."""
    if enrolment is None:
        return "not_enrolled"
    if enrolment.state == "paused":
        return "enrolment_paused"
    if enrolment.state == "banned" and not enrolment.keeps_earned:
        return "enrolment_banned"
    return stop.reason if stop else None


def waits_for(
    payment: Payment,
    balance: Balance,
    enrolment: Enrolment,
    method: PayoutMethod | None,
    stop: PayoutStop | None = None,
    barred: Collection[str] = (),
) -> Waiting | None:
    """What keeps a balance out of the next payout as things stand; None when nothing does.

    `barred` are the keyed hashes of the countries in which nobody is paid.
    """
    if balance.payable_minor < 0:
        return "negative_balance"
    if (why := bar(enrolment, stop)) is not None:
        return why
    if (why := wrong_method(method, payment.rail, barred)) is not None:
        return why
    if balance.payable_minor == 0:
        return "nothing_ready"
    return "below_minimum" if balance.payable_minor < payment.minimum_minor else None


def choose(run: Span, balance: Balance, due: Sequence[Reward], step: int = 1) -> Chosen | LeftOut:
    """The oldest due rewards that fit into one payout, with the whole carry.

    What the rail cannot pay of it, less than a `step` of minor units, is taken off the carry: it
    stays payable, and is a positive carry next time.
    `due` are all due rewards of the balance. When the oldest that fit do not reach the minimum, the
    largest that fit are tried, so that a debt cannot keep many small rewards back for ever.
    """
    of_period = [reward for reward in due if run.ended_ms is None or _earned(reward, run.ended_ms)]
    in_time = [reward for reward in of_period if reward.hold_until_ms < run.cutoff_ms]
    owed = carry(balance, due)
    oldest = sorted(in_time, key=lambda reward: (reward.created_ms, reward.reward_id))
    largest = sorted(oldest, key=lambda reward: -reward.remaining_minor)
    for order in (oldest, largest):
        rewards = tuple(order[:PAYOUT_REWARDS_MAX])
        amount = _sum(rewards) + owed
        if amount >= max(step, run.minimum_minor):
            rest = amount % step
            return Chosen(rewards, owed - rest, amount - rest)
    if not in_time and owed <= 0:
        return LeftOut("after_cutoff" if of_period else "later_period", balance.payable_minor)
    return LeftOut("below_minimum", balance.payable_minor)


def one_more(minimum_minor: int, balance: Balance, due: Sequence[Reward]) -> int:
    """How large one more reward has to be, beside the largest, for a payout of that minimum."""
    sizes = sorted((reward.remaining_minor for reward in due), reverse=True)
    beside = sum(sizes[: PAYOUT_REWARDS_MAX - 1]) + carry(balance, due)
    return max(1, minimum_minor - beside)


def _earned(reward: Reward, before_ms: int) -> bool:
    return reward.created_ms < before_ms


def _sum(rewards: Sequence[Reward]) -> int:
    return sum(reward.remaining_minor for reward in rewards)
