"""Shopify's webhooks are read by the exact figures that they carry, with or without tax inside."""

import json
from typing import Any

import pytest
from goodword.conversions.intake import NotUnderstood
from goodword.conversions.model import ConversionFact, Facts, ReversalFact, Source
from goodword_aws.sources import read_delivery

from infra.local.payloads import Json, money, shopify_order, shopify_refund
from infra.local.samples import AT_S, CLICK

SOURCE = Source(
    source_id="src_1",
    kind="shopify",
    program_id="prg_1",
    currency="EUR",
    label="shop",
    sealed_secrets=(),
    created_ms=0,
)
LATER_MS = AT_S * 1000 + 60_000
ORDER, REFUND = 450_789_001, 890_001


def facts(topic: str, thing: Json, source: Source = SOURCE) -> Facts:
    return read_delivery("shopify", topic, json.dumps(thing).encode(), source, LATER_MS)


def order(**changes: Any) -> Json:
    return shopify_order(ORDER, "49.00", "63.21", "9.31", **changes)


def refund(goods: str = "12.00", tax: str = "2.28", paid: str = "14.28", **changes: Any) -> Json:
    return shopify_refund(REFUND, ORDER, goods, tax, paid, **changes)


def sale(thing: Json, source: Source = SOURCE) -> ConversionFact:
    (fact,) = facts("orders/paid", thing, source).facts
    assert isinstance(fact, ConversionFact)
    return fact


def reversal(thing: Json, topic: str = "refunds/create", source: Source = SOURCE) -> ReversalFact:
    (fact,) = facts(topic, thing, source).facts
    assert isinstance(fact, ReversalFact)
    return fact


def reason(topic: str, thing: Json) -> str:
    with pytest.raises(NotUnderstood) as refused:
        facts(topic, thing)
    return refused.value.code


def test_a_paid_order_is_a_sale_of_its_goods() -> None:
    fact = sale(order())
    assert (fact.net_minor, fact.gross_minor, fact.currency) == (4900, 6321, "EUR")
    assert fact.order_id == str(ORDER)
    assert fact.aliases == (f"gid://shopify/Order/{ORDER}", f"chk{ORDER}")
    assert (fact.customer.customer_id, fact.customer.email) == (
        str(ORDER + 5),
        "robin.friend@example.com",
    )
    assert fact.occurred_ms == 1_763_799_610_000


def test_prices_with_tax_inside_are_freed_of_the_goods_tax_only() -> None:
    shipping = [{"price": "5.95", "tax_lines": [{"price": "0.95", "price_set": money("0.95")}]}]
    thing = shopify_order(
        ORDER, "119.00", "124.95", "19.95", taxes_included=True, shipping_lines=shipping
    )
    assert (sale(thing).net_minor, sale(thing).gross_minor) == (10_000, 12_495)


def test_older_versions_have_bare_fields_only() -> None:
    thing = order()
    for name in [name for name in thing if name.startswith("current_") or name.endswith("_set")]:
        del thing[name]
    assert (sale(thing).net_minor, sale(thing).gross_minor) == (4900, 6321)


def test_the_shops_money_counts_not_the_customers() -> None:
    thing = order(presentment_currency="SEK")
    for name in ("subtotal_price_set", "total_price_set"):
        thing[name]["presentment_money"] = {"amount": "999.00", "currency_code": "SEK"}
    assert (sale(thing).net_minor, sale(thing).gross_minor) == (4900, 6321)


def test_yen_has_no_decimals_and_dinars_three() -> None:
    yen = order(currency="JPY")
    for name, amount in (("subtotal_price_set", "4900"), ("total_price_set", "6321.0")):
        yen[f"current_{name}"] = yen[name] = money(amount, "JPY")
    assert sale(yen, SOURCE.but(currency="JPY")).gross_minor == 6321
    dinar = order(currency="KWD")
    for name in ("subtotal_price_set", "total_price_set"):
        dinar[f"current_{name}"] = dinar[name] = money("1.500", "KWD")
    assert sale(dinar, SOURCE.but(currency="KWD")).net_minor == 1500


@pytest.mark.parametrize(
    ("changes", "clicks", "codes"),
    [
        ({"note_attributes": [{"name": "gw_click", "value": CLICK}]}, (CLICK,), ()),
        ({"landing_site": f"/p?gw_click={CLICK}&via=MAYA7&ref=BEN"}, (CLICK,), ("MAYA7", "BEN")),
        ({"landing_site": "/p?code=OAUTH"}, (), ()),
        ({"landing_site": "//[bad"}, (), ()),
        ({"landing_site": None, "note_attributes": None, "discount_codes": None}, (), ()),
        ({"discount_codes": [{"code": "MAYA7"}, {"code": "MAYA7"}]}, (), ("MAYA7",)),
        ({"discount_applications": [{"type": "discount_code", "code": "BEN"}]}, (), ("BEN",)),
        ({"note_attributes": [{"name": "via", "value": " MAYA7 "}]}, (), ("MAYA7",)),
        ({"note_attributes": [{"name": "gift", "value": "yes"}, 7]}, (), ()),
    ],
)
def test_the_referral_is_found_where_the_page_says(
    changes: Json, clicks: tuple[str, ...], codes: tuple[str, ...]
) -> None:
    fact = sale(order(**changes))
    assert (fact.click_ids, fact.codes) == (clicks, codes)


