"""A refund takes back its exact share of what was earned, and all refunds together never more.

What a reinstatement gives back is the same share in the other direction: as much as the refunds
that still stand do not take.

The share is computed on the running total, not refund by refund, so that rounding never adds up: an
order of 30.00 with a reward of 1.00, refunded in three parts of 10.00, gives back 33, then 34, then
33 cents (half-even on the running total 33.3, 66.7, 100).
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import prod
from typing import NamedTuple

from goodword.ledger.model import REINSTATED, Bucket, Entry, account, expense, move
from goodword.money import ratio
from goodword.rewards.arithmetic import LinePart
from goodword.rewards.model import BUCKET_OF, Reward, RewardState, moved


def refunded_share(earned_minor: int, refunded: tuple[int, int], total: tuple[int, int]) -> int:
    """How much of `earned_minor` is to be back after the refunds so far: 0..earned_minor.

    `refunded` and `total` are (net, gross). A source states refunds in one of the two; if both
    occur the shares add up, limited to everything, and are rounded once.
    """
    parts = [
        (min(part, whole), whole) for part, whole in zip(refunded, total, strict=True) if whole > 0
    ]
    below = prod(whole for _, whole in parts)
    above = sum(part * (below // whole) for part, whole in parts)
    return ratio(earned_minor, min(above, below), below, "half_even")


class Returned(NamedTuple):
    """What of an order is returned, and what it was. `lines` are the nets returned by line.

    `net_minor` has what is returned of lines in it; `gross_minor` is on top of it.
    """

    net_minor: int
    gross_minor: int
    of_net_minor: int
    of_gross_minor: int
    lines: Mapping[str, int] = {}
    of_lines: Mapping[str, int] = {}


def lines_share(earned_minor: int, parts: Sequence[LinePart], back: Returned) -> int:
    """How much of a reward on single lines is to be back: 0..earned_minor, rounded once.

    What was returned of a line is taken from that line. What was returned without naming a line
    (and what exceeds one) is taken from what is left of all lines, each by the same share. Example:
    a reward of 6.00 on line A (30.00) of an order with B (20.00); B comes back: nothing is taken;
    then 15.00 without a line: half of what is left of A, 3.00.

    A line that a later word about the order does not have comes back like what names no line.
    """
    shares, rest = _line_shares(back)
    whole = sum(part.weight for part in parts)
    returned = (part.weight * shares.get(part.line_id, rest) for part in parts)
    share = sum(returned, Fraction(0)) / whole
    return ratio(earned_minor, share.numerator, share.denominator, "half_even")


def _line_shares(back: Returned) -> tuple[Mapping[str, Fraction], Fraction]:
    """Which share of each line is returned, 0..1, and of what is left of all lines."""
    named = {name: min(back.lines.get(name, 0), net) for name, net in back.of_lines.items()}
    total = sum(back.of_lines.values())
    left = total - sum(named.values())
    unnamed = Fraction(max(0, min(back.net_minor, total) - sum(named.values())))
    if back.of_gross_minor:
        unnamed += Fraction(total * min(back.gross_minor, back.of_gross_minor), back.of_gross_minor)
    if total == 0:
        rest = Fraction(min(back.gross_minor, back.of_gross_minor), max(1, back.of_gross_minor))
    else:
        rest = min(Fraction(1), unnamed / left) if left else Fraction(1)
    return {
        name: (named[name] + (net - named[name]) * rest) / Fraction(net) if net else rest
        for name, net in back.of_lines.items()
    }, rest


def to_take(reward: Reward, share_minor: int) -> int:
    """What this reward still has to give back so that `share_minor` of it is reversed in all.

    Nothing when it never became money: rejected and void rewards left the ledger whole.
    """
    if reward.state in ("rejected", "void", "reversed"):
        return 0
    already = reward.earned_minor - reward.remaining_minor
    return max(0, min(share_minor - already, reward.remaining_minor))


def reverse(reward: Reward, taken_minor: int, at_ms: int, reason: str) -> Reward:
    """The reward after the reversal of 0 < taken <= remaining.

    Whole before the money was due: void. Whole afterwards: reversed, except while it stands in a
    payout, which decides when it settles.
    """
    if not 0 < taken_minor <= reward.remaining_minor:
        raise ValueError("a reversal takes more than nothing and at most what remains")
    left = reward.but(remaining_minor=reward.remaining_minor - taken_minor)
    if left.remaining_minor or reward.state == "batched":
        return left
    if reward.state in ("due", "paid"):
        return moved(left, "reversed", at_ms, reason)
    return moved(left, "void", at_ms, reason)


def to_give(reward: Reward, share_minor: int) -> int:
    """What this reward gets back when no more than `share_minor` of it is to be reversed in all.

    Nothing if it left for another reason than a reversal: it was rejected, or void while some of
    it remained (the order went to another advocate). Never more than a ban left of it.
    """
    left_whole = reward.state == "void" and reward.remaining_minor > 0
    if reward.state == "rejected" or left_whole:
        return 0
    most = reward.earned_minor - share_minor
    if reward.ceiling_minor is not None:
        most = min(most, reward.ceiling_minor)
    return max(0, most - reward.remaining_minor)


def reinstate(reward: Reward, given_minor: int, state: RewardState, at_ms: int) -> Reward:
    """The reward with 0 < given <= what was taken; `state` is where it comes back to life.

    One that is alive stays where it is: what was taken of a paid reward is payable again.
    """
    if not 0 < given_minor <= reward.earned_minor - reward.remaining_minor:
        raise ValueError("a reinstatement gives more than nothing and at most what was taken")
    more = reward.but(remaining_minor=reward.remaining_minor + given_minor)
    return more if state == reward.state else moved(more, state, at_ms, "reinstated")


def reversal_entry(
    reward: Reward, taken_minor: int, entry_id: str, at_ms: int, refund_id: str
) -> Entry:
    """The entry of a reversal of `reward` as it stood before: out of its account, back to the cost.

    A reward in a payout or paid has no account any more: the advocate's payable goes down, below
    zero if need be, and the next payout nets it.
    """
    own = account(reward.advocate_id, bucket_of(reward))
    return Entry(
        entry_id=entry_id,
        what="reward_reversed",
        at_ms=at_ms,
        program_id=reward.program_id,
        currency=reward.currency,
        legs=move(taken_minor, own, expense(reward.program_id)),
        refs=_refs(reward, refund_id),
    )


def reinstatement_entry(
    reward: Reward, given_minor: int, entry_id: str, at_ms: int, refund_id: str
) -> Entry:
    """The entry of a reinstatement of `reward` as it stands after it: cost, into its account."""
    own = account(reward.advocate_id, bucket_of(reward))
    return Entry(
        entry_id=entry_id,
        what=REINSTATED,
        at_ms=at_ms,
        program_id=reward.program_id,
        currency=reward.currency,
        legs=move(given_minor, expense(reward.program_id), own),
        refs=_refs(reward, refund_id),
    )


def bucket_of(reward: Reward) -> Bucket:
    """The account that reversals of the reward move; payable once it stands in a payout."""
    bucket = BUCKET_OF[reward.state]
    return "payable" if bucket is None or bucket == "in_payout" else bucket


def _refs(reward: Reward, refund_id: str) -> dict[str, str]:
    return {
        "reward_id": reward.reward_id,
        "conversion_id": reward.conversion_id,
        "refund_id": refund_id,
    }
