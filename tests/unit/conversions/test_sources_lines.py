"""Lines, coupons, countries and customers are read from the shapes that each source sends."""

import json
from typing import Any

import pytest
from goodword.conversions.model import ConversionFact
from goodword.errors import InvalidInput
from goodword_aws.sources.facts import country_code, pieces, term, terms
from goodword_aws.sources.generic import admit

from infra.local.payloads import Json, money, shopify_order, stripe_checkout, stripe_invoice
from tests.unit.conversions import test_sources_generic as generic
from tests.unit.conversions import test_sources_shopify as shopify
from tests.unit.conversions import test_sources_stripe as stripe


def item(number: int, price: str, quantity: int = 1, **more: Any) -> Json:
    return {
        "id": number,
        "product_id": 7_000 + number,
        "sku": f"SKU-{number}",
        "vendor": f"Brand {number}",
        "price": price,
        "price_set": money(price),
        "quantity": quantity,
        "discount_allocations": [],
        "tax_lines": [],
    } | more


def discount(amount: str) -> Json:
    return {"amount": amount, "amount_set": money(amount), "discount_application_index": 0}


def nets(fact: ConversionFact) -> dict[str, int]:
    return dict(fact.order.nets)


class TestShopify:
    def test_a_line_is_its_price_times_its_pieces_less_its_discounts(self) -> None:
        items = [
            item(1, "12.00", 3, discount_allocations=[discount("4.00"), discount("2.00")]),
            item(2, "19.00"),
        ]
        fact = shopify.sale(shopify.order(line_items=items))
        assert nets(fact) == {"1": 3_000, "2": 1_900}
        first = fact.order.lines[0]
        assert (first.product_id, first.sku, first.brand) == ("7001", "SKU-1", "Brand 1")
        assert (first.quantity, first.collections, fact.order.said_minor) == (3, None, 4_900)

    def test_tax_inside_prices_is_taken_out_of_each_line(self) -> None:
        items = [item(1, "119.00", tax_lines=[{"price": "19.00", "price_set": money("19.00")}])]
        thing = shopify_order(1, "119.00", "119.00", "19.00", taxes_included=True, line_items=items)
        assert nets(shopify.sale(thing)) == {"1": 10_000}

    def test_what_was_removed_by_an_edit_does_not_count(self) -> None:
        items = [item(1, "20.00", 4, current_quantity=1), item(2, "9.00", current_quantity=0)]
        fact = shopify.sale(shopify.order(line_items=items))
        assert nets(fact) == {"1": 2_000, "rest": 2_900}
        assert fact.order.lines[0].quantity == 1

    def test_a_line_that_cannot_be_read_is_part_of_the_rest(self) -> None:
        items = [item(1, "20.00"), item(2, "many", price_set=None)]
        assert nets(shopify.sale(shopify.order(line_items=items))) == {"1": 2_000, "rest": 2_900}

    def test_coupons_country_channel_and_customer(self) -> None:
        fact = shopify.sale(
            shopify.order(
                discount_codes=[{"code": "SPRING", "amount": "4.00", "type": "percentage"}],
                shipping_address={"country_code": "at", "zip": "1010"},
                billing_address={"country_code": "DE"},
                customer={"id": 5, "tags": "VIP, b2b ,", "orders_count": 3},
            )
        )
        order = fact.order
        assert (order.coupons, order.country, order.channel) == (("SPRING",), "AT", "web")
        assert (order.segments, order.nth) == (("VIP", "b2b"), 3)

    def test_what_is_not_there_is_not_known(self) -> None:
        thing = shopify.order(source_name=None, customer=None)
        del thing["discount_codes"], thing["line_items"]
        order = shopify.sale(thing).order
        assert order.lines == ()
        assert (order.coupons, order.country, order.channel) == (None, None, None)
        assert (order.segments, order.nth) == (None, None)

    def test_a_refund_names_its_lines(self) -> None:
        fact = shopify.reversal(shopify.refund())
        (line,) = fact.lines
        assert (line.line_id, line.net_minor, fact.amount_minor) == (
            str(shopify.ORDER + 9),
            1_200,
            1_200,
        )

    def test_lines_of_a_refund_are_freed_of_tax_with_it(self) -> None:
        fact = shopify.reversal(shopify.refund("14.28", "2.28", "14.28"))
        assert (fact.amount_minor, [one.net_minor for one in fact.lines]) == (1_200, [1_200])

    def test_money_alone_names_no_line(self) -> None:
        assert shopify.reversal(shopify.refund(refund_line_items=[])).lines == ()


