"""PayPal Payouts: each payout is a batch of its own, because only batches are deduplicated.

PayPal refuses a `sender_batch_id` of the last 30 days and names the first batch in the refusal; an
item's own id is not checked. There is no look-up by our id: without PayPal's id the same order is
sent again, which within the window can only find the first one. A refusal without the link leaves
the payment unknown, and so does any refusal of a repeat that is not about its content: it may have
been made before PayPal looked whether there is a first one. Amounts are decimal texts; some
currencies have no decimals there. A fee in another currency is left to PayPal's own statement.
"""

import re
import time
from base64 import b64encode
from collections.abc import Callable, Mapping
from typing import Any, Literal
from urllib.parse import quote, urlsplit

from goodword.money import decimal_text
from goodword.payouts.ports import PaymentOrder, RailAnswer, RailStatus
from goodword.programs.rails import PAYPAL
from goodword.times import HOUR_MS

from goodword_aws.rails.wire import Reply, Wire, code, json_bytes, minor, no_word, part, reference

BASES = {"live": "https://api-m.paypal.com", "sandbox": "https://api-m.sandbox.paypal.com"}
TOKEN_MARGIN_SECONDS = 60  # seconds before its end from which a token is not used any more
WHOLE = frozenset({"HUF", "JPY", "TWD"})  # currencies without decimals at PayPal
ITEM_STATES: dict[str, RailStatus] = {
    "SUCCESS": "paid",
    "FAILED": "failed",
    "BLOCKED": "failed",
    "DENIED": "failed",
    "CANCELED": "failed",
    "PENDING": "accepted",
    "ONHOLD": "accepted",
    "UNCLAIMED": "unclaimed",
    "RETURNED": "returned",
    "REFUNDED": "returned",
    "REVERSED": "returned",
}
BATCH_STATES: dict[str, RailStatus] = {
    "DENIED": "failed",
    "CANCELED": "failed",
    "PENDING": "accepted",
    "PROCESSING": "accepted",
    "ACKNOWLEDGED": "accepted",
    "NEW": "accepted",
}
ABOUT_CONTENT = frozenset({"VALIDATION_ERROR"})  # the first one would have been refused as well
_BATCH_ID = re.compile(r"[A-Z0-9]{6,30}")


