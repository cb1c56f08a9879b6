"""Stripe's whole numbers as our minor units; for a few currencies the two are not the same."""

from decimal import Decimal

from goodword.conversions.intake import NotUnderstood
from goodword.money import exponent

from goodword_aws.sources.document import bounded

# Stripe counts these in other units than ISO 4217 does: hundredths of a króna and of a shilling,
# whole ariary. Everywhere else its units are ours.
STRIPE_EXPONENTS = {"ISK": 2, "UGX": 2, "MGA": 0}


def minor(amount: int, currency: str) -> int:
    """Stripe's units as ours; NotUnderstood `bad_amount` if that leaves a fraction."""
    value = Decimal(amount).scaleb(_shift(currency))
    if value != value.to_integral_value():
        raise NotUnderstood("bad_amount", "a fraction of the smallest unit")
    return bounded(int(value))


def floored(amount: int, currency: str) -> int:
    """The same of a part of a sum, where a fraction is left to the rest of the sum."""
    return int(Decimal(amount).scaleb(_shift(currency)))


def _shift(currency: str) -> int:
    own = exponent(currency)
    return own - STRIPE_EXPONENTS.get(currency, own)
