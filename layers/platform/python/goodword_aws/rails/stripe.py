"""Stripe Connect transfers: the payout's id is idempotency key and transfer group alike.

Stripe may forget an idempotency key after 24 hours, so a late repeat could pay twice: the group
tells first whether there is a transfer, at any time. Under a key Stripe repeats its first answer,
refusals included. Amounts are integers of Stripe's own smallest units, which for a few currencies
are not ISO 4217's. A transfer costs nothing; what Stripe takes for accounts is on its invoice.
"""

from collections.abc import Mapping
from typing import Any, Literal
from urllib.parse import urlencode

from goodword.payouts.ports import PaymentOrder, RailAnswer
from goodword.times import DAY_MS

from goodword_aws.rails.wire import Reply, Wire, code, no_word, part, reference

BASE = "https://api.stripe.com"
VERSION = "2024-06-20"  # of the API; the shapes below are those of this version
TIMES_100 = frozenset({"ISK", "UGX"})  # without decimals by ISO, with two at Stripe
BY_100 = frozenset({"MGA"})  # with two decimals by ISO, without at Stripe
TENS = frozenset({"BHD", "JOD", "KWD", "OMR", "TND"})  # three decimals, the last one always 0
TRANSFERS_MAX = 10  # transfers of one group that a look-up adds up
NO_MONEY = frozenset({"balance_insufficient", "insufficient_funds"})


class StripeRail:
    """The Rail port over Stripe's transfers."""

    name: Literal["stripe"] = "stripe"
    key_window_ms = DAY_MS

    def __init__(self, wire: Wire, api_key: str) -> None:
        self._wire = wire
        self._headers = {"Authorization": f"Bearer {api_key}", "Stripe-Version": VERSION}

    def send(self, order: PaymentOrder) -> RailAnswer:
        """POST /v1/transfers under the payout's id."""
        amount = _amount(order.amount_minor, order.currency)
        if amount is None:
            return RailAnswer("failed", reason="unsupported_amount")
        form = {
            "amount": str(amount),
            "currency": order.currency.lower(),
            "destination": order.destination["account"],
            "transfer_group": order.payout_id,
            "description": f"Payout {order.payout_id}",
            "metadata[payout_id]": order.payout_id,
            "metadata[run_id]": order.run_id,
        }
        headers = {
            **self._headers,
            "Idempotency-Key": order.payout_id,
            "Content-Type": "application/x-www-form-urlencoded",
        }
        reply = self._wire.call("POST", "/v1/transfers", urlencode(form).encode(), headers)
        if reply.status == 200 and part(reply.body, "object") == "transfer":
            return _answer([reply.body])
        return _refused(reply)

    def look_up(self, payout_id: str, _reference: str = "") -> RailAnswer | None:
        """GET the transfers of the group; None when there is none."""
        asked = urlencode({"transfer_group": payout_id, "limit": TRANSFERS_MAX})
        reply = self._wire.call("GET", f"/v1/transfers?{asked}", None, self._headers)
        found = part(reply.body, "data")
        if reply.status != 200 or not isinstance(found, list):
            return no_word(reply)
        own = [one for one in found if part(one, "transfer_group") == payout_id]
        return _answer(own) if own else None


def stripe_ids(body: Mapping[str, Any]) -> list[str]:
    """The payouts that an event is about."""
    found = reference(part(body, "data", "object", "transfer_group"))
    return [found] if found else []


def _answer(transfers: list[Mapping[str, Any]]) -> RailAnswer:
    """What the transfers of one group say; more than one is money that left twice."""
    first = transfers[-1]  # the list is newest first
    currency = str(part(first, "currency") or "").upper()
    amounts = [_minor(one) for one in transfers]
    if not all(type(one) is int for one in amounts) or len(currency) != 3:
        return RailAnswer("unknown", reason="unclear_answer")
    total = sum(one for one in amounts if one is not None)
    back = all(part(one, "reversed") is True for one in transfers)
    returned = sum(_minor(one, "amount_reversed") or 0 for one in transfers)
    reason = "reversed" if back else "partly_reversed" if returned else ""
    if len(transfers) > 1:
        reason = "paid_twice"
    return RailAnswer(
        "returned" if back else "paid",
        reference=reference(part(first, "id")),
        reason=reason,
        amount_minor=total,
        returned_minor=returned,
    )


def _refused(reply: Reply) -> RailAnswer:
    kind, why = part(reply.body, "error", "type"), part(reply.body, "error", "code")
    if kind == "idempotency_error":
        return RailAnswer("unknown", reason="key_conflict")
    if why in NO_MONEY:
        return RailAnswer("failed", reason="insufficient_funds")
    if reply.status in (400, 402, 404) and kind == "invalid_request_error":
        return RailAnswer("failed", reason=code(why, "refused_by_rail"))
    return no_word(reply)


def _amount(amount_minor: int, currency: str) -> int | None:
    """Minor units of ISO 4217 in Stripe's; None for what Stripe cannot express."""
    if currency in TIMES_100:
        return amount_minor * 100
    if currency in BY_100:
        return None if amount_minor % 100 else amount_minor // 100
    return None if currency in TENS and amount_minor % 10 else amount_minor


def _minor(transfer: Mapping[str, Any], name: str = "amount") -> int | None:
    """Stripe's units back in ours."""
    amount, currency = part(transfer, name), str(part(transfer, "currency")).upper()
    if type(amount) is not int:
        return None
    if currency in TIMES_100:
        return amount // 100
    return amount * 100 if currency in BY_100 else amount
