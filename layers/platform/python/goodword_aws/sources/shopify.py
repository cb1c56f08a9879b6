"""Shopify's webhooks as facts: a paid order is a sale, a refund or a cancellation takes it back.

Amounts are decimal text in the shop's currency (`shop_money`). Net is the subtotal after
discounts; where a shop's prices include tax, the goods' tax is taken out of it. An order is booked
as it was ordered (`subtotal_price`), never as it is now (`current_subtotal_price`): refunds and
edits come as refunds, in the order itself (`refunds`) or on their own. The order's number
(`#1001`) is no name of it: it is unique in one shop only, and a programme may have several. It is
kept to be searched by, since it is all that shoppers see.

Shopify signs the body, not the headers. A topic that does not fit the body is therefore not
understood, and a webhook id is only a name: what counts once is the order and the refund.
"""

from collections.abc import Callable, Mapping, Sequence

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
    ReinstatementFact,
    ReversalFact,
    Source,
)
from goodword.conversions.reasons import ENDED

from goodword_aws.sources.buyer import of_shopify, with_buyer
from goodword_aws.sources.document import Document, bounded, customer, ids, query_of, words
from goodword_aws.sources.shopify_money import natural_amount, time_of
from goodword_aws.sources.shopify_order import is_renewal, order_facts
from goodword_aws.sources.shopify_refund import goods_back, listed_refunds, refund_fact
from goodword_aws.sources.signatures import base64_mac, digest_of, header, require_match

CLICK_NAMES = ("gw_click", "click_id")
CODE_NAMES = ("via", "ref", "code")
NUMBER_LENGTH_MAX = 60  # characters; longer texts are nobody's order number
CODE_LENGTH_MAX = 64  # characters; longer texts are nobody's code
PAID = frozenset({"paid", "partially_refunded", "refunded"})
WAS_PAID = PAID | {"partially_paid"}
ASKED = frozenset({"needs_response", "under_review"})
FOR_STAFF = {
    "customers/data_request": "privacy_request",
    "customers/redact": "privacy_request",
    "shop/redact": "privacy_request",
    "app/uninstalled": "app_uninstalled",
}


def verify(
    headers: Mapping[str, str], raw: bytes, secrets: Sequence[str], now_s: int
) -> DeliveryHead:
    """Check `X-Shopify-Hmac-Sha256: <base64>` over the body; newer deliveries leave out the `X-`.

    No time is signed (a retry repeats the first signature for hours), so `now_s` is not used.
    """
    del now_s
    offered = header(headers, "x-shopify-hmac-sha256", "shopify-hmac-sha256")
    require_match((base64_mac(secret.encode(), raw) for secret in secrets), [offered])
    digest = digest_of(raw)
    named = header(headers, "x-shopify-webhook-id", "shopify-webhook-id")
    return DeliveryHead(
        delivery_id=delivery_id_of(named, digest),
        topic=topic_of(header(headers, "x-shopify-topic", "shopify-topic").lower()),
        fingerprint=digest,
    )


def read(topic: str, raw: bytes, source: Source, received_ms: int) -> Facts:
    """The facts of a webhook, or why there are none; NotUnderstood if a person must look."""
    if not topic:
        raise NotUnderstood("no_topic", "the webhook does not say its topic")
    if topic in FOR_STAFF:
        raise NotUnderstood(FOR_STAFF[topic], "a person must act on this webhook")
    reader = READERS.get(topic)
    if reader is None:
        return Facts(ignored="other_topic")
    thing = Document.parse(raw)
    if source.livemode and _is_test(thing):
        return Facts(ignored="test_order")
    said = reader(thing, received_ms)
    if isinstance(said, str):
        return Facts(ignored=said)
    facts = said if isinstance(said, tuple) else (said,)
    if not all(source.takes(fact.currency) for fact in facts):
        raise NotUnderstood("currency_mismatch", "not the currency of the programme")
    return Facts(facts=with_buyer(facts, thing, of_shopify))


def _is_test(thing: Document) -> bool:
    """A test order, or a refund of one. A source that is not live takes both kinds."""
    return any(one.at("test") is True for one in (thing, *thing.documents("transactions")))


def _order(order: Document, received_ms: int) -> tuple[Fact, ...] | str:
    """A paid order as it was before any refund, and the refunds that it tells of itself."""
    status = order.text("financial_status")
    if not status:
        raise NotUnderstood("wrong_topic", "the order does not say whether it is paid")
    if status not in PAID:
        return "unpaid"
    currency = order.currency("currency")
    gross = natural_amount(order, "total_price", "total_price", currency)
    net, gross = _never_removed(order, _net(order, currency), gross, currency)
    if gross == 0:
        return "nothing_paid"
    clicks, codes = _referral(order)
    sale = ConversionFact(
        action="sale",
        order_id=order.need_id("id"),
        aliases=ids(order.id_at("admin_graphql_api_id"), order.id_at("checkout_token")),
        occurred_ms=min(time_of(order, received_ms), received_ms),
        currency=currency,
        net_minor=net,
        gross_minor=gross,
        prices_include_tax=order.at("taxes_included") is True,
        number=_number(order),
        customer=customer(
            order.id_at("customer.id"), order.text("email") or order.text("contact_email")
        ),
        click_ids=clicks,
        codes=codes,
        order=order_facts(order, net, currency),
        occasion="renewal" if is_renewal(order) else "plain",
    )
    return (sale, *listed_refunds(order, received_ms, currency))


