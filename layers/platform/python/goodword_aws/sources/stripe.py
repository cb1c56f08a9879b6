"""Stripe's events (API 2024 to 2026) as facts: one paid invoice or checkout is one sale.

A sale is known by its invoice, else its payment intent, else its checkout session, so the checkout
and the first invoice of a subscription, which both report it, are one. Of a session that has an
invoice the amounts are provisional: the invoice knows what money paid and what a credit balance.

A subscription's id names nothing but what began it: its trial, else its first invoice. Its renewals
are further sales, and when it ends they do not come; what its end takes of what its beginning
earned is said by the programme's terms. Refunds come as a charge's running total. A dispute is a
chargeback only once funds are withdrawn; before that (`warning_*`) it is an inquiry, and once won
it is reinstated, by whichever event says so first.

Where the referral is looked for: `metadata` (`gw_click` or `click_id`; `via`, `ref` or `code`) of
the session, the invoice, its subscription and its lines; `client_reference_id`, which is a click
id if it looks like one, a code if written `via_CODE`, and otherwise the shop's own number of the
customer; custom fields named like the metadata. Discounts carry ids only, so the text of a
promotion code is known just where Stripe expanded it.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Literal

from goodword.conversions.intake import (
    DeliveryHead,
    NotUnderstood,
    delivery_id_of,
    topic_of,
)
from goodword.conversions.model import (
    ConversionFact,
    Fact,
    Facts,
    InquiryFact,
    OtherNames,
    ReinstatementFact,
    ReversalFact,
    Source,
)
from goodword.conversions.occasions import Occasion
from goodword.errors import NotAuthentic
from goodword.money import ratio
from goodword.trust.signals import Signals

from goodword_aws.sources.buyer import of_charge, of_stripe, with_buyer
from goodword_aws.sources.document import Document, customer, ids
from goodword_aws.sources.signatures import (
    digest_of,
    header,
    hex_mac,
    require_fresh,
    require_match,
    signed_seconds,
)
from goodword_aws.sources.stripe_money import minor
from goodword_aws.sources.stripe_order import order_facts, referral
from goodword_aws.sources.stripe_subscription import began, ended, subscription_of

PAID = frozenset({"paid", "no_payment_required"})
EVENT_NAMES = {"subscription_cycle": "renewal", "subscription_update": "upgrade"}
OCCASIONS: dict[str, Occasion] = {
    "subscription_cycle": "renewal",
    "subscription_update": "level_up",
}
REPEATED = frozenset(
    {
        "charge.captured",
        "charge.refund.updated",
        "charge.updated",
        "checkout.session.expired",
        "invoice.created",
        "invoice.finalized",
        "invoice.updated",
        "payment_intent.created",
        "payment_intent.succeeded",
        "refund.created",
        "refund.updated",
    }
)
FOR_STAFF = {"refund.failed": "refund_failed"}
# What was never paid was no sale: nothing to take.
ENDED = frozenset({"invoice.marked_uncollectible"})
ASKED = frozenset({"warning_needs_response", "warning_under_review"})


def verify(
    headers: Mapping[str, str], raw: bytes, secrets: Sequence[str], now_s: int
) -> DeliveryHead:
    """Check `Stripe-Signature: t=<seconds>,v1=<hex>[,v1=<hex>]` over `t.body`.

    A retry is serialised anew and counts its pending webhooks, so the fingerprint is made of what
    the event says: its id, its type and its object.
    """
    parts = [part.strip().partition("=") for part in header(headers, "stripe-signature").split(",")]
    times = [value for name, _, value in parts if name == "t"]
    if len(times) != 1:
        raise NotAuthentic("bad_signature", "Stripe-Signature carries no time, or two")
    sent_s = signed_seconds(times[0])
    offered = [value for name, _, value in parts if name == "v1"]
    message = sent_s.encode() + b"." + raw
    require_match((hex_mac(secret.encode(), message) for secret in secrets), offered)
    require_fresh(sent_s, now_s)
    return _head(raw)


def _head(raw: bytes) -> DeliveryHead:
    """The head of a genuine event; one that cannot be read is known by its bytes."""
    try:
        event = Document.parse(raw)
        said = [event.at("id"), event.at("type"), event.at("data.object")]
        digest = digest_of(json.dumps(said, sort_keys=True, default=str).encode())
    except (NotUnderstood, RecursionError):
        digest = digest_of(raw)
        return DeliveryHead(delivery_id=delivery_id_of("", digest), topic="", fingerprint=digest)
    return DeliveryHead(
        delivery_id=delivery_id_of(event.text("id"), digest),
        topic=topic_of(event.text("type")),
        fingerprint=digest,
    )


def read(topic: str, raw: bytes, source: Source, received_ms: int) -> Facts:
    """The facts of an event, or why there are none; NotUnderstood if a person must look."""
    if not topic:
        raise NotUnderstood("no_topic", "the event has no type")
    if topic not in READERS and topic not in FOR_STAFF:
        return Facts(ignored=_ignored(topic))
    event = Document.parse(raw)
    live = event.at("livemode")
    if not isinstance(live, bool):
        raise NotUnderstood("no_livemode", "the event does not say whether it is live")
    if live != source.livemode:
        return Facts(ignored="other_mode")
    if topic in FOR_STAFF:
        raise NotUnderstood(FOR_STAFF[topic], "a person must act on this event")
    occurred_ms = min(event.need_natural("created") * 1000, received_ms)
    said = READERS[topic](event.document("data.object"), occurred_ms)
    if isinstance(said, str):
        return Facts(ignored=said)
    if isinstance(said, OtherNames):
        return Facts(names=(said,))
    facts = said if isinstance(said, tuple) else (said,)
    if not all(source.takes(fact.currency) for fact in facts):
        raise NotUnderstood("currency_mismatch", "not the currency of the programme")
    return Facts(facts=with_buyer(facts, event.document("data.object"), of_stripe))


def _ignored(topic: str) -> str:
    if topic in ENDED:
        return "nothing_to_take_back"
    return "repeats_another_topic" if topic in REPEATED else "other_topic"


def _settled(session: Document, occurred_ms: int) -> Fact | str:
    """A session whose bank took its days: the order was placed when the session was made."""
    created = session.natural("created") * 1_000
    return _checkout(session, min(created or occurred_ms, occurred_ms))


def _checkout(session: Document, occurred_ms: int) -> Fact | str:
    """A session that was paid; one that starts a free trial is a sign-up, not a sale."""
    if session.text("mode") == "setup":
        return "nothing_paid"
    status = session.text("payment_status")
    if not status:
        raise NotUnderstood("no_payment_status", "the session does not say whether it is paid")
    if status not in PAID:
        return "unpaid"
    session_id = session.need_id("id")
    total = session.need_natural("amount_total")
    trial = total == 0 and session.text("mode") == "subscription"
    if total == 0 and not trial:
        return "nothing_paid"
    order = ids(session.id_at("invoice"), session.id_at("payment_intent"), session_id)
    net = 0 if trial else total - _tax_and_shipping(session)
    currency = session.currency("currency")
    clicks, codes, number = referral(session, (session.document("metadata"),))
    return ConversionFact(
        action="lead" if trial else "sale",
        order_id=session_id if trial else order[0],
        aliases=ids(*(() if trial else order[1:]), *began(session.id_at("subscription"))),
        occurred_ms=occurred_ms,
        currency=currency,
        net_minor=minor(max(net, 0), currency),
        gross_minor=minor(total, currency),
        provisional=bool(session.id_at("invoice")) and not trial,
        customer=customer(
            session.id_at("customer") or number,
            session.text("customer_details.email") or session.text("customer_email"),
        ),
        click_ids=clicks,
        codes=codes,
        event_name="trial" if trial else "",
        order=order_facts(session, max(net, 0), currency),
    )


def _tax_and_shipping(session: Document) -> int:
    """What of `amount_total` is not goods. Shipping's tax is in both totals and counts once."""
    tax = session.natural("total_details.amount_tax")
    if session.at("shipping_cost") is None:
        return tax + session.natural("total_details.amount_shipping")
    goods_tax = tax - session.natural("shipping_cost.amount_tax")
    return session.natural("shipping_cost.amount_total") + goods_tax


