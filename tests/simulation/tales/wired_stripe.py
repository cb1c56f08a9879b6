"""Every answer of Stripe's, and what the adapter makes of it: amounts, keys, reasons, what is back.

The wire's own words are in it: what a server says that is busy, down, or knows nobody.
"""

from random import Random
from typing import Any
from urllib.parse import parse_qsl

from goodword.payouts.ports import PaymentOrder, RailAnswer
from goodword_aws.rails.stripe import BASE, StripeRail
from goodword_aws.rails.wire import Reply

from tests.simulation.tales.providers import Line
from tests.simulation.tales.teller import Tale, Teller
from tests.support.rails.stripe import Stripe

PLAIN = ("EUR", "USD", "JPY", "CLP", "IQD", "LYD")  # Stripe's units are the currency's own
TENS = ("BHD", "JOD", "KWD", "OMR", "TND")
KEY = "pay_01kaw4yq00tn1100yye9j44jee"
UNCLEAR: tuple[tuple[Reply, RailAnswer], ...] = tuple(
    (Reply(status, {}, wait), RailAnswer("unknown", reason=reason, rest_seconds=rest))
    for status, wait, reason, rest in (
        (0, 0.0, "no_answer", 0),
        (401, 9.0, "not_authorised", 0),
        (403, 0.0, "not_authorised", 0),
        (429, 5.25, "rate_limited", 6),
        (429, 3_600.0, "rate_limited", 3_600),
        (499, 0.0, "unclear_answer", 0),
        (500, 7.0, "rail_error", 0),
        (503, 0.0, "rail_error", 0),
    )
)


def ordered(draw: Random, currency: str, amount: int = 0, **destination: str) -> PaymentOrder:
    """A payment to somebody."""
    amount = amount or draw.randrange(1_001, 9_999_999)
    return PaymentOrder(KEY, "run_7", amount, currency, destination, "adv_maya")


def units(amount: int, currency: str) -> int | None:
    """An amount as Stripe writes it, by its documentation."""
    if currency in ("ISK", "UGX"):
        return amount * 100
    if currency == "MGA":
        return None if amount % 100 else amount // 100
    return None if currency in TENS and amount % 10 else amount


def _asked(teller: Teller) -> None:
    """What is sent, in every currency; what cannot be said in Stripe's units is never sent."""
    draw = teller.draw
    for currency in (*PLAIN, *TENS, "ISK", "UGX", "MGA"):
        server = Stripe(seconds=lambda: 0.0, balance=10**12)
        line = Line(BASE, server=server)
        rail = StripeRail(line, "sk_test_1")
        step = draw.choice((1, 10, 100))
        order = ordered(draw, currency, draw.randrange(1, 99_999) * step, account="acct_maya01")
        amount = units(order.amount_minor, currency)
        said = rail.send(order)
        if amount is None:
            unsaid = RailAnswer("failed", reason="unsupported_amount")
            teller.wants(f"{currency} is not sent", (said, line.calls), (unsaid, []))
            continue
        paid = RailAnswer("paid", "tr_000000", amount_minor=order.amount_minor)
        teller.wants(f"{currency} {order.amount_minor}", said, paid)
        ((method, path, headers, body),) = line.calls
        wanted = {
            **{"amount": str(amount), "currency": currency.lower()},
            **{"destination": "acct_maya01", "transfer_group": KEY},
            **{"description": f"Payout {KEY}", "metadata[payout_id]": KEY},
            "metadata[run_id]": "run_7",
        }
        told = method, path, headers, dict(parse_qsl(body.decode(), strict_parsing=True))
        signed = {
            **{"authorization": "Bearer sk_test_1", "stripe-version": "2024-06-20"},
            "idempotency-key": KEY,
            "content-type": "application/x-www-form-urlencoded",
        }
        teller.wants(f"{currency} is asked", told, ("POST", "/v1/transfers", signed, wanted))
        teller.wants("again", (rail.send(order), len(server.transfers)), (paid, 1))
        teller.wants("looked up", (rail.look_up(KEY), rail.look_up("pay_2")), (paid, None))
        back = draw.randrange(1, amount + 1) // (100 if currency in ("ISK", "UGX") else 1)
        _comes_back(teller, rail, server, order, back)


def _comes_back(
    teller: Teller, rail: StripeRail, server: Stripe, order: PaymentOrder, back: int
) -> None:
    """So much of Stripe's units (ISO's, of those that Stripe divides) is taken back, then all."""
    times = 100 if order.currency in ("ISK", "UGX") else 1
    ours = back * 100 if order.currency == "MGA" else back
    owed = order.amount_minor
    for part, minor in ((back * times, ours), (None, owed)):
        server.reverse(KEY, part)
        status = "returned" if minor == owed else "paid"
        reason = "reversed" if minor == owed else "partly_reversed" if minor else ""
        wanted = RailAnswer(status, "tr_000000", reason, 0, owed, minor)  # type: ignore[arg-type]  # a status
        teller.wants(f"{minor} of {owed} {order.currency} is back", rail.look_up(KEY), wanted)


def _error(kind: str, code: str | None = None) -> dict[str, Any]:
    return {"error": {"type": kind, "message": "Maya"} | ({"code": code} if code else {})}