def test_an_order_of_a_guest_has_no_number() -> None:
    fact = sale(order(customer=None, email="", contact_email="not an address"))
    assert fact.customer.model_dump() == {"customer_id": None, "email": None}


def test_an_address_is_folded_as_sign_ins_are() -> None:
    assert (
        sale(order(email="Robin.Friend+shop@GMail.com")).customer.email == "robinfriend@gmail.com"
    )


@pytest.mark.parametrize("status", ["pending", "authorized", "voided"])
def test_an_unpaid_order_is_ignored(status: str) -> None:
    assert facts("orders/paid", order(financial_status=status)).ignored == "unpaid"


def test_test_orders_are_for_sources_that_are_not_live() -> None:
    assert facts("orders/paid", order(test=True)).ignored == "test_order"
    trial = SOURCE.but(livemode=False)
    assert sale(order(test=True), trial) == sale(order(), trial)
    made = refund()
    made["transactions"][0]["test"] = True
    assert facts("refunds/create", made).ignored == "test_order"


def test_a_free_order_is_nothing() -> None:
    free = shopify_order(ORDER, "0.00", "0.00", "0.00")
    assert facts("orders/paid", free).ignored == "nothing_paid"


def test_goods_without_any_payment_come_off_the_net_less_tax_if_the_order_includes_it() -> None:
    fact = reversal(refund(transactions=[]))
    assert (fact.amount_minor, fact.of, fact.tax_minor) == (1200, "net", 228)
    inside = fact.without_tax()
    assert (inside.amount_minor, inside.tax_minor) == (972, 0)
    assert [(line.net_minor, line.tax_minor) for line in inside.lines] == [(972, 0)]
    assert fact.but(amount_minor=None).without_tax().amount_minor is None
    assert reversal(refund()).tax_minor == 0


def test_an_order_is_what_was_ordered_and_tells_of_its_refunds() -> None:
    other = refund() | {"id": REFUND + 1, "transactions": []}
    for line in other["refund_line_items"]:
        line["subtotal_set"] = money("1.00", "SEK")
    broken = refund() | {"id": None}
    failed = refund(refund_line_items=[]) | {"id": REFUND + 2}
    failed["transactions"][0]["status"] = "failure"
    thing = order(
        financial_status="partially_refunded",
        current_subtotal_price_set=money("37.00"),
        refunds=[refund(), other, broken, failed],
    )
    kept, *refunds = facts("orders/paid", thing).facts
    assert isinstance(kept, ConversionFact)
    assert (kept.net_minor, kept.gross_minor) == (4900, 6321)
    assert refunds == [reversal(refund())]


@pytest.mark.parametrize(
    ("left", "refunds", "net"),
    [("24.50", [], 2450), ("24.50", None, 4900), ("12.50", [refund()], 2450), (None, [], 4900)],
)
def test_goods_that_were_edited_out_were_never_sold(
    left: str | None, refunds: list[Json] | None, net: int
) -> None:
    shown = money(left) if left else None
    thing = order(current_subtotal_price_set=shown, current_subtotal_price=left, refunds=refunds)
    fact = facts("orders/paid", thing).facts[0]
    assert isinstance(fact, ConversionFact)
    assert fact.net_minor == net
    assert sum(line.net_minor for line in fact.order.lines) == net


def test_money_without_goods_comes_off_what_was_paid() -> None:
    fact = reversal(refund(refund_line_items=[]))
    assert (fact.amount_minor, fact.of) == (1428, "gross")


def test_bare_numbers_are_read_exactly() -> None:
    thing = refund("0.29", "0.00", "0.29")
    del thing["refund_line_items"][0]["subtotal_set"]
    assert reversal(thing).amount_minor == 29


@pytest.mark.parametrize(
    ("status", "kind", "expected"),
    [
        ("success", "refund", ""),
        ("pending", "refund", ""),
        ("failure", "refund", "refund_failed"),
        ("error", "refund", "refund_failed"),
        ("success", "capture", "nothing_refunded"),
    ],
)
def test_only_money_that_goes_back_counts(status: str, kind: str, expected: str) -> None:
    thing = refund(refund_line_items=[])
    thing["transactions"][0] |= {"status": status, "kind": kind}
    assert facts("refunds/create", thing).ignored == expected


def test_a_restock_alone_takes_nothing_back() -> None:
    assert facts("refunds/create", refund("0.00", "0.00", "0.00")).ignored == "nothing_refunded"
    nothing = refund(refund_line_items=[], transactions=[])
    assert facts("refunds/create", nothing).ignored == "nothing_refunded"


def test_a_cancelled_order_takes_back_all_that_is_left() -> None:
    fact = reversal(order(cancelled_at="2025-11-22T09:26:00+01:00"), "orders/cancelled")
    assert (fact.refund_id, fact.orders) == (f"cancelled:{ORDER}", (str(ORDER),))
    assert (fact.amount_minor, fact.reason) == (None, "cancelled")
    odd = reversal(order(cancelled_at="yesterday"), "orders/cancelled")
    assert odd.occurred_ms == LATER_MS


