"""What a check held on both sides of an order is decided on both sides, by the same answer.

The friend's reward was held because of what the advocate's shows. So the answer about the
advocate's is the answer about the friend's; one about the friend's alone moves only that.
"""

from collections.abc import Sequence

from goodword.conversions.model import Conversion, conversion_key
from goodword.conversions.rewarded import rewards_of
from goodword.ports import Desk
from goodword.rewards.model import Reward
from goodword.trust.model import REASONS


def held_beside(desk: Desk, reward: Reward) -> Sequence[Reward]:
    """The friend's rewards of the same order and rule that a check holds, like this one."""
    reasons = frozenset(REASONS.values())
    if reward.side == "friend" or reward.reason not in reasons:
        return ()
    conversion = desk.store.get(Conversion, conversion_key(reward.conversion_id))
    return [
        one
        for one in (rewards_of(desk, conversion) if conversion else ())
        if one.side == "friend"
        and (one.state, one.rule_id) == ("on_hold", reward.rule_id)
        and one.reason in reasons
    ]
