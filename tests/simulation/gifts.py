"""In some stories the friend gets something, too: credit, points or a code for the same sale.

The friend has an account of their own from then on, which nobody but the order knows.
"""

from dataclasses import dataclass
from fractions import Fraction
from random import Random
from typing import Any

BOTH, KEPT = 0.12, 0.35  # of the stories of plain rules; of their gifts
UNITS = {"points": "POINTS", "store_credit": "EUR.CREDIT", "code": "CODES"}


@dataclass(frozen=True)
class Gift:
    """What the friend gets: `points` of a hundredth of a percent of the net, or else `size`."""

    unit: str
    points: int
    size: int
    kept: bool

    def rule(self) -> dict[str, Any]:
        """In the product's own words."""
        share = {"kind": "percentage", "basis_points": self.points}
        return {
            "unit": self.unit,
            "item": "a month" if self.unit == "code" else None,
            "reward": share if self.points else {"kind": "flat", "amount_minor": self.size},
            "on_refund": "keep" if self.kept else "reverse",
        }

    def worth(self, net: int) -> int:
        """What an order gives, to the even cent."""
        if not self.points:
            return self.size
        return round(Fraction(net * self.points, 10_000))


def draw_gift(chance: Random) -> Gift | None:
    """A gift, seldom."""
    if chance.random() > BOTH:
        return None
    unit = chance.choice(tuple(UNITS))
    points = chance.choice((500, 125, 0)) if unit == "store_credit" else 0
    return Gift(unit, points, chance.choice((1, 50, 777)), chance.random() < KEPT)
