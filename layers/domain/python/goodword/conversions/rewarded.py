"""The rewards of one conversion, of both sides, and what its refunds take from each."""

from goodword.conversions.model import Conversion
from goodword.conversions.reasons import ENDED
from goodword.ports import Desk
from goodword.rewards.model import Reward, reward_key
from goodword.rewards.reversal import Returned, lines_share, refunded_share, to_take


def rewards_of(desk: Desk, conversion: Conversion) -> list[Reward]:
    """The advocate's, then the friend's, as the standing decision made them."""
    keys = []
    if conversion.advocate_id is not None:
        keys += [reward_key(conversion.advocate_id, one) for one in conversion.reward_ids]
    if conversion.friend_id is not None:
        keys += [reward_key(conversion.friend_id, one) for one in conversion.friend_reward_ids]
    return list(desk.store.get_many(Reward, keys).values()) if keys else []


def share_of(reward: Reward, conversion: Conversion) -> int:
    """What the refunds of the conversion so far have still to take from this reward."""
    return to_take(reward, standing_share(reward, conversion))


def standing_share(reward: Reward, conversion: Conversion) -> int:
    """How much of the reward is to be back in all, as the conversion's refunds stand.

    A subscription that ended takes what the reward's own terms say of it. What is refunded of it is
    the same money told twice, so the larger of the two counts.
    """
    if reward.kept:
        return 0
    return max(_refunded(reward, conversion), _ended(reward, conversion))


def _ended(reward: Reward, conversion: Conversion) -> int:
    claims, terms = conversion.claims, reward.cancellation
    if claims is None or not claims.ends or terms is None:
        return 0
    return terms.share_of(reward.earned_minor, conversion.occurred_ms, min(claims.ends.values()))


def _refunded(reward: Reward, conversion: Conversion) -> int:
    claims = conversion.claims
    if claims is not None and claims.wholes:
        return reward.earned_minor
    if reward.parts:
        back = Returned(
            net_minor=conversion.refunded_net_minor,
            gross_minor=conversion.refunded_gross_minor,
            of_net_minor=conversion.net_minor,
            of_gross_minor=conversion.gross_minor,
            lines=claims.lines if claims else {},
            of_lines=conversion.order.nets,
        )
        return lines_share(reward.earned_minor, reward.parts, back)
    return refunded_share(
        reward.earned_minor,
        (conversion.refunded_net_minor, conversion.refunded_gross_minor),
        (conversion.net_minor, conversion.gross_minor),
    )


def why_taken(conversion: Conversion) -> str:
    """Why something of a reward that is only made now is taken at once."""
    claims = conversion.claims
    refunded = conversion.refunded_net_minor or conversion.refunded_gross_minor
    if claims is not None and claims.ends and not (refunded or claims.wholes):
        return ENDED
    return "void" if conversion.action == "lead" else "refund"
