"""Our own form of a delivery: Standard Webhooks around a strict JSON body, in integer minor units.

The sender is a shop's own code, so a mistake is answered at once with the field it is in, and
nothing of it is kept. Bodies: a `lead`, a `sale`, a `refund` or `dispute` of an order, a `void` of
what is no order, the `cancellation` of a subscription, a `signal` of a customer, a `deal` of a CRM.
Amounts are net (after discounts, without tax and shipping) unless called `gross_amount`.
"""

import base64
import binascii
from collections.abc import Mapping, Sequence
from typing import Any

from goodword.conversions.intake import (
    DeliveryHead,
    NotUnderstood,
    delivery_id_of,
    is_delivery_id,
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
from goodword.conversions.order import OrderFacts, OrderLine, ReturnedLine, reconciled
from goodword.errors import FieldError, InvalidInput, Malformed, NotAuthentic
from goodword.limits import AMOUNT_MINOR_MAX
from goodword.money import CURRENCIES
from goodword.trust.signals import Signals
from pydantic import ValidationError

from goodword_aws.problems import refused_body
from goodword_aws.sources.buyer import signals
from goodword_aws.sources.deals import Deal
from goodword_aws.sources.document import load
from goodword_aws.sources.generic_bodies import Dispute, Lead, Refund, Sale
from goodword_aws.sources.generic_voids import (
    Cancellation,
    Void,
    nameless,
    once_per_customer,
    voided,
)
from goodword_aws.sources.signals import SignalBody
from goodword_aws.sources.signatures import (
    base64_mac,
    digest_of,
    header,
    require_fresh,
    require_match,
    signed_seconds,
)

Said = Lead | Sale | Refund | Dispute | Void | Cancellation | SignalBody | Deal
MODELS: dict[str, type[Said]] = {
    "lead": Lead,
    "sale": Sale,
    "refund": Refund,
    "dispute": Dispute,
    "void": Void,
    "cancellation": Cancellation,
    "signal": SignalBody,
    "deal": Deal,
}


def verify(
    headers: Mapping[str, str], raw: bytes, secrets: Sequence[str], now_s: int
) -> DeliveryHead:
    """Check `webhook-signature: v1,<base64>[ v1,<base64>]` over `id.timestamp.body`."""
    identity = header(headers, "webhook-id")
    sent_s = signed_seconds(header(headers, "webhook-timestamp"))
    offered = [
        text.removeprefix("v1,")
        for text in header(headers, "webhook-signature").split()
        if text.startswith("v1,")
    ]
    message = b".".join((identity.encode("utf-8", "replace"), sent_s.encode(), raw))
    require_match((base64_mac(key_of(secret), message) for secret in secrets), offered)
    require_fresh(sent_s, now_s)
    if not is_delivery_id(identity):
        raise NotAuthentic("bad_signature", "webhook-id takes 1 to 128 letters, digits or ._:-")
    digest = digest_of(raw)
    return DeliveryHead(delivery_id=delivery_id_of(identity, digest), topic="", fingerprint=digest)


def key_of(secret: str) -> bytes:
    """The bytes of a secret: base64 after `whsec_`, else the text itself."""
    if secret.startswith("whsec_"):
        try:
            return base64.b64decode(secret.removeprefix("whsec_"), validate=True)
        except binascii.Error:
            return secret.encode()
    return secret.encode()


def admit(topic: str, raw: bytes, source: Source) -> str:
    """The topic of a body that can be booked; any other is refused with the field that is wrong.

    `topic` is what the path says, or nothing for `/v1/sources/{id}`: the body then has a `type`.
    """
    said, body = parse(topic, raw)
    if body.program_id not in (None, source.program_id):
        raise _refusal("unknown_program", "program_id", "is not the programme of this source")
    if not _takes(source, body):
        raise _refusal("currency_mismatch", "currency", f"this programme runs in {source.currency}")
    return said


def read(topic: str, raw: bytes, source: Source, received_ms: int) -> Facts:
    """The facts of a body that `admit` let in (or NotUnderstood, if rules changed since)."""
    try:
        _, body = parse("" if "type" in _object(raw) else topic, raw)
        if not _takes(source, body):
            raise NotUnderstood("currency_mismatch", "not the currency of the programme")
        if isinstance(body, SignalBody):
            signal = body.fact(received_ms)
            return Facts(signals=(signal,)) if signal else Facts(ignored="anonymous")
        if isinstance(body, Deal):
            return Facts(deals=(body.fact(source, received_ms),))
        if isinstance(body, Dispute):
            return Facts(facts=_disputed(body, source, received_ms))
        if isinstance(body, Void | Cancellation):
            return Facts(facts=(voided(body, source, received_ms),))
        return Facts(facts=(_fact(body, source, received_ms),))
    except NotUnderstood:
        raise
    except InvalidInput as bad:
        raise NotUnderstood(bad.code, bad.detail) from bad


def _takes(source: Source, body: Said) -> bool:
    """Whether the amount may come in its currency. A deal is counted, never paid: any may."""
    return body.currency is None or isinstance(body, Deal) or source.takes(body.currency)


def parse(topic: str, raw: bytes) -> tuple[str, Said]:
    """The body and its topic. Raises Malformed `malformed_json` or InvalidInput `invalid_body`."""
    fields = _object(raw)
    if not topic:
        topic = fields.pop("type", None)
        if topic not in tuple(MODELS):  # it may be anything that JSON holds
            raise _refusal("invalid_body", "type", f"must be one of {', '.join(MODELS)}")
    try:
        body = MODELS[topic].model_validate(fields)
    except ValidationError as bad:
        raise refused_body(bad) from None
    _consistent(body)
    return topic, body


def _consistent(body: Said) -> None:
    if isinstance(body, Lead):
        _consistent_lead(body)
    if isinstance(body, Lead | Sale) and body.action == "event" and not body.event_name:
        raise _refusal("invalid_body", "event_name", "an event needs its name")
    if isinstance(body, Sale) and body.gross_amount is not None and body.gross_amount < body.amount:
        raise _refusal("invalid_body", "gross_amount", "must not be less than amount, which is net")
    if isinstance(body, Refund):
        _consistent_refund(body)
    if isinstance(body, Void | Cancellation) and (missing := nameless(body)):
        raise _refusal("invalid_body", *missing)
    if isinstance(body, SignalBody) and (wrong := body.wrong()):
        raise _refusal("invalid_body", *wrong)
    if isinstance(body, Deal) and body.currency not in (None, *CURRENCIES):
        raise _refusal("invalid_body", "currency", "is not an ISO 4217 currency")
    if isinstance(body, Sale):
        names = [line.line_id for line in body.lines if line.line_id is not None]
        if len(set(names)) != len(names):
            raise _refusal("invalid_body", "lines", "have the same line_id twice")


def _consistent_lead(body: Lead) -> None:
    if body.occasion == "renewal":
        raise _refusal("invalid_body", "event_name", "a renewal is a sale: send it as one")
    if body.order_id is None and body.customer().customer_id is None:
        raise _refusal("invalid_body", "customer_id", "a lead needs customer_id or order_id")
    if body.order_id is None and body.occasion in ("level_up", "event"):
        raise _refusal("invalid_body", "order_id", "may come again: it needs an id of its own")


def _consistent_refund(body: Refund) -> None:
    if None not in (body.amount, body.gross_amount):
        raise _refusal("invalid_body", "gross_amount", "give amount or gross_amount, not both")
    if body.lines and body.gross_amount is not None:
        raise _refusal("invalid_body", "lines", "are net: give amount, or their sum is it")
    total = sum(line.amount for line in body.lines)
    if body.amount is not None and total > body.amount:
        raise _refusal("invalid_body", "lines", "sum to more than amount")
    if total > AMOUNT_MINOR_MAX:
        raise _refusal("invalid_body", "lines", "sum to more than can be booked")


def _fact(
    body: Lead | Sale | Refund, source: Source, received_ms: int
) -> ConversionFact | ReversalFact:
    if isinstance(body, Refund):
        gross = body.gross_amount is not None
        total = sum(line.amount for line in body.lines) if body.lines else None
        net = total if body.amount is None else body.amount
        return ReversalFact(
            refund_id=body.refund_id,
            orders=(body.order_id,),
            occurred_ms=body.at(received_ms),
            currency=body.currency or source.currency,
            amount_minor=body.gross_amount if gross else net,
            of="gross" if gross else "net",
            reason=body.reason,
            lines=tuple(
                ReturnedLine(line_id=line.line_id, net_minor=line.amount) for line in body.lines
            ),
        )
    sale = body if isinstance(body, Sale) else None
    net = sale.amount if sale else 0
    return ConversionFact(
        action="sale" if sale else "lead",
        order_id=body.order_id or once_per_customer(source.program_id, body.customer_id),
        occurred_ms=body.at(received_ms),
        currency=body.currency or source.currency,
        net_minor=net,
        gross_minor=sale.gross_amount if sale and sale.gross_amount is not None else net,
        number=(sale.order_number or "") if sale else "",
        customer=body.customer(),
        click_ids=body.clicks(),
        codes=body.typed(),
        event_name=body.event_name,
        occasion=body.occasion,
        signals=_signals(body),
        order=_order(body, sale, net),
    )


def _signals(body: Lead | Sale) -> Signals:
    buyer = body.buyer
    return signals(
        body.customer().email,
        ip=buyer.ip,
        agent=buyer.user_agent,
        card=buyer.card_fingerprint,
        device=buyer.device_id,
        name=buyer.name,
        address=buyer.address_lines,
        postcode=buyer.postcode,
        country=buyer.country,
        orders_before=buyer.orders_before,
    )


def _order(body: Lead | Sale, sale: Sale | None, net: int) -> OrderFacts:
    lines = [
        OrderLine(
            line_id=line.line_id or f"#{number}",
            net_minor=line.amount,
            quantity=line.quantity,
            product_id=line.product_id,
            sku=line.sku,
            brand=line.brand,
            collections=_tuple(line.collections),
        )
        for number, line in enumerate(sale.lines if sale else (), 1)
    ]
    before = body.buyer.orders_before
    return OrderFacts(
        lines=reconciled(lines, net),
        said_minor=sum(line.net_minor for line in lines) if lines else None,
        coupons=_tuple(sale.coupons) if sale else None,
        country=body.country or body.buyer.country.upper() or None,
        channel=body.channel,
        segments=_tuple(body.customer_segments),
        nth=body.customer_orders or (None if before is None else before + 1),
    )


def _tuple(texts: list[str] | None) -> tuple[str, ...] | None:
    return None if texts is None else tuple(dict.fromkeys(texts))


def _disputed(body: Dispute, source: Source, received_ms: int) -> tuple[Fact, ...]:
    """A chargeback takes, one that was won gives back, and either ends what the bank asked."""
    common = {
        "orders": (body.order_id,),
        "occurred_ms": body.at(received_ms),
        "currency": body.currency or source.currency,
    }
    state = "open" if body.status == "inquiry" else "closed"
    asked = InquiryFact.model_validate({"inquiry_id": body.dispute_id, "state": state} | common)
    if body.status == "won":
        given = {"refund_id": body.dispute_id}
        return (ReinstatementFact.model_validate(given | common), asked)
    if body.status == "withdrawn":
        taken = {
            "refund_id": body.dispute_id,
            "amount_minor": body.gross_amount,
            "of": "gross",
            "reason": "chargeback",
        }
        return (ReversalFact.model_validate(taken | common), asked)
    return (asked,)


def _object(raw: bytes) -> dict[str, Any]:
    try:
        found = load(raw)
    except ValueError as bad:
        raise Malformed("malformed_json", "the body is not JSON in UTF-8") from bad
    if not isinstance(found, dict):
        raise Malformed("malformed_json", "the body is not a JSON object")
    return found


def _refusal(code: str, field: str, message: str) -> InvalidInput:
    return InvalidInput(code, f"{field} {message}", [FieldError(field, message)])