def test_an_order_cancelled_before_it_was_paid_had_earned_nothing() -> None:
    thing = order(cancelled_at="2025-11-22T09:26:00+01:00", financial_status="voided")
    assert facts("orders/cancelled", thing).ignored == "never_paid"


@pytest.mark.parametrize(
    ("topic", "thing", "expected"),
    [
        ("", {}, "no_topic"),
        ("customers/redact", {}, "privacy_request"),
        ("customers/data_request", {}, "privacy_request"),
        ("shop/redact", {}, "privacy_request"),
        ("app/uninstalled", {}, "app_uninstalled"),
        ("orders/cancelled", order(), "wrong_topic"),
        ("orders/paid", order(financial_status=None), "wrong_topic"),
        ("orders/paid", refund(), "wrong_topic"),
        ("orders/paid", order(currency="USD"), "currency_mismatch"),
        ("orders/paid", order(id=None), "missing_id"),
        ("orders/paid", order(total_price_set=money("1.234")), "bad_amount"),
        ("orders/paid", order(total_price_set=money("-1.00")), "bad_amount"),
        ("orders/paid", order(total_price_set=money("1e3")), "bad_amount"),
        ("orders/paid", order(total_price_set=money("1_000")), "bad_amount"),
        ("orders/paid", order(total_price_set=money("9999999999999")), "bad_amount"),
        ("orders/paid", order(total_price_set=money("5.00", "USD")), "currency_mismatch"),
        ("orders/paid", order(total_price_set=None, total_price=True), "bad_amount"),
        ("refunds/create", refund() | {"order_id": None}, "missing_id"),
        ("refunds/create", order(), "wrong_topic"),
    ],
)
def test_what_cannot_be_booked_is_kept_with_a_reason(
    topic: str, thing: Json, expected: str
) -> None:
    assert reason(topic, thing) == expected


def test_a_refund_in_another_currency_is_kept() -> None:
    foreign = refund(refund_line_items=[])
    foreign["transactions"][0]["currency"] = "SEK"
    assert reason("refunds/create", foreign) == "currency_mismatch"
    unclear = refund()
    unclear["transactions"][0]["currency"] = "SEK"
    assert (reversal(unclear).amount_minor, reversal(unclear).tax_minor) == (1200, 228)
    clear = refund("12.00", "0.00", "999.00")
    clear["transactions"][0]["currency"] = "SEK"
    assert reversal(clear).amount_minor == 1200


def test_a_refund_that_says_no_currency_is_kept() -> None:
    thing = refund(transactions=[])
    del thing["refund_line_items"][0]["subtotal_set"]
    assert reason("refunds/create", thing) == "bad_currency"


def test_other_topics_are_ignored() -> None:
    assert facts("orders/create", order()).ignored == "other_topic"


def test_times_that_cannot_be_read_become_the_receipt() -> None:
    thing = order(processed_at="soon", created_at=None)
    assert sale(thing).occurred_ms == LATER_MS
    assert sale(order(processed_at="2099-01-01T00:00:00Z")).occurred_ms == LATER_MS


def dispute(kind: str, status: str, **changes: Any) -> Json:
    return {
        "id": 735,
        "order_id": ORDER,
        "type": kind,
        "amount": "63.21",
        "currency": "EUR",
        "reason": "fraudulent",
        "status": status,
        "initiated_at": "2025-01-01T00:00:00Z",
    } | changes


@pytest.mark.parametrize(
    ("kind", "status", "names"),
    [
        ("inquiry", "needs_response", "inquiry:735:open"),
        ("inquiry", "under_review", "inquiry:735:open"),
        ("inquiry", "won", "inquiry:735:closed"),
        ("chargeback", "needs_response", "735 inquiry:735:closed"),
        ("chargeback", "lost", "735 inquiry:735:closed"),
        ("chargeback", "won", "won:735 inquiry:735:closed"),
    ],
)
def test_a_dispute_says_where_it_stands(kind: str, status: str, names: str) -> None:
    for topic in ("disputes/create", "disputes/update"):
        found = facts(topic, dispute(kind, status)).facts
        said = [fact for fact in found if not isinstance(fact, ConversionFact)]
        assert " ".join(fact.name for fact in said) == names
        assert {fact.orders for fact in said} == {(str(ORDER),)}
        taken = [fact.amount_minor for fact in said if isinstance(fact, ReversalFact)]
        assert taken == [6321] * len(taken)


def test_a_dispute_that_says_less_takes_nothing() -> None:
    topic = "disputes/create"
    assert facts(topic, dispute("chargeback", "won", order_id=None)).ignored == "no_order"
    assert reason(topic, dispute("other", "won")) == "wrong_topic"
    assert reason(topic, dispute("inquiry", "")) == "wrong_topic"
    assert reason(topic, dispute("chargeback", "lost", currency="SEK")) == "currency_mismatch"
