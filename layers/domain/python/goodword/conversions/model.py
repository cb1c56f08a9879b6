"""One delivery says what happened, in our words; what it says is the same however often it comes.

A source adapter turns a verified delivery into `Facts`, which the worker books. What verified but
cannot be understood is kept as `not_understood` and shown to staff. Rewards are computed on
`net_minor` (no discounts, tax, shipping); `gross_minor` was paid; a refund says of which it is.
"""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, StringConstraints

from goodword.conversions.occasions import AdvocatePlace, Occasion
from goodword.conversions.order import Claims, OrderFacts, ReturnedLine, Space
from goodword.conversions.reasons import OutsideName, RestoredReason, ReversalReason
from goodword.ids import shard_of
from goodword.journeys.opportunity import Heard
from goodword.limits import (
    ALIASES_MAX,
    FRIEND_CONVERSIONS_MAX,
    ORDER_LINES_MAX,
    PENDING_SHARDS,
    TOUCHES_MAX,
)
from goodword.money import Currency, Minor, NaturalMinor
from goodword.programs.rates import AppliedRate
from goodword.records import IndexEntry, Key, Record, Table, Value
from goodword.times import newest_first
from goodword.tracking.model import Touch
from goodword.trust.signals import Signals

OutsideId = Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{1,200}$")]
Namespace = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
SourceKind = Literal[
    "generic", "stripe", "shopify", "typeform", "zendesk", "segment", "hubspot", "salesforce"
]
DeliveryState = Literal["waiting", "booked", "ignored", "not_understood", "quarantined"]
ConversionState = Literal["unattributed", "qualified", "disqualified", "waiting"]
RATES_WANTED = "RATES_WANTED"  # the index partition of conversions that wait for a rate


class Customer(Value):
    """Who bought or signed up, as the source knows them; never stored like this, only as MACs."""

    customer_id: str | None = Field(default=None, max_length=200)
    email: str | None = Field(default=None, max_length=320, repr=False)


class ConversionFact(Value):
    """A lead or a sale. `order_id` is its first name, `aliases` all others that refunds may use.

    For a lead `order_id` is the sign-up's own id and both amounts are 0. `provisional`: another
    delivery will tell the amounts better. `number`, what the shopper reads, finds it, no more.
    """

    fact: Literal["conversion"] = "conversion"
    action: Literal["lead", "sale"]
    order_id: OutsideId
    aliases: tuple[OutsideId, ...] = Field(default=(), max_length=ALIASES_MAX)
    occurred_ms: int
    currency: Currency
    net_minor: NaturalMinor = 0
    gross_minor: NaturalMinor = 0
    prices_include_tax: bool = False
    provisional: bool = False
    number: str = Field(default="", max_length=200)
    customer: Customer = Customer()
    click_ids: tuple[str, ...] = Field(default=(), max_length=20)
    codes: tuple[str, ...] = Field(default=(), max_length=20)
    event_name: str = Field(default="", max_length=80)
    signals: Signals = Signals()
    order: OrderFacts = OrderFacts()
    occasion: Occasion = "plain"


class ReversalFact(Value):
    """A refund. `amount_minor` None takes all that is left.

    With `cumulative` it is the total refunded so far (Stripe). `orders` are names of one order, the
    `lines` parts of a net amount; the rest is of the whole. `tax_minor` is in it if prices are.
    """

    fact: Literal["reversal"] = "reversal"
    refund_id: OutsideId
    orders: tuple[OutsideName, ...] = Field(min_length=1, max_length=ALIASES_MAX)
    occurred_ms: int
    currency: Currency
    amount_minor: NaturalMinor | None
    of: Literal["net", "gross"]
    cumulative: bool = False
    reason: ReversalReason = "refund"
    tax_minor: NaturalMinor = 0
    lines: tuple[ReturnedLine, ...] = Field(default=(), max_length=ORDER_LINES_MAX)

    def without_tax(self) -> Self:
        """The same, on an order whose prices include tax."""
        lines = [
            line.but(net_minor=max(0, line.net_minor - line.tax_minor), tax_minor=0)
            for line in self.lines
        ]
        net_minor = (
            None if self.amount_minor is None else max(0, self.amount_minor - self.tax_minor)
        )
        return self.but(amount_minor=net_minor, tax_minor=0, lines=tuple(lines))

    @property
    def name(self) -> str:
        """What it is known by among the facts of one order."""
        return self.refund_id

    @property
    def series(self) -> str:
        """What a running total is of: `ch_1:2000` and `ch_1:3000` are of the charge `ch_1`."""
        return self.refund_id.rpartition(":")[0]