def _invoice(invoice: Document, occurred_ms: int) -> Fact | str:
    """An invoice that money was paid on; a trial's invoice of nothing is not a sale."""
    paid = invoice.need_natural("amount_paid")
    if paid == 0:
        return "nothing_paid"
    currency = invoice.currency("currency")
    shipping = invoice.natural("shipping_cost.amount_total") - invoice.natural(
        "shipping_cost.amount_tax"
    )
    subscriptions = ("parent.subscription_details", "subscription_details")
    notes = [invoice.document("metadata")]
    notes += [invoice.document(f"{name}.metadata") for name in subscriptions]
    notes += [line.document("metadata") for line in invoice.documents("lines.data")]
    clicks, codes, _ = referral(invoice, notes)
    payments = [payment.document("payment") for payment in invoice.documents("payments.data")]
    reason = invoice.text("billing_reason")
    net = _paid_part(invoice, max(_without_tax(invoice) - shipping, 0), paid)
    return ConversionFact(
        action="sale",
        order_id=invoice.need_id("id"),
        aliases=ids(
            *(began(subscription_of(invoice)) if reason == "subscription_create" else ()),
            invoice.id_at("payment_intent"),
            invoice.id_at("charge"),
            *(payment.id_at("payment_intent") for payment in payments),
            *(payment.id_at("charge") for payment in payments),
        ),
        occurred_ms=occurred_ms,
        currency=currency,
        net_minor=minor(net, currency),
        gross_minor=minor(paid, currency),
        number=invoice.text("number")[:60],
        customer=customer(invoice.id_at("customer"), invoice.text("customer_email")),
        click_ids=clicks,
        codes=codes,
        event_name=EVENT_NAMES.get(reason, ""),
        occasion=OCCASIONS.get(reason, "plain"),
        order=order_facts(invoice, net, currency),
    )


