"""Terms that must be refused, and their neighbours that must not: on either side of every edge.

The programme of a seed is sound. Beside it another one is shown to the product, drawn from these
lists: whoever could promise a flawed thing would owe money that nobody meant to give.
"""

import json
from collections.abc import Iterator
from functools import cache
from random import Random
from typing import Any

from goodword.programs.model import Terms
from pydantic import ValidationError

from tests.simulation.books import Books
from tests.simulation.flaws_more import MORE_FLAWS, MORE_SOUND
from tests.support.scene import terms

WRONG = 0.75  # of what is drawn, one for each seed
Changes = dict[str, Any]
FLAT = {"kind": "flat", "amount_minor": 100}
SHARE = {"kind": "percentage", "basis_points": 100}
PIECES = {"kind": "per_unit", "amount_minor": 3}
BRAND = {"op": "in", "of": "brand", "values": ["Acme"]}
WEEK = {"cadence": "weekly", "anchor": 7}
LEVELS = [{"name": "low", "at_least": 0}, {"name": "high", "at_least": 5}]
TIERS = {"measure": "orders", "levels": LEVELS}
PLACE = {
    "hosts": ["shop.example"],
    "default_url": "https://shop.example/",
    "fallback_url": "https://shop.example/x",
}
ABROAD = {"USD": 120}
DEAR = {"op": "at_least", "of": "line_net", "value": 500, "value_in": ABROAD}


def _rule(**fields: Any) -> Changes:
    said = {"rule_id": "r1", "action": "sale", "reward": SHARE}
    return {"rules": [said | fields], "caps": []}


def _rules(count: int, **fields: Any) -> Changes:
    one = {"action": "sale", "reward": FLAT}
    return {"rules": [one | {"rule_id": f"r{number}"} | fields for number in range(count)]}


def _when(condition: Any, **fields: Any) -> Changes:
    return _rule(when=condition, **fields)


def _nested(depth: int) -> Any:
    return {"op": "not", "condition": _nested(depth - 1)} if depth > 1 else BRAND


def _listed(depth: int, op: str = "all") -> Any:
    return {"op": op, "conditions": [BRAND, _listed(depth - 1, op)]} if depth > 1 else BRAND


def _paid(**fields: Any) -> Changes:
    return {"payment": {"rail": "simulator"} | fields}


def _led(**fields: Any) -> Changes:
    return _rule(**({"action": "lead", "reward": FLAT} | fields))


def _levels(*ends: int, **fields: Any) -> Changes:
    levels = [{"name": f"l{number}", "at_least": end} for number, end in enumerate(ends)]
    return {"tiers": {"measure": "orders", "levels": levels} | fields}


def _abroad(reward: Changes, **fields: Any) -> Changes:
    limits = {"auto_approve_limit_minor": 0}
    sold = {"currencies": "accept", "accepted": ["USD"], "review": limits}
    return _rule(reward=reward) | sold | fields


def _capped(*caps: Changes) -> Changes:
    return {"caps": list(caps)}


def _led_to(**fields: Any) -> Changes:
    return {"destination": PLACE | fields}


