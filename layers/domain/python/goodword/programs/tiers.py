"""Levels are reached by what an advocate's orders come to, in a period or in all, and lost again.

The level that counts is the one before the order: the order that reaches `gold` is still rewarded
as `silver`. Refunds lower the totals, a new period begins at nothing; so advocates move down, too.
"""

from typing import Literal, Self

from pydantic import Field, model_validator

from goodword.limits import LEVELS_MAX
from goodword.money import NaturalMinor
from goodword.programs.rules import LevelName
from goodword.records import Value

TierPeriod = Literal["month", "quarter", "year", "lifetime"]


class Level(Value):
    """A level and the total from which on it is reached: orders, or net in minor units."""

    name: LevelName
    at_least: NaturalMinor


class Tiers(Value):
    """The levels of a programme, lowest first; everybody has the first, which begins at 0.

    `orders` counts orders that were not returned as a whole, `net` sums what is left of them.
    Months are calendar months (UTC).
    """

    measure: Literal["orders", "net"]
    period: TierPeriod = "lifetime"
    levels: tuple[Level, ...] = Field(min_length=2, max_length=LEVELS_MAX)

    @model_validator(mode="after")
    def _rising(self) -> Self:
        ends = [level.at_least for level in self.levels]
        if ends[0] != 0 or ends != sorted(set(ends)):
            raise ValueError("levels rise from 0, each above the one before")
        if len({level.name for level in self.levels}) != len(self.levels):
            raise ValueError("two levels have the same name")
        return self

    def level(self, total: int) -> str:
        """The highest level that the total reaches."""
        return [one.name for one in self.levels if one.at_least <= total][-1]
