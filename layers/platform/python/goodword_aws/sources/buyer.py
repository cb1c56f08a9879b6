"""What a source says of the buyer beyond name and number, for the checks of trust; never stored.

Every part is optional, and one that is not as expected is left out: no order waits because its
browser's address was odd. `goodword.trust.signals` turns it into keyed marks in the same call.

What the sources give:
    shopify   browser_ip and client_details, payment_details (brand, BIN, last digits), the shipping
              address, customer.orders_count, a note attribute `gw_device`
    stripe    customer_details, shipping details, `gw_device` in the metadata; the card from the
              event `charge.succeeded`, or where charge or payment method are expanded
    generic   the object `buyer` of our own form
"""

from collections.abc import Callable, Iterable

from disposable_email_domains import blocklist
from goodword.conversions.model import ConversionFact, Fact
from goodword.trust.signals import EmailKind, Signals

from goodword_aws.sources.document import Document

LENGTHS = {"ip": 64, "agent": 512, "card": 200, "device": 200, "name": 200, "postcode": 20}
ROLES = frozenset(
    {
        *("admin", "billing", "contact", "hello", "info", "kontakt", "mail"),
        *("office", "post", "sales", "service", "support", "team"),
    }
)
DEVICE = "gw_device"
FINGERPRINTS = (
    "payment_intent.payment_method.card.fingerprint",
    "payment_intent.latest_charge.payment_method_details.card.fingerprint",
    "charge.payment_method_details.card.fingerprint",
    "payment_method_details.card.fingerprint",
    "default_payment_method.card.fingerprint",
)
ORDERS_MAX = 1_000_000


def with_buyer(
    facts: Iterable[Fact], thing: Document, of: Callable[[Document, str | None], Signals]
) -> tuple[Fact, ...]:
    """The facts, each conversion with what the document says of its buyer."""
    return tuple(
        fact.but(signals=of(thing, fact.customer.email))
        if isinstance(fact, ConversionFact)
        else fact
        for fact in facts
    )


def email_kind(email: str | None) -> EmailKind:
    """`disposable` for a domain (or one below it) that gives addresses away, `role` for `info@`."""
    local, _, domain = (email or "").lower().rpartition("@")
    parts = domain.split(".")
    if any(".".join(parts[start:]) in blocklist for start in range(len(parts) - 1)):
        return "disposable"
    return "role" if local in ROLES else ""


def signals(
    email: str | None,
    *,
    address: Iterable[str] = (),
    country: str = "",
    orders_before: int | None = None,
    **texts: str,
) -> Signals:
    """The signals; what is too long, or no text, is left out."""
    kept = {
        name: text for name, text in texts.items() if len(text) <= LENGTHS[name] and _plain(text)
    }
    lines = tuple(line for line in address if line and len(line) <= 200)[:8]
    known = orders_before if orders_before is not None and orders_before >= 0 else None
    return Signals(
        **kept,
        address=lines,
        country=country.upper() if len(country) == 2 and country.isalpha() else "",
        orders_before=None if known is None else min(known, ORDERS_MAX),
        email_kind=email_kind(email),
    )


def of_shopify(order: Document, email: str | None) -> Signals:
    """The buyer of a Shopify order. `orders_count` includes this order."""
    to = order.document("shipping_address")
    if not to.fields:
        to = order.document("billing_address")
    agent = " ".join(
        part
        for part in (
            order.text("client_details.user_agent"),
            order.text("client_details.accept_language"),
            _number(order, "client_details.browser_width"),
            _number(order, "client_details.browser_height"),
        )
        if part
    )
    card = order.document("payment_details")
    number, bin_ = card.text("credit_card_number")[-4:], card.text("credit_card_bin")
    devices = (
        note.text("value")
        for note in order.documents("note_attributes")
        if note.text("name") == DEVICE
    )
    count = order.at("customer.orders_count")
    return signals(
        email,
        ip=order.text("browser_ip") or order.text("client_details.browser_ip"),
        agent=agent,
        card=f"{card.text('credit_card_company')} {bin_} {number}" if bin_ and number else "",
        device=next(devices, ""),
        name=_payer(order) or to.text("name"),
        address=(to.text("address1"), to.text("address2")),
        postcode=to.text("zip"),
        country=to.text("country_code"),
        orders_before=count - 1 if isinstance(count, int) and not isinstance(count, bool) else None,
    )


def of_stripe(thing: Document, email: str | None) -> Signals:
    """The buyer of a checkout session or an invoice."""
    shipped = (
        "collected_information.shipping_details",
        "shipping_details",
        "shipping",
        "customer_shipping",
        "customer_details",
    )
    to = next((one for path in shipped if (one := thing.document(path)).at("address")), None)
    where = to.document("address") if to else thing.document("customer_address")
    return signals(
        email,
        card=next((mark for path in FINGERPRINTS if (mark := thing.text(path))), ""),
        device=thing.text(f"metadata.{DEVICE}"),
        name=thing.text("customer_details.name") or thing.text("customer_name"),
        address=(where.text("line1"), where.text("line2")),
        postcode=where.text("postal_code"),
        country=where.text("country"),
    )


def of_charge(charge: Document) -> Signals:
    """The card that a charge was paid with, and its holder; nothing without the card."""
    mark = charge.text("payment_method_details.card.fingerprint")
    return signals(None, card=mark, name=charge.text("billing_details.name")) if mark else Signals()


def _payer(order: Document) -> str:
    """Who pays; a gift is delivered to somebody else."""
    by = order.document("billing_address")
    return by.text("name") or f"{by.text('first_name')} {by.text('last_name')}".strip()


def _number(thing: Document, path: str) -> str:
    value = thing.at(path)
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def _plain(text: str) -> bool:
    return text.isprintable()
