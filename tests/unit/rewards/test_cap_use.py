"""What is used of a cap moves with what the rewards hold, or the attempt is made again."""

import pytest
from goodword.errors import Stale
from goodword.ports import Change
from goodword.rewards.books import RewardBooks
from goodword.rewards.caps import CapUse

from tests.support.scene import Scene


def test_a_reward_that_was_read_before_its_cap_moved_is_read_again() -> None:
    """Another worker has taken the reward back between the two reads of this one."""
    scene = Scene()
    scene.sale(click_ids=(scene.click(),))
    stale = scene.reward
    scene.refund("r1", None)
    books = RewardBooks(scene.desk(), Change())
    with pytest.raises(Stale):
        books.take(stale, stale.remaining_minor, "r2", "refund")
    assert scene.one(CapUse).used_minor == 0


def test_the_limit_of_a_use_is_that_of_the_last_decision() -> None:
    scene = Scene()
    scene.sale(click_ids=(scene.click(),))
    use = scene.one(CapUse)
    assert (use.limit_minor, use.limit_rewards, use.over_minor) == (10_000, None, 0)
    assert use.but(used_minor=10_300).over_minor == 300
    assert use.but(used_minor=10_300, limit_minor=None).over_minor == 0
