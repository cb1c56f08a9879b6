"""Store credit and discount codes, as a shop is asked for them and answers."""

import json
from hashlib import sha256
from typing import Any

from goodword.payouts.ports import PaymentOrder, RailAnswer
from goodword_aws.rails.shopify import DiscountCodeRail, StoreCreditRail
from goodword_aws.rails.wire import Reply

from tests.simulation.tales.providers import LOST, UNHEARD, Line, text
from tests.simulation.tales.teller import Tale, Teller
from tests.simulation.tales.wired_stripe import KEY, UNCLEAR, ordered
from tests.support.rails.shopify import Shopify

SHOP, PATH = "https://acme.myshopify.com", "/admin/api/2025-10/graphql.json"
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
SIGNED = {"x-shopify-access-token": "shpat_1", "content-type": "application/json"}
THROTTLED = Reply(200, {"errors": [{"extensions": {"code": "THROTTLED"}}]})


def _code() -> str:
    """The code of the payout: eighty bits of what its name digests to, lowest first."""
    number = int(sha256(f"code {KEY}".encode()).hexdigest()[:20], 16)
    return "GW-" + "".join(LETTERS[number // 32**at % 32] for at in range(16))


def _given(teller: Teller, line: Line, what: str) -> Any:
    """The variables of the last call."""
    method, path, headers, body = line.calls[-1]
    told = json.loads(body)
    teller.wants("is asked", (method, path, headers), ("POST", PATH, SIGNED))
    teller.wants("the shop's word", what in told["query"], True)
    return told["variables"]


def _credit(teller: Teller) -> None:
    """It is asked for once; whatever is unclear stays unclear."""
    draw = teller.draw
    for currency in ("EUR", "JPY", "KWD"):
        server = Shopify()
        line = Line(SHOP, server=server)
        rail, fate = StoreCreditRail(line, "shpat_1"), draw.choice(("", LOST, UNHEARD))
        order = ordered(draw, currency, customer="11", country="DE")
        amount = order.amount_minor
        line.said = [fate]
        said = rail.send(order)
        paid = RailAnswer("paid", "1", amount_minor=amount)
        unheard = RailAnswer("unknown", reason="no_answer")
        teller.wants(f"{currency} {amount}", said, unheard if fate else paid)
        money = {"amount": text(amount, currency), "currencyCode": currency}
        wanted = {"id": "gid://shopify/Customer/11", "credit": {"creditAmount": money}}
        teller.wants("what", _given(teller, line, "storeCreditAccountCredit"), wanted)
        got = ("gid://shopify/Customer/11", text(amount, currency), currency)
        teller.wants("is given", server.paid, [got] * (fate != LOST))
        calls = len(line.calls)
        nobody = RailAnswer("unknown", reason="no_look_up")
        teller.wants("cannot be looked up", rail.look_up(KEY, "1"), nobody)
        teller.wants("nor is it", len(line.calls), calls)
        wrong = RailAnswer("failed", reason="account_not_found")
        stranger = ordered(draw, currency, customer="99")
        teller.wants("no such customer", rail.send(stranger), wrong)
    _of_the_wire(teller, line, rail, order)
    done = {"id": "gid://shopify/T/7", "amount": {"amount": "1.00", "currencyCode": "EUR"}}
    made = {"storeCreditAccountTransaction": done, "userErrors": []}
    body = {"data": {"storeCreditAccountCredit": made}}
    unclear = RailAnswer("unknown", reason="unclear_answer")
    for reply, answer in (
        (Reply(200, body), RailAnswer("paid", "7", amount_minor=100)),
        (Reply(200, body | {"errors": [{"message": "Maya"}]}), unclear),
        (Reply(202, body), unclear),
        (Reply(200, {"data": None}), unclear),
        (Reply(200, {"data": {"storeCreditAccountCredit": {"userErrors": []}}}), unclear),
    ):
        line.said = [reply]
        teller.wants(f"it says {reply}", rail.send(order), answer)


def _of_the_wire(teller: Teller, line: Line, rail: Any, order: PaymentOrder) -> None:
    """What has nothing to do with shops."""
    limited = RailAnswer("failed", reason="rate_limited")
    for reply, answer in UNCLEAR:
        line.said = [reply]
        wanted = limited if reply.status == 429 and rail.name == "store_credit" else answer
        teller.wants(f"it says {reply}", rail.send(order), wanted)
        if rail.name == "discount_code":
            line.said = [reply]
            teller.wants(f"looked up, it says {reply}", rail.look_up(KEY), answer)
    line.said = [THROTTLED]
    busy = limited if rail.name == "store_credit" else RailAnswer("unknown", reason="rate_limited")
    teller.wants("it is busy", rail.send(order), busy)


def _discount(teller: Teller) -> None:
    """A code of the amount, once, for one customer; another's code is never taken for it."""
    draw, server = teller.draw, Shopify()
    line = Line(SHOP, server=server)
    rail, fate = DiscountCodeRail(line, "shpat_1"), draw.choice(("", LOST, UNHEARD))
    order = ordered(draw, "EUR", customer="12", country="DE")
    amount, paid = order.amount_minor, RailAnswer("paid", _code(), amount_minor=order.amount_minor)
    line.said = [fate]
    unheard = RailAnswer("unknown", reason="no_answer")
    teller.wants(f"{amount}", rail.send(order), unheard if fate else paid)
    value = {"amount": text(amount, "EUR"), "appliesOnEachItem": False}
    wanted = {
        "title": KEY,
        "code": _code(),
        "startsAt": "1970-01-01T00:00:00.000Z",
        "usageLimit": 1,
        "appliesOncePerCustomer": True,
        "context": {"customers": {"add": ["gid://shopify/Customer/12"]}},
        "customerGets": {"items": {"all": True}, "value": {"discountAmount": value}},
    }
    told = _given(teller, line, "discountCodeBasicCreate")
    teller.wants("what", told, {"discount": wanted})
    teller.wants("looked up", rail.look_up(KEY), None if fate == LOST else paid)
    found = _given(teller, line, "codeDiscountNodeByCode")
    teller.wants("by its code", found, {"code": _code()})
    teller.wants("again", rail.send(order), paid)
    teller.wants("once", server.paid, [(KEY, text(amount, "EUR"), "EUR")])
    server.codes[_code()]["amount"] = "1.25"
    less = RailAnswer("paid", _code(), amount_minor=125)
    teller.wants("what it says by now", (rail.look_up(KEY), rail.send(order)), (less, less))
    server.codes[_code()]["title"] = "pay_2"
    conflict = RailAnswer("unknown", reason="key_conflict")
    teller.wants("another's", (rail.look_up(KEY), rail.send(order)), (conflict, conflict))
    taken = {"discountCodeBasicCreate": {"userErrors": [{"code": "TAKEN"}]}}
    line.said = [Reply(200, {"data": taken}), Reply(200, {"data": {}})]
    teller.wants("taken, and not there", rail.send(order), conflict)
    server.codes.clear()
    stranger = ordered(draw, "EUR", customer="99")
    wrong = RailAnswer("failed", reason="invalid")
    teller.wants("no such customer", rail.send(stranger), wrong)
    _of_the_wire(teller, line, rail, order)
    _made(teller, line, rail, order)


def _made(teller: Teller, line: Line, rail: DiscountCodeRail, order: PaymentOrder) -> None:
    """What is, and is not, a code that was made."""
    unclear = RailAnswer("unknown", reason="unclear_answer")
    node = {"codeDiscountNode": {"id": "gid://shopify/D/1"}, "userErrors": []}
    body: dict[str, Any] = {"data": {"discountCodeBasicCreate": node}}
    none: dict[str, Any] = {"data": {"discountCodeBasicCreate": {"userErrors": []}}}
    odd = {"data": {"discountCodeBasicCreate": {"userErrors": [{"message": "Maya"}]}}}
    paid = RailAnswer("paid", _code(), amount_minor=order.amount_minor)
    for reply, answer in (
        (Reply(200, body), paid),
        (Reply(200, body | {"errors": []}), unclear),
        (Reply(500, body), RailAnswer("unknown", reason="rail_error")),
        (Reply(200, none), unclear),
        (Reply(200, odd), RailAnswer("failed", reason="refused_by_rail")),
    ):
        line.said = [reply]
        teller.wants(f"it says {reply}", rail.send(order), answer)
    nothing: dict[str, Any] = {"data": {"codeDiscountNodeByCode": None}}
    for reply, found in (
        (Reply(200, nothing), None),
        (Reply(200, nothing | {"errors": []}), unclear),
        (Reply(404, nothing), unclear),
        (Reply(200, {}), unclear),
    ):
        line.said = [reply]
        teller.wants(f"looked up, it says {reply}", rail.look_up(KEY), found)


WIRED_SHOP = (
    Tale("a shop's wire: credit", _credit),
    Tale("a shop's wire: codes", _discount),
)
