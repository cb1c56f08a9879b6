"""What somebody has refused of an order is remembered with each of its decisions.

Ben's touch may take an order from Maya whose reward a person has refused, and a later touch of
Maya's may take it back: she earns nothing of it anew.
"""

from goodword.conversions.model import Conversion
from goodword.ports import Desk
from goodword.rewards.decision import decisions_of, reward_id_of
from goodword.rewards.model import BAN, Reward, reward_key

REFUSED_BEFORE = "refused_before"


def is_refused(reward: Reward) -> bool:
    """Whether a person has refused it, or a ban has taken it."""
    return reward.state == "rejected" or reward.reason == BAN


def was_refused(desk: Desk, conversion: Conversion, advocate_id: str) -> bool:
    """Whether an earlier decision gave this advocate what was refused, and is refused still.

    Whose the order is already earned it in the standing decision, or was refused there.
    """
    stands = advocate_id == conversion.advocate_id and conversion.reason != REFUSED_BEFORE
    if conversion.decisions <= 1 or stands:
        return False
    keys = [
        reward_key(advocate_id, reward_id_of(one.basis, advocate_id, line.rule_id))
        for one in decisions_of(desk.store, conversion.conversion_id)
        if one.advocate_id == advocate_id
        for line in one.lines
        if line.earned_minor
    ]
    rewards = desk.store.get_many(Reward, keys).values() if keys else ()
    return any(map(is_refused, rewards))
