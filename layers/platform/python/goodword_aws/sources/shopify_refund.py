"""A refund of Shopify's as a fact: returned goods off the net, money alone off what was paid.

Goods that came back come off the net in full, also where the shop kept a fee: the fee is no sale.
Where more money went back than the goods were worth, what was paid is what counts. Shipping that
went back alone was never rewarded, and takes nothing.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from goodword.conversions.intake import NotUnderstood
from goodword.conversions.model import ReversalFact
from goodword.conversions.order import ReturnedLine
from goodword.limits import ORDER_LINES_MAX

from goodword_aws.sources.document import Document, bounded
from goodword_aws.sources.shopify_money import natural_amount, signed_amount, time_of


def refund_fact(refund: Document, received_ms: int) -> ReversalFact | str:
    """Returned goods are taken off the net; a refund of money alone off what was paid.

    One that is pending counts: Shopify tells of a refund once, when it is made, and few fail later.
    """
    if not isinstance(refund.at("refund_line_items"), list):
        raise NotUnderstood("wrong_topic", "the refund has no list of goods")
    moves = [move for move in refund.documents("transactions") if move.text("kind") == "refund"]
    made = [move for move in moves if move.text("status") in ("success", "pending")]
    if moves and not made:
        return "refund_failed"
    lines = list(refund.documents("refund_line_items"))
    if not lines and not made:
        return "nothing_refunded"
    currency = _refund_currency(lines, made)
    amount, told = _of_goods(refund, lines, made, currency) if lines else (None, True)
    of_net = amount is not None
    returned = _returned(lines, amount, currency, told=told)
    if amount is None:
        if _abroad(made, currency):
            raise NotUnderstood("currency_mismatch", "refunded in another currency than the shop's")
        amount = _paid_back(made, currency) - sum(_shipping(refund, currency))
    if amount <= 0:
        return "nothing_refunded"
    return ReversalFact(
        refund_id=refund.need_id("id"),
        orders=(refund.need_id("order_id"),),
        occurred_ms=min(time_of(refund, received_ms), received_ms),
        currency=currency,
        amount_minor=bounded(amount),
        of="net" if of_net else "gross",
        tax_minor=0 if told else sum(line.tax_minor for line in returned),
        lines=returned,
    )


def listed_refunds(order: Document, received_ms: int, currency: str) -> Iterator[ReversalFact]:
    """The refunds that an order tells of itself; each is booked once, whoever tells it first.

    One that cannot be read is left to its own webhook, which a person will see.
    """
    for refund in order.documents("refunds"):
        try:
            said = refund_fact(refund, received_ms)
        except NotUnderstood:
            continue
        if isinstance(said, ReversalFact) and said.currency == currency:
            yield said


def goods_back(order: Document, currency: str) -> int | None:
    """What goods the refunds in an order gave back; None if one of them cannot be read."""
    try:
        return sum(
            natural_amount(line, "subtotal", "subtotal", currency)
            for refund in order.documents("refunds")
            for line in refund.documents("refund_line_items")
        )
    except NotUnderstood:
        return None


def _returned(
    lines: Sequence[Document], amount: int | None, currency: str, *, told: bool
) -> tuple[ReturnedLine, ...]:
    """What of the net amount each line gave back; nothing where only money went back.

    Where prices include tax, `amount` is the goods without theirs, and so is each line; where that
    is not told, a line has its tax beside it.
    """
    if amount is None:
        return ()
    goods = [natural_amount(line, "subtotal", "subtotal", currency) for line in lines]
    taxes = [natural_amount(line, "total_tax", "total_tax", currency) for line in lines]
    if sum(goods) != amount:
        goods = [max(0, net - tax) for net, tax in zip(goods, taxes, strict=True)]
    found = [
        ReturnedLine(line_id=name[:64], net_minor=net, tax_minor=0 if told else min(tax, net))
        for line, net, tax in zip(lines, goods, taxes, strict=True)
        if (name := line.id_at("line_item_id"))
    ]
    return tuple(found[:ORDER_LINES_MAX])


def _of_goods(
    refund: Document, lines: Sequence[Document], made: Sequence[Document], currency: str
) -> tuple[int | None, bool]:
    """The net of returned goods, and whether it is known to be free of tax.

    None if it is nothing, or if more went back than they were worth, taxed or not. A refund does
    not say whether its prices include tax. The money that moved does: it is the goods' subtotal and
    the shipping, with the tax of both on top only where prices exclude it. Where none moved, or
    other money than the shop's, or less because of a fee, the order says so when the refund is
    booked on it.
    """
    goods = sum(natural_amount(line, "subtotal", "subtotal", currency) for line in lines)
    tax = sum(natural_amount(line, "total_tax", "total_tax", currency) for line in lines)
    untaxed = tax == 0
    if goods == 0:
        return None, True
    if not made or _abroad(made, currency):
        return goods, untaxed
    shipping, its_tax = _shipping(refund, currency)
    rest = _paid_back(made, currency) - goods - shipping
    if rest > tax + its_tax:
        return None, True
    if rest == 0:
        return goods - tax, True
    return goods, untaxed or rest >= tax


def _abroad(made: Sequence[Document], currency: str) -> bool:
    """Whether some of the money is told in the customer's currency only, not in the shop's."""
    return any(
        move.currency("currency") != currency
        and move.text("amount_set.shop_money.currency_code").upper() != currency
        for move in made
    )


def _shipping(refund: Document, currency: str) -> tuple[int, int]:
    """Refunded shipping, and the tax that may have come back on top of it.

    Older versions tell both as an adjustment; newer ones have the shipping without its tax.
    """
    older = 0
    for one in refund.documents("order_adjustments"):
        if one.text("kind") == "shipping_refund":
            older += abs(signed_amount(one, "amount", currency)) + abs(
                signed_amount(one, "tax_amount", currency)
            )
    if older:
        return older, 0
    shipping = tax = 0
    for line in refund.documents("refund_shipping_lines"):
        part = natural_amount(line, "subtotal_amount", "subtotal_amount", currency)
        shipping += part
        tax += _tax_on_top(line.document("shipping_line"), part, currency)
    return shipping, tax


def _tax_on_top(shipping: Document, part: int, currency: str) -> int:
    """The tax of a part of a shipping line, rounded up; nothing where the price includes it.

    Only the tax of the whole line is told. Its rate says what it is of: of 5.00 at 19 %, 0.95 came
    on top, while 0.80 were inside.
    """
    taxes = list(shipping.documents("tax_lines"))
    name = "price" if shipping.at("discounted_price") is None else "discounted_price"
    tax = sum(natural_amount(one, "price", "price", currency) for one in taxes)
    price = natural_amount(shipping, name, name, currency) if tax else 0
    if price == 0:
        return 0
    rate = sum(ratio for one in taxes if isinstance(ratio := one.at("rate"), Decimal))
    if rate and abs(tax * (1 + rate) - price * rate) < abs(tax - price * rate):
        return 0
    return -(-tax * min(part, price) // price)


def _paid_back(made: Sequence[Document], currency: str) -> int:
    """The sum that went back to the customer."""
    return sum(natural_amount(move, "amount", "amount", currency) for move in made)


def _refund_currency(lines: Sequence[Document], made: Sequence[Document]) -> str:
    for line in lines:
        if line.at("subtotal_set.shop_money") is not None:
            return line.currency("subtotal_set.shop_money.currency_code")
    for move in made:
        if move.at("amount_set.shop_money") is not None:
            return move.currency("amount_set.shop_money.currency_code")
        return move.currency("currency")
    raise NotUnderstood("bad_currency", "the refund does not say its currency")
