"""A refund of Shopify: what of it were goods, tax or shipping, and in whose money it is told."""

import json
from typing import Any

import pytest
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


@pytest.mark.parametrize("paid", ["12.00", "1.00"])
def test_untaxed_goods_need_no_proof(paid: str) -> None:
    fact = reversal(refund("12.00", "0.00", paid))
    assert (fact.amount_minor, fact.of, fact.without_tax().amount_minor) == (1200, "net", 1200)


def test_more_money_than_untaxed_goods_were_worth_comes_off_what_was_paid() -> None:
    other = {"kind": "refund_discrepancy", "amount": "-8.00", "tax_amount": "0.00"}
    more = reversal(refund("12.00", "0.00", "20.00", order_adjustments=[other]))
    assert (more.amount_minor, more.of, more.lines) == (2000, "gross", ())
    shipped = refund("12.00", "0.00", "17.00", refund_shipping_lines=[shipping("5.00", "5.00")])
    assert (reversal(shipped).amount_minor, reversal(shipped).of) == (1200, "net")


def shipping(part: str, price: str, *taxes: tuple[str, object], **more: object) -> Json:
    """Of a shipping line what came back, and the line as the order has it."""
    lines = [{"price": tax, "price_set": money(tax), "rate": rate} for tax, rate in taxes]
    line = {"price": price, "price_set": money(price), "tax_lines": lines, **more}
    return {"subtotal_amount_set": money(part), "shipping_line": line}


@pytest.mark.parametrize(
    ("line", "paid"),
    [
        (shipping("5.00", "5.00", ("0.95", 0.19)), "20.23"),
        (shipping("5.00", "5.00", ("0.95", None)), "20.23"),
        (shipping("2.50", "5.00", ("0.95", 0.19)), "17.26"),  # half of it, rounded up
        (shipping("4.00", "5.00", ("0.76", 0.19), discounted_price="4.00"), "19.04"),
        (shipping("5.00", "5.00", ("0.50", 0.1), ("0.45", 0.09)), "20.23"),
        (shipping("0.00", "0.00", ("0.01", 0.19)), "14.28"),
        (shipping("5.00", "5.00"), "19.28"),
        ({"subtotal_amount_set": money("5.00"), "shipping_line": {}}, "19.28"),
    ],
)
def test_the_tax_of_shipping_is_no_more_money_for_the_goods(line: Json, paid: str) -> None:
    """Since 2024-10 Shopify tells refunded shipping without the tax that came back with it."""
    fact = reversal(refund("12.00", "2.28", paid, refund_shipping_lines=[line]))
    assert (fact.amount_minor, fact.of, fact.tax_minor) == (1200, "net", 0)
    over = refund("12.00", "2.28", f"{float(paid) + 1:.2f}", refund_shipping_lines=[line])
    assert reversal(over).of == "gross"


def test_where_prices_include_tax_shipping_has_none_on_top() -> None:
    line = shipping("5.95", "5.95", ("0.95", 0.19))
    inside = reversal(refund("11.90", "1.90", "17.85", refund_shipping_lines=[line]))
    assert (inside.amount_minor, inside.of) == (1000, "net")
    more = refund(paid="8.95", refund_line_items=[], refund_shipping_lines=[line])
    assert (reversal(more).amount_minor, reversal(more).of) == (300, "gross")


def test_shipping_alone_takes_nothing_though_its_tax_comes_on_top() -> None:
    line = shipping("5.00", "5.00", ("0.95", 0.19))
    alone = refund(paid="5.95", refund_line_items=[], refund_shipping_lines=[line])
    assert facts(alone).ignored == "nothing_refunded"


def test_shipping_that_is_told_twice_counts_once() -> None:
    adjusted = {"kind": "shipping_refund", "amount": "-5.00", "tax_amount": "-0.95"}
    twice = refund(
        paid="20.23",
        refund_shipping_lines=[shipping("5.00", "5.00", ("0.95", 0.19))],
        order_adjustments=[adjusted],
    )
    assert (reversal(twice).amount_minor, reversal(twice).of) == (1200, "net")
