"""Tremendous: an external_id is one order for ever; what was ordered ends by its receiver."""

import json
from dataclasses import dataclass, field
from typing import Any

from tests.support.rails.door import Answer, Rail

ENDS = {
    "unclaimed": ("EXECUTED", "FAILED"),
    "review": ("PENDING INTERNAL PAYMENT APPROVAL", "PENDING"),
    "refused": ("FAILED", "PENDING"),
    "canceled": ("CANCELED", "PENDING"),
    "odd": ("SOMETHING NEW", "PENDING"),
    "slow": ("EXECUTED", "PENDING"),
}
NOT_FOUND = {"errors": {"message": "Record not found"}}


@dataclass
class Tremendous(Rail):
    """Orders with one reward each."""

    orders: dict[str, tuple[dict[str, Any], dict[str, Any]]] = field(default_factory=dict)

    def makes(self, method: str, path: str, body: bytes) -> bool:
        return (method, path) == ("POST", "/orders")

    def answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        if headers.get("authorization") != "Bearer TEST_key":
            return 401, {"errors": {"message": "Unauthorized"}}
        if self.makes(method, path, body):
            return self._create(json.loads(body, parse_float=str))
        kind, name = path.strip("/").split("/")
        for key, (_, order) in self.orders.items():
            if kind == "orders" and name in (key, order["id"]):
                return 200, {"order": order}
            if kind == "rewards" and name == order["rewards"][0]["id"]:
                return 200, {"reward": order["rewards"][0]}
        return 404, NOT_FOUND

    def _create(self, body: dict[str, Any]) -> Answer:
        key = body["external_id"]
        if key in self.orders:
            wanted, order = self.orders[key]
            return (201, {"order": order}) if wanted == body else (409, NOT_FOUND)
        reward, email = body["reward"], body["reward"]["recipient"]["email"]
        kind = email.partition("@")[0]
        if kind == "poor":
            return 402, {"errors": {"message": "Insufficient funds"}}
        if kind == "invalid":
            return 422, {"errors": {"message": "Recipient Maya is not allowed", "code": "bad_one"}}
        status, delivery = ENDS.get(kind, ("EXECUTED", "SUCCEEDED"))
        number = f"{len(self.orders):08d}"
        amount = str(reward["value"]["denomination"])
        order = {
            "id": f"ORDER{number}",
            "external_id": key,
            "status": status,
            "payment": {"subtotal": float(amount), "total": float(amount), "fees": 0.5},
            "rewards": [
                {
                    "id": f"REWARD{number}",
                    "order_id": f"ORDER{number}",
                    "value": {
                        "denomination": float(amount),
                        "currency_code": reward["value"]["currency_code"],
                    },
                    "delivery": {"method": "EMAIL", "status": delivery},
                }
            ],
        }
        self.orders[key] = (body, order)
        if status == "EXECUTED":
            self.paid.append((key, amount, reward["value"]["currency_code"]))
        return 200, {"order": order}

    def cancel_reward(self, key: str) -> None:
        """What somebody does in Tremendous' dashboard."""
        self.orders[key][1]["rewards"][0]["status"] = "CANCELED"
