"""Which rails an installation has is what its secret of keys says; without keys there is none.

The secret is one JSON object, each rail's keys under its name:

    {"paypal": {"environment": "live", "client_id": "...", "client_secret": "..."},
     "stripe": {"api_key": "sk_live_..."},
     "tremendous": {"environment": "live", "api_key": "...", "campaign_id": "..."},
     "shopify": {"shop": "acme.myshopify.com", "access_token": "shpat_..."}}

`base_url` replaces the address of any of them: a proxy, or a server on this machine. What is not
understood keeps only that rail away; its name is told, its content never.
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from goodword.payouts.ports import Rail
from goodword.programs.payment import RailName

from goodword_aws.rails import paypal, stripe, tremendous
from goodword_aws.rails.shopify import DiscountCodeRail, StoreCreditRail
from goodword_aws.rails.wire import Wire

_SHOP = re.compile(r"[a-z0-9][a-z0-9-]{0,60}\.myshopify\.com")

Keys = Mapping[str, Any]
Found = Mapping[RailName, Rail]


class NotUnderstood(ValueError):
    """Keys that name no rail that could be used."""


def rails_of(text: str, told: Callable[[str], None]) -> Found:
    """The rails whose keys are there; `told` gets the names of those that are not understood."""
    found: dict[RailName, Rail] = {}
    for name, keys in object_of(text, told).items():
        try:
            found.update(_MAKE[name](keys))
        except (AttributeError, KeyError, TypeError, ValueError):
            told(name[:40])
    return found


def signs_of(text: str) -> Mapping[str, tuple[str, ...]]:
    """Live signing secrets by rail: `{"stripe": ["whsec_..."], "paypal": ["<webhook id>"]}`."""
    found = object_of(text, lambda _: None)
    return {
        name: tuple(one for one in values if isinstance(one, str) and one)
        for name, values in found.items()
        if isinstance(values, list)
    }


def object_of(text: str, told: Callable[[str], None]) -> Keys:
    """The secret as an object; empty, and `told`, if it is none."""
    try:
        found = json.loads(text or "{}")
    except ValueError:
        found = None
    if not isinstance(found, dict):
        told("the secret as a whole")
        return {}
    return found


def _paypal(keys: Keys) -> Found:
    wire = Wire(keys.get("base_url") or paypal.BASES[keys["environment"]])
    return {"paypal": paypal.PayPalRail(wire, keys["client_id"], keys["client_secret"])}


def _stripe(keys: Keys) -> Found:
    return {"stripe": stripe.StripeRail(Wire(keys.get("base_url") or stripe.BASE), keys["api_key"])}


def _tremendous(keys: Keys) -> Found:
    wire = Wire(keys.get("base_url") or tremendous.BASES[keys["environment"]])
    source = keys.get("funding_source_id", "BALANCE")
    rail = tremendous.TremendousRail(wire, keys["api_key"], keys["campaign_id"], source)
    return {"tremendous": rail}


def _shopify(keys: Keys) -> Found:
    if not _SHOP.fullmatch(keys["shop"]):
        raise NotUnderstood("a shop is named like acme.myshopify.com")
    wire = Wire(keys.get("base_url") or f"https://{keys['shop']}")
    token = keys["access_token"]
    return {
        "store_credit": StoreCreditRail(wire, token),
        "discount_code": DiscountCodeRail(wire, token, keys.get("code_prefix", "GW")),
    }


_MAKE: Mapping[str, Callable[[Keys], Found]] = {
    "paypal": _paypal,
    "stripe": _stripe,
    "tremendous": _tremendous,
    "shopify": _shopify,
}
