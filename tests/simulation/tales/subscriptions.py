"""What Stripe tells of invoices: a checkout that has one, renewals, credit, and what ends.

Checkout and first invoice are one sale, and the invoice knows its amounts. A payment intent that
only a third event names finds the invoice for the refunds of it.
"""

from dataclasses import replace
from fractions import Fraction
from random import Random
from typing import Any

from goodword.conversions.model import Conversion
from goodword.ports import Change
from goodword.programs.rates import Rate

from infra.local.payloads import (
    Json,
    stripe_charge,
    stripe_checkout,
    stripe_invoice,
    stripe_payment,
    stripe_subscription,
)
from tests.simulation.abroad import Abroad, day_of
from tests.simulation.endings import Ending
from tests.simulation.story import DAY_MS, START_MS, Story
from tests.simulation.tales.senders import Stripe, order_of
from tests.simulation.tales.stripes import EVENT, brought, left_of, tenth
from tests.simulation.tales.teller import Tale, Teller, plain

PAID = ("invoice.paid", "invoice.payment_succeeded")


class Subscribed:
    """A subscription of Maya's friend: figures of its first invoice, and the checkout before."""

    def __init__(self, teller: Teller) -> None:
        draw = teller.draw
        self.teller, self.stripe = teller, Stripe(teller)
        self.net, self.tax = draw.randrange(300, 90_000), draw.randrange(9_000)
        self.shipping = draw.choice((0, draw.randrange(1, 900)))
        self.total = self.net + self.tax + self.shipping
        self.paid = self.total - draw.choice((0, draw.randrange(1, self.net)))
        self.earning = round(Fraction(self.net * self.paid, self.total))
        self.earned = tenth(self.earning)
        self.once = draw.random() < 0.4  # no subscription: one purchase with an invoice
        self.knows()

    def knows(self, *, better: bool = True) -> None:
        """What the shop has told of it, by the invoice or by the checkout alone."""
        net, gross = (self.earning, self.paid) if better else (self.net, self.total)
        for name in ("in_1", "cs_live_1"):
            self.teller.knows(name, net, gross=gross)

    def checkout(self, **more: Any) -> Json:
        """The session, which knows nothing of credit."""
        said: Json = {"mode": "subscription", "subscription": "sub_1", "invoice": "in_1"}
        said |= {"mode": "payment", "subscription": None} if self.once else {}
        said |= {"payment_intent": None, "shipping_cost": None} | more
        return stripe_checkout("1", self.net, tax=self.tax, shipping=self.shipping, **said)

    def invoice(self, reason: str = "subscription_create", number: str = "1", **more: Any) -> Json:
        """An invoice, partly paid by a credit balance; of today's shape or that of 2024."""
        told = stripe_invoice(number, self.net, tax=self.tax, billing_reason=reason)
        told["parent"]["subscription_details"]["subscription"] = "sub_1"
        told |= {"billing_reason": "manual", "parent": None} if self.once else {}
        told |= {"customer": "cus_1", "amount_paid": self.paid, "payments": None}
        told |= {"total": self.total, "total_excluding_tax": self.net + self.shipping}
        if self.shipping:
            its = min(self.shipping, self.tax, 7)
            told["shipping_cost"] = {"amount_total": self.shipping + its, "amount_tax": its}
        if self.teller.draw.random() < 0.5:
            told |= {"total_taxes": None}
        else:
            told |= {"parent": None, "total_excluding_tax": None}
            told |= {} if self.once else {"subscription": {"id": "sub_1"}}
            told |= self.teller.draw.choice(
                (
                    {"tax": self.tax, "total_taxes": None},
                    {"total_taxes": None, "total_tax_amounts": [{"amount": self.tax}]},
                    {},
                )
            )
        return told | more

    def is_one(self, net: int, gross: int, provisional: bool) -> Conversion:
        """There is one order, of so much."""
        order: Conversion
        (order,) = self.teller.town.all(Conversion)
        said = (order.net_minor, order.gross_minor, order.provisional)
        self.teller.wants("the order", said, (net, gross, provisional))
        return order


def _invoices(teller: Teller) -> None:
    """Checkout and invoice in either order, the payment told apart, renewals, refunds, a void."""
    plan, draw = Subscribed(teller), teller.draw
    tell, came = plan.stripe.event, brought(teller)
    if draw.random() < 0.5:
        plan.knows(better=False)
        tell(EVENT, plan.checkout(**came))
        teller.owns(maya=tenth(plan.net))
        plan.is_one(plan.net, plan.total, True)
        plan.knows()
        tell(draw.choice(PAID), plan.invoice())
    else:
        tell(draw.choice(PAID), plan.invoice())
        teller.owns()
        tell(EVENT, plan.checkout(**came))
    teller.owns(maya=plan.earned)
    order = plan.is_one(plan.earning, plan.paid, False)
    teller.wants("begins it", "subscription:sub_1" in order.aliases, not plan.once)
    teller.wants("is an occasion", order.occasion, "plain")
    tell(draw.choice(PAID), plan.invoice())
    teller.owns(maya=plan.earned)
    back = _is_paid_by(teller, plan)
    left = left_of(plan.earned, Fraction(back, plan.paid))
    more = 0 if plan.once else _renewed(teller, plan)
    if draw.random() < 0.5:
        tell("invoice.voided", plan.invoice(amount_paid=0), "ignored never_paid")
        teller.owns(maya=left + more)
        tell("invoice.voided", plan.invoice())
        left = 0
    teller.owns(maya=left + more)
    ends = stripe_subscription("1", plan.stripe.now_s)
    tell("customer.subscription.deleted", ends)
    teller.owns(maya=left + more)  # the terms take nothing of one that ends