class PayPalRail:
    """The Rail port over PayPal's Payouts API, version 1."""

    name: Literal["paypal"] = "paypal"
    key_window_ms = 36 * HOUR_MS  # of the 30 days; after that a person looks

    def __init__(
        self,
        wire: Wire,
        client_id: str,
        client_secret: str,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._wire, self._seconds = wire, seconds
        self._login = b64encode(f"{client_id}:{client_secret}".encode()).decode()
        self._token, self._until = "", 0.0

    def send(self, order: PaymentOrder) -> RailAnswer:
        """POST a batch of one, under the payout's id as `sender_batch_id`."""
        value = _value(order.amount_minor, order.currency)
        if value is None:
            return RailAnswer("failed", reason="unsupported_amount")
        body = {
            "sender_batch_header": {
                "sender_batch_id": order.payout_id,
                "recipient_type": "EMAIL",
                "email_subject": "You have been paid",
            },
            "items": [
                {
                    "recipient_type": "EMAIL",
                    "receiver": order.destination["email"],
                    "amount": {"value": value, "currency": order.currency},
                    "sender_item_id": order.payout_id,
                    "note": f"Payout {order.payout_id}",
                }
            ],
        }
        reply = self._call("POST", "/v1/payments/payouts", body, order.payout_id)
        if reply.status in (200, 201):
            return self._taken(reply)
        if batch := _first_batch(reply):
            return self._batch(batch, order.payout_id)
        return _refused(reply, again=order.again)

    def look_up(self, payout_id: str, reference: str = "") -> RailAnswer | None:
        """GET the batch by PayPal's own id; None without one: the same order finds it."""
        if not _BATCH_ID.fullmatch(reference):
            return None
        return self._batch(reference, payout_id)

    def _taken(self, reply: Reply) -> RailAnswer:
        batch = reference(part(reply.body, "batch_header", "payout_batch_id"))
        if not _BATCH_ID.fullmatch(batch):
            return RailAnswer("unknown", reason="unclear_answer")
        return RailAnswer("accepted", reference=batch)

    def _batch(self, batch: str, payout_id: str) -> RailAnswer:
        reply = self._call("GET", f"/v1/payments/payouts/{quote(batch, safe='')}")
        if reply.status != 200:
            return no_word(reply, batch)
        items = [one for one in part(reply.body, "items") or [] if _own(one, payout_id)]
        if not items:
            told = part(reply.body, "batch_header", "batch_status")
            status = BATCH_STATES.get(str(told), "unknown")
            return RailAnswer(status, reference=batch, reason=_why(status, told))
        return _item(items[0], batch)

    def _call(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, key: str = ""
    ) -> Reply:
        for turn in (0, 1):
            token = self._bearer()
            if isinstance(token, Reply):
                return token
            headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
            if key:
                headers["PayPal-Request-Id"] = key
            reply = self._wire.call(method, path, json_bytes(body) if body else None, headers)
            if reply.status != 401 or turn:
                break
            self._until = 0.0  # the token was taken back early: get another one
        return reply

    def _bearer(self) -> str | Reply:
        """A token that is good for a while, or why there is none: nothing was asked then."""
        if self._seconds() >= self._until:
            headers = {
                "Authorization": f"Basic {self._login}",
                "Content-Type": "application/x-www-form-urlencoded",
            }
            reply = self._wire.call(
                "POST", "/v1/oauth2/token", b"grant_type=client_credentials", headers
            )
            token, lasts = reply.body.get("access_token"), reply.body.get("expires_in")
            if reply.status != 200 or not isinstance(token, str) or type(lasts) is not int:
                return reply if reply.status != 200 else Reply(0)
            self._token = token
            self._until = self._seconds() + max(0, lasts - TOKEN_MARGIN_SECONDS)
        return self._token


def paypal_ids(body: Mapping[str, Any]) -> list[str]:
    """The payouts that a webhook is about: the item's own id, or the batch's."""
    told = (
        part(body, "resource", "payout_item", "sender_item_id"),
        part(body, "resource", "batch_header", "sender_batch_header", "sender_batch_id"),
    )
    return [one for one in map(reference, told) if one]


def _value(amount_minor: int, currency: str) -> str | None:
    """The amount as PayPal writes it; None if PayPal cannot pay it."""
    if currency not in PAYPAL:
        return None
    if currency in WHOLE and currency != "JPY":
        return None if amount_minor % 100 else str(amount_minor // 100)
    return decimal_text(amount_minor, currency)


def _first_batch(reply: Reply) -> str:
    """The batch that a duplicate's refusal names; "" if it is not that, or names none."""
    if not _speaks_of_key(reply):
        return ""
    issues = _listed(part(reply.body, "details"))
    links = _listed(part(reply.body, "links"))
    for issue in issues:
        links += _listed(part(issue, "link")) + _listed(part(issue, "links"))
    for link in links:
        last = urlsplit(str(part(link, "href") or "")).path.rpartition("/")[2]
        if _BATCH_ID.fullmatch(last):
            return last
    return ""


def _speaks_of_key(reply: Reply) -> bool:
    """Whether a refusal is about the batch's id in any way: then there may be a first batch."""
    said = [part(reply.body, "name"), part(reply.body, "message")]
    for issue in _listed(part(reply.body, "details")):
        said += [part(issue, "field"), part(issue, "issue"), part(issue, "description")]
    text = " ".join(str(one).lower() for one in said if one)
    return reply.status >= 400 and ("sender_batch" in text or "duplicate" in text)


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _refused(reply: Reply, *, again: bool) -> RailAnswer:
    """A refusal for good, or nothing that can be concluded from."""
    name = part(reply.body, "name")
    if _speaks_of_key(reply):
        return RailAnswer("unknown", reason="duplicate_without_link")
    if again and name not in ABOUT_CONTENT and reply.status in (400, 422):
        return RailAnswer("unknown", reason="first_unclear")
    if name == "INSUFFICIENT_FUNDS":
        return RailAnswer("failed", reason="insufficient_funds")
    if reply.status in (400, 422) and isinstance(name, str):
        return RailAnswer("failed", reason=code(name, "refused_by_rail"))
    return no_word(reply)


def _own(item: object, payout_id: str) -> bool:
    return bool(part(item, "payout_item", "sender_item_id") == payout_id)


def _item(item: Mapping[str, Any], batch: str) -> RailAnswer:
    told = part(item, "transaction_status")
    status = ITEM_STATES.get(str(told), "unknown")
    why = part(item, "errors", "name") or told
    fee, amount = part(item, "payout_item_fee"), part(item, "payout_item", "amount")
    currency = str(part(amount, "currency"))
    fee_minor = minor(part(fee, "value"), currency) if part(fee, "currency") == currency else 0
    return RailAnswer(
        status,
        reference=batch,
        reason=_why(status, why),
        fee_minor=max(0, fee_minor or 0),
        amount_minor=minor(part(amount, "value"), currency),
    )


def _why(status: RailStatus, told: object) -> str:
    if status in ("paid", "accepted", "unclaimed"):
        return ""
    return code(told, "unclear_answer" if status == "unknown" else "refused_by_rail")
