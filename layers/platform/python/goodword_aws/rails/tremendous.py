"""Tremendous: one order with one reward per payout, whose `external_id` is the payout's id.

A repeat with the same content answers 201 with the first order, one with other content 409. Orders
are found by our id at any time. An executed order is money that has left: what the receiver does
with it is between them and Tremendous, unless its delivery failed or it was cancelled. Fees are in
US dollars whatever the reward is in, so only those of such rewards are known to the cent.
"""

from collections.abc import Mapping
from typing import Any, Literal
from urllib.parse import quote

from goodword.payouts.ports import PaymentOrder, RailAnswer
from goodword.times import HOUR_MS

from goodword_aws.rails.wire import (
    Reply,
    Wire,
    code,
    decimal,
    json_bytes,
    minor,
    no_word,
    part,
    reference,
)

BASES = {
    "live": "https://www.tremendous.com/api/v2",
    "sandbox": "https://testflight.tremendous.com/api/v2",
}
FEES = "USD"  # the currency of all fees
WAITING = frozenset(
    {
        "OPEN",
        "CART",
        "PENDING APPROVAL",
        "PENDING INTERNAL PAYMENT APPROVAL",
        "PENDING SETTLEMENT",
    }
)


class TremendousRail:
    """The Rail port over Tremendous' orders, version 2 of the API."""

    name: Literal["tremendous"] = "tremendous"
    key_window_ms = 36 * HOUR_MS  # no end is documented; after that a person looks

    def __init__(
        self, wire: Wire, api_key: str, campaign_id: str, funding_source_id: str = "BALANCE"
    ) -> None:
        self._wire = wire
        self._campaign, self._funding = campaign_id, funding_source_id
        self._headers = {"Authorization": f"Bearer {api_key}", "Content-Type": "application/json"}

    def send(self, order: PaymentOrder) -> RailAnswer:
        """POST /orders under the payout's id."""
        body = {
            "external_id": order.payout_id,
            "payment": {"funding_source_id": self._funding},
            "reward": {
                "campaign_id": self._campaign,
                "value": {
                    "denomination": decimal(order.amount_minor, order.currency),
                    "currency_code": order.currency,
                },
                "recipient": {
                    "name": order.destination["name"],
                    "email": order.destination["email"],
                },
                "delivery": {"method": "EMAIL"},
            },
        }
        reply = self._wire.call("POST", "/orders", json_bytes(body), self._headers)
        if reply.status in (200, 201):
            return _order(reply)
        if reply.status == 409:
            return RailAnswer("unknown", reason="key_conflict")
        if reply.status == 402:
            return RailAnswer("failed", reason="insufficient_funds")
        if reply.status in (400, 422):
            told = part(reply.body, "errors", "code")
            return RailAnswer("failed", reason=code(told, "refused_by_rail"))
        return no_word(reply)

    def look_up(self, payout_id: str, _reference: str = "") -> RailAnswer | None:
        """GET /orders/{our id}; a 404 that Tremendous itself wrote means that there is none."""
        reply = self._get("orders", payout_id)
        if reply.status == 404 and "errors" in reply.body:
            return None
        if reply.status != 200 or part(reply.body, "order", "external_id") != payout_id:
            return no_word(reply)
        return _order(reply)

    def payouts_of(self, kind: str, identifier: str) -> list[str] | None:
        """Our ids of the order, or of the reward's order, that a webhook names by its own id.

        None without a clear answer.
        """
        if kind == "rewards":
            reply = self._get("rewards", identifier)
            if reply.status not in (200, 404):
                return None
            identifier = reference(part(reply.body, "reward", "order_id"))
        elif kind != "orders":
            return []
        if not identifier:
            return []
        reply = self._get("orders", identifier)
        if reply.status not in (200, 404):
            return None
        own = reference(part(reply.body, "order", "external_id"))
        return [own] if own else []

    def _get(self, kind: str, name: str) -> Reply:
        return self._wire.call("GET", f"/{kind}/{quote(name, safe='')}", None, self._headers)


def _order(reply: Reply) -> RailAnswer:
    order = part(reply.body, "order")
    status, reward = part(order, "status"), part(order, "rewards", 0)
    currency = str(part(reward, "value", "currency_code") or "")
    told: dict[str, Any] = {
        "reference": reference(part(order, "id")),
        "amount_minor": minor(part(reward, "value", "denomination"), currency),
        "fee_minor": max(0, minor(part(order, "payment", "fees"), FEES) or 0)
        if currency == FEES
        else 0,
    }
    if status in ("CANCELED", "FAILED"):
        return RailAnswer("failed", reason=f"order_{str(status).lower()}", **told)
    if status in WAITING:
        return RailAnswer("accepted", **told)
    if status != "EXECUTED" or not isinstance(reward, Mapping):
        return RailAnswer("unknown", reason="unclear_answer", **told)
    return _executed(part(reward, "delivery", "status"), part(reward, "status"), told)


def _executed(delivery: object, reward: object, told: dict[str, Any]) -> RailAnswer:
    if reward == "CANCELED":
        return RailAnswer("returned", reason="reward_canceled", **told)
    if delivery == "FAILED":
        return RailAnswer("unclaimed", reason="", **told)
    if delivery in ("SUCCEEDED", "PENDING", "SCHEDULED", None):
        return RailAnswer("paid" if delivery == "SUCCEEDED" else "accepted", **told)
    return RailAnswer("unknown", reason="unclear_answer", **told)
