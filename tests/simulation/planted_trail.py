"""Planted mistakes about who sees what, and about the sealed trail."""

from collections.abc import Sequence

from goodword.ledger import leaves, seal
from goodword.ledger.leaves import LEFT_OUT
from goodword.ledger.seal import NOTHING_BEFORE, SealHeader
from goodword.ports import Desk
from goodword.rewards.model import RewardPlace, reward_place_key
from goodword_aws import explanations
from goodword_aws.calls import Principal

from tests.simulation.planting import Mistake, swap


def anybodys(desk: Desk, _advocate_id: str, reward_id: str, locale: str) -> object:
    place = desk.store.get(RewardPlace, reward_place_key(reward_id))
    return REAL_REWARD(desk, place.advocate_id if place else "", reward_id, locale)


REAL_REWARD = explanations.my_reward


def first_alone(hashes: Sequence[bytes]) -> bytes:
    return hashes[0]


TRAIL = (
    Mistake(
        "a reward is explained to whoever knows its id", swap(explanations, "my_reward", anybodys)
    ),
    Mistake("an order is explained to everybody", swap(explanations, "concerns", lambda *_: True)),
    Mistake("whoever is signed in may do everything", swap(Principal, "may", lambda *_: True)),
    Mistake(
        "a leaf leaves out what an entry refers to", swap(leaves, "LEFT_OUT", LEFT_OUT | {"refs"})
    ),
    Mistake(
        "no seal names the one before", swap(SealHeader, "hash", property(lambda _: NOTHING_BEFORE))
    ),
    Mistake("a root is that of the first leaf", swap(seal, "root_of", first_alone)),
)
