"""Sample orders that suit a rule: what it asks for is there, and beside it what it does not want.

An order is made to meet the rule's condition; whether it does is said by the rule itself when the
example is computed. Example: a rule of 10 % where `brand` is Acme gets an order with two lines,
Acme with three fifths of the amount and something else with the rest.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from goodword.conversions.order import OrderFacts, OrderLine
from goodword.programs.conditions import (
    AllOf,
    AnyOf,
    Between,
    Condition,
    Leaf,
    NoneOf,
    NotSo,
    OneOf,
    leaves,
)
from goodword.programs.model import ProgramVersion
from goodword.programs.rules import ORDER_ACTIONS, Rule
from goodword.rewards.basis import Basis

OTHER = "other"  # the brand, coupon ... that no rule of the example names
LINE_FIELDS = {"product": "product_id", "sku": "sku", "brand": "brand", "collection": "collections"}
LISTS = frozenset({"collection", "coupon", "customer_segment", "advocate_segment"})
ORDER_FIELDS = {"country": "country", "channel": "channel"} | {
    "customer_segment": "segments",
    "coupon": "coupons",
}


def order_rules(version: ProgramVersion) -> list[Rule]:
    """The rules that reward orders."""
    return [rule for rule in version.terms.rules if rule.action in ORDER_ACTIONS]


def order_of(version: ProgramVersion, rule: Rule, order_id: str, net_minor: int) -> Basis:
    """An order of this net that the rule was written for."""
    asked = dict(_wanted(rule.when))
    line = {field: asked[of] for of, field in LINE_FIELDS.items() if of in asked}
    facts: dict[str, Any] = {"coupons": (), "country": "DE"}
    facts |= {field: asked[of] for of, field in ORDER_FIELDS.items() if of in asked}
    if "coupons" in asked:
        facts["coupons"] = tuple(f"CODE{number}" for number in range(1, asked["coupons"] + 1))
    pieces = max(1, asked.get("quantity", 2))
    lines = _lines(net_minor, line, pieces, alone=not rule.by_line)
    nth = 2 if rule.action == "repeat_purchase" else 1
    if asked.get("customer") == "returning":
        nth = 2
    at_ms = version.effective_ms
    return Basis(
        conversion_id=f"cnv_{order_id}",
        program_id=version.program_id,
        order_id=order_id,
        action="sale",
        occurred_ms=at_ms,
        currency=version.terms.currency,
        net_minor=net_minor,
        occasion="renewal" if rule.action == "renewal" else "plain",
        order=OrderFacts(lines=lines, **facts),
        friend_order=asked.get("friend_order", nth),
        friend_since_ms=at_ms,
        level=_level(version, asked.get("level")),
        advocate_conversion=asked.get("advocate_conversion", 1),
        advocate_segments=segments_of(rule),
        event_name=asked.get("event_name", ""),
    )


def _level(version: ProgramVersion, asked: str | None) -> str | None:
    tiers = version.terms.tiers
    return asked or (tiers.levels[-1].name if tiers else None)


def brands_of(rules: Iterable[Rule]) -> list[str]:
    """The first brand that each rule asks for, in reading order, each once."""
    asked = [dict(_wanted(rule.when)).get("brand") for rule in rules]
    return list(dict.fromkeys(brand for brand in asked if brand))


def asks_coupon(rule: Rule) -> bool:
    """Whether a coupon makes a difference to the rule."""
    return rule.when is not None and any(
        leaf.of in ("coupon", "coupons") for _, leaf in leaves(rule.when)
    )


def segments_of(rule: Rule) -> tuple[str, ...]:
    """Segments of an advocate whom the rule was written for."""
    asked: list[tuple[str, ...]] = [
        value for of, value in _wanted(rule.when) if of == "advocate_segment"
    ]
    return asked[-1] if asked else ()


def with_brands(basis: Basis, brands: Sequence[str]) -> Basis:
    """The order with a line of each brand, the first ones a little larger than the last."""
    nets = _split(basis.net_minor, len(brands))
    lines = tuple(
        OrderLine(line_id=str(number), net_minor=net, quantity=2, brand=brand)
        for number, (brand, net) in enumerate(zip(brands, nets, strict=True), 1)
    )
    return basis.but(order=basis.order.but(lines=lines))


def _lines(
    net_minor: int, line: dict[str, Any], pieces: int, *, alone: bool
) -> tuple[OrderLine, ...]:
    if alone:
        return (OrderLine(line_id="1", net_minor=net_minor, quantity=pieces),)
    first, rest = _split(net_minor, 2)
    other = OrderLine(line_id="2", net_minor=rest, brand=OTHER, sku=OTHER, product_id=OTHER)
    own = {"line_id": "1", "net_minor": first, "quantity": pieces} | line
    return (OrderLine.model_validate(own), other.but(collections=(OTHER,)))


def _split(net_minor: int, parts: int) -> list[int]:
    """`100, 2` -> 60, 40; the sum is always the whole."""
    weights = [parts + 1 - number for number in range(parts)]
    nets = [net_minor * weight // sum(weights) for weight in weights]
    return [net_minor - sum(nets[1:]), *nets[1:]]


def _wanted(condition: Condition | None) -> list[tuple[str, Any]]:
    """A value for each fact that a condition asks about, so that it is met; a later one wins."""
    if condition is None or isinstance(condition, NotSo):
        return []  # what must not be is not there unless another question wants it
    if isinstance(condition, AllOf):
        return [one for each in condition.conditions for one in _wanted(each)]
    if isinstance(condition, AnyOf):
        return _wanted(condition.conditions[0])
    value = _value(condition)
    return [(condition.of, (value,) if condition.of in LISTS else value)]


def _value(leaf: Leaf) -> str | int:
    if isinstance(leaf, OneOf):
        return leaf.values[0]
    if isinstance(leaf, NoneOf):
        return "FR" if leaf.of == "country" else OTHER
    if isinstance(leaf, Between):
        return leaf.low
    return leaf.value
