"""Our own form of a delivery: Standard Webhooks around a strict JSON body, in integer minor units.

The sender is a shop's own code, so a mistake is answered at once with the field it is in, and
nothing of it is kept. Four bodies: a `lead`, a `sale`, and a `refund` or `dispute` of an order.
Amounts are net (after discounts, without tax and shipping) unless called `gross_amount`.
"""

import base64
import binascii
import hashlib
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from goodword.conversions.intake import (
    DeliveryHead,
    NotUnderstood,
    delivery_id_of,
    is_delivery_id,
)
from goodword.conversions.model import (
    ConversionFact,
    Customer,
    Fact,
    Facts,
    InquiryFact,
    ReinstatementFact,
    ReversalFact,
    Source,
)
from goodword.errors import FieldError, InvalidInput, Malformed, NotAuthentic
from goodword.money import NaturalMinor
from goodword.privacy.model import fold_email
from goodword.times import parse_rfc3339
from goodword.trust.signals import Signals
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)

from goodword_aws.problems import refused_body
from goodword_aws.sources.buyer import signals
from goodword_aws.sources.document import load
from goodword_aws.sources.signatures import (
    base64_mac,
    digest_of,
    header,
    require_fresh,
    require_match,
    signed_seconds,
)

TOPICS = ("lead", "sale", "refund", "dispute")


def _no_address(text: str) -> str:
    if "@" in text:
        raise ValueError("must not contain @: ids are kept; send an address as customer_email")
    return text


def _address(text: str) -> str:
    try:
        fold_email(text)
    except InvalidInput as bad:
        raise ValueError(bad.detail) from bad
    return text


def _no_card_number(text: str) -> str:
    digits = [letter for letter in text if letter.isdigit()]
    if len(digits) >= 12 and not any(letter.isalpha() for letter in text):
        raise ValueError("must not be a card number; send the provider's fingerprint of the card")
    return text


def _instant(text: str) -> str:
    try:
        parse_rfc3339(text)
    except InvalidInput as bad:
        raise ValueError(bad.detail) from bad
    return text


OwnId = Annotated[
    str, StringConstraints(pattern=r"^[\x21-\x7e]{1,200}$"), AfterValidator(_no_address)
]
Word = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Email = Annotated[str, StringConstraints(max_length=320), AfterValidator(_address)]
CardMark = Annotated[str, AfterValidator(_no_card_number)]
Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{3}$", to_upper=True)]
Instant = Annotated[str, StringConstraints(max_length=40), AfterValidator(_instant)]
Label = Annotated[str, StringConstraints(min_length=1, max_length=40)]
Note = Annotated[str, StringConstraints(max_length=500)]