def _refused(teller: Teller) -> None:
    """Whatever Stripe says to a call that pays."""
    draw, line = teller.draw, Line(BASE, server=Stripe())
    rail = StripeRail(line, "sk_test_1")
    order = ordered(draw, "EUR", account="acct_maya01")
    unclear = RailAnswer("unknown", reason="unclear_answer")
    conflict = RailAnswer("unknown", reason="key_conflict")
    poor = RailAnswer("failed", reason="insufficient_funds")
    missing = RailAnswer("failed", reason="resource_missing")
    wrong = "invalid_request_error"
    table = [
        *UNCLEAR,
        *((Reply(one, _error(wrong, "resource_missing")), missing) for one in (400, 402, 404)),
        (Reply(400, _error(wrong)), RailAnswer("failed", reason="refused_by_rail")),
        (Reply(400, _error(wrong, "4 Maya")), RailAnswer("failed", reason="refused_by_rail")),
        (Reply(409, _error(wrong, "lock_timeout")), unclear),
        (Reply(402, _error("card_error", "expired")), unclear),
        (Reply(400, _error("idempotency_error", "balance_insufficient")), conflict),
        (Reply(400, _error(wrong, "balance_insufficient")), poor),
        (Reply(402, _error("api_error", "insufficient_funds")), poor),
        (Reply(401, _error(wrong)), RailAnswer("unknown", reason="not_authorised")),
        (Reply(500, _error(wrong, "x")), RailAnswer("unknown", reason="rail_error")),
        (Reply(200, {"object": "charge", "amount": 5, "currency": "eur"}), unclear),
        (Reply(202, {"object": "transfer", "amount": 5, "currency": "eur"}), unclear),
        (Reply(200, {"object": "transfer", "amount": "5", "currency": "eur"}), unclear),
        (Reply(200, {"object": "transfer", "amount": 5.0, "currency": "eur"}), unclear),
        (Reply(200, {"object": "transfer", "amount": True, "currency": "eur"}), unclear),
        (Reply(200, {"object": "transfer", "amount": 5, "currency": "eu"}), unclear),
        (Reply(200, {"object": "transfer", "amount": 5}), unclear),
    ]
    for reply, wanted in table:
        line.said = [reply] * (3 if reply.status == 429 and reply.wait_seconds <= 5 else 1)
        teller.wants(f"Stripe says {reply}", rail.send(order), wanted)
        line.said = [reply]
        if reply.status != 200 and (reply, wanted) in UNCLEAR:
            teller.wants(f"looked up, it says {reply}", rail.look_up(KEY), wanted)
    odd: tuple[dict[str, Any], ...] = ({}, {"data": {}}, {"data": "none"})
    for body in odd:
        line.said = [Reply(200, body)]
        teller.wants(f"looked up, it says {body}", rail.look_up(KEY), unclear)
    line.said = [Reply(404, {"data": []})]
    teller.wants("no such thing", rail.look_up(KEY), unclear)


def _busy(teller: Teller) -> None:
    """It is asked again while it names a short time, three times in all; never after a long one."""
    draw, server = teller.draw, Stripe(seconds=lambda: 0.0)
    line = Line(BASE, server=server)
    rail = StripeRail(line, "sk_test_1")
    order = ordered(draw, "EUR", account="acct_maya01")
    times, wait = draw.randrange(1, 5), draw.choice((0.0, 1.0, 4.5, 5.0, 5.5, 60.0))
    line.said = [Reply(429, {}, wait)] * times
    said, short = rail.send(order), wait <= 5
    waits = [wait] * min(times, 2) if short else []
    paid = short and times < 3
    teller.wants("it waits", line.waited, waits)
    teller.wants("it asks", len(line.calls), len(waits) + 1)
    rest = {0.0: 0, 1.0: 1, 4.5: 5, 5.0: 5, 5.5: 6, 60.0: 60}[wait]
    wanted = RailAnswer("paid", "tr_000000", amount_minor=order.amount_minor)
    busy = RailAnswer("unknown", reason="rate_limited", rest_seconds=rest)
    teller.wants("and at last", said, wanted if paid else busy)
    teller.wants("paid", len(server.transfers), int(paid))


def _twice(teller: Teller) -> None:
    """Several transfers stand under one key, the newest first, among those of others."""
    draw, line = teller.draw, Line(BASE, server=Stripe())
    rail = StripeRail(line, "sk_test_1")
    made: list[dict[str, Any]] = [
        {
            "object": "transfer",
            "id": f"tr_{number}",
            "amount": (amount := draw.randrange(50, 9_000)),
            "amount_reversed": (back := draw.choice((0, 0, amount, draw.randrange(1, amount)))),
            "reversed": back == amount,
            "currency": "eur",
            "transfer_group": draw.choice((KEY, KEY, "pay_other")),
        }
        for number in range(draw.randrange(1, 5))
    ]
    line.said = [Reply(200, {"data": made})]
    said = rail.look_up(KEY)
    teller.wants(
        "asked", line.calls[0][:2], ("GET", f"/v1/transfers?transfer_group={KEY}&limit=10")
    )
    own = [one for one in made if one["transfer_group"] == KEY]
    if not own:
        teller.wants("there is none", said, None)
        return
    whole = all(one["reversed"] for one in own)
    back = sum(one["amount_reversed"] for one in own)
    reason = "reversed" if whole else "partly_reversed" if back else ""
    wanted = RailAnswer(
        "returned" if whole else "paid",
        own[-1]["id"],
        "paid_twice" if len(own) > 1 else reason,
        amount_minor=sum(one["amount"] for one in own),
        returned_minor=back,
    )
    teller.wants("all of them", said, wanted)
    own[0]["amount"] = draw.choice((None, "7", 7.0))
    line.said = [Reply(200, {"data": made})]
    unclear = RailAnswer("unknown", reason="unclear_answer")
    teller.wants("one makes no sense", rail.look_up(KEY), unclear)


WIRED_STRIPE = (
    Tale("Stripe's wire: asked", _asked),
    Tale("Stripe's wire: refused", _refused),
    Tale("Stripe's wire: busy", _busy),
    Tale("Stripe's wire: twice", _twice),
)