class ReinstatementFact(Value):
    """A chargeback was won: what the reversal of this id took is to be given back, once."""

    fact: Literal["reinstatement"] = "reinstatement"
    refund_id: OutsideId
    orders: tuple[OutsideName, ...] = Field(min_length=1, max_length=ALIASES_MAX)
    occurred_ms: int
    currency: Currency
    reason: RestoredReason = "dispute_won"

    @property
    def name(self) -> str:
        """What it is known by among the facts of one order."""
        return f"won:{self.refund_id}"


class InquiryFact(Value):
    """A bank asks about a payment without taking it back. What is closed never opens again."""

    fact: Literal["inquiry"] = "inquiry"
    inquiry_id: OutsideId
    orders: tuple[OutsideId, ...] = Field(min_length=1, max_length=ALIASES_MAX)
    occurred_ms: int
    currency: Currency
    state: Literal["open", "closed"]

    @property
    def name(self) -> str:
        """What it is known by among the facts of one order."""
        return f"inquiry:{self.inquiry_id}:{self.state}"


LaterFact = Annotated[ReversalFact | ReinstatementFact | InquiryFact, Field(discriminator="fact")]
Fact = Annotated[
    ConversionFact | ReversalFact | ReinstatementFact | InquiryFact, Field(discriminator="fact")
]


class OtherNames(Value):
    """Further outside ids of an order that another delivery reports, and what shows its buyer."""

    order_id: OutsideId
    aliases: tuple[OutsideId, ...] = Field(min_length=1, max_length=ALIASES_MAX)
    signals: Signals = Signals()


class Facts(Heard):
    """What a delivery says. No facts, but a reason: rightly ignored (test, unpaid, topic)."""

    facts: tuple[Fact, ...] = ()
    names: tuple[OtherNames, ...] = ()
    ignored: str = ""


class Source(Record):
    """An inbound endpoint of one programme: `/v1/sources/{source_id}`, or the generic track calls.

    `sealed_secrets` are at most two live ones, newest first (base64 text). Outside ids are those of
    its `namespace` (if empty, its own). A `mixed` one names a currency with each amount.
    """

    KIND: ClassVar[str] = "source"

    source_id: str
    kind: SourceKind
    program_id: str
    currency: Currency
    mixed: bool = False
    label: str
    sealed_secrets: tuple[str, ...] = Field(max_length=2, repr=False)
    namespace: str = ""
    livemode: bool = True
    state: Literal["active", "disabled"] = "active"
    created_ms: int

    @property
    def key(self) -> Key:
        return source_key(self.source_id)

    def takes(self, currency: str) -> bool:
        """Whether it may send amounts in this currency."""
        return self.mixed or currency == self.currency

    @property
    def space(self) -> Space:
        """Within what its ids are meant."""
        return Space(self.program_id, self.namespace or self.source_id)

    @property
    def index_entry(self) -> IndexEntry:
        return IndexEntry("SOURCES", self.source_id)


def source_key(source_id: str) -> Key:
    """Where a source is."""
    return Key("core", f"SRC#{source_id}", "HEAD")


class Delivery(Record):
    """One delivery as it came: the raw body sealed, with what is needed to read it again.

    The key is the sender's own delivery id, so a repeat meets the first. `body_hash` tells a repeat
    from another body under the same id (`variant` is then part of the key, and it is quarantined).
    """

    TABLE: ClassVar[Table] = "arrivals"
    KIND: ClassVar[str] = "delivery"

    source_id: str
    source_kind: SourceKind
    program_id: str
    namespace: str = ""
    delivery_id: str
    variant: str = ""
    topic: str
    received_ms: int
    body_hash: str
    sealed_body: str = Field(repr=False)
    writer: str
    state: DeliveryState = "waiting"
    reason: str = ""
    attempts: int = Field(default=0, ge=0)
    keep_s: int

    @property
    def key(self) -> Key:
        name = delivery_partition(self.source_id, self.delivery_id)
        return Key("arrivals", name, f"BODY#{self.variant}" if self.variant else "BODY")

    @property
    def space(self) -> Space:
        """Within what the ids in it are meant."""
        return Space(self.program_id, self.namespace or self.source_id)

    @property
    def index_entry(self) -> IndexEntry:
        name = self.key.pk
        at, shard = f"{self.received_ms:015d}#{name}", shard_of(name, PENDING_SHARDS)
        if self.state == "waiting":
            return IndexEntry(waiting_index(shard), at)
        if self.state in ("not_understood", "quarantined"):
            return IndexEntry(kept_index(self.program_id), at)
        place = f"{newest_first(self.received_ms)}#{name}"
        return IndexEntry(done_index(self.source_id, shard), place)

    @property
    def expires_s(self) -> int:
        return self.keep_s