class Body(BaseModel):
    """What all bodies may carry. `metadata` is the sender's own; nothing reads it."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    program_id: str | None = Field(default=None, max_length=64)
    occurred_at: Instant | None = None
    metadata: dict[Label, Note] = Field(default={}, max_length=20)
    currency: Code | None = None

    def at(self, received_ms: int) -> int:
        """When it happened, never later than it was received."""
        said = parse_rfc3339(self.occurred_at) if self.occurred_at else received_ms
        return min(said, received_ms)


class Buyer(BaseModel):
    """What the shop knows of the buyer, all optional, for the checks of trust; kept as MACs only.

    `ip` and `user_agent` of the buyer's browser, `device_id` the shop's own id of the device,
    `card_fingerprint` the payment provider's name of the card (never its number).
    """

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    ip: str = Field(default="", max_length=64, repr=False)
    user_agent: str = Field(default="", max_length=512, repr=False)
    device_id: str = Field(default="", max_length=200, repr=False)
    card_fingerprint: CardMark = Field(default="", max_length=200, repr=False)
    name: str = Field(default="", max_length=200, repr=False)
    address_lines: list[Word] = Field(default=[], max_length=8, repr=False)
    postcode: str = Field(default="", max_length=20, repr=False)
    country: str = Field(default="", pattern=r"^([A-Za-z]{2})?$")
    orders_before: int | None = Field(default=None, ge=0, le=1_000_000)


class Referred(Body):
    """What leads and sales share: who it was and what brought them."""

    click_id: Word | None = None
    click_ids: list[Word] = Field(default=[], max_length=19)
    code: Word | None = None
    codes: list[Word] = Field(default=[], max_length=19)
    customer_id: OwnId | None = None
    customer_email: Email | None = Field(default=None, repr=False)
    event_name: str = Field(default="", max_length=80)
    buyer: Buyer = Field(default=Buyer(), repr=False)

    def clicks(self) -> tuple[str, ...]:
        """Every click id, each once."""
        return _each_once(self.click_id, self.click_ids)

    def typed(self) -> tuple[str, ...]:
        """Every code, each once."""
        return _each_once(self.code, self.codes)

    def customer(self) -> Customer:
        """Who it was."""
        email = fold_email(self.customer_email) if self.customer_email else None
        return Customer(customer_id=self.customer_id, email=email)


class Lead(Referred):
    """A sign-up, known by `order_id` or else by the customer: one customer is then one lead."""

    order_id: OwnId | None = None


class Sale(Referred):
    """A paid order, once per `order_id`."""

    order_id: OwnId
    amount: NaturalMinor
    gross_amount: NaturalMinor | None = None
    currency: Code


class Refund(Body):
    """A refund of an order, once per `refund_id`. Without an amount it takes all that is left."""

    refund_id: OwnId
    order_id: OwnId
    amount: NaturalMinor | None = None
    gross_amount: NaturalMinor | None = None
    currency: Code
    reason: Literal["refund", "chargeback", "cancelled"] = "refund"


class Dispute(Body):
    """What a bank says of an order, each status once per `dispute_id`; `withdrawn` takes money.

    Without an amount it takes all that is left. What was sent as a refund is reinstated by its id.
    """

    dispute_id: OwnId
    order_id: OwnId
    status: Literal["inquiry", "closed", "withdrawn", "won", "lost"]
    gross_amount: NaturalMinor | None = None
    currency: Code


Said = Lead | Sale | Refund | Dispute
MODELS: dict[str, type[Said]] = {"lead": Lead, "sale": Sale, "refund": Refund, "dispute": Dispute}


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
    if body.currency not in (None, source.currency):
        raise _refusal("currency_mismatch", "currency", f"this programme runs in {source.currency}")
    return said


def read(topic: str, raw: bytes, source: Source, received_ms: int) -> Facts:
    """The facts of a body that `admit` let in (or NotUnderstood, if rules changed since)."""
    try:
        _, body = parse("" if "type" in _object(raw) else topic, raw)
        if body.currency not in (None, source.currency):
            raise NotUnderstood("currency_mismatch", "not the currency of the programme")
        if isinstance(body, Dispute):
            return Facts(facts=_disputed(body, source, received_ms))
        return Facts(facts=(_fact(body, source, received_ms),))
    except NotUnderstood:
        raise
    except InvalidInput as bad:
        raise NotUnderstood(bad.code, bad.detail) from bad


def parse(topic: str, raw: bytes) -> tuple[str, Said]:
    """The body and its topic. Raises Malformed `malformed_json` or InvalidInput `invalid_body`."""
    fields = _object(raw)
    if not topic:
        topic = fields.pop("type", None)
        if topic not in TOPICS:
            raise _refusal("invalid_body", "type", "must be lead, sale, refund or dispute")
    try:
        body = MODELS[topic].model_validate(fields)
    except ValidationError as bad:
        raise refused_body(bad) from None
    _consistent(body)
    return topic, body


def _consistent(body: Said) -> None:
    if isinstance(body, Lead) and body.order_id is None and body.customer_id is None:
        raise _refusal("invalid_body", "customer_id", "a lead needs customer_id or order_id")
    if isinstance(body, Sale) and body.gross_amount is not None and body.gross_amount < body.amount:
        raise _refusal("invalid_body", "gross_amount", "must not be less than amount, which is net")
    if isinstance(body, Refund) and None not in (body.amount, body.gross_amount):
        raise _refusal("invalid_body", "gross_amount", "give amount or gross_amount, not both")


def _fact(
    body: Lead | Sale | Refund, source: Source, received_ms: int
) -> ConversionFact | ReversalFact:
    if isinstance(body, Refund):
        gross = body.gross_amount is not None
        return ReversalFact(
            refund_id=body.refund_id,
            orders=(body.order_id,),
            occurred_ms=body.at(received_ms),
            currency=source.currency,
            amount_minor=body.gross_amount if gross else body.amount,
            of="gross" if gross else "net",
            reason=body.reason,
        )
    sale = body if isinstance(body, Sale) else None
    net = sale.amount if sale else 0
    return ConversionFact(
        action="sale" if sale else "lead",
        order_id=body.order_id or _once_per_customer(source.program_id, body.customer_id),
        occurred_ms=body.at(received_ms),
        currency=source.currency,
        net_minor=net,
        gross_minor=sale.gross_amount if sale and sale.gross_amount is not None else net,
        customer=body.customer(),
        click_ids=body.clicks(),
        codes=body.typed(),
        event_name=body.event_name,
        signals=_signals(body),
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


def _disputed(body: Dispute, source: Source, received_ms: int) -> tuple[Fact, ...]:
    """A chargeback takes, one that was won gives back, and either ends what the bank asked."""
    common = {
        "orders": (body.order_id,),
        "occurred_ms": body.at(received_ms),
        "currency": source.currency,
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


def _each_once(one: str | None, more: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((one, *more) if one else more))


def _once_per_customer(program_id: str, customer_id: str | None) -> str:
    """The name of a lead that has none: one per customer for ever, and not the customer's id."""
    digest = hashlib.sha256(f"{program_id}\n{customer_id}".encode()).hexdigest()
    return f"customer-{digest[:32]}"


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
