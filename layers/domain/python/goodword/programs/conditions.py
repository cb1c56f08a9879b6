"""What a rule may ask of an order: a closed set of operators over a closed set of facts.

    {"op": "in", "of": "brand", "values": ["Acme"]}
    {"op": "between", "of": "order_net", "low": 5000, "high": 20000}
    {"op": "all", "conditions": [..., {"op": "not", "condition": ...}]}

Texts are compared without regard to case. A fact that is not known satisfies nothing, not even
`not_in`: what a shop does not tell earns nothing by accident. A condition of a line (`brand`,
`quantity` ...) is asked of each line, and the rule then looks at the lines that meet it.
"""

from collections.abc import Iterator
from typing import Annotated, Literal, Self, TypeVar, get_args

from pydantic import Field, StringConstraints, model_validator

from goodword.limits import CONDITION_DEPTH_MAX, CONDITION_VALUES_MAX, CONDITIONS_MAX
from goodword.money import NaturalIn, NaturalMinor
from goodword.records import Value

LineText = Literal["product", "sku", "collection", "brand"]
LineNumber = Literal["line_net", "quantity"]
OrderText = Literal[
    "country",
    "channel",
    "customer",
    "customer_segment",
    "coupon",
    "event_name",
    "advocate_segment",
    "level",
]
OrderNumber = Literal["order_net", "coupons", "friend_order", "advocate_conversion"]
TextFact = LineText | OrderText
NumberFact = LineNumber | OrderNumber
LINE_FACTS = frozenset((*get_args(LineText), *get_args(LineNumber)))
AMOUNTS = frozenset({"order_net", "line_net"})  # in minor units; other numbers are counts
CUSTOMERS = frozenset({"new", "returning"})
# Events for which no advocate's segment is known to rules: staff may put people into one by what
# they rated, and a reward for a public review is for the act, whoever wrote it.
UNSORTED_EVENTS = frozenset({"advocacy_review"})

L = TypeVar("L")
Word = Annotated[str, StringConstraints(min_length=1, max_length=100, strip_whitespace=True)]


class OneOf(Value):
    """The fact is one of the values; of several (coupons, collections) at least one is."""

    op: Literal["in"] = "in"
    of: TextFact
    values: tuple[Word, ...] = Field(min_length=1, max_length=CONDITION_VALUES_MAX)

    @model_validator(mode="after")
    def _possible(self) -> Self:
        return _check(self, self.of, self.values)


class NoneOf(Value):
    """The fact is known and none of the values; no coupon at all is none of them."""

    op: Literal["not_in"] = "not_in"
    of: TextFact
    values: tuple[Word, ...] = Field(min_length=1, max_length=CONDITION_VALUES_MAX)

    @model_validator(mode="after")
    def _possible(self) -> Self:
        return _check(self, self.of, self.values)


class Equals(Value):
    """The fact is this text, or this number."""

    op: Literal["equals"] = "equals"
    of: TextFact | NumberFact
    value: Word | NaturalMinor
    value_in: NaturalIn = {}

    @model_validator(mode="after")
    def _possible(self) -> Self:
        number = self.of in _NUMBERS
        if number != isinstance(self.value, int):
            raise ValueError(f"{self.of} is a {'number' if number else 'text'}")
        return _check(self, self.of, () if isinstance(self.value, int) else (self.value,))


class AtLeast(Value):
    """The number is this or more."""

    op: Literal["at_least"] = "at_least"
    of: NumberFact
    value: NaturalMinor
    value_in: NaturalIn = {}


class AtMost(Value):
    """The number is this or less: `at_most` 3 of `friend_order` are the first three orders."""

    op: Literal["at_most"] = "at_most"
    of: NumberFact
    value: NaturalMinor
    value_in: NaturalIn = {}


class Between(Value):
    """The number is in the range, both ends included."""

    op: Literal["between"] = "between"
    of: NumberFact
    low: NaturalMinor
    high: NaturalMinor
    low_in: NaturalIn = {}
    high_in: NaturalIn = {}

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        ends = [(self.low, self.high)]
        ends += [(low, self.high_in.get(one, low)) for one, low in self.low_in.items()]
        if any(low > high for low, high in ends):
            raise ValueError("low is more than high")
        return self


class AllOf(Value):
    """Every one of the conditions is met."""

    op: Literal["all"] = "all"
    conditions: tuple["Condition", ...] = Field(min_length=1, max_length=CONDITIONS_MAX)


class AnyOf(Value):
    """At least one of the conditions is met."""

    op: Literal["any"] = "any"
    conditions: tuple["Condition", ...] = Field(min_length=1, max_length=CONDITIONS_MAX)


class NotSo(Value):
    """The condition is known not to be met."""

    op: Literal["not"] = "not"
    condition: "Condition"


Leaf = OneOf | NoneOf | Equals | AtLeast | AtMost | Between
Condition = Annotated[
    OneOf | NoneOf | Equals | AtLeast | AtMost | Between | AllOf | AnyOf | NotSo,
    Field(discriminator="op"),
]

_NUMBERS = frozenset((*get_args(LineNumber), *get_args(OrderNumber)))


def leaves(condition: Condition, path: str = "when") -> Iterator[tuple[str, Leaf]]:
    """Every question in it with its path in the document, in reading order."""
    if isinstance(condition, AllOf | AnyOf):
        for number, each in enumerate(condition.conditions):
            yield from leaves(each, f"{path}.conditions.{number}")
    elif isinstance(condition, NotSo):
        yield from leaves(condition.condition, f"{path}.condition")
    else:
        yield path, condition


def asks_lines(condition: Condition | None) -> bool:
    """Whether any question is about the lines of an order."""
    return condition is not None and any(one.of in LINE_FACTS for _, one in leaves(condition))


def check_size(condition: Condition) -> None:
    """ValueError for a condition that nobody could read any more."""
    if _depth(condition) > CONDITION_DEPTH_MAX:
        raise ValueError(f"conditions are nested more than {CONDITION_DEPTH_MAX} deep")
    if sum(1 for _ in leaves(condition)) > CONDITIONS_MAX:
        raise ValueError(f"a rule asks at most {CONDITIONS_MAX} questions")


def _depth(condition: Condition) -> int:
    if isinstance(condition, AllOf | AnyOf):
        return 1 + max(_depth(each) for each in condition.conditions)
    return 1 + _depth(condition.condition) if isinstance(condition, NotSo) else 1


def _check(found: L, of: str, values: tuple[str, ...]) -> L:
    if of == "customer" and not CUSTOMERS.issuperset(values):
        raise ValueError("a customer is `new` or `returning`")
    if of == "country" and not all(map(_is_country, values)):
        raise ValueError("a country is a code of two letters (ISO 3166-1)")
    return found


def _is_country(code: str) -> bool:
    return len(code) == 2 and code.isascii() and code.isalpha()