def _paid_part(invoice: Document, net: int, paid: int) -> int:
    """The share of the net that money paid; what a credit balance paid earns nothing.

    So a refund of all that was paid is a refund of all that earned.
    """
    total = invoice.natural("total")
    return ratio(net, paid, total, "half_even") if paid < total else net


def _without_tax(invoice: Document) -> int:
    if invoice.at("total_excluding_tax") is not None:
        return invoice.need_natural("total_excluding_tax")
    if invoice.at("tax") is not None:
        tax = invoice.need_natural("tax")
    else:
        lists = ("total_taxes", "total_tax_amounts")
        tax = sum(each.need_natural("amount") for name in lists for each in invoice.documents(name))
    return invoice.need_natural("total") - tax


def _refund(charge: Document, occurred_ms: int) -> Fact | str:
    """What has been refunded of a charge so far, as one running total."""
    refunded = charge.need_natural("amount_refunded")
    if refunded == 0:
        return "nothing_refunded"
    charge_id, currency = charge.need_id("id"), charge.currency("currency")
    return ReversalFact(
        refund_id=f"{charge_id}:{refunded}"[:200],
        orders=ids(charge.id_at("payment_intent"), charge.id_at("invoice"), charge_id),
        occurred_ms=occurred_ms,
        currency=currency,
        amount_minor=minor(refunded, currency),
        of="gross",
        cumulative=True,
    )


def _void(invoice: Document, occurred_ms: int) -> Fact | str:
    """An invoice that was called off for good: all that is left, if anything was paid."""
    if invoice.need_natural("amount_paid") == 0:
        return "never_paid"
    invoice_id = invoice.need_id("id")
    return ReversalFact(
        refund_id=f"void:{invoice_id}"[:200],
        orders=ids(invoice_id, invoice.id_at("payment_intent"), invoice.id_at("charge")),
        occurred_ms=occurred_ms,
        currency=invoice.currency("currency"),
        amount_minor=None,
        of="net",
        reason="cancelled",
    )


