"""Every answer of Tremendous', and what the adapter makes of it: an order of one gift, its end."""

import json
from decimal import Decimal
from typing import Any

from goodword.payouts.ports import RailAnswer
from goodword_aws.rails.tremendous import BASES, TremendousRail
from goodword_aws.rails.wire import Reply

from tests.simulation.tales.providers import LOST, UNHEARD, Line, text
from tests.simulation.tales.teller import Tale, Teller
from tests.simulation.tales.wired_stripe import KEY, UNCLEAR, ordered
from tests.support.rails.tremendous import Tremendous

MONEY = ("EUR", "USD", "JPY", "KWD")
TO = {"name": "Maya Keller", "email": "maya@x.example"}
WAITS = (
    *("OPEN", "CART", "PENDING APPROVAL"),
    *("PENDING INTERNAL PAYMENT APPROVAL", "PENDING SETTLEMENT"),
)
# Status of the order, of its gift, of the delivery; what that is, and why.
ENDS: tuple[tuple[str, str | None, str | None, str, str], ...] = (
    *((one, None, "PENDING", "accepted", "") for one in WAITS),
    ("CANCELED", None, "SUCCEEDED", "failed", "order_canceled"),
    ("FAILED", "CANCELED", None, "failed", "order_failed"),
    ("SOMETHING", None, "SUCCEEDED", "unknown", "unclear_answer"),
    ("EXECUTED", None, "SUCCEEDED", "paid", ""),
    ("EXECUTED", None, "PENDING", "accepted", ""),
    ("EXECUTED", None, "SCHEDULED", "accepted", ""),
    ("EXECUTED", None, None, "accepted", ""),
    ("EXECUTED", None, "FAILED", "unclaimed", ""),
    ("EXECUTED", "CANCELED", "SUCCEEDED", "returned", "reward_canceled"),
    ("EXECUTED", "CANCELED", "FAILED", "returned", "reward_canceled"),
    ("EXECUTED", "OTHER", "SUCCEEDED", "paid", ""),
    ("EXECUTED", None, "SOMETHING", "unknown", "unclear_answer"),
)


def _counter() -> tuple[Tremendous, Line, TremendousRail]:
    server = Tremendous()
    line = Line(BASES["live"], server=server)
    return server, line, TremendousRail(line, "TEST_key", "CAMPAIGN1", "FUND7")


def _asked(teller: Teller) -> None:
    """What is ordered, in every currency; once, whatever becomes of the first call."""
    for currency in MONEY:
        server, line, rail = _counter()
        order = ordered(teller.draw, currency, 0, **TO)
        fate = teller.draw.choice(("", LOST, UNHEARD))
        line.said = [fate]
        said, amount = rail.send(order), order.amount_minor
        fee = 50 if currency == "USD" else 0
        paid = RailAnswer("paid", "ORDER00000000", "", fee, amount)
        nothing = RailAnswer("unknown", reason="no_answer")
        teller.wants(f"{currency} {amount}", said, nothing if fate else paid)
        (method, path, headers, body) = line.calls[0]
        told = json.loads(body, parse_float=str, parse_int=str)
        value = {"denomination": text(amount, currency), "currency_code": currency}
        wanted = {
            "external_id": KEY,
            "payment": {"funding_source_id": "FUND7"},
            "reward": {
                "campaign_id": "CAMPAIGN1",
                "value": value,
                "recipient": TO,
                "delivery": {"method": "EMAIL"},
            },
        }
        signed = {"authorization": "Bearer TEST_key", "content-type": "application/json"}
        asked = method, path, headers, told
        teller.wants(f"{currency} is asked", asked, ("POST", "/orders", signed, wanted))
        found = rail.look_up(KEY)
        teller.wants("looked up", found, None if fate == LOST else paid)
        teller.wants("by our name", line.calls[-1][:2], ("GET", f"/orders/{KEY}"))
        teller.wants("again", rail.send(order), paid)
        teller.wants("once", server.paid, [(KEY, text(amount, currency), currency)])
        teller.wants("nobody's", rail.look_up("pay_2"), None)
        other = ordered(teller.draw, currency, amount + 1, **TO)
        conflict = RailAnswer("unknown", reason="key_conflict")
        teller.wants("another under this key", rail.send(other), conflict)


def _told(order: str, gift: str | None, way: str | None, value: Any, fees: Any) -> dict[str, Any]:
    reward: dict[str, Any] = {"value": value, "delivery": {"status": way} if way else {}}
    reward |= {"status": gift} if gift else {}
    named = {"id": "ORD1", "external_id": KEY, "status": order, "rewards": [reward]}
    return {"order": named | {"payment": {"fees": fees}}}


