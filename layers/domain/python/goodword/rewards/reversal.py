"""A refund takes back its exact share of what was earned, and all refunds together never more.

The share is computed on the running total, not refund by refund, so that rounding never adds up: an
order of 30.00 with a reward of 1.00, refunded in three parts of 10.00, gives back 33, then 34, then
33 cents (half-even on the running total 33.3, 66.7, 100).
"""

from goodword.ledger.model import Entry, account, expense, move
from goodword.money import ratio
from goodword.rewards.model import BUCKET_OF, Reward, moved


def refunded_share(earned_minor: int, refunded: tuple[int, int], total: tuple[int, int]) -> int:
    """How much of `earned_minor` is to be back after the refunds so far: 0..earned_minor.

    `refunded` and `total` are (net, gross). A source states refunds in one of the two; if both
    occur the shares add up, limited to everything.
    """
    share = 0
    for part, whole in zip(refunded, total, strict=True):
        if whole > 0:
            share += ratio(earned_minor, min(part, whole), whole, "half_even")
    return min(share, earned_minor)


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
    left = reward.but(remaining_minor=reward.remaining_minor - taken_minor, changed_ms=at_ms)
    if left.remaining_minor or reward.state == "batched":
        return left
    if reward.state in ("due", "paid"):
        return moved(left, "reversed", at_ms, reason)
    return moved(left, "void", at_ms, reason)


def reversal_entry(
    reward: Reward, taken_minor: int, entry_id: str, at_ms: int, refund_id: str
) -> Entry:
    """The entry of a reversal of `reward` as it stood before: out of its account, back to the cost.

    A reward in a payout or paid has no account any more: the advocate's payable goes down, below
    zero if need be, and the next payout nets it.
    """
    bucket = BUCKET_OF[reward.state]
    if bucket is None or bucket == "in_payout":
        bucket = "payable"
    return Entry(
        entry_id=entry_id,
        what="reward_reversed",
        at_ms=at_ms,
        program_id=reward.program_id,
        currency=reward.currency,
        legs=move(taken_minor, account(reward.advocate_id, bucket), expense(reward.program_id)),
        refs={
            "reward_id": reward.reward_id,
            "conversion_id": reward.conversion_id,
            "refund_id": refund_id,
        },
    )
