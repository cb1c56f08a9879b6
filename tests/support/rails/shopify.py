"""A shop's Admin API: store credit without any key, and discount codes that are unique."""

import json
from dataclasses import dataclass, field
from typing import Any

from tests.support.rails.door import Answer, Rail


@dataclass
class Shopify(Rail):
    """One shop with its customers; `throttle` calls are refused before anything is done."""

    customers: tuple[str, ...] = ("11", "12")
    throttle: int = 0
    codes: dict[str, dict[str, Any]] = field(default_factory=dict)

    def makes(self, method: str, path: str, body: bytes) -> bool:
        return b"mutation" in body

    def answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        if headers.get("x-shopify-access-token") != "shpat_1":
            return 401, {"errors": "[API] Invalid API key or access token"}
        if self.throttle:
            self.throttle -= 1
            error = {"message": "Throttled", "extensions": {"code": "THROTTLED"}}
            return 200, {"errors": [error]}
        asked = json.loads(body)
        query, given = asked["query"], asked["variables"]
        if "storeCreditAccountCredit" in query:
            return 200, {"data": {"storeCreditAccountCredit": self._credit(given)}}
        if "discountCodeBasicCreate" in query:
            return 200, {"data": {"discountCodeBasicCreate": self._code(given["discount"])}}
        return 200, {"data": {"codeDiscountNodeByCode": self._found(given["code"])}}

    def _credit(self, given: dict[str, Any]) -> dict[str, Any]:
        amount = given["credit"]["creditAmount"]
        if given["id"].rpartition("/")[2] not in self.customers:
            wrong = {"code": "ACCOUNT_NOT_FOUND", "field": ["id"], "message": "Maya is not here"}
            return {"storeCreditAccountTransaction": None, "userErrors": [wrong]}
        self.paid.append((given["id"], amount["amount"], amount["currencyCode"]))
        done = {
            "id": f"gid://shopify/StoreCreditAccountCreditTransaction/{len(self.paid)}",
            "amount": amount,
        }
        return {"storeCreditAccountTransaction": done, "userErrors": []}

    def _code(self, discount: dict[str, Any]) -> dict[str, Any]:
        code = discount["code"]
        if code in self.codes:
            wrong = {"code": "TAKEN", "field": ["code"], "message": "Code must be unique"}
            return {"codeDiscountNode": None, "userErrors": [wrong]}
        if discount["context"]["customers"]["add"][0].rpartition("/")[2] not in self.customers:
            wrong = {"code": "INVALID", "field": ["context"], "message": "No customer Maya"}
            return {"codeDiscountNode": None, "userErrors": [wrong]}
        amount = discount["customerGets"]["value"]["discountAmount"]["amount"]
        self.codes[code] = {"title": discount["title"], "amount": amount}
        self.paid.append((discount["title"], amount, "EUR"))
        return {"codeDiscountNode": {"id": "gid://shopify/DiscountCodeNode/1"}, "userErrors": []}

    def _found(self, code: str) -> dict[str, Any] | None:
        known = self.codes.get(code)
        if known is None:
            return None
        money = {"amount": {"amount": known["amount"], "currencyCode": "EUR"}}
        return {
            "id": "gid://shopify/DiscountCodeNode/1",
            "codeDiscount": {
                "status": "ACTIVE",
                "title": known["title"],
                "customerGets": {"value": money},
            },
        }
