"""A rail pays in some currencies only: terms that need another are refused, not every payout.

Only PayPal publishes a short list. Stripe and Tremendous pay in most currencies, depending on the
account; a store pays in its own. What they cannot pay fails there, and is due again.
"""

from collections.abc import Mapping

from goodword.errors import FieldError, InvalidInput
from goodword.programs.model import Terms
from goodword.programs.payment import RailName

PAYPAL = frozenset(
    {
        *("AUD", "BRL", "CAD", "CHF", "CZK", "DKK", "EUR", "GBP", "HKD", "HUF", "ILS", "JPY"),
        *("MXN", "MYR", "NOK", "NZD", "PHP", "PLN", "SEK", "SGD", "THB", "TWD", "USD"),
    }
)
RAIL_CURRENCIES: Mapping[RailName, frozenset[str]] = {"paypal": PAYPAL}


def check_rail(terms: Terms) -> None:
    """InvalidInput `rail_without_currency` if the rail cannot pay what is owed under the terms."""
    rail = terms.payment.rail
    known = RAIL_CURRENCIES.get(rail)
    missing = [one for one in (terms.currency, *terms.accepted) if known and one not in known]
    if missing:
        named = ", ".join(missing)
        raise InvalidInput(
            "rail_without_currency",
            "the rail cannot pay in every currency of the programme",
            [
                FieldError(
                    "terms.payment.rail",
                    f"{rail} does not pay in {named}",
                    "rail_without_currency",
                    (("rail", rail), ("known", named)),
                )
            ],
        )
