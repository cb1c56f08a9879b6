"""Mistakes in single steps of a reward: who is asked, what is taken, what counts after it."""

from collections.abc import Iterable
from typing import Any

from goodword.conversions import reversing, rewarded
from goodword.rewards import added, books, caps, reversal
from goodword.rewards.books import RewardBooks
from goodword.rewards.model import Reward
from goodword.trust.resolving import Resolving

from tests.simulation.planting import Mistake, Swap, nothing, swap


def all_or_nothing() -> Iterable[Swap]:
    real = reversal.to_take

    def to_take(reward: Reward, share_minor: int) -> int:
        return reward.remaining_minor if real(reward, share_minor) else 0

    yield rewarded, "to_take", to_take


def above_the_ceiling() -> Iterable[Swap]:
    real = reversal.to_give

    def to_give(reward: Reward, share_minor: int) -> int:
        unbound = reward.but(ceiling_minor=None) if reward.ceiling_minor == 0 else reward
        return real(unbound, share_minor)

    yield reversing, "to_give", to_give


def untold_claims() -> Iterable[Swap]:
    real = added.added

    def told(*given: Any) -> Any:
        return real(*given).but(refunded_net_minor=0)

    yield added, "added", told


def only_budgets() -> Iterable[Swap]:
    real = caps.shared_limits

    def shared_limits(*given: Any) -> Any:
        return tuple(one for one in real(*given) if one.scope == "budget")

    yield caps, "shared_limits", shared_limits


def still_one() -> Iterable[Swap]:
    real = caps.weight

    def weight(reward: Reward | None) -> Any:
        found = real(reward)
        gone = reward is None or reward.state in ("rejected", "void")
        return found if gone else found._replace(rewards=1)

    yield books, "weight", weight


STEPS = (
    Mistake("a refund of a part takes all of it", all_or_nothing),
    Mistake("what a ban has taken is won back", above_the_ceiling),
    Mistake("a dispute takes one person", swap(Resolving, "_check_second_look", nothing)),
    Mistake("a bank's question holds nothing", swap(RewardBooks, "hold", lambda _, one: one)),
    Mistake("the end of a bank's question lets nothing go", swap(RewardBooks, "let_go", nothing)),
    Mistake("what refunds claim is not told", untold_claims),
    Mistake("caps of the whole programme hold nobody", only_budgets),
    Mistake("what was taken whole still counts as one", still_one),
    Mistake("all currencies are one pool", swap(caps, "pool_name", lambda limit, _: limit)),
)
