"""In some stories subscriptions end, and the terms say what of a reward goes back then."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from random import Random

ENDS, ENDED = 0.12, 0.6  # of the stories of plain orders; of their sales
DAY_MS = 86_400_000
TIMES_MS = (-1, 0, 1, DAY_MS - 1, DAY_MS, DAY_MS + 1, 5 * DAY_MS // 2)


@dataclass(frozen=True)
class Ending:
    """Within how many days of an order the end of it takes back, and how much."""

    within_days: int
    takes: str

    def share(self, earned: int, lasted: tuple[int, ...]) -> int:
        """What is to be back of what was earned, when the order has ended after so many ms each."""
        if not lasted:
            return 0
        days, rest = divmod(max(0, min(lasted)), DAY_MS)
        if days >= self.within_days:
            return 0
        left = self.within_days - days - (rest > 0)
        return earned if self.takes == "all" else round(Fraction(earned * left, self.within_days))


def draw_ending(chance: Random) -> Ending | None:
    """What the terms say of subscriptions that end, seldom."""
    if chance.random() > ENDS:
        return None
    return Ending(chance.choice((1, 2, 3, 30)), chance.choice(("all", "pro_rata", "pro_rata")))


def draw_ends(chance: Random, ending: Ending) -> Iterator[int]:
    """How long a subscription has lasted, in ms; twice if it is told of two."""
    edges = (*TIMES_MS, ending.within_days * DAY_MS - 1, ending.within_days * DAY_MS)
    if chance.random() < ENDED:
        yield chance.choice(edges)
        if chance.random() < 0.3:
            yield chance.choice(edges)
