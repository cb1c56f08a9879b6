"""What Stripe tells: checkouts, and what comes back of them.

Ten per cent of the goods are earned: what was paid without tax and shipping. Refunds are told as a
charge's running total, and disputes by what the bank does.
"""

from fractions import Fraction
from typing import Any

from goodword.conversions.model import Conversion

from infra.local.payloads import Json, stripe_charge, stripe_checkout, stripe_dispute
from tests.simulation.tales.senders import Stripe, order_of
from tests.simulation.tales.teller import Tale, Teller

EVENT = "checkout.session.completed"
LATE = "checkout.session.async_payment_succeeded"


def tenth(net: int) -> int:
    """What is earned of a net."""
    return round(Fraction(net, 10))


def left_of(earned: int, *shares: Fraction) -> int:
    """What stays after such shares of it went back."""
    return earned - round(earned * min(Fraction(1), sum(shares, Fraction(0))))


def brought(teller: Teller) -> Json:
    """One of the ways in which a session says that Maya's link or code brought it."""
    click = teller.click("adv_maya")
    return teller.draw.choice(
        (
            {"metadata": {"gw_click": click}},
            {"metadata": {"click_id": f" {click} "}},
            {"metadata": {"via": "maya7"}},
            {"metadata": {"ref": "MAYA7"}},
            {"metadata": {"code": "MAYA7"}},
            {"client_reference_id": click},
            {"client_reference_id": "via_MAYA7"},
            {"client_reference_id": "via-MAYA7"},
            {"custom_fields": [{"key": "code", "text": {"value": "MAYA7"}}]},
            {"discounts": [{"promotion_code": {"id": "promo_1", "code": "MAYA7"}}]},
        )
    )


def session(teller: Teller, number: str, **more: Any) -> tuple[Json, int, int]:
    """A session that was paid, its net and its gross."""
    draw = teller.draw
    goods, tax, shipping = draw.randrange(300, 90_000), draw.randrange(9_000), draw.randrange(900)
    off, extra = draw.choice((0, draw.randrange(1, 200))), draw.choice((0, draw.randrange(90)))
    told: Json = {}
    if draw.random() < 0.7:  # shipping with its own tax, which is in the tax of all as well
        inside = draw.random() < 0.5
        extra = min(extra, shipping)
        own = {"amount_subtotal": shipping, "amount_tax": extra}
        told = {"shipping_cost": own | {"amount_total": shipping + extra * (not inside)}}
        told["total_details"] = {"amount_shipping": shipping, "amount_tax": tax + extra}
        told["amount_total"] = goods - off + tax + shipping + extra * (not inside)
    thing = stripe_checkout(number, goods - off, tax=tax, shipping=shipping, **told | more)
    thing["amount_subtotal"] = goods
    thing["total_details"]["amount_discount"] = off
    thing["customer_details"]["email"] = f"friend{number}@example.com"
    for name in (f"pi_{number}", f"cs_live_{number}", f"in_{number}"):
        teller.knows(name, goods - off, gross=thing["amount_total"])
    return thing, goods - off, thing["amount_total"]


