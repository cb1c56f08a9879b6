"""What Stripe tells of a sale besides its sums: lines, coupons, country, metadata, the referral.

An invoice lists its lines; a checkout session only where its sender expanded `line_items`. A line's
brand, SKU and collections are read from its metadata or its expanded product's. Credits (negative
lines) lower the other lines by their share. Coupons are ids, or a promotion code's text where
Stripe expanded it; a discount that names neither leaves them unknown.
"""

from collections.abc import Iterator, Sequence

from goodword.conversions.order import OrderFacts, OrderLine, reconciled

from goodword_aws.sources.document import Document, looks_like_click, words
from goodword_aws.sources.facts import country_code, pieces, term, terms
from goodword_aws.sources.stripe_money import floored, minor

CLICK_NAMES = ("gw_click", "click_id")
CODE_NAMES = ("via", "ref", "code")
CODE_MARKS = ("via_", "via-")
CODE_LENGTH_MAX = 64  # characters; longer texts are nobody's code
ADDRESSES = (
    "collected_information.shipping_details.address.country",
    "shipping_details.address.country",
    "customer_shipping.address.country",
    "customer_details.address.country",
    "customer_address.country",
)
PRODUCTS = ("pricing.price_details.product", "price.product", "plan.product")
LINE_LISTS = ("lines", "line_items")


def order_facts(thing: Document, net: int, currency: str) -> OrderFacts:
    """The facts of a session or an invoice of `net` in Stripe's units."""
    lines = tuple(_lines(thing, currency))
    metadata = thing.document("metadata")
    segments = metadata.at("customer_segment")
    return OrderFacts(
        lines=reconciled(lines, minor(net, currency)),
        said_minor=sum(line.net_minor for line in lines) if lines else None,
        coupons=_coupons(thing),
        country=country_code(*(thing.at(path) for path in ADDRESSES)),
        channel=term(metadata.at("channel")),
        segments=None if segments is None else terms(str(segments).split(",")),
    )


def _lines(thing: Document, currency: str) -> Iterator[OrderLine]:
    for name in LINE_LISTS:
        for line in thing.document(name).documents("data"):
            net, line_id = _net(line, name == "line_items"), line.id_at("id")
            if net <= 0 or not line_id:
                continue
            named = [line.document("metadata")]
            named += [line.document(f"{path}.metadata") for path in PRODUCTS]
            yield OrderLine(
                line_id=line_id[:64],
                net_minor=floored(net, currency),
                quantity=pieces(line.at("quantity")) or 1,
                product_id=next(
                    (found for path in PRODUCTS if (found := term(line.id_at(path)))), None
                ),
                sku=_first(named, "sku"),
                brand=_first(named, "brand"),
                collections=_collections(named),
            )


def _net(line: Document, of_session: bool) -> int:
    """After discounts and without tax, in Stripe's units; 0 or less if it adds nothing."""
    if of_session:
        return _whole(line.at("amount_total")) - _whole(line.at("amount_tax"))
    discounts = sum(_whole(one.at("amount")) for one in line.documents("discount_amounts"))
    inside = sum(
        _whole(one.at("amount"))
        for one in (*line.documents("taxes"), *line.documents("tax_amounts"))
        if one.at("tax_behavior") == "inclusive" or one.at("inclusive") is True
    )
    return _whole(line.at("amount")) - discounts - inside


def _whole(value: object) -> int:
    counts = isinstance(value, int) and not isinstance(value, bool)
    return value if counts and abs(value) < 10**15 else 0  # type: ignore[return-value, arg-type]


def _first(named: list[Document], name: str) -> str | None:
    return next((found for one in named if (found := term(one.at(name)))), None)


def _collections(named: list[Document]) -> tuple[str, ...] | None:
    for one in named:
        for name in ("collections", "collection"):
            if isinstance(text := one.at(name), str):
                return terms(text.split(","))
    return None


def _coupons(thing: Document) -> tuple[str, ...] | None:
    """What was used; none where nothing was taken off; None where it is not told."""
    discounts = [*thing.documents("discounts")]
    for one in thing.documents("total_details.breakdown.discounts"):
        discounts.append(one.document("discount"))
    if isinstance(single := thing.at("discount"), dict):
        discounts.append(Document(single))
    names = ("promotion_code.code", "coupon.name", "coupon.id", "coupon", "source.coupon")
    found = terms(one.at(name) for one in discounts for name in names)
    if found:
        return found
    taken = thing.at("total_details.amount_discount")
    if taken == 0 or (taken is None and thing.at("discounts") == []):
        return ()
    return None


def referral(
    thing: Document, notes: Sequence[Document]
) -> tuple[tuple[str, ...], tuple[str, ...], str]:
    """Click ids, codes, and the shop's own number of the customer, in the order of trust."""
    reference = thing.text("client_reference_id").strip()
    clicks: list[object] = [note.at(name) for note in notes for name in CLICK_NAMES]
    codes: list[object] = [note.at(name) for note in notes for name in CODE_NAMES]
    number = ""
    if looks_like_click(reference):
        clicks.append(reference)
    elif reference.startswith(CODE_MARKS):
        codes.append(reference[4:])
    else:
        number = reference
    for field in thing.documents("custom_fields"):
        if field.text("key") in CODE_NAMES:
            codes.append(field.at("text.value"))
    for discount in thing.documents("discounts"):
        codes.append(discount.at("promotion_code.code"))
    return words(*clicks), words(*codes, longest=CODE_LENGTH_MAX), number