def _number(order: Document) -> str:
    """`name` is what the shopper reads, with the shop's own prefix; else the bare number."""
    bare = order.at("order_number")
    text = order.text("name") or (str(bare) if type(bare) is int else "")
    return text if len(text) <= NUMBER_LENGTH_MAX else ""


def _net(order: Document, currency: str) -> int:
    """The goods after discounts, without tax, before any refund."""
    subtotal = natural_amount(order, "subtotal_price", "subtotal_price", currency)
    if order.at("taxes_included") is not True:
        return subtotal
    shipping_tax = sum(
        natural_amount(line, "price", "price", currency)
        for shipping in order.documents("shipping_lines")
        for line in shipping.documents("tax_lines")
    )
    tax = natural_amount(order, "total_tax", "total_tax", currency)
    return max(subtotal - max(tax - shipping_tax, 0), 0)


def _never_removed(order: Document, net: int, gross: int, currency: str) -> tuple[int, int]:
    """Net and gross without goods that were edited out of the order and that no refund tells of.

    What is left of the goods and what refunds gave back of them must be what was ordered.
    """
    subtotal = natural_amount(order, "subtotal_price", "subtotal_price", currency)
    name = "current_subtotal_price"
    told = order.at(name) is not None or order.at(f"{name}_set") is not None
    if not told or not isinstance(order.at("refunds"), list):
        return net, gross
    left = natural_amount(order, name, name, currency)
    back = goods_back(order, currency)
    if back is None or left + back >= subtotal:
        return net, gross
    left += back
    return net * left // subtotal, gross * left // subtotal


def _cancelled(order: Document, received_ms: int) -> Fact | str:
    """A cancelled order: whatever is left of it, if anything was ever paid."""
    if not order.text("cancelled_at"):
        raise NotUnderstood("wrong_topic", "the order was not cancelled")
    if order.text("financial_status") not in WAS_PAID:
        return "never_paid"
    order_id = order.need_id("id")
    cancelled_ms = order.time("cancelled_at")
    return ReversalFact(
        refund_id=f"cancelled:{order_id}"[:200],
        orders=(order_id,),
        occurred_ms=min(cancelled_ms or received_ms, received_ms),
        currency=order.currency("currency"),
        amount_minor=None,
        of="net",
        reason="cancelled",
    )


def _contract(contract: Document, received_ms: int) -> Fact | str:
    """A subscription contract that is over: what the order that began it earned, by the terms."""
    status = contract.text("status").lower()
    if not status:
        raise NotUnderstood("no_status", "the contract does not say where it stands")
    if status not in ("cancelled", "expired"):
        return "goes_on"
    origin = ids(
        contract.id_at("origin_order_id"), contract.id_at("admin_graphql_api_origin_order_id")
    )
    if not origin:
        return "no_order"
    return ReversalFact(
        refund_id=f"ended:{contract.need_id('id')}"[:200],
        orders=origin,
        occurred_ms=received_ms,
        currency=contract.currency("currency_code"),
        amount_minor=None,
        of="net",
        reason=ENDED,
    )


def _dispute(dispute: Document, received_ms: int) -> tuple[Fact, ...] | str:
    """A question of the bank holds, a chargeback takes, and one that was won is given back.

    Every delivery says where the dispute stands, so whichever comes first is enough.
    """
    kind, status = dispute.text("type"), dispute.text("status")
    if kind not in ("inquiry", "chargeback") or not status:
        raise NotUnderstood("wrong_topic", "the dispute does not say what it is")
    if dispute.at("order_id") is None:
        return "no_order"
    currency = dispute.currency("currency")
    common = {
        "orders": (dispute.need_id("order_id"),),
        "occurred_ms": min(dispute.time("initiated_at") or received_ms, received_ms),
        "currency": currency,
    }
    state = "open" if kind == "inquiry" and status in ASKED else "closed"
    name = dispute.need_id("id")
    asked = InquiryFact.model_validate({"inquiry_id": name, "state": state} | common)
    if kind == "inquiry":
        return (asked,)
    if status == "won":
        return (ReinstatementFact.model_validate({"refund_id": name} | common), asked)
    amount = bounded(natural_amount(dispute, "amount", "amount", currency))
    taken = {"refund_id": name, "amount_minor": amount, "of": "gross", "reason": "chargeback"}
    return (ReversalFact.model_validate(taken | common), asked)


READERS: dict[str, Callable[[Document, int], Fact | tuple[Fact, ...] | str]] = {
    "disputes/create": _dispute,
    "disputes/update": _dispute,
    "orders/paid": _order,
    "orders/cancelled": _cancelled,
    "refunds/create": refund_fact,
    "subscription_contracts/cancel": _contract,
    "subscription_contracts/expire": _contract,
    "subscription_contracts/update": _contract,
}


def _referral(order: Document) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Click ids and codes: note attributes, what was typed at the checkout, the landing page."""
    landing = query_of(order.text("landing_site"))
    notes = list(order.documents("note_attributes"))
    clicks = [note.at("value") for note in notes if note.text("name") in CLICK_NAMES]
    clicks += [landing.get(name) for name in CLICK_NAMES]
    codes = [one.at("code") for one in order.documents("discount_codes")]
    codes += [one.at("code") for one in order.documents("discount_applications")]
    codes += [note.at("value") for note in notes if note.text("name") in CODE_NAMES]
    codes += [landing.get(name) for name in CODE_NAMES if name != "code"]
    return words(*clicks), words(*codes, longest=CODE_LENGTH_MAX)
