"""Mistakes in what several share: what is read first, and what of a limit lies where."""

from collections.abc import Iterable
from typing import Any

from goodword.rewards import budget
from goodword.rewards.books import RewardBooks
from goodword.rewards.model import Reward
from goodword.rewards.pool_books import PoolBooks
from goodword.rewards.pools import Basin

from tests.simulation.duels import DUELS
from tests.simulation.planting import Mistake, Swap, nothing, swap


def payout_first() -> Iterable[Swap]:
    real = RewardBooks.give

    def give(self: Any, reward: Reward, *given: Any) -> Reward:
        state = self._home(reward)
        self._home = lambda _: state
        return real(self, reward, *given)

    yield RewardBooks, "give", give


def only_what_is_free() -> Iterable[Swap]:
    real = Basin._fill

    def fill(self: Any, number: int, short: int) -> None:
        real(self, number, min(short, self.pool.free))

    yield Basin, "_fill", fill


def owed_once_more() -> Iterable[Swap]:
    real = RewardBooks._home

    def home(self: Any, reward: Reward) -> str:
        state = real(self, reward)
        return "due" if (reward.state, state) == ("reversed", "paid") else state

    yield RewardBooks, "_home", home


def _duel(name: str) -> int:
    return [one.name for one in DUELS].index(name)


SHARING = (
    Mistake(
        "where money comes back to is looked up before the balance is read",
        payout_first,
        duel=_duel("won back, and its payment comes back"),
    ),
    Mistake(
        "a limit that begins does not know that it grows",
        swap(PoolBooks, "_require_budget", nothing),
        duel=_duel("the first order, and the budget grows"),
    ),
    Mistake("what was paid, taken and won is paid once more", owed_once_more),
    Mistake("what came back stays in its pot", only_what_is_free),
    Mistake("a limit runs low at nine tenths", swap(budget, "BUDGET_LOW_PERCENT", 90)),
)
