"""Levels are reached by what an advocate's orders come to, in a period or in all, and lost again.

The level that counts is the one before the order: the order that reaches `gold` is still rewarded
as `silver`. Refunds lower the totals, a new period begins at nothing; so advocates move down, too.
"""

from collections.abc import Iterator, Sequence
from typing import Literal, Self

from pydantic import Field, ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from goodword.limits import LEVELS_MAX
from goodword.money import NaturalMinor
from goodword.programs.conditions import Equals, NoneOf, OneOf, leaves
from goodword.programs.rules import LevelName, Rule, TieredReward
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


def check_levels(rules: Sequence[Rule], tiers: Tiers | None) -> None:
    """ValidationError `unknown_level`, at every place where a rule names a level there is not.

    A condition that asks for such a level would never be met, or always, and nobody would notice.
    Texts of conditions are compared without regard to case, so they are here.
    """
    levels = {one.name for one in tiers.levels} if tiers else set()
    wrong = [
        InitErrorDetails(
            type=PydanticCustomError("unknown_level", "tiers have no level of this name"),
            loc=("rules", number, *place),
            input=name,
        )
        for number, rule in enumerate(rules)
        for place, name in _named_levels(rule)
        if name.casefold() not in levels
    ]
    if wrong:
        raise ValidationError.from_exception_data("Terms", wrong, hide_input=True)


def _named_levels(rule: Rule) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Every level that a rule names, with its place in the rule."""
    if isinstance(rule.reward, TieredReward):
        yield from ((("reward", "by_level", name), name) for name in rule.reward.by_level)
    for path, leaf in leaves(rule.when) if rule.when else ():
        place = [int(step) if step.isdigit() else step for step in path.split(".")]
        if isinstance(leaf, OneOf | NoneOf) and leaf.of == "level":
            yield from (((*place, "values", n), name) for n, name in enumerate(leaf.values))
        if isinstance(leaf, Equals) and leaf.of == "level":
            yield (*place, "value"), str(leaf.value)
