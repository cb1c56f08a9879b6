"""The bodies of our own form of a delivery: strict, in integer minor units, nothing extra.

Amounts are net (after discounts, without tax and shipping) unless called `gross_amount`.
"""

from collections.abc import Sequence
from typing import Annotated, Literal

from goodword.conversions.model import Customer
from goodword.conversions.occasions import Occasion
from goodword.errors import InvalidInput
from goodword.limits import ORDER_LINES_MAX, ORDER_WORDS_MAX
from goodword.money import NaturalMinor
from goodword.privacy.model import fold_email, names_an_address
from goodword.times import parse_rfc3339
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
)

from goodword_aws.sources.facts import PIECES_MAX
from goodword_aws.sources.nobody import whose_id

# What `action` says; of an `event_name` only these say more than their name.
OCCASIONS: dict[str, Occasion] = {
    "lead_qualified": "qualified",
    "renewal": "renewal",
    "level_up": "level_up",
    "event": "event",
}


def _no_address(text: str) -> str:
    if "@" in text:
        raise ValueError("must not contain @: ids are kept; send an address as customer_email")
    return text


def _names_nobody(text: str) -> str:
    if names_an_address(text):
        raise ValueError("must not name an e-mail address: it is kept as it is")
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


def _published(length: int) -> WithJsonSchema:
    """An own id as the API's description says it: visible ASCII without `@`."""
    return WithJsonSchema({"type": "string", "pattern": f"^[!-?A-~]{{1,{length}}}$"})


OwnId = Annotated[
    str,
    StringConstraints(pattern=r"^[\x21-\x7e]{1,200}$"),
    AfterValidator(_no_address),
    _published(200),
]
OwnNumber = Annotated[
    str,
    StringConstraints(pattern=r"^[\x21-\x7e]{1,60}$"),
    AfterValidator(_no_address),
    _published(60),
]
Word = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Email = Annotated[str, StringConstraints(max_length=320), AfterValidator(_address)]
CardMark = Annotated[str, AfterValidator(_no_card_number)]
Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{3}$", to_upper=True)]
Instant = Annotated[str, StringConstraints(max_length=40), AfterValidator(_instant)]
Label = Annotated[str, StringConstraints(min_length=1, max_length=40)]
Note = Annotated[str, StringConstraints(max_length=500)]


Country = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2}$", to_upper=True)]
Text = Annotated[
    str,
    StringConstraints(min_length=1, max_length=100, strip_whitespace=True),
    AfterValidator(_names_nobody),
]
Named = Annotated[str, StringConstraints(max_length=80), AfterValidator(_names_nobody)]
Texts = Annotated[list[Text], Field(max_length=ORDER_WORDS_MAX)]
LineName = Annotated[
    str,
    StringConstraints(pattern=r"^[\x21-\x7e]{1,64}$"),
    AfterValidator(_no_address),
    _published(64),
]
LINES_MAX = 500  # lines of one body; those beyond ORDER_LINES_MAX are kept as one sum


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
    """What leads and sales share: who it was and what brought them.

    `customer_orders` is the sender's own count of the customer's orders, this one included.
    """

    click_id: Word | None = None
    click_ids: list[Word] = Field(default=[], max_length=19)
    code: Word | None = None
    codes: list[Word] = Field(default=[], max_length=19)
    customer_id: OwnId | None = None
    customer_email: Email | None = Field(default=None, repr=False)
    event_name: Named = ""
    buyer: Buyer = Field(default=Buyer(), repr=False)
    country: Country | None = None
    channel: Text | None = None
    customer_segments: Texts | None = None
    customer_orders: int | None = Field(default=None, ge=1, le=PIECES_MAX)

    def clicks(self) -> tuple[str, ...]:
        """Every click id, each once."""
        return _each_once(self.click_id, self.click_ids)

    def typed(self) -> tuple[str, ...]:
        """Every code, each once."""
        return _each_once(self.code, self.codes)

    def customer(self) -> Customer:
        """Who it was; an id that names nobody is none."""
        email = fold_email(self.customer_email) if self.customer_email else None
        return Customer(customer_id=whose_id(self.customer_id), email=email)


class Line(BaseModel):
    """One line of an order: `amount` is of all its units, net. Its default name is its place."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    line_id: LineName | None = None
    amount: NaturalMinor
    quantity: int = Field(default=1, ge=1, le=PIECES_MAX)
    product_id: Text | None = None
    sku: Text | None = None
    brand: Text | None = None
    collections: Texts | None = None


class RefundLine(BaseModel):
    """What a refund takes off one line, net."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    line_id: LineName
    amount: NaturalMinor


class Lead(Referred):
    """A sign-up, or another step without an order; `action` says which, else a known `event_name`.

    Known by `order_id` or else by the customer: one customer is then one lead, and one qualified
    lead. A level or an event may come again, so each needs an id of its own.
    """

    order_id: OwnId | None = None
    action: Literal["sign_up", "lead_qualified", "level_up", "event"] | None = None

    @property
    def occasion(self) -> Occasion:
        """What happened."""
        return OCCASIONS.get(self.action or self.event_name, "plain")


class Sale(Referred):
    """A paid order, once per `order_id`. `coupons` are all that were used; [] says none.

    `order_number` is what the shopper reads, if that is not the id: a missing order is found by it.
    A `renewal`, `level_up` or `event` is said by `action`, else by a known `event_name`.
    """

    order_id: OwnId
    order_number: OwnNumber | None = None
    amount: NaturalMinor
    gross_amount: NaturalMinor | None = None
    currency: Code
    lines: list[Line] = Field(default=[], max_length=LINES_MAX)
    coupons: Texts | None = None
    action: Literal["purchase", "renewal", "level_up", "event"] | None = None

    @property
    def occasion(self) -> Occasion:
        """What happened."""
        found = OCCASIONS.get(self.action or self.event_name, "plain")
        return "plain" if found == "qualified" else found


class Refund(Body):
    """A refund of an order, once per `refund_id`. Without an amount it takes all that is left.

    `lines` say which part of `amount` is of which line; without `amount` their sum is it.
    """

    refund_id: OwnId
    order_id: OwnId
    amount: NaturalMinor | None = None
    gross_amount: NaturalMinor | None = None
    currency: Code
    reason: Literal["refund", "chargeback", "cancelled"] = "refund"
    lines: list[RefundLine] = Field(default=[], max_length=ORDER_LINES_MAX)


class Dispute(Body):
    """What a bank says of an order, each status once per `dispute_id`; `withdrawn` takes money.

    Without an amount it takes all that is left. What was sent as a refund is reinstated by its id.
    """

    dispute_id: OwnId
    order_id: OwnId
    status: Literal["inquiry", "closed", "withdrawn", "won", "lost"]
    gross_amount: NaturalMinor | None = None
    currency: Code


def _each_once(one: str | None, more: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((one, *more) if one else more))
