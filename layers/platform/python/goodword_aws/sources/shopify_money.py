"""Shopify's amounts: decimal text in the shop's currency, under `<name>_set` or bare."""

import re

from goodword.conversions.intake import NotUnderstood
from goodword.errors import InvalidInput
from goodword.money import parse_decimal

from goodword_aws.sources.document import Document

_AMOUNT = re.compile(r"[0-9]{1,13}(\.[0-9]{1,6})?")


def natural_amount(thing: Document, name: str, plain: str, currency: str) -> int:
    """The shop's money under `<name>_set`, else the bare field `plain`, in minor units, >= 0."""
    value = signed_amount(thing, name, currency, plain)
    if value < 0:
        raise NotUnderstood("bad_amount", f"{name} is negative")
    return value


def signed_amount(thing: Document, name: str, currency: str, plain: str = "") -> int:
    """The same with its sign. NotUnderstood `bad_amount`, or `currency_mismatch`."""
    money = thing.document(f"{name}_set").document("shop_money")
    if money.at("amount") is not None:
        if money.currency("currency_code") != currency:
            raise NotUnderstood("currency_mismatch", f"{name} is in another currency")
        value = money.at("amount")
    else:
        value = thing.at(plain or name)
    text = "" if isinstance(value, bool) or value is None else str(value)
    if not _AMOUNT.fullmatch(text.removeprefix("-")):
        raise NotUnderstood("bad_amount", f"{name} is not an amount")
    try:
        return parse_decimal(text, currency)
    except InvalidInput as bad:
        raise NotUnderstood("bad_amount", f"{name} is not an amount") from bad


def time_of(thing: Document, received_ms: int) -> int:
    """When an order or a refund was made, as it says itself."""
    for name in ("processed_at", "created_at"):
        if (at_ms := thing.time(name)) is not None:
            return at_ms
    return received_ms
