"""Rules as finance would say them: `10 % half up of acme|bolt from 50.00 if new & country DE|AT`.

A value is a share (`10 %`) or an amount (`5.00`); `a piece` pays it for each piece of a line,
`of each line` rounds the share line by line; `of` names brands. Behind `if` stand conditions joined
by `&`, each of them perhaps with `not` before it. A rule of all orders names no action; the others
begin with it: `first 10 %`, `renewal 5 % for 3 months`, `sign-up 2.00`.
`100 points`, `5.00 credit` and `1 gift` are no money. `10 % + friend 5.00 credit` gives to both
(`kept` at its end: also after refunds). `silver 5 % | gold 10 %` goes by the advocate's level.

    coupon X|Y    any coupon     no coupon      country DE|AT   via web      group vip
    new           returning      first 3        my first 2      net 50.00-200.00   sku S1|S2
"""

import re
from collections.abc import Callable
from typing import Any

from goodword.programs.model import Rule

Minor = Callable[[str], int]
ROUNDINGS = {"": "half_even", "down": "down", "half up": "half_up", "half even": "half_even"}
_RULE = re.compile(
    r"(?:(?P<action>sign-up|qualified|first|further|renewal|level-up|event) )?"
    r"(?P<value>[\d.]+)(?P<percent> %)?(?: (?P<unit>points|credit|gift|code))?"
    r"(?: (?P<rounding>down|half up|half even))?(?P<each> a piece| of each line)?"
    r"(?: of (?P<brand>[\w|]+))?(?: from (?P<minimum>[\d.]+))?(?: for (?P<months>\d+) months)?"
    r"(?: if (?P<when>.+))?"
)
ACTIONS = {
    None: "sale",
    "sign-up": "lead",
    "qualified": "lead_qualified",
    "first": "first_purchase",
    "further": "repeat_purchase",
    "renewal": "renewal",
    "level-up": "level_up",
    "event": "event",
}
UNITS = {
    None: "money",
    "points": "points",
    "credit": "store_credit",
    "gift": "gift",
    "code": "code",
}
ITEM = "Mug"
LISTS = {
    "coupon": "coupon",
    "country": "country",
    "via": "channel",
    "group": "customer_segment",
    "sku": "sku",
    "brand": "brand",
}


def rule_of(number: int, text: str, minor: Minor) -> Rule:
    """The rule that the text says."""
    text, _, friends = text.partition(" + friend ")
    levels = dict(one.split(" ", 1) for one in text.split(" | ")) if " | " in text else {}
    said = _said(next(iter(levels.values()), text))
    fields = {
        "rule_id": f"rule{number}",
        "unit": UNITS[said["unit"]],
        "item": ITEM if said["unit"] in ("gift", "code") else None,
        "friend": _friend(friends, minor) if friends else None,
        "action": ACTIONS[said["action"]],
        "for_months": int(said["months"]) if said["months"] else None,
        "reward": _reward(said, minor),
        "minimum_order_minor": minor(said["minimum"] or "0"),
        "when": _when(said, minor),
    }
    if levels:
        by_level = {name: _reward(_said(one), minor) for name, one in levels.items()}
        fields["reward"] = {"kind": "tiered", "by_level": by_level}
    return Rule.model_validate(fields)


def _said(text: str) -> re.Match[str]:
    said = _RULE.fullmatch(text)
    assert said is not None, text
    return said


def _friend(text: str, minor: Minor) -> dict[str, Any]:
    said = _said(text.removesuffix(" kept"))
    return {
        "reward": _reward(said, minor),
        "unit": UNITS[said["unit"]],
        "item": ITEM if said["unit"] in ("gift", "code") else None,
        "on_refund": "keep" if text.endswith(" kept") else "reverse",
    }


def _reward(said: re.Match[str], minor: Minor) -> dict[str, Any]:
    if not said["percent"]:
        kind = "per_unit" if said["each"] else "flat"
        pieces = said["unit"] in ("points", "gift", "code")
        amount = int(said["value"]) if pieces else minor(said["value"])
        return {"kind": kind, "amount_minor": amount}
    whole, _, part = said["value"].partition(".")
    return {
        "kind": "per_line" if said["each"] else "percentage",
        "basis_points": int(whole) * 100 + int(part.ljust(2, "0")),
        "rounding": ROUNDINGS[said["rounding"] or ""],
    }


def _when(said: re.Match[str], minor: Minor) -> dict[str, Any] | None:
    texts = said["when"].split(" & ") if said["when"] else []
    if said["brand"]:
        texts.insert(0, f"brand {said['brand']}")
    asked = [_condition(text, minor) for text in texts]
    if len(asked) > 1:
        return {"op": "all", "conditions": tuple(asked)}
    return asked[0] if asked else None


def _condition(text: str, minor: Minor) -> dict[str, Any]:
    if text.startswith("not "):
        return {"op": "not", "condition": _condition(text[4:], minor)}
    name, _, value = text.rpartition(" ")
    if text in ("new", "returning"):
        return {"op": "equals", "of": "customer", "value": text}
    if value == "coupon":
        ask = {"any": ("at_least", 1), "no": ("at_most", 0)}[name]
        return {"op": ask[0], "of": "coupons", "value": ask[1]}
    if name in ("first", "my first"):
        of = "friend_order" if name == "first" else "advocate_conversion"
        return {"op": "at_most", "of": of, "value": int(value)}
    if name == "net":
        low, high = (minor(end) for end in value.split("-"))
        return {"op": "between", "of": "order_net", "low": low, "high": high}
    return {"op": "in", "of": LISTS[name], "values": tuple(value.split("|"))}