def stripe_line(number: int, amount: int, **more: Any) -> Json:
    return {
        "id": f"il_{number}",
        "amount": amount,
        "quantity": 2,
        "metadata": {"brand": "Acme", "sku": "S-1", "collections": "Summer, Sale"},
        "pricing": {"price_details": {"price": "price_1", "product": "prod_1"}},
        "discount_amounts": [],
        "taxes": [],
    } | more


def listed(*lines: Json) -> Json:
    return {"object": "list", "data": list(lines), "has_more": False}


class TestStripe:
    def test_an_invoice_lists_its_lines(self) -> None:
        lines = listed(
            stripe_line(1, 4_000, discount_amounts=[{"amount": 500, "discount": "di_1"}]),
            stripe_line(2, 1_190, taxes=[{"amount": 190, "tax_behavior": "inclusive"}]),
            stripe_line(3, 500, tax_amounts=[{"amount": 95, "inclusive": False}]),
        )
        fact = stripe.sale(stripe_invoice("1", 5_000, lines=lines), "invoice.paid")
        assert nets(fact) == {"il_1": 3_500, "il_2": 1_000, "il_3": 500}
        first = fact.order.lines[0]
        assert (first.brand, first.sku, first.product_id) == ("Acme", "S-1", "prod_1")
        assert (first.collections, first.quantity) == (("Summer", "Sale"), 2)

    def test_a_credit_lowers_the_other_lines(self) -> None:
        lines = listed(stripe_line(1, 3_000), stripe_line(2, 2_000), stripe_line(3, -1_000))
        fact = stripe.sale(stripe_invoice("1", 4_000, lines=lines), "invoice.paid")
        assert nets(fact) == {"il_1": 2_400, "il_2": 1_600}

    def test_a_session_has_lines_only_where_they_were_expanded(self) -> None:
        assert stripe.sale(stripe_checkout("1", 4_900)).order.lines == ()
        line = {"id": "li_1", "amount_total": 5_831, "amount_tax": 931, "quantity": 1}
        line["price"] = {"product": {"id": "prod_9", "metadata": {"brand": "Bolt"}}}
        fact = stripe.sale(stripe_checkout("1", 4_900, tax=931, line_items=listed(line)))
        assert nets(fact) == {"li_1": 4_900}
        assert (fact.order.lines[0].brand, fact.order.lines[0].product_id) == ("Bolt", "prod_9")

    @pytest.mark.parametrize(
        ("changes", "coupons"),
        [
            ({}, ()),
            ({"discounts": [{"promotion_code": {"code": "MAY"}}]}, ("MAY",)),
            ({"discounts": [{"coupon": "co_1"}]}, ("co_1",)),
            ({"discounts": [{"coupon": {"id": "co_1", "name": "Spring"}}]}, ("Spring", "co_1")),
            ({"discount": {"coupon": {"id": "co_2"}}}, ("co_2",)),
            ({"total_details": {"amount_discount": 500, "amount_tax": 0}}, None),
            (
                {
                    "total_details": {
                        "amount_discount": 500,
                        "breakdown": {"discounts": [{"discount": {"coupon": {"id": "co_3"}}}]},
                    }
                },
                ("co_3",),
            ),
        ],
    )
    def test_coupons(self, changes: Json, coupons: tuple[str, ...] | None) -> None:
        assert stripe.sale(stripe_checkout("1", 4_900, **changes)).order.coupons == coupons

    def test_country_channel_and_group(self) -> None:
        metadata = {"channel": "app", "customer_segment": "vip, b2b"}
        order = stripe.sale(stripe_checkout("1", 4_900, metadata=metadata)).order
        assert (order.country, order.channel, order.segments) == ("DE", "app", ("vip", "b2b"))

    def test_currencies_that_stripe_counts_in_other_units(self) -> None:
        source = stripe.SOURCE.but(currency="MGA")
        lines = listed(stripe_line(1, 30), stripe_line(2, 20))
        thing = stripe_invoice("1", 50, lines=lines, currency="mga")
        (fact,) = stripe.facts("invoice.paid", thing, source).facts
        assert isinstance(fact, ConversionFact)
        assert (fact.net_minor, nets(fact)) == (5_000, {"il_1": 3_000, "il_2": 2_000})


