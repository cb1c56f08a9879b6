"""Offers and baskets in the product's own words."""

import json
from typing import Any

from goodword.conversions.order import OrderFacts, OrderLine
from goodword.programs.model import Rule
from goodword.programs.tiers import Tiers

from tests.simulation.offers import LEVELS, Ask, Basket, Ladder, Offer

VALUES = ("in", "not_in")


def rule_of(offer: Offer) -> Rule:
    """The rule that says what the offer says."""
    asked = [_condition(ask) for ask in offer.asks]
    when = {"op": "all", "conditions": asked} if len(asked) > 1 else asked[0] if asked else None
    by_level = {name: _reward(offer, size) for name, size in offer.by_level}
    tiered = {"kind": "tiered", "by_level": by_level}
    said = {
        "rule_id": offer.name,
        "action": offer.action,
        "reward": tiered if by_level else _reward(offer, offer.size),
        "minimum_order_minor": offer.minimum,
        "when": when,
        "for_months": offer.months or None,
    }
    return Rule.model_validate_json(json.dumps(said))


def tiers_of(ladder: Ladder) -> Tiers:
    """The levels of a programme."""
    levels = [
        {"name": name, "at_least": end} for name, end in zip(LEVELS, ladder.ends, strict=True)
    ]
    said = {"measure": ladder.measure, "period": ladder.period, "levels": levels}
    return Tiers.model_validate_json(json.dumps(said))


def order_facts(basket: Basket) -> OrderFacts:
    """What a delivery tells of an order beside its sums."""
    lines = tuple(
        OrderLine(line_id=one.name, net_minor=one.net, quantity=one.pieces, brand=one.brand)
        for one in basket.lines
    )
    return OrderFacts(
        lines=lines,
        said_minor=sum(one.net for one in basket.lines) if lines else None,
        coupons=basket.coupons,
        country=basket.country,
        channel=basket.channel,
        nth=basket.nth,
    )


def _reward(offer: Offer, size: int) -> dict[str, Any]:
    if offer.kind in ("flat", "per_unit"):
        return {"kind": offer.kind, "amount_minor": size}
    return {"kind": offer.kind, "basis_points": size, "rounding": offer.rounding}


def _condition(ask: Ask) -> dict[str, Any]:
    op, *rest = ask
    if op == "not":
        return {"op": "not", "condition": _condition(rest[0])}
    if op == "any":
        return {"op": "any", "conditions": [_condition(one) for one in rest]}
    of, *values = rest
    if op in VALUES:
        return {"op": op, "of": of, "values": values}
    if op == "between":
        return {"op": op, "of": of, "low": values[0], "high": values[1]}
    return {"op": op, "of": of, "value": values[0]}