def waiting_index(shard: int) -> str:
    """The index partition of deliveries that are not booked yet (0 <= shard < PENDING_SHARDS)."""
    return f"WAITING#{shard}"


def kept_index(program_id: str) -> str:
    """The index partition of a programme's deliveries that a person must look at."""
    return f"KEPT#{program_id}"


def done_index(source_id: str, shard: int) -> str:
    """The index partition of a source's deliveries that were booked or rightly ignored."""
    return f"DONE#{source_id}#{shard}"


def delivery_partition(source_id: str, delivery_id: str) -> str:
    """Where a sender's delivery is, with every other body that came under its id."""
    return f"DLV#{source_id}#{delivery_id}"


class Conversion(Record):
    """One rewarded (or refused) action, once per programme, namespace and order for ever.

    What is refunded is its claims, never above what was paid; `inquiries` are the open ones. `rate`
    changed its amounts, from its first decision abroad on. A `forgotten` one's customer is nobody.
    """

    KIND: ClassVar[str] = "conversion"
    PACKED: ClassVar[frozenset[str]] = frozenset({"touches", "order"})

    conversion_id: str
    program_id: str
    namespace: str = ""
    action: Literal["lead", "sale"]
    order_id: str
    aliases: tuple[str, ...] = ()
    occurred_ms: int
    received_ms: int
    currency: Currency
    net_minor: NaturalMinor
    gross_minor: NaturalMinor
    prices_include_tax: bool = False
    provisional: bool = False
    duplicate_of: str | None = None
    duplicates: tuple[str, ...] = ()
    state: ConversionState
    reason: str
    identities: tuple[str, ...] = ()
    touches: tuple[Touch, ...] = ()
    advocate_id: str | None = None
    reward_ids: tuple[str, ...] = ()
    decisions: int = 0
    refunded_net_minor: NaturalMinor = 0
    refunded_gross_minor: NaturalMinor = 0
    claims: Claims | None = None
    inquiries: tuple[str, ...] = ()
    event_name: str = ""
    order: OrderFacts = OrderFacts()
    place: AdvocatePlace | None = None
    occasion: Occasion = "plain"
    friend_id: str | None = None
    friend_reward_ids: tuple[str, ...] = ()
    rate: AppliedRate | None = None
    forgotten: bool = False

    @property
    def key(self) -> Key:
        return conversion_key(self.conversion_id)

    @property
    def index_entry(self) -> IndexEntry | None:
        at = f"{self.occurred_ms:015d}#{self.conversion_id}"
        return IndexEntry(RATES_WANTED, at) if self.state == "waiting" else None


def conversion_key(conversion_id: str) -> Key:
    """Where a conversion is."""
    return Key("core", f"CNV#{conversion_id}", "HEAD")


class Refund(Record):
    """One booked refund, put once per order and id. `taken_minor` is the money it took."""

    KIND: ClassVar[str] = "refund"

    conversion_id: str
    fact: ReversalFact
    booked_ms: int
    taken_minor: Minor

    @property
    def key(self) -> Key:
        return refund_key(self.conversion_id, self.fact.refund_id)


def refund_key(conversion_id: str, refund_id: str) -> Key:
    """Where a booked refund is."""
    return Key("core", f"CNV#{conversion_id}", f"F#{refund_id}")


class Settled(Value):
    """One conversion of a friend, its advocate at present, and the touch that `won` it for them."""

    conversion_id: str
    occurred_ms: int
    advocate_id: str | None
    action: Literal["lead", "sale"] = "sale"
    won: str = ""


class Identity(Record):
    """A friend's newest touches and orders under one MAC; who has a `closed_ms` objects to them."""

    KIND: ClassVar[str] = "identity"
    PACKED: ClassVar[frozenset[str]] = frozenset({"touches", "conversions"})

    program_id: str
    mac: str
    touches: tuple[Touch, ...] = Field(default=(), max_length=TOUCHES_MAX)
    conversions: tuple[Settled, ...] = Field(default=(), max_length=FRIEND_CONVERSIONS_MAX)
    orders_dropped: int = Field(default=0, ge=0)
    friend_id: str | None = None
    closed_ms: int | None = None

    @property
    def key(self) -> Key:
        return identity_key(self.program_id, self.mac)


def identity_key(program_id: str, mac: str) -> Key:
    """Where a friend's identity is."""
    return Key("core", f"IDN#{program_id}#{mac}", "IDENTITY")