class TestOurOwn:
    def test_all_facts_of_a_sale(self) -> None:
        line = {"amount": 3_000, "quantity": 2, "brand": "Acme", "collections": ["Summer"]}
        fact = generic.sale(
            lines=[line, {"line_id": "b", "amount": 1_900, "product_id": "p", "sku": "s"}],
            coupons=[],
            country="de",
            channel="web",
            customer_segments=["vip"],
            customer_orders=4,
        )
        order = fact.order
        assert nets(fact) == {"#1": 3_000, "b": 1_900}
        assert (order.lines[0].brand, order.lines[0].collections) == ("Acme", ("Summer",))
        assert (order.coupons, order.country, order.nth) == ((), "DE", 4)
        assert (order.channel, order.segments) == ("web", ("vip",))

    def test_what_is_left_out_is_not_known(self) -> None:
        order = generic.sale().order
        assert (order.lines, order.coupons, order.country, order.nth) == ((), None, None, None)

    def test_a_refund_by_lines(self) -> None:
        lines = [{"line_id": "b", "amount": 500}, {"line_id": "#1", "amount": 200}]
        whole = generic.refund(lines=lines)
        assert (whole.amount_minor, [one.net_minor for one in whole.lines]) == (700, [500, 200])
        assert generic.refund(lines=lines, amount=900).amount_minor == 900

    @pytest.mark.parametrize(
        ("kind", "changes", "field"),
        [
            ("sale", {"lines": [{"line_id": "a", "amount": 1}] * 2}, "lines"),
            ("sale", {"lines": [{"amount": -1}]}, "lines.0.amount"),
            ("sale", {"lines": [{"amount": 1, "quantity": 0}]}, "lines.0.quantity"),
            ("sale", {"lines": [{"amount": 1, "color": "red"}]}, "lines.0.color"),
            ("sale", {"lines": [{"amount": 1, "line_id": "a@b"}]}, "lines.0.line_id"),
            ("sale", {"country": "Germany"}, "country"),
            ("sale", {"coupons": [""]}, "coupons.0"),
            ("sale", {"customer_orders": 0}, "customer_orders"),
            ("refund", {"lines": [{"line_id": "a", "amount": 9}], "amount": 8}, "lines"),
            ("refund", {"lines": [{"line_id": "a", "amount": 9}], "gross_amount": 9}, "lines"),
            ("refund", {"lines": [{"line_id": "a", "amount": 10**12}] * 2}, "lines"),
        ],
    )
    def test_mistakes_are_answered_with_their_field(
        self, kind: str, changes: Json, field: str
    ) -> None:
        body = {"sale": generic.SALE, "refund": generic.REFUND}[kind] | changes
        with pytest.raises(InvalidInput) as refused:
            admit("" if kind == "refund" else kind, json.dumps(body).encode(), generic.SOURCE)
        assert [one.field for one in refused.value.fields] == [field]


def test_words_that_cannot_be_used_are_left_out() -> None:
    assert [term(value) for value in (" a ", "", None, 5, "x" * 101, "a\x00")] == [
        *("a", None, None, None, None, None)
    ]
    assert terms(["a", "a", " b", 5]) == ("a", "b")
    assert [country_code(value) for value in ("de", "DEU", 5, "D1")] == ["DE", None, None, None]
    assert [pieces(value) for value in (3, 0, True, "3", 10**9)] == [3, 0, 0, 0, 0]
