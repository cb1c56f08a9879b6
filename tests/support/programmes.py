"""Programme documents that use much of what there is, as staff send them."""

from typing import Any

from tests.support.people import terms_json

_NEW = {"op": "equals", "of": "customer", "value": "new"}
_FLAT = {"kind": "flat", "amount_minor": 500}
_ACME: dict[str, Any] = {
    "op": "all",
    "conditions": [
        {"op": "in", "of": "brand", "values": ["Acme", "Bolt"]},
        {"op": "not_in", "of": "country", "values": ["US"]},
        {"op": "any", "conditions": [_NEW, {"op": "at_least", "of": "coupons", "value": 1}]},
        {"op": "not", "condition": {"op": "between", "of": "order_net", "low": 1, "high": 9}},
        {"op": "equals", "of": "level", "value": "gold"},
    ],
}
FULL = terms_json(caps=()) | {
    "rules": [
        {"rule_id": "acme", "action": "sale", "reward": {"kind": "percentage", "basis_points": 9}}
        | {"when": _ACME},
        {
            "rule_id": "welcome",
            "action": "first_purchase",
            "reward": {"kind": "tiered", "by_level": {"gold": _FLAT}},
            "friend": {"reward": _FLAT, "unit": "store_credit", "on_refund": "keep"},
        },
        {
            "rule_id": "renewal",
            "action": "renewal",
            "for_months": 3,
            "reward": {"kind": "per_line", "basis_points": 10, "rounding": "down"},
        },
        {"rule_id": "mug", "action": "sale", "unit": "gift", "item": "Mug", "reward": _FLAT},
        {"rule_id": "lead", "action": "lead", "reward": _FLAT, "when": _NEW},
        {
            "rule_id": "reached",
            "action": "event",
            "reward": {"kind": "percentage", "basis_points": 10_000},
            "when": {"op": "equals", "of": "event_name", "value": "milestone_first"},
        },
    ],
    "tiers": {
        "measure": "net",
        "period": "year",
        "levels": [{"name": "silver", "at_least": 0}, {"name": "gold", "at_least": 10}],
    },
    "milestones": [
        {
            "milestone_id": "first",
            "title": "Your first",
            "measure": "orders",
            "at_least": 1,
            "reward_minor": 500,
        }
    ],
    "caps": [
        {"scope": "advocate", "period": "month", "amount_minor": 100},
        {"scope": "friend", "period": "lifetime", "rewards": 3},
    ],
    "trust": {"checks": {"velocity": {"mode": "active", "hold_points": 50, "refuse_points": 90}}},
}
IN_DOLLARS = terms_json(caps=()) | {
    "currencies": "accept",
    "accepted": ["USD"],
    "rules": [
        {
            "rule_id": "sale",
            "action": "sale",
            "minimum_order_minor": 100,
            "minimum_order_in": {"USD": 110},
            "reward": {"kind": "per_unit", "amount_minor": 5, "amount_in": {"USD": 6}},
            "when": {"op": "at_most", "of": "order_net", "value": 9, "value_in": {"USD": 10}},
        },
        {"rule_id": "points", "action": "sale", "unit": "points", "reward": _FLAT},
    ],
    "caps": [{"scope": "programme", "amount_minor": 100, "amount_in": {"USD": 120}}],
    "tiers": {
        "measure": "orders",
        "levels": [{"name": "silver", "at_least": 0}, {"name": "gold", "at_least": 10}],
    },
    "review": {"auto_approve_limit_minor": 100, "auto_approve_limit_in": {"USD": 100}},
    "payment": {
        "cadence": "on_minimum",
        "minimum_minor": 2_000,
        "minimum_in": {"USD": 2_500},
        "time_zone": "Europe/Berlin",
    },
}
PAID_OFTEN = terms_json() | {
    "payment": {
        "cadence": "every_n_days",
        "every_days": 14,
        "starts_on": "2027-01-04",
        "holidays": ["2027-01-06"],
        "weekend": [6, 7],
        "barred_countries": ["CU"],
        "audit": {"stops": ["own_spike"], "off": []},
    },
    "exchange": {"days": 3, "rounding": "half_up"},
}
