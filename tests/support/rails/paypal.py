"""PayPal Payouts: batches under a sender_batch_id for 30 days, items that end by their receiver."""

import base64
import json
from dataclasses import dataclass, field
from typing import Any

from tests.support.rails.door import Answer, Rail

WINDOW_SECONDS = 30 * 86_400
LOGIN = base64.b64encode(b"client:secret").decode()
ENDS = {
    "fail": "FAILED",
    "unclaimed": "UNCLAIMED",
    "blocked": "BLOCKED",
    "held": "ONHOLD",
    "refunded": "REFUNDED",
    "odd": "SOMETHING_NEW",
}
LATER = {"slow": ("PENDING", "SUCCESS"), "gone": ("SUCCESS", "RETURNED")}
INVALID = {"name": "VALIDATION_ERROR", "message": "Invalid request", "details": []}


@dataclass
class PayPal(Rail):
    """The Payouts API; `links` says whether a duplicate's refusal names the first batch.

    `refusal` is what every further order is answered with.
    """

    links: bool = True
    by_key: dict[str, tuple[str, float]] = field(default_factory=dict)
    batches: dict[str, dict[str, Any]] = field(default_factory=dict)
    looks: dict[str, int] = field(default_factory=dict)
    token: str = "token-1"
    refusal: Answer | None = None
    fee_currency: str = ""

    def makes(self, method: str, path: str, body: bytes) -> bool:
        return (method, path) == ("POST", "/v1/payments/payouts")

    def answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        if path == "/v1/oauth2/token":
            good = headers.get("authorization") == f"Basic {LOGIN}"
            return (200, {"access_token": self.token, "expires_in": 32_400}) if good else (401, {})
        if headers.get("authorization") != f"Bearer {self.token}":
            return 401, {"error": "invalid_token"}
        if self.makes(method, path, body):
            return self.refusal or self._create(json.loads(body))
        batch = self.batches.get(path.rpartition("/")[2])
        return (200, self._shown(batch)) if batch else (404, {"name": "RESOURCE_NOT_FOUND"})

    def _create(self, body: dict[str, Any]) -> Answer:
        key, items = body["sender_batch_header"]["sender_batch_id"], body["items"]
        known = self.by_key.get(key)
        if known and self.seconds() < known[1] + WINDOW_SECONDS:
            return 400, self._duplicate(known[0])
        if any("@" not in one["receiver"] for one in items) or len(items) > 15_000:
            return 400, INVALID
        name = f"BATCH{len(self.batches):08d}"
        self.by_key[key] = (name, self.seconds())
        self.batches[name] = {"id": name, "key": key, "items": items}
        for item in items:
            amount = item["amount"]
            if item["receiver"].partition("@")[0] not in ("fail", "blocked", "denied"):
                self.paid.append((key, amount["value"], amount["currency"]))
        return 201, {"batch_header": self._header(self.batches[name], "PENDING")}

    def _duplicate(self, name: str) -> dict[str, Any]:
        href = f"https://api.sandbox.paypal.com/v1/payments/payouts/{name}"
        links = [{"href": href, "rel": "self", "method": "GET"}] if self.links else []
        issue = {"field": "SENDER_BATCH_ID", "location": "body", "issue": "Duplicate batch request"}
        return {
            "name": "USER_BUSINESS_ERROR",
            "message": "User business error.",
            "details": [issue],
            "links": links,
        }

    def _header(self, batch: dict[str, Any], status: str) -> dict[str, Any]:
        return {
            "payout_batch_id": batch["id"],
            "batch_status": status,
            "sender_batch_header": {"sender_batch_id": batch["key"]},
        }

    def _shown(self, batch: dict[str, Any]) -> dict[str, Any]:
        looks = self.looks[batch["id"]] = self.looks.get(batch["id"], 0) + 1
        kind = batch["items"][0]["receiver"].partition("@")[0]
        if kind == "denied":
            return {"batch_header": self._header(batch, "DENIED"), "items": []}
        if kind == "early" and looks == 1:
            return {"batch_header": self._header(batch, "PROCESSING")}
        shown = [self._item(batch, item, looks) for item in batch["items"]]
        return {"batch_header": self._header(batch, "SUCCESS"), "items": shown}

    def _item(self, batch: dict[str, Any], item: dict[str, Any], looks: int) -> dict[str, Any]:
        kind = item["receiver"].partition("@")[0]
        status = ENDS.get(kind) or (LATER[kind][looks > 1] if kind in LATER else "SUCCESS")
        shown = {
            "payout_item_id": "ITEM1",
            "transaction_id": "TX1",
            "transaction_status": status,
            "payout_item_fee": {
                "currency": self.fee_currency or item["amount"]["currency"],
                "value": "0.25",
            },
            "payout_batch_id": batch["id"],
            "payout_item": item,
        }
        if kind == "fail":
            shown["errors"] = {"name": "RECEIVER_ACCOUNT_LOCKED", "message": "Maya's is locked"}
        return shown
