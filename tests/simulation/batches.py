"""A rail that has to be told again: PayPal, as the product's own adapter meets it over the wire.

Each payment is a batch. A batch is found by PayPal's own id for ever; by ours only when the same is
sent again: then the refusal names the first one, or does not, while our id is known. Whether there
is money is looked at before that, and says nothing about a first one. A busy PayPal names the time
in which it wants no more calls.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

from goodword.payouts.ports import PaymentOrder, RailAnswer
from goodword_aws.rails.paypal import BASES, PayPalRail
from goodword_aws.rails.wire import Reply, Wire

from infra.local.rail_simulator import Ledger
from tests.simulation.rail import EMPTY, Answer, FilesByHand, SimulatedRail
from tests.simulation.rails import STEP

WINDOW_SECONDS = 36 * 3_600  # so long it surely knows our id again
NO_LINKS = 0.2  # of the stories: a refusal does not name the first batch
LOCKED = 422, {"code": "sender_restricted"}  # said of this moment, whatever came before
PATH = "/v1/payments/payouts"
TOKEN = Reply(200, {"access_token": "token", "expires_in": 10**9})
ITEMS = {
    **{"paid": "SUCCESS", "failed": "FAILED", "accepted": "PENDING"},
    **{"unclaimed": "UNCLAIMED", "returned": "RETURNED"},
}


class Remembering(Ledger):
    """Knows its own ids for ever, and ours for some time."""

    _by_its_own = False

    def look_up(self, key: str) -> Answer:
        """By the batch's own id."""
        self._by_its_own = True
        try:
            return super().look_up(key)
        finally:
            self._by_its_own = False

    def _known(self, key: str) -> Any:
        row = self._newest(key)
        old = row is not None and row["at_s"] <= self._seconds() - WINDOW_SECONDS
        return None if old and not self._by_its_own else row


class _Line(Wire):
    """The wire to it: nothing of it is a network."""

    rail: "BatchRail"

    def _once(
        self, method: str, path: str, content: bytes | None, headers: Mapping[str, str]
    ) -> Reply:
        return TOKEN if path.endswith("/token") else self.rail.replied(method, path, content)


class BatchRail(SimulatedRail):
    """PayPal over a ledger in memory."""

    name = "paypal"  # type: ignore[assignment]  # and not the simulator's
    key_window_ms = PayPalRail.key_window_ms
    parts = False

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        line = _Line(BASES["live"], pause=lambda _: None)
        line.rail = self
        self._paypal = PayPalRail(line, "id", "secret", lambda: 0)
        self._links = Random(f"links {self._outside.seed}").random() >= NO_LINKS
        self._keys: dict[str, str] = {}  # by batch

    def kept(self, seconds: Callable[[], float]) -> Ledger:
        """Where its batches stand."""
        return Remembering(Path(":memory:"), seconds)

    def send(self, order: PaymentOrder) -> RailAnswer:
        """As the adapter does."""
        email = {"email": order.destination["receiver"]}
        return self._paypal.send(replace(order, destination=email))

    def look_up(self, payout_id: str, reference: str = "") -> RailAnswer | None:
        """As the adapter does: not without a reference."""
        return self._paypal.look_up(payout_id, reference)

    def replied(self, method: str, path: str, content: bytes | None) -> Reply:
        """What comes over the wire."""
        body = _read(json.loads(content, parse_float=Decimal)) if content else None
        answer = self.met(f"{method} {path}", body, lambda: self._asked(path, body))
        return self._took(*answer) if body else self._batch(*answer)

    def _asked(self, path: str, body: dict[str, Any] | None) -> Answer:
        if busy := self.moods.busy_seconds():
            return 429, {"seconds": busy}
        if body is None:
            key = self._keys.get(path.removeprefix(f"{PATH}/"))
            return self.ledger.look_up(key) if key else (404, {})
        if self._broke:
            return LOCKED
        return EMPTY if self.moods.is_empty() else self.pay(body)

    def _took(self, status: int, told: dict[str, Any]) -> Reply:
        batch = self._named(told)
        if status == 201:
            header = {"payout_batch_id": batch, "batch_status": "PENDING"}
            return Reply(201, {"batch_header": header})
        if status == 422:
            return Reply(422, {"name": told["code"].upper()})
        if status not in (200, 409):
            return Reply(status, {}, told.get("seconds", 0))
        issue = "Batch with given sender_batch_id already exists"
        link = [{"href": f"{BASES['live']}{PATH}/{batch}"}] if batch and self._links else []
        details = [{"field": "SENDER_BATCH_ID", "issue": issue, "link": link}]
        return Reply(400, {"name": "USER_BUSINESS_ERROR", "details": details})

    def _batch(self, status: int, told: dict[str, Any]) -> Reply:
        if status != 200:
            return Reply(status, {}, told.get("seconds", 0))
        number = int(told["reference"][-8:])
        if told["status"] == "accepted" and number % 2:
            return Reply(200, {"batch_header": {"batch_status": "PROCESSING"}, "items": []})
        money = {"currency": told["currency"]}
        item = {
            "transaction_status": ITEMS[told["status"]],
            "payout_item_fee": money | {"value": _text(told["fee_minor"])},
            "payout_item": {
                "sender_item_id": told["key"],
                "amount": money | {"value": _text(told["amount_minor"])},
            },
        }
        return Reply(200, {"items": [item]})

    def finds(self, payout: dict[str, Any]) -> bool:
        """Only by its own name; people give another when they say that it was paid."""
        return str(payout["reference"]) in self._keys

    def name_of(self, transfer: dict[str, Any]) -> str:
        """Of a batch."""
        return _batch_of(transfer["reference"])

    def _named(self, told: dict[str, Any]) -> str:
        """PayPal's own id of a batch."""
        if "reference" not in told:
            return ""
        batch = _batch_of(told["reference"])
        self._keys[batch] = told["key"]
        return batch


class SteppedRail(SimulatedRail):
    """The simulator, where it takes no single cents."""

    name = "stripe"  # type: ignore[assignment]  # and not the simulator's

    def pay(self, body: dict[str, Any]) -> Answer:
        """Only of whole steps."""
        if body["amount_minor"] % STEP:
            return 422, {"code": "unsupported_amount"}
        return super().pay(body)


def _read(body: dict[str, Any]) -> dict[str, Any]:
    """The only item of a batch."""
    (item,) = body["items"]
    return {
        "key": body["sender_batch_header"]["sender_batch_id"],
        "amount_minor": int(Decimal(item["amount"]["value"]) * 100),
        "currency": item["amount"]["currency"],
        "receiver": item["receiver"],
    }


def _batch_of(reference: str) -> str:
    return f"BATCH{reference[-8:]}"


def _text(amount_minor: int) -> str:
    return str(Decimal(amount_minor).scaleb(-2))


RAILS: dict[str, Any] = {
    "csv": FilesByHand,
    "simulator": SimulatedRail,
    "paypal": BatchRail,
    "stripe": SteppedRail,
}