def _chargeback(dispute: Document, occurred_ms: int) -> tuple[Fact, ...]:
    """Money a bank took back; if it had asked before, it asks no more."""
    currency = dispute.currency("currency")
    taken = ReversalFact(
        refund_id=dispute.need_id("id"),
        orders=_disputed(dispute),
        occurred_ms=occurred_ms,
        currency=currency,
        amount_minor=minor(dispute.need_natural("amount"), currency),
        of="gross",
        reason="chargeback",
    )
    return (taken, _inquiry(dispute, occurred_ms, "closed"))


def _won(dispute: Document, occurred_ms: int) -> tuple[Fact, ...]:
    """The bank gave back what it took, or takes nothing after all."""
    given = ReinstatementFact(
        refund_id=dispute.need_id("id"),
        orders=_disputed(dispute),
        occurred_ms=occurred_ms,
        currency=dispute.currency("currency"),
    )
    return (given, _inquiry(dispute, occurred_ms, "closed"))


def _asked(dispute: Document, occurred_ms: int) -> Fact | str:
    """An inquiry takes no money; a chargeback is told of when the funds move."""
    if _status(dispute) in ASKED:
        return _inquiry(dispute, occurred_ms, "open")
    return "repeats_another_topic"


def _closed(dispute: Document, occurred_ms: int) -> Fact | tuple[Fact, ...] | str:
    """The end of an inquiry, or of a chargeback: a lost one leaves what was taken."""
    status = _status(dispute)
    if status == "won":
        return _won(dispute, occurred_ms)
    return "dispute_lost" if status == "lost" else _inquiry(dispute, occurred_ms, "closed")


def _inquiry(dispute: Document, occurred_ms: int, state: Literal["open", "closed"]) -> InquiryFact:
    return InquiryFact(
        inquiry_id=dispute.need_id("id"),
        orders=_disputed(dispute),
        occurred_ms=occurred_ms,
        currency=dispute.currency("currency"),
        state=state,
    )


def _disputed(dispute: Document) -> tuple[str, ...]:
    orders = ids(dispute.id_at("payment_intent"), dispute.id_at("charge"))
    if not orders:
        raise NotUnderstood("missing_id", "the dispute names no charge")
    return orders


def _status(dispute: Document) -> str:
    status = dispute.text("status")
    if not status:
        raise NotUnderstood("no_status", "the dispute does not say where it stands")
    return status


def _payment(payment: Document, _occurred_ms: int) -> OtherNames | str:
    """By what an invoice was paid. Since 2025 only this says so, and refunds name nothing else."""
    names = ids(payment.id_at("payment.payment_intent"), payment.id_at("payment.charge"))
    if not names:
        return "paid_outside"
    return OtherNames(order_id=payment.need_id("invoice"), aliases=names)


def _charged(charge: Document, _occurred_ms: int) -> OtherNames | str:
    """Which card paid an order that a checkout or an invoice reports; nothing else of it counts."""
    shown = of_charge(charge)
    names = ids(charge.id_at("payment_intent"), charge.id_at("invoice"), charge.id_at("id"))
    if shown == Signals() or len(names) < 2:
        return "repeats_another_topic"
    return OtherNames(order_id=names[0], aliases=names[1:], signals=shown)


READERS: dict[str, Callable[[Document, int], Fact | tuple[Fact, ...] | OtherNames | str]] = {
    "checkout.session.completed": _checkout,
    "checkout.session.async_payment_succeeded": _settled,
    "invoice.paid": _invoice,
    "invoice.payment_succeeded": _invoice,
    "invoice_payment.paid": _payment,
    "charge.refunded": _refund,
    "charge.succeeded": _charged,
    "charge.dispute.closed": _closed,
    "charge.dispute.created": _asked,
    "charge.dispute.funds_reinstated": _won,
    "charge.dispute.funds_withdrawn": _chargeback,
    "charge.dispute.updated": _asked,
    "invoice.voided": _void,
    "customer.subscription.deleted": ended,
}