def _alone(teller: Teller) -> None:
    """An invoice that no checkout came before says itself what brought it."""
    plan, draw = Subscribed(teller), teller.draw
    told, said = plan.invoice(draw.choice(("subscription_create", "manual"))), _said(teller)
    where = draw.choice(("metadata", "parent", "subscription_details", "lines", "discounts"))
    if where == "metadata":
        told["metadata"] = said
    elif where == "parent":
        told["parent"] = {"subscription_details": {"metadata": said}}
    elif where == "lines":
        told["lines"]["data"].append({"id": "il_9", "amount": 0, "metadata": said})
    elif where == "subscription_details":
        told["subscription_details"] = {"metadata": said}
    else:
        told["discounts"] = [{"promotion_code": {"code": "MAYA7"}}]
    names = draw.choice(({"payment_intent": "pi_1"}, {"charge": {"id": "ch_1"}}, _paid_by(teller)))
    number = draw.choice(("A-0001", "9" * 61))
    plan.stripe.event(draw.choice(PAID), told | names | {"number": number})
    teller.owns(maya=plan.earned)
    order = plan.is_one(plan.earning, plan.paid, False)
    teller.wants("its time", order.occurred_ms, teller.now_ms // 1_000 * 1_000)
    refunded = draw.randrange(1, plan.paid + 1)
    plan.stripe.event("charge.refunded", stripe_charge("1", plan.paid, refunded))
    teller.owns(maya=left_of(plan.earned, Fraction(refunded, plan.paid)))
    later = plan.invoice("subscription_cycle", "5", id="in_5")  # of the same customer, or address
    later |= draw.choice(({}, {"customer": None}, {"customer_email": None}))
    teller.knows("in_5", plan.earning, gross=plan.paid)
    plan.stripe.event(draw.choice(PAID), later)
    left = left_of(plan.earned, Fraction(refunded, plan.paid))
    teller.owns(maya=left + plan.earned)


def _said(teller: Teller) -> Json:
    click = teller.click("adv_maya")
    return teller.draw.choice(({"via": "MAYA7"}, {"code": "maya7"}, {"gw_click": click}))


def _paid_by(teller: Teller) -> Json:
    named = teller.draw.choice(({"payment_intent": "pi_1"}, {"charge": "ch_1"}))
    return {"payments": {"data": [{"payment": {"payment_intent": "pi_0"}}, {"payment": named}]}}


def _is_paid_by(teller: Teller, plan: Subscribed) -> int:
    """By which payment it was paid comes before or after a refund of it; what went back."""
    draw, tell = teller.draw, plan.stripe.event
    refunded = draw.randrange(1, plan.paid + 1)
    by_charge = draw.random() < 0.3
    named: Json = {"payment_intent": None} if by_charge else {}
    pays = stripe_payment("1", plan.paid)
    pays["payment"] = {"charge": "ch_1"} if by_charge else {"payment_intent": {"id": "pi_1"}}
    nobody = pays | {"payment": {}}
    tell("invoice_payment.paid", nobody, "ignored paid_outside")
    told = stripe_charge("1", plan.paid, refunded, **named)
    steps = [("invoice_payment.paid", pays), ("charge.refunded", told)]
    if draw.random() < 0.3:  # as it was told until 2024
        old = told | {"payment_intent": draw.choice((None, "pi_1")), "invoice": {"id": "in_1"}}
        steps = [("charge.refunded", old), ("charge.refunded", old)]
    for topic, thing in draw.sample(steps, 2):
        tell(topic, thing)
    teller.owns(maya=left_of(plan.earned, Fraction(refunded, plan.paid)))
    return refunded


def _renewed(teller: Teller, plan: Subscribed) -> int:
    """A renewal, an upgrade or something else is a sale of its own; a free one is none."""
    draw = teller.draw
    reasons = {
        "subscription_cycle": "renewal",
        "subscription_update": "level_up",
        "manual": "plain",
    }
    reason = draw.choice(list(reasons))
    free = plan.invoice(reason, "7", amount_paid=0, id="in_7")
    plan.stripe.event(draw.choice(PAID), free, "ignored nothing_paid")
    teller.knows("in_2", plan.earning, gross=plan.paid)
    plan.stripe.event(draw.choice(PAID), plan.invoice(reason, "2", id="in_2"))
    order = order_of(teller, "in_2")
    teller.wants("its occasion", order.occasion, reasons[reason])
    teller.wants("is the beginning", "subscription:sub_1" in order.aliases, False)
    return plan.earned


def _ending(draw: Random) -> Story:
    """All or a part of what a subscription earned goes back if it ends within days."""
    return replace(
        plain(draw), ending=Ending(draw.choice((3, 10)), draw.choice(("all", "pro_rata")))
    )


def _ended(teller: Teller) -> None:
    """It ends so long after it began; in its first paid period after a trial, that ends too."""
    plan, draw = Subscribed(teller), teller.draw
    tell, ending = plan.stripe.event, teller.town.story.ending
    assert ending is not None
    began_ms, plan.once = teller.now_ms, False
    trial = draw.random() < 0.4
    if trial:
        free = {"amount_total": 0, "payment_status": "no_payment_required", "invoice": None}
        tell(EVENT, plan.checkout(**brought(teller)) | free)
        teller.owns(maya=200)
        teller.days(2)
        tell(PAID[0], plan.invoice("subscription_cycle"))
        teller.owns(maya=200 + plan.earned)
    else:
        plan.knows(better=False)
        tell(EVENT, plan.checkout(**brought(teller)))
        plan.knows()
        tell(PAID[0], plan.invoice())
        teller.owns(maya=plan.earned)
    paid_s = plan.stripe.now_s
    teller.days(draw.choice((0, 1, 2, ending.within_days)))
    ended_ms = draw.choice((teller.now_ms, paid_s * 1_000)) // 1_000 * 1_000
    in_first = trial and draw.random() < 0.6
    period = {"current_period_start": paid_s if in_first else paid_s - 1}
    at_once = draw.random() < 0.5
    thing = stripe_subscription(
        "1",
        ended_ms // 1_000,
        trial_end=paid_s if trial else None,
        items={"data": [{} if at_once else period]},
        **period if at_once else {},
    )
    taken = ending.share(plan.earned, (ended_ms - paid_s * 1_000,))
    if trial:
        lead = 200 - ending.share(200, (ended_ms - began_ms,))
        if in_first:
            tell("customer.subscription.deleted", thing)
            teller.owns(maya=lead + plan.earned - taken)
        else:
            tell("customer.subscription.deleted", thing)
            teller.owns(maya=lead + plan.earned)
        return
    tell("customer.subscription.deleted", thing)
    teller.owns(maya=plan.earned - taken)
    tell("customer.subscription.deleted", thing)
    teller.owns(maya=plan.earned - taken)


RATES = {"JPY": ("160", 0, 0), "KWD": ("0.25", 3, 3), "ISK": ("150", 0, 2), "USD": ("2", 2, 2)}


def far(_: Random) -> Story:
    """Dollars are changed into euros."""
    return _abroad("USD")


def _far(draw: Random) -> Story:
    """One of the other currencies is changed into euros."""
    return _abroad(draw.choice(list(RATES)))


def _abroad(currency: str) -> Story:
    rates = {day_of(START_MS + DAY_MS, "UTC"): RATES[currency][0]}
    return replace(plain(Random(0)), rates=rates, abroad=Abroad(currency=currency))


def _elsewhere(teller: Teller) -> None:
    """Yen, dinars and krónur as Stripe counts them; a fraction of a króna is for a person."""
    draw = teller.draw
    currency = teller.town.story.abroad.currency
    rate, places, theirs = RATES[currency]
    stripe = Stripe(teller, currency=draw.choice(("EUR", currency)), mixed=True)
    change = Change()
    said: Json = {
        "day": day_of(teller.now_ms, "UTC"),
        "source": "ECB",
        "set_ms": 0,
        "set_by": "usr_1",
    }
    change.create(Rate(base="EUR", quote=currency, rate=rate, **said))
    teller.town.memory.commit(change)
    net, tax = draw.randrange(1_000, 90_000), draw.randrange(1_000)
    scale = 10 ** (theirs - places)
    thing = stripe_checkout("1", net * scale, tax=tax * scale, **brought(teller))
    thing["currency"] = draw.choice((currency.lower(), currency))
    for name in ("pi_1", "cs_live_1"):
        teller.knows(name, net, gross=net + tax, currency=currency)
    if scale > 1:
        odd = thing | {"amount_total": (net + tax) * scale + draw.randrange(1, scale)}
        stripe.event(EVENT, odd, "not_understood bad_amount")
        teller.owns()
    stripe.event(EVENT, thing)
    order = order_of(teller, "pi_1")
    said_of = (order.net_minor, order.gross_minor, order.currency)
    teller.wants("its money", said_of, (net, net + tax, currency))
    euros = round(Fraction(net, 10**places) / Fraction(rate) * 100)
    earned = tenth(euros)
    teller.owns(maya=earned)
    back = draw.randrange(1, net + tax + 1)
    charge = stripe_charge("1", (net + tax) * scale, back * scale, currency=currency.lower())
    stripe.event("charge.refunded", charge)
    teller.owns(maya=left_of(earned, Fraction(back, net + tax)))


SUBSCRIPTIONS = (
    Tale("Stripe: invoices", _invoices),
    Tale("Stripe: invoices alone", _alone),
    Tale("Stripe: subscriptions that end", _ended, _ending),
    Tale("Stripe: money of elsewhere", _elsewhere, _far),
)