def _ends(teller: Teller) -> None:
    """What became of an order: whether it has left, with how much, and for what fee."""
    draw, (_, line, rail) = teller.draw, _counter()
    for status, gift, way, wanted, reason in ENDS:
        currency = draw.choice(MONEY)
        order = ordered(draw, currency, 0, **TO)
        amount, fees = order.amount_minor, draw.choice(("0.35", "0", "-1.00"))
        value = {"denomination": Decimal(text(amount, currency)), "currency_code": currency}
        fee = 35 if currency == "USD" and fees == "0.35" else 0
        answer = RailAnswer(wanted, "ORD1", reason, fee, amount)  # type: ignore[arg-type]  # a status
        body = _told(status, gift, way, value, Decimal(fees))
        for what, act in (("sent", rail.send), ("looked up", lambda one: rail.look_up(KEY))):
            line.said = [Reply(draw.choice((200, 201)) if what == "sent" else 200, body)]
            teller.wants(f"{status} {gift} {way}, {what}", act(order), answer)
    line.said = [Reply(200, {"order": {"id": "ORD1", "external_id": KEY, "status": "EXECUTED"}})]
    unclear = RailAnswer("unknown", "ORD1", "unclear_answer")
    teller.wants("no gift in it", rail.look_up(KEY), unclear)
    named = {"id": "ORD1", "external_id": "pay_2", "status": "EXECUTED"}
    line.said = [Reply(200, {"order": named})]
    other = RailAnswer("unknown", reason="unclear_answer")
    teller.wants("another's", rail.look_up(KEY), other)


def _refused(teller: Teller) -> None:
    """What is no order."""
    draw, (_, line, rail) = teller.draw, _counter()
    order = ordered(draw, "EUR", 0, **TO)
    poor = RailAnswer("failed", reason="insufficient_funds")
    bad, why = RailAnswer("failed", reason="bad_one"), {"errors": {"code": "BAD one"}}
    plain = RailAnswer("failed", reason="refused_by_rail")
    unclear = RailAnswer("unknown", reason="unclear_answer")
    table = [
        *UNCLEAR,
        (Reply(402, why), poor),
        (Reply(400, why), bad),
        (Reply(422, why), bad),
        (Reply(422, {"errors": {"message": "Maya"}}), plain),
        (Reply(404, why), unclear),
        (Reply(409, why), RailAnswer("unknown", reason="key_conflict")),
        (Reply(302, _told("EXECUTED", None, "SUCCEEDED", {}, 0)), unclear),
    ]
    for reply, wanted in table:
        line.said = [reply]
        teller.wants(f"it says {reply}", rail.send(order), wanted)
        if reply.status not in (404, 409, 402, 400, 422):
            line.said = [reply]
            teller.wants(f"looked up, it says {reply}", rail.look_up(KEY), wanted)
    line.said = [Reply(404, {"errors": {"message": "Record not found"}}), Reply(404, {})]
    teller.wants("there is none", rail.look_up(KEY), None)
    line.said.insert(0, Reply(500, {"errors": {"message": "oh"}}))
    broken = RailAnswer("unknown", reason="rail_error")
    teller.wants("it is broken", rail.look_up(KEY), broken)
    teller.wants("somebody else says so", rail.look_up(KEY), unclear)


def _names(teller: Teller) -> None:
    """Whose an order or a gift of Tremendous' own name is."""
    draw, (server, line, rail) = teller.draw, _counter()
    rail.send(ordered(draw, "EUR", 0, **TO))
    number = draw.choice(("ORDER00000000", KEY))
    teller.wants("an order", rail.payouts_of("orders", number), [KEY])
    teller.wants("its gift", rail.payouts_of("rewards", "REWARD00000000"), [KEY])
    asked = [one[1] for one in line.calls[-2:]]
    teller.wants("asked", asked, ["/rewards/REWARD00000000", "/orders/ORDER00000000"])
    calls = len(line.calls)
    teller.wants("something else", rail.payouts_of("campaigns", number), [])
    teller.wants("no name", rail.payouts_of("orders", ""), [])
    teller.wants("nothing is asked", len(line.calls), calls)
    teller.wants("no such gift", rail.payouts_of("rewards", "REWARD1"), [])
    teller.wants("no such order", rail.payouts_of("orders", "ORDER1"), [])
    for kind, name in (("rewards", "REWARD00000000"), ("orders", number)):
        line.said = [Reply(draw.choice((0, 429, 500, 401)), {}, 9.0)]
        teller.wants(f"{kind} without an answer", rail.payouts_of(kind, name), None)
    found = {"reward": server.orders[KEY][1]["rewards"][0]}
    line.said = [Reply(200, found), Reply(503)]
    teller.wants("half an answer", rail.payouts_of("rewards", "REWARD00000000"), None)


WIRED_GIFTS = (
    Tale("Tremendous' wire: asked", _asked),
    Tale("Tremendous' wire: ends", _ends),
    Tale("Tremendous' wire: refused", _refused),
    Tale("Tremendous' wire: names", _names),
)
