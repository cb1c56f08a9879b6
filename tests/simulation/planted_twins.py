"""Planted mistakes about one order that two have told of."""

from collections.abc import Iterable
from typing import Any

from goodword.conversions import merging, service
from goodword.conversions.model import Conversion, conversion_key
from goodword.conversions.rewarded import standing_share
from goodword.ports import Change
from goodword.rewards.model import Reward
from goodword.trust import resolving

from tests.simulation.planting import Mistake, Swap, nothing, swap


def keeps_the_later() -> Iterable[Swap]:
    real = merging.known_as
    yield merging, "known_as", lambda *given: real(*given)[::-1]


def owed_again() -> Iterable[Swap]:
    def left(self: resolving.Resolving, change: Change, reward: Reward) -> int:
        conversion = self.desk.store.get(Conversion, conversion_key(reward.conversion_id))
        assert conversion is not None
        change.replace(conversion)
        return reward.earned_minor - standing_share(reward, conversion)

    yield resolving.Resolving, "_left", left


def own_touches(kept: Any, *_: Any, **__: Any) -> Any:
    return kept


TWINS = (
    Mistake("what a second order earned stays", swap(merging, "_take_back", lambda *_: 0)),
    Mistake("of two orders the later is kept", keeps_the_later),
    Mistake("the second order's touches are lost", swap(merging, "merged", own_touches)),
    Mistake("refunds of the second order are lost", swap(service, "carry", lambda *_: [])),
    Mistake("the second order counts for a level", swap(merging, "uncount", nothing)),
    Mistake("a refused reward of a second order is owed again", owed_again),
)
