"""What a journey brought: how many of those let in reached its goal, against the holdout; pure.

The interval is Newcombe's for a difference of two proportions (his method 10), made of the two
Wilson intervals. It holds for small groups and for rates of 0 and 1, where the textbook's plain one
says that nothing is uncertain. Bounds are rounded outwards to whole basis points.
"""

from math import ceil, floor, sqrt
from statistics import NormalDist

from goodword.records import Value

LEVEL = 0.95  # of all such intervals, so many hold what they are about
Z = NormalDist().inv_cdf((1 + LEVEL) / 2)
WHOLE = 10_000  # basis points


class Group(Value):
    """People, and those of them who reached the goal."""

    people: int
    reached: int


class Uplift(Value):
    """The rate of those let in less that of the holdout, with bounds; in basis points."""

    basis_points: int
    low: int
    high: int

    @property
    def clear(self) -> bool:
        """Whether the bounds lie on one side: the journey does something, good or bad."""
        return self.low > 0 or self.high < 0


def uplift(let_in: Group, held_out: Group) -> Uplift | None:
    """None while one of the groups is empty."""
    if not let_in.people or not held_out.people:
        return None
    one, other = let_in.reached / let_in.people, held_out.reached / held_out.people
    (one_low, one_high), (other_low, other_high) = wilson(let_in), wilson(held_out)
    between = one - other
    low = between - sqrt((one - one_low) ** 2 + (other_high - other) ** 2)
    high = between + sqrt((one_high - one) ** 2 + (other - other_low) ** 2)
    return Uplift(
        basis_points=round(between * WHOLE),
        low=max(-WHOLE, floor(low * WHOLE)),
        high=min(WHOLE, ceil(high * WHOLE)),
    )


def wilson(group: Group) -> tuple[float, float]:
    """Bounds of the rate of one group that is not empty."""
    count, rate = group.people, group.reached / group.people
    square = Z * Z / count
    centre = rate + square / 2
    wide = Z * sqrt(rate * (1 - rate) / count + square / (4 * count))
    return max(0.0, (centre - wide) / (1 + square)), min(1.0, (centre + wide) / (1 + square))
