"""A refund of Shopify: what of it were goods, tax or shipping, and in whose money it is told."""

import json
from typing import Any

from goodword.conversions.model import Facts, ReversalFact, Source
from goodword_aws.sources import read_delivery

from infra.local.payloads import Json, money, shopify_refund
from infra.local.samples import AT_S

SOURCE = Source(
    source_id="src_1",
    kind="shopify",
    program_id="prg_1",
    currency="EUR",
    label="shop",
    sealed_secrets=(),
    created_ms=0,
)
ORDER, REFUND = 450_789_001, 890_001


def facts(thing: Json) -> Facts:
    raw = json.dumps(thing).encode()
    return read_delivery("shopify", "refunds/create", raw, SOURCE, AT_S * 1000 + 60_000)


def refund(goods: str = "12.00", tax: str = "2.28", paid: str = "14.28", **changes: Any) -> Json:
    return shopify_refund(REFUND, ORDER, goods, tax, paid, **changes)


def reversal(thing: Json) -> ReversalFact:
    (fact,) = facts(thing).facts
    assert isinstance(fact, ReversalFact)
    return fact


def test_returned_goods_come_off_the_net_where_tax_is_on_top() -> None:
    fact = reversal(refund())
    assert (fact.refund_id, fact.orders) == (str(REFUND), (str(ORDER),))
    assert (fact.amount_minor, fact.of, fact.cumulative) == (1200, "net", False)
    assert fact.occurred_ms == 1_763_799_900_000


def test_returned_goods_come_off_the_net_where_tax_is_inside() -> None:
    fact = reversal(refund("11.90", "1.90", "11.90"))
    assert (fact.amount_minor, fact.of) == (1000, "net")


def test_refunded_shipping_does_not_hide_where_the_tax_is() -> None:
    newer = refund(paid="19.28", refund_shipping_lines=[{"subtotal_amount_set": money("5.00")}])
    assert (reversal(newer).amount_minor, reversal(newer).of) == (1200, "net")
    adjustment = {"kind": "shipping_refund", "amount": "-5.00", "tax_amount": "-0.95"}
    older = refund("11.90", "1.90", "17.85", order_adjustments=[adjustment])
    assert (reversal(older).amount_minor, reversal(older).of) == (1000, "net")


def test_a_sum_that_staff_chose_comes_off_what_was_paid() -> None:
    other = {"kind": "refund_discrepancy", "amount": "4.28", "tax_amount": "0.00"}
    money_alone = refund(paid="10.00", refund_line_items=[], order_adjustments=[other])
    assert (reversal(money_alone).amount_minor, reversal(money_alone).of) == (1000, "gross")
    more = reversal(refund(paid="20.00"))
    assert (more.amount_minor, more.of, more.lines) == (2000, "gross", ())


def test_goods_that_came_back_come_off_in_full_whatever_fee_the_shop_kept() -> None:
    fee = {"kind": "refund_discrepancy", "amount": "4.28", "tax_amount": "0.00"}
    fact = reversal(refund(paid="10.00", order_adjustments=[fee]))
    assert (fact.amount_minor, fact.of, fact.tax_minor) == (1200, "net", 228)
    assert fact.without_tax().amount_minor == 972  # where the order's prices include it


def test_shipping_alone_takes_nothing() -> None:
    adjusted = {"kind": "shipping_refund", "amount": "-5.00", "tax_amount": "-0.95"}
    alone = refund(paid="5.95", refund_line_items=[], order_adjustments=[adjusted])
    assert facts(alone).ignored == "nothing_refunded"
    more = refund(paid="8.95", refund_line_items=[], order_adjustments=[adjusted])
    assert (reversal(more).amount_minor, reversal(more).of) == (300, "gross")


def both(shop: str, shown: str) -> Json:
    return money(shop) | {"presentment_money": {"amount": shown, "currency_code": "USD"}}


def test_a_customer_who_paid_in_another_currency_is_refunded_in_the_shops() -> None:
    goods = refund(paid="15.71")
    goods["transactions"][0]["currency"] = "USD"
    goods["refund_line_items"][0] |= {
        "subtotal_set": both("12.00", "13.20"),
        "total_tax_set": both("2.28", "2.51"),
    }
    fact = reversal(goods)
    assert (fact.currency, fact.amount_minor, fact.of, fact.tax_minor) == ("EUR", 1200, "net", 228)
    alone = refund(refund_line_items=[])
    alone["transactions"][0] |= {"currency": "USD", "amount_set": both("11.90", "13.09")}
    assert (reversal(alone).currency, reversal(alone).amount_minor) == ("EUR", 1190)


def test_untaxed_goods_need_no_proof() -> None:
    fact = reversal(refund("12.00", "0.00", "1.00"))
    assert (fact.amount_minor, fact.of) == (1200, "net")