def _checkouts(teller: Teller) -> None:
    """What is booked of a session, and what is none."""
    stripe, draw = Stripe(teller), teller.draw
    owned = _is_none(teller, stripe)
    came = brought(teller)
    if not came.get("client_reference_id"):
        came |= draw.choice(({}, {"customer": None, "client_reference_id": "u-7"}))
    thing, net, gross = session(teller, "1", **came)
    if draw.random() < 0.5:
        stripe.event(EVENT, thing | {"payment_status": "unpaid"}, "ignored unpaid")
        teller.owns(maya=owned)
        begun_s = stripe.now_s
        teller.days(draw.choice((0, 1, 3)))
        ordered_s = draw.choice((begun_s, stripe.now_s, stripe.now_s + 60, None))
        stripe.event(LATE, thing | {"created": ordered_s})
        at_ms = min(ordered_s or stripe.now_s, stripe.now_s) * 1_000
    else:
        ago_s = draw.choice((-60, 0, 1, 3_000))
        stripe.event(EVENT, thing | {"created": 1}, created=stripe.now_s - ago_s)
        at_ms = (stripe.now_s - max(0, ago_s)) * 1_000
    owned += tenth(net)
    teller.owns(maya=owned)
    order = order_of(teller, "pi_1")
    _is(teller, order, (net, gross, "EUR"), at_ms)
    teller.wants("its names", (order.order_id, order.aliases), ("pi_1", ("pi_1", "cs_live_1")))
    again = draw.choice((EVENT, LATE))
    stripe.event(again, thing | {"created": at_ms // 1_000})
    teller.owns(maya=owned)
    teller.wants("orders", len(teller.town.all(Conversion)), 1 + (owned > tenth(net)))
    _known_friend(teller, stripe, thing, owned)


def _known_friend(teller: Teller, stripe: Stripe, thing: Json, owned: int) -> None:
    """Somebody who is known to be Maya's friend buys again, and somebody who is not."""
    more, net, _ = session(teller, "2", payment_intent=None)
    who = {name: thing[name] for name in ("customer", "client_reference_id", "customer_email")}
    if thing["customer"]:
        who["client_reference_id"] = "u-8"
    stripe.event(EVENT, more | teller.draw.choice(_same(thing, who)))
    owned += tenth(net)
    teller.owns(maya=owned)
    teller.wants("the second", order_of(teller, "cs_live_2").net_minor, net)
    other, *_ = session(teller, "3")
    stripe.event(EVENT, other | {"client_reference_id": "u-9"})
    teller.owns(maya=owned)


def _same(thing: Json, who: Json) -> tuple[Json, ...]:
    """How a session may show that it is of the same buyer."""
    nobody: Json = {"customer": None, "customer_details": None}
    email = thing["customer_details"]["email"]
    own: Json = {"customer_details": None} | who
    return (
        own,
        nobody | {"customer_email": email},
        nobody | {"customer_details": {"email": email}},
    )


def _is(teller: Teller, order: Conversion, money: tuple[int, int, str], at_ms: int) -> None:
    said = (order.net_minor, order.gross_minor, order.currency)
    teller.wants("its money", said, money)
    teller.wants("its time", order.occurred_ms, at_ms)


def _is_none(teller: Teller, stripe: Stripe) -> int:
    """What is no sale, of somebody else each time; what was owned by that."""
    draw = teller.draw
    thing, net, _ = session(teller, "9", **brought(teller))
    free = {"amount_total": 0, "payment_status": "no_payment_required"}
    live = {"livemode": False}
    told: tuple[tuple[Json, Json, str], ...] = (
        ({}, live, "ignored other_mode"),
        ({}, {"livemode": None}, "not_understood no_livemode"),
        ({"currency": "usd"}, {}, "not_understood currency_mismatch"),
        ({"currency": "xyz"}, {}, "not_understood bad_currency"),
        ({"payment_status": None}, {}, "not_understood no_payment_status"),
        ({"payment_status": "unpaid"}, {}, "ignored unpaid"),
        ({"mode": "setup"}, {}, "ignored nothing_paid"),
        (free, {}, "ignored nothing_paid"),
        ({"amount_total": None}, {}, "not_understood bad_amount"),
        ({"amount_total": float(net)}, {}, "not_understood bad_amount"),
        ({"amount_total": 10**12 + 1}, {}, "not_understood bad_amount"),
        ({"id": None}, {}, "not_understood missing_id"),
    )
    for more, envelope, why in draw.sample(told, 5):
        stripe.event(EVENT, thing | more, why, **envelope)
        teller.owns()
    for topic in ("payment_intent.succeeded", "invoice.created", "charge.updated"):
        stripe.event(topic, thing, "ignored repeats_another_topic")
    stripe.event("customer.created", thing, "ignored other_topic")
    stripe.event("invoice.marked_uncollectible", thing, "ignored nothing_to_take_back")
    stripe.event("refund.failed", thing, "not_understood refund_failed")
    stripe.event("", thing, "not_understood no_topic")
    tests = Stripe(teller, "src_tests", livemode=False)
    tests.event(EVENT, thing, "ignored other_mode")
    teller.wants("orders", teller.town.all(Conversion), [])
    trial = thing | free | {"mode": "subscription", "subscription": "sub_9", "invoice": "in_9"}
    if draw.random() < 0.5:
        return 0
    stripe.event(EVENT, trial)  # two euros for a sign-up
    order = order_of(teller, "cs_live_9")
    said = (order.action, order.net_minor, order.gross_minor, order.provisional)
    teller.wants("a trial", said, ("lead", 0, 0, False))
    teller.owns(maya=200)
    return 200


class Bought:
    """A session that was bought by Maya's friend, and what comes back of it."""

    def __init__(self, teller: Teller) -> None:
        self.teller, self.stripe = teller, Stripe(teller)
        self.thing, self.net, self.gross = session(teller, "1", **brought(teller))
        self.earned = tenth(self.net)

    def buys(self) -> None:
        """It is told."""
        self.stripe.event(EVENT, self.thing)

    def charge(self, refunded: int, **more: Any) -> Json:
        """The charge, of which so much went back."""
        return stripe_charge("1", self.gross, refunded, **more)

    def stays(self, back: int) -> None:
        """So much of what was paid went back."""
        left = left_of(self.earned, Fraction(back, self.gross))
        self.teller.owns(maya=left)
        order = order_of(self.teller, "pi_1")
        self.teller.wants("is back", order.refunded_gross_minor, min(back, self.gross))
        self.teller.wants("of the net", order.refunded_net_minor, 0)


def _refunds(teller: Teller) -> None:
    """Two totals of one charge, in any order, at times before the order is known; then all."""
    bought, draw = Bought(teller), teller.draw
    first = draw.randrange(1, bought.gross - 1)
    second = draw.choice((first + 1, draw.randrange(first + 1, bought.gross + 1)))
    totals = draw.choice(([first, second], [second, first], [first, first, second]))
    before = draw.choice((0, 0, 1, len(totals)))
    names = {"payment_intent": draw.choice(("pi_1", {"id": "pi_1"}))}
    sent: list[Json] = []
    for number, total in enumerate(totals):
        if number == before:
            bought.buys()
        sent.append(bought.stripe.event("charge.refunded", bought.charge(total, **names)))
        if number >= before:
            bought.stays(max(totals[: number + 1]))
        else:
            teller.owns()
        teller.days(draw.choice((0, 0, 0.5)))
    if before == len(totals):
        bought.buys()
    bought.stays(second)
    bought.stripe.event("charge.refunded", bought.charge(0), "ignored nothing_refunded")
    cents = {"currency": "usd"}
    why = "not_understood currency_mismatch"
    bought.stripe.event("charge.refunded", bought.charge(bought.gross, **cents), why)
    bought.stays(second)
    bought.stripe.event("charge.refund.updated", {}, "ignored repeats_another_topic")
    if draw.random() < 0.5:
        teller.pays()
        teller.paid(maya=left_of(bought.earned, Fraction(second, bought.gross)))
        return
    bought.stripe.event("charge.refunded", bought.charge(bought.gross))
    bought.stays(bought.gross)


def _dispute(status: str, amount: int, **more: Any) -> Json:
    return stripe_dispute("1", amount) | {"status": status} | more


def _disputes(teller: Teller) -> None:
    """A bank asks, takes, and gives back or not; beside it a part may be refunded."""
    bought, draw = Bought(teller), teller.draw
    bought.buys()
    tell, owned = bought.stripe.event, 0
    if draw.random() < 0.6:
        owned = draw.randrange(1, bought.gross)
        tell("charge.refunded", bought.charge(owned))
    amount = draw.choice((bought.gross, draw.randrange(1, bought.gross + 1)))
    if draw.random() < 0.5:
        _asks(teller, bought, owned, amount)
    opened = draw.choice(("created", "updated"))
    named = draw.choice(({}, {"charge": None}, {"payment_intent": {"id": "pi_1"}}))
    why = "ignored repeats_another_topic"
    tell(f"charge.dispute.{opened}", _dispute("needs_response", amount), why)
    bought.stays(owned)
    won = draw.choice(("funds_reinstated", "closed"))
    if named == {"charge": None} and draw.random() < 0.3:  # it is won before it is taken
        tell(f"charge.dispute.{won}", _dispute("won", amount))
        tell("charge.dispute.funds_withdrawn", _dispute("needs_response", amount))
        bought.stays(owned)
        return
    tell("charge.dispute.funds_withdrawn", _dispute("under_review", amount, **named))
    bought.stays(owned + amount)
    tell("charge.dispute.funds_withdrawn", _dispute("under_review", amount, **named))
    bought.stays(owned + amount)
    if draw.random() < 0.4:
        tell("charge.dispute.closed", _dispute("lost", amount), "ignored dispute_lost")
        bought.stays(owned + amount)
        nobody = {"charge": None, "payment_intent": None}
        lost = _dispute("won", amount, **nobody)
        tell("charge.dispute.closed", lost, "not_understood missing_id")
        lost = _dispute("", amount)
        tell("charge.dispute.closed", lost, "not_understood no_status")
        bought.stays(owned + amount)
        return
    tell(f"charge.dispute.{won}", _dispute("won", amount))
    bought.stays(owned)
    tell("charge.dispute.funds_reinstated", _dispute("won", amount))
    bought.stays(owned)


def _asks(teller: Teller, bought: Bought, owned: int, amount: int) -> None:
    """The bank only asks: what is not due waits, and nothing is taken."""
    draw, tell = teller.draw, bought.stripe.event
    asked = draw.choice(("warning_needs_response", "warning_under_review"))
    tell(f"charge.dispute.{draw.choice(('created', 'updated'))}", _dispute(asked, amount))
    bought.stays(owned)
    held = 1 if left_of(bought.earned, Fraction(owned, bought.gross)) else 0
    teller.wants("held", len(teller.rewards("on_hold")), held)
    teller.days(2)
    teller.wants("held", len(teller.rewards("on_hold")), held)
    tell("charge.dispute.closed", _dispute("warning_closed", amount))
    bought.stays(owned)
    teller.wants("held", len(teller.rewards("on_hold")), 0)


STRIPES = (
    Tale("Stripe: checkouts", _checkouts),
    Tale("Stripe: refunds", _refunds),
    Tale("Stripe: disputes", _disputes),
)
