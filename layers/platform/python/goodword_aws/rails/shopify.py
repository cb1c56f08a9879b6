"""Store credit and discount codes of a Shopify shop, over its GraphQL Admin API.

A discount code is exactly one payment: the code is made from the payout's id and unique in the
shop, so making it again is refused, and looking it up by itself tells. Store credit knows no key
and no note of ours: it is asked for once, and whatever is unclear then waits for a person; it is
never sent again. Both belong to one customer of the shop.
"""

import hashlib
import re
from collections.abc import Mapping
from typing import Any, Literal

from goodword.ids import ALPHABET
from goodword.money import decimal_text
from goodword.payouts.ports import PaymentOrder, RailAnswer
from goodword.times import HOUR_MS, rfc3339

from goodword_aws.rails.wire import Reply, Wire, code, json_bytes, minor, no_word, part, reference

API_VERSION = "2025-10"
CODE_LENGTH = 16  # letters of a discount code; 80 bits of the payout id's digest
_ID = re.compile(r"gid://shopify/[A-Za-z]+/([0-9]+)")
CREDIT = """
mutation pay($id: ID!, $credit: StoreCreditAccountCreditInput!) {
  storeCreditAccountCredit(id: $id, creditInput: $credit) {
    storeCreditAccountTransaction { id amount { amount currencyCode } }
    userErrors { code field message }
  }
}"""
MAKE_CODE = """
mutation pay($discount: DiscountCodeBasicInput!) {
  discountCodeBasicCreate(basicCodeDiscount: $discount) {
    codeDiscountNode { id }
    userErrors { code field message }
  }
}"""
FIND_CODE = """
query paid($code: String!) {
  codeDiscountNodeByCode(code: $code) {
    id
    codeDiscount {
      ... on DiscountCodeBasic {
        status
        title
        customerGets { value { ... on DiscountAmount { amount { amount currencyCode } } } }
      }
    }
  }
}"""


class _Shop:
    """Calls of one shop's Admin API."""

    def __init__(self, wire: Wire, access_token: str) -> None:
        self._wire = wire
        self._headers = {
            "X-Shopify-Access-Token": access_token,
            "Content-Type": "application/json",
        }

    def ask(self, query: str, variables: Mapping[str, Any]) -> Reply:
        """The reply; one whose top-level `errors` say that nothing was done has status 429."""
        body = json_bytes({"query": query, "variables": variables})
        path = f"/admin/api/{API_VERSION}/graphql.json"
        reply = self._wire.call("POST", path, body, self._headers)
        if part(reply.body, "errors", 0, "extensions", "code") == "THROTTLED":
            return Reply(429, reply.body)
        return reply


class StoreCreditRail:
    """The Rail port over store credit: asked once, never again."""

    name: Literal["store_credit"] = "store_credit"
    key_window_ms = 36 * HOUR_MS  # look_up never answers None, so nothing is sent again in it

    def __init__(self, wire: Wire, access_token: str) -> None:
        self._shop = _Shop(wire, access_token)

    def send(self, order: PaymentOrder) -> RailAnswer:
        """Credit the customer's account in the currency of the payment."""
        credit = {
            "creditAmount": {
                "amount": decimal_text(order.amount_minor, order.currency),
                "currencyCode": order.currency,
            }
        }
        customer = f"gid://shopify/Customer/{order.destination['customer']}"
        reply = self._shop.ask(CREDIT, {"id": customer, "credit": credit})
        if reply.status == 429:
            # Refused before anything was done, and there is no key that would make a repeat safe
            # later: the money is due again, and the rest of the run waits.
            return RailAnswer("failed", reason="rate_limited")
        made = part(reply.body, "data", "storeCreditAccountCredit")
        if wrong := _user_error(made):
            return RailAnswer("failed", reason=wrong)
        done = part(made, "storeCreditAccountTransaction")
        if reply.status != 200 or "errors" in reply.body or part(done, "id") is None:
            return no_word(reply)
        return RailAnswer(
            "paid", reference=_number(part(done, "id")), amount_minor=_money(part(done, "amount"))
        )

    def look_up(self, _payout_id: str, _reference: str = "") -> RailAnswer | None:
        """Store credit cannot be looked up by anything of ours: a person must look."""
        return RailAnswer("unknown", reason="no_look_up")


class DiscountCodeRail:
    """The Rail port over discount codes: one code of the amount, for one customer, used once."""

    name: Literal["discount_code"] = "discount_code"
    key_window_ms = 36 * HOUR_MS  # a code is never forgotten; after that a person looks

    def __init__(self, wire: Wire, access_token: str, brand: str = "GW") -> None:
        self._shop = _Shop(wire, access_token)
        self._brand = brand

    def send(self, order: PaymentOrder) -> RailAnswer:
        """Make the code; a code that is taken already is looked up."""
        customer = f"gid://shopify/Customer/{order.destination['customer']}"
        discount = {
            "title": order.payout_id,
            "code": self.code_of(order.payout_id),
            "startsAt": rfc3339(0),
            "usageLimit": 1,
            "appliesOncePerCustomer": True,
            "context": {"customers": {"add": [customer]}},
            "customerGets": {
                "items": {"all": True},
                "value": {
                    "discountAmount": {
                        "amount": decimal_text(order.amount_minor, order.currency),
                        "appliesOnEachItem": False,
                    }
                },
            },
        }
        reply = self._shop.ask(MAKE_CODE, {"discount": discount})
        made = part(reply.body, "data", "discountCodeBasicCreate")
        wrong = _user_error(made)
        if wrong == "taken":
            return self.look_up(order.payout_id) or RailAnswer("unknown", reason="key_conflict")
        if wrong:
            return RailAnswer("failed", reason=wrong)
        found = part(made, "codeDiscountNode", "id")
        if reply.status != 200 or "errors" in reply.body or found is None:
            return no_word(reply)
        return RailAnswer(
            "paid", reference=self.code_of(order.payout_id), amount_minor=order.amount_minor
        )

    def look_up(self, payout_id: str, _reference: str = "") -> RailAnswer | None:
        """Find the code; None when the shop has none such."""
        reply = self._shop.ask(FIND_CODE, {"code": self.code_of(payout_id)})
        if reply.status != 200 or "errors" in reply.body or "data" not in reply.body:
            return no_word(reply)
        found = part(reply.body, "data", "codeDiscountNodeByCode")
        if found is None:
            return None
        discount = part(found, "codeDiscount")
        if part(discount, "title") != payout_id:
            return RailAnswer("unknown", reason="key_conflict")
        return RailAnswer(
            "paid",
            reference=self.code_of(payout_id),
            amount_minor=_money(part(discount, "customerGets", "value", "amount")),
        )

    def code_of(self, payout_id: str) -> str:
        """The code of a payout, for ever the same: `GW-7QK2...`; tells nothing about the payout."""
        number = int.from_bytes(hashlib.sha256(f"code {payout_id}".encode()).digest()[:10])
        letters = "".join(ALPHABET[number >> 5 * at & 31] for at in range(CODE_LENGTH))
        return f"{self._brand}-{letters.upper()}"


def _user_error(made: object) -> str:
    """The code of the first user error, "" when there is none."""
    errors = part(made, "userErrors")
    if not isinstance(errors, list) or not errors:
        return ""
    return code(part(errors, 0, "code"), "refused_by_rail")


def _money(amount: object) -> int | None:
    return minor(part(amount, "amount"), str(part(amount, "currencyCode")))


def _number(gid: object) -> str:
    found = _ID.fullmatch(gid) if isinstance(gid, str) else None
    return reference(found.group(1)) if found else ""
