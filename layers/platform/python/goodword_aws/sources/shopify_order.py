"""What Shopify tells of an order besides its sums: lines, coupons, country, channel, customer.

A line's net is its price times its pieces as they were ordered, less the discounts allocated to it,
less its tax where prices include tax. A line whose amounts cannot be read is not lost: the order's
own net counts, and what the other lines lack of it is kept as a line of which nothing is known.
"""

from collections import Counter
from collections.abc import Iterator

from goodword.conversions.intake import NotUnderstood
from goodword.conversions.order import OrderFacts, OrderLine, reconciled

from goodword_aws.sources.document import Document, bounded
from goodword_aws.sources.facts import country_code, pieces, term, terms
from goodword_aws.sources.shopify_money import natural_amount

RENEWAL_SOURCE = "subscription_contract"
RENEWAL_TAG = "subscription recurring order"


def order_facts(order: Document, net_minor: int, currency: str) -> OrderFacts:
    """The facts that rules may ask of a paid order."""
    lines = tuple(_lines(order, currency))
    listed = isinstance(order.at("discount_codes"), list)
    tags = order.at("customer.tags")
    return OrderFacts(
        lines=reconciled(lines, net_minor),
        said_minor=sum(line.net_minor for line in lines) if lines else None,
        coupons=terms(one.at("code") for one in order.documents("discount_codes"))
        if listed
        else None,
        country=country_code(
            order.at("shipping_address.country_code"), order.at("billing_address.country_code")
        ),
        channel=term(order.at("source_name")),
        segments=terms(tags.split(",")) if isinstance(tags, str) else None,
        nth=pieces(order.at("customer.orders_count")) or None,
    )


def is_renewal(order: Document) -> bool:
    """Whether a subscription made the order by itself; its first one is a purchase.

    Shopify's own subscriptions name their source so, subscription apps tag the order.
    """
    tags = order.at("tags")
    named = {tag.strip().casefold() for tag in tags.split(",")} if isinstance(tags, str) else set()
    return order.at("source_name") == RENEWAL_SOURCE or RENEWAL_TAG in named


def _lines(order: Document, currency: str) -> Iterator[OrderLine]:
    includes_tax = order.at("taxes_included") is True
    back = _given_back(order)
    for item in order.documents("line_items"):
        line_id, count = item.id_at("id"), pieces(item.at("quantity"))
        now, left = count, item.at("current_quantity")
        if left is not None and back is not None:
            now = min(pieces(left) + back[line_id], count)
        try:
            net = _net(item, count, currency, includes_tax)
        except NotUnderstood:
            continue
        if line_id and now:
            yield OrderLine(
                line_id=line_id[:64],
                net_minor=bounded(net * now // count),
                quantity=now,
                product_id=term(item.id_at("product_id")),
                sku=term(item.at("sku")),
                brand=term(item.at("vendor")),
            )


def _given_back(order: Document) -> Counter[str] | None:
    """How many pieces of each line refunds gave back; None where the order does not list them."""
    if not isinstance(order.at("refunds"), list):
        return None
    back = Counter[str]()
    for refund in order.documents("refunds"):
        for line in refund.documents("refund_line_items"):
            back[line.id_at("line_item_id")] += pieces(line.at("quantity"))
    return back


def _net(item: Document, count: int, currency: str, includes_tax: bool) -> int:
    net = natural_amount(item, "price", "price", currency) * count
    net -= sum(
        natural_amount(one, "amount", "amount", currency)
        for one in item.documents("discount_allocations")
    )
    if includes_tax:
        net -= sum(
            natural_amount(one, "price", "price", currency) for one in item.documents("tax_lines")
        )
    return max(net, 0)
