"""One rule says for what action, under which conditions, what is earned; and how it is rounded.

A rule whose condition asks about lines, or whose reward is per line, looks at the lines that meet
it; any other looks at the order. Example: 10 % where `brand` is Acme, of an order of 30.00 of Acme
and 20.00 of Bolt, is 10 % of 30.00.
"""

from collections.abc import Iterable
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from goodword.limits import FOR_MONTHS_MAX, LEVELS_MAX
from goodword.money import CREDIT, NaturalIn, NaturalMinor, PositiveIn, PositiveMinor, Rounding
from goodword.programs.conditions import Condition, asks_lines, check_size, leaves
from goodword.records import Value

Action = Literal[
    "lead",
    "lead_qualified",
    "sale",
    "first_purchase",
    "repeat_purchase",
    "renewal",
    "level_up",
    "event",
]
# Actions of orders; the others may have an amount (an upgrade that was paid for) or none.
ORDER_ACTIONS = frozenset({"sale", "first_purchase", "repeat_purchase", "renewal"})
SIGN_UPS = frozenset({"lead", "lead_qualified"})
BasisPoints = Annotated[int, Field(ge=1, le=10_000)]


class FlatReward(Value):
    """The same amount for every conversion; `amount_in` says it in other accepted currencies."""

    kind: Literal["flat"] = "flat"
    amount_minor: PositiveMinor
    amount_in: PositiveIn = {}


class PercentageReward(Value):
    """A share of what the rule looks at, summed and rounded once; 1,000 basis points are 10 %."""

    kind: Literal["percentage"] = "percentage"
    basis_points: BasisPoints
    rounding: Rounding = "half_even"


class PerUnitReward(Value):
    """An amount for each unit of each line that the rule looks at."""

    kind: Literal["per_unit"] = "per_unit"
    amount_minor: PositiveMinor
    amount_in: PositiveIn = {}


class PerLineReward(Value):
    """A share of each line that the rule looks at, rounded line by line, then summed."""

    kind: Literal["per_line"] = "per_line"
    basis_points: BasisPoints
    rounding: Rounding = "half_even"


PlainReward = FlatReward | PercentageReward | PerUnitReward | PerLineReward
Unit = Literal["money", "store_credit", "points", "gift", "code"]
Item = Annotated[
    str,
    StringConstraints(
        min_length=1, max_length=80, strip_whitespace=True, pattern=r"^[^\x00-\x1f\x7f]*$"
    ),
]
LevelName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,39}$")]
UNITS: dict[str, str] = {"points": "POINTS", "gift": "GIFTS", "code": "CODES"}
LINE_KINDS = frozenset({"per_unit", "per_line"})


class FriendSide(Value):
    """What the friend gets for the same thing, under the same conditions; never money.

    `on_refund` says whether what the friend has is taken back with the order, or kept.
    """

    reward: Annotated[PlainReward, Field(discriminator="kind")]
    unit: Literal["store_credit", "points", "gift", "code"]
    item: Item | None = None
    on_refund: Literal["reverse", "keep"] = "reverse"

    @model_validator(mode="after")
    def _named(self) -> Self:
        _check_unit(self.unit, self.reward, self.item)
        return self


class TieredReward(Value):
    """Another reward for each level of the advocate; a level that is not named gets nothing."""

    kind: Literal["tiered"] = "tiered"
    by_level: dict[LevelName, Annotated[PlainReward, Field(discriminator="kind")]] = Field(
        min_length=1, max_length=LEVELS_MAX
    )


AnyReward = PlainReward | TieredReward


class Rule(Value):
    """One offer: what action earns what. `rule_id` is unique in the version.

    `unit` is what its amounts are of, in minor units or pieces; `item` says which gift or code.
    `sale` is every paid order; the other three kinds of order are parts of it. With `for_months` it
    is given for so many months from the customer's first referred order on.
    """

    rule_id: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,39}$")]
    action: Action
    reward: Annotated[AnyReward, Field(discriminator="kind")]
    minimum_order_minor: NaturalMinor = 0
    minimum_order_in: NaturalIn = {}
    when: Condition | None = None
    unit: Unit = "money"
    item: Item | None = None
    friend: FriendSide | None = None
    for_months: int | None = Field(default=None, ge=1, le=FOR_MONTHS_MAX)

    @model_validator(mode="after")
    def _leads_have_no_amount(self) -> Self:
        sign_up = self.action in SIGN_UPS
        if sign_up and (not self._is_flat or self.minimum_order_minor):
            raise ValueError("a lead has no order: its reward is flat and has no minimum order")
        if sign_up and asks_lines(self.when):
            raise ValueError("a lead has no order: its condition cannot ask about lines")
        if self.for_months is not None and self.action not in ORDER_ACTIONS:
            raise ValueError("months are counted between orders: for_months needs a rule of orders")
        if self.when is not None:
            check_size(self.when)
        for reward in self.plain_rewards:
            _check_unit(self.unit, reward, self.item)
        return self

    @property
    def by_line(self) -> bool:
        """Whether it looks at single lines, not at the order as a whole."""
        by_line = any(reward.kind in LINE_KINDS for reward in self.plain_rewards)
        return by_line or asks_lines(self.when)

    @property
    def plain_rewards(self) -> tuple[PlainReward, ...]:
        """Its reward, or those of all levels."""
        if isinstance(self.reward, TieredReward):
            return tuple(self.reward.by_level.values())
        return (self.reward,)

    @property
    def _is_flat(self) -> bool:
        sides = [*self.plain_rewards, *([self.friend.reward] if self.friend else [])]
        return all(reward.kind == "flat" for reward in sides)

    def reward_at(self, level: str | None) -> PlainReward | None:
        """The reward for an advocate at this level; None if the rule has none for it."""
        if isinstance(self.reward, TieredReward):
            return self.reward.by_level.get(level or "")
        return self.reward


def facts_asked(rules: Iterable[Rule]) -> frozenset[str]:
    """Every fact that any of the rules asks for."""
    found = set[str]()
    for rule in rules:
        if isinstance(rule.reward, TieredReward):
            found.add("level")
        if rule.when is not None:
            found |= {one.of for _, one in leaves(rule.when)}
    return frozenset(found)


def promised_months(rules: Iterable[Rule]) -> int:
    """For how many months of a customer's orders the longest of them gives; 0 if none does."""
    return max((rule.for_months or 0 for rule in rules), default=0)


def currency_of(unit: str, currency: str) -> str:
    """What the ledger books a unit as: `EUR`, `EUR.CREDIT`, `POINTS`, `GIFTS`, `CODES`."""
    if unit == "money":
        return currency
    return UNITS.get(unit, f"{currency}{CREDIT}")


def _check_unit(unit: str, reward: PlainReward, item: str | None) -> None:
    pieces = unit in ("gift", "code")
    if unit in UNITS and getattr(reward, "amount_in", {}):
        raise ValueError("points, gifts and codes are the same in every currency: no amount_in")
    if pieces and item is None:
        raise ValueError(f"say which {unit} it is: item")
    if pieces and reward.kind not in ("flat", "per_unit"):
        raise ValueError(f"a {unit} is given by the piece: flat or per_unit")