FLAWS: tuple[Changes, ...] = (
    {"currency": "EUX"},
    {"hold_days": -1},
    {"hold_days": 366},
    {"rules": []},
    {"disclosure": "#a"},
    {"exchange": {"days": -1}},
    {"review": {"auto_approve_limit_minor": -1}},
    {"review": {"auto_approve_limit_minor": 1, "days": 0}},
    {"review": {"auto_approve_limit_minor": 1, "on_lapse": "pay"}},
    _rules(2, rule_id="same"),
    _rules(7),
    _rule(reward={"kind": "percentage", "basis_points": 0}),
    _rule(reward={"kind": "percentage", "basis_points": 10_001}),
    _rule(reward={"kind": "flat", "amount_minor": 0}),
    _rule(reward={"kind": "tiered", "by_level": {"high": FLAT}}),
    _rule(reward={"kind": "tiered", "by_level": {"top": FLAT}}) | {"tiers": TIERS},
    _rule(for_months=0),
    _rule(minimum_order_minor=-1),
    _rule(unit="gift", reward=FLAT),
    _rule(unit="gift", reward=SHARE, item="Mug"),
    _rule(unit="points", reward=FLAT | {"amount_in": ABROAD}),
    _rule(friend={"reward": FLAT, "unit": "money"}),
    _rule(friend={"reward": FLAT, "unit": "code"}),
    _led(reward=SHARE),
    _led(reward=PIECES),
    _led(minimum_order_minor=1),
    _led(when=BRAND),
    _led(for_months=1),
    _led(friend={"reward": SHARE, "unit": "points"}),
    _when({"op": "between", "of": "order_net", "low": 5, "high": 4}),
    _when({"op": "equals", "of": "order_net", "value": "many"}),
    _when({"op": "equals", "of": "brand", "value": 4}),
    _when({"op": "in", "of": "customer", "values": ["old"]}),
    _when({"op": "equals", "of": "country", "value": "DEU"}),
    _when({"op": "in", "of": "country", "values": ["DE", "4A"]}),
    _when({"op": "in", "of": "level", "values": ["top"]}) | {"tiers": TIERS},
    _when({"op": "equals", "of": "level", "value": "high"}),
    _when({"op": "all", "conditions": []}),
    _when(_nested(5)),
    _when(_listed(5)),
    _when({"op": "not", "condition": _listed(4, "any")}),
    _when({"op": "any", "conditions": [{"op": "all", "conditions": [BRAND] * 11}] * 2}),
    _levels(1, 2),
    _levels(0, 0),
    _levels(0, 5, 4),
    _levels(0),
    {"tiers": {"measure": "orders", "levels": [LEVELS[0], LEVELS[1] | {"name": "low"}]}},
    _capped({"period": "month"}),
    _capped({"amount_minor": 1, "rewards": 1}),
    _capped({"amount_minor": 0}),
    _capped({"rewards": 2, "amount_in": ABROAD}),
    _capped({"amount_minor": 1}, {"amount_minor": 2}),
    _capped(
        *({"scope": "programme", "period": one, "rewards": 1} for one in ("day", "week", "year"))
    ),
    {"currencies": "accept"},
    {"accepted": ["USD"]},
    _abroad(SHARE, accepted=["EUR"]),
    _abroad(SHARE, accepted=["USD", "USD"]),
    _abroad(FLAT),
    _abroad(SHARE) | _when({"op": "at_least", "of": "line_net", "value": 500}),
    _abroad(SHARE) | _when({"op": "at_most", "of": "order_net", "value": 500}),
    _abroad(FLAT | {"amount_in": {"KWD": 5}}),
    _abroad(SHARE, tiers=TIERS | {"measure": "net"}),
    _abroad(SHARE, caps=[{"amount_minor": 5}]),
    _paid(cadence="weekly", anchor=8),
    _paid(anchor=29),
    _paid(cadence="on_minimum"),
    _paid(cadence="every_n_days", every_days=3),
    _paid(starts_on="2025-11-03"),
    _paid(cadence="every_n_days", every_days=3, starts_on="2025-02-30"),
    _paid(time_zone="Europe/Nowhere"),
    _paid(net_days=-1),
    _paid(two_checkers_from_minor=0),
    _paid(holidays=[f"2025-12-{day:02d}" for day in range(1, 20)]),
    _led_to(default_url="https://www.shop.example/"),
    _led_to(default_url="http://shop.example/"),
    _led_to(default_url="https://user@shop.example/"),
    _led_to(fallback_url="https://shop.example/a b"),
    _led_to(parameters={"gw_click": "x"}),
    {"attribution": {"window_days": 0}},
    *MORE_FLAWS,
)
SOUND: tuple[Changes, ...] = (
    {"hold_days": 365},
    _rules(6),
    _rules(7, when=BRAND),
    _rule(reward={"kind": "percentage", "basis_points": 10_000}),
    _rule(reward={"kind": "tiered", "by_level": {"high": FLAT}}) | {"tiers": TIERS},
    _rule(unit="gift", reward=PIECES, item="Mug", friend={"reward": FLAT, "unit": "points"}),
    _rule(for_months=1, action="renewal"),
    _led(when={"op": "in", "of": "country", "values": ["de"]}),
    _when({"op": "between", "of": "order_net", "low": 5, "high": 5}),
    _when({"op": "equals", "of": "customer", "value": "returning"}),
    _when({"op": "equals", "of": "level", "value": "HIGH"}) | {"tiers": TIERS},
    _when(_nested(4)),
    _when({"op": "not", "condition": _listed(3, "any")}),
    _when(_listed(4)),
    _when({"op": "any", "conditions": [{"op": "all", "conditions": [BRAND] * 10}] * 2}),
    _levels(0, 1, 2),
    _capped({"amount_minor": 1}, {"amount_minor": 2, "period": "day"}, {"rewards": 2}),
    _capped(*({"scope": "programme", "period": one, "rewards": 1} for one in ("day", "week"))),
    _abroad(FLAT | {"amount_in": ABROAD}),
    _abroad(SHARE, tiers=TIERS),
    _abroad(SHARE) | _when({"op": "at_least", "of": "quantity", "value": 5}),
    _abroad(SHARE) | _when(DEAR),
    _paid(**WEEK),
    _paid(anchor=28),
    _paid(cadence="on_minimum", minimum_minor=1),
    _paid(cadence="every_n_days", every_days=3, starts_on="2025-02-28"),
    _paid(time_zone="Asia/Tokyo", holidays=["2025-12-25"]),
    _led_to(default_url="http://localhost:8080/", hosts=["localhost:8080", "shop.example"]),
    *MORE_SOUND,
)


def _terms(books: Books) -> Iterator[str]:
    """Nobody can promise what makes no sense, and whoever promises something sound may."""
    chance = Random(f"flaws {books.town.story.seed}")
    if chance.random() < WRONG:
        change = chance.choice(FLAWS)
        if accepted(change):
            yield f"terms are taken with {change}"
    else:
        change = chance.choice(SOUND)
        if not accepted(change):
            yield f"terms are refused with {change}"


def accepted(change: Changes) -> bool:
    """Whether terms may be like this."""
    try:
        Terms.model_validate_json(json.dumps(_sound() | change))
    except ValidationError:
        return False
    return True


@cache
def _sound() -> Changes:
    said: Changes = json.loads(terms(caps=()).model_dump_json())
    return said


TERMS = (_terms,)
