"""Stripe's transfers: a key keeps its first answer for 24 hours, refusals included."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.support.rails.door import Answer, Rail

WINDOW_SECONDS = 86_400


@dataclass
class Stripe(Rail):
    """Transfers of one platform account with so much `balance` in the smallest units."""

    balance: int = 10**9
    keys: dict[str, tuple[bytes, Answer, float]] = field(default_factory=dict)
    transfers: list[dict[str, Any]] = field(default_factory=list)

    def makes(self, method: str, path: str, body: bytes) -> bool:
        return (method, path) == ("POST", "/v1/transfers")

    def answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        if headers.get("authorization") != "Bearer sk_test_1":
            return 401, {"error": {"type": "invalid_request_error", "message": "Invalid API Key"}}
        if not self.makes(method, path, body):
            group = parse_qs(urlsplit(path).query)["transfer_group"][0]
            found = [one for one in reversed(self.transfers) if one["transfer_group"] == group]
            return 200, {"object": "list", "data": found, "has_more": False}
        key = headers["idempotency-key"]
        known = self.keys.get(key)
        if known and self.seconds() < known[2] + WINDOW_SECONDS:
            return known[1] if known[0] == body else (400, _error("idempotency_error", ""))
        answer = self._transfer({name: one[0] for name, one in parse_qs(body.decode()).items()})
        self.keys[key] = (body, answer, self.seconds())
        return answer

    def _transfer(self, form: dict[str, str]) -> Answer:
        if form["destination"] == "acct_none00":
            return 400, _error("invalid_request_error", "resource_missing")
        amount = int(form["amount"])
        if amount > self.balance:
            return 400, _error("invalid_request_error", "balance_insufficient")
        self.balance -= amount
        transfer = {
            "id": f"tr_{len(self.transfers):06d}",
            "object": "transfer",
            "amount": amount,
            "amount_reversed": 0,
            "currency": form["currency"],
            "destination": form["destination"],
            "livemode": False,
            "metadata": {"payout_id": form["metadata[payout_id]"]},
            "reversed": False,
            "transfer_group": form["transfer_group"],
        }
        self.transfers.append(transfer)
        self.paid.append((form["transfer_group"], form["amount"], form["currency"].upper()))
        return 200, transfer

    def reverse(self, group: str, amount: int | None = None) -> None:
        """What the platform does in Stripe's dashboard."""
        for one in self.transfers:
            if one["transfer_group"] == group:
                one["amount_reversed"] = one["amount"] if amount is None else amount
                one["reversed"] = one["amount_reversed"] == one["amount"]


def _error(kind: str, code: str) -> dict[str, Any]:
    error = {"type": kind, "message": "No such destination: Maya's account"}
    return {"error": error | ({"code": code} if code else {})}
