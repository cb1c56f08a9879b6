"""Stripe's events are read by the exact figures that they carry, whatever version made them."""

import json
from typing import Any

import pytest
from goodword.conversions.intake import NotUnderstood
from goodword.conversions.model import ConversionFact, Facts, ReversalFact, Source
from goodword_aws.sources import read_delivery

from infra.local.payloads import (
    Json,
    stripe_charge,
    stripe_checkout,
    stripe_dispute,
    stripe_event,
    stripe_invoice,
    stripe_payment,
)
from infra.local.samples import AT_S, CLICK

SOURCE = Source(
    source_id="src_1",
    kind="stripe",
    program_id="prg_1",
    currency="EUR",
    label="shop",
    sealed_secrets=(),
    created_ms=0,
)
LATER_MS = AT_S * 1000 + 60_000


def facts(topic: str, thing: Json, source: Source = SOURCE, **envelope: Any) -> Facts:
    event = stripe_event("evt_1", topic, thing, AT_S) | envelope
    return read_delivery("stripe", topic, json.dumps(event).encode(), source, LATER_MS)


def sale(thing: Json, topic: str = "checkout.session.completed", **more: Any) -> ConversionFact:
    (fact,) = facts(topic, thing, **more).facts
    assert isinstance(fact, ConversionFact)
    return fact


def reversal(thing: Json, topic: str = "charge.refunded") -> ReversalFact:
    (fact,) = facts(topic, thing).facts
    assert isinstance(fact, ReversalFact)
    return fact


def reason(thing: Json, topic: str = "checkout.session.completed", **more: Any) -> str:
    with pytest.raises(NotUnderstood) as refused:
        facts(topic, thing, **more)
    return refused.value.code


def test_a_checkout_counts_goods_without_tax_and_shipping() -> None:
    fact = sale(stripe_checkout("1", 4900, tax=931, shipping=490))
    assert (fact.net_minor, fact.gross_minor, fact.currency) == (4900, 6321, "EUR")
    assert (fact.order_id, fact.aliases) == ("pi_1", ("cs_live_1",))
    assert (fact.action, fact.event_name, fact.occurred_ms) == ("sale", "", AT_S * 1000)
    assert fact.customer.customer_id == "cus_1"
    assert fact.customer.email == "robin.friend@example.com"


def test_shipping_with_its_own_tax_is_taken_out_once() -> None:
    cost = {"amount_subtotal": 490, "amount_tax": 93, "amount_total": 583}
    thing = stripe_checkout("1", 4900, tax=931 + 93, shipping=490, shipping_cost=cost)
    assert (sale(thing).net_minor, sale(thing).gross_minor) == (4900, 6414)


def test_inclusive_prices_are_freed_of_their_tax() -> None:
    thing = stripe_checkout("1", 0, mode="payment", amount_total=11_900)
    thing["total_details"]["amount_tax"] = 1_900
    assert (sale(thing).net_minor, sale(thing).gross_minor) == (10_000, 11_900)


def test_an_unpaid_checkout_waits_for_its_payment() -> None:
    thing = stripe_checkout("1", 4900, payment_status="unpaid")
    assert facts("checkout.session.completed", thing).ignored == "unpaid"


def test_a_late_payment_is_the_same_sale_of_the_day_on_which_it_was_placed() -> None:
    late = "checkout.session.async_payment_succeeded"
    thing = stripe_checkout("1", 4900) | {"created": (AT_S - 5 * 86_400)}
    assert sale(thing, late).but(occurred_ms=0) == sale(thing).but(occurred_ms=0)
    assert sale(thing, late).occurred_ms == (AT_S - 5 * 86_400) * 1_000
    assert sale(thing | {"created": AT_S + 99}, late).occurred_ms == AT_S * 1_000
    assert sale({**thing, "created": None}, late).occurred_ms == AT_S * 1_000


def test_a_free_trial_is_a_sign_up_and_a_free_purchase_nothing() -> None:
    trial = stripe_checkout(
        "1", 0, mode="subscription", payment_status="no_payment_required", metadata={"via": "MAYA7"}
    )
    fact = sale(trial)
    assert (fact.action, fact.order_id, fact.event_name) == ("lead", "cs_live_1", "trial")
    assert (fact.net_minor, fact.gross_minor, fact.codes) == (0, 0, ("MAYA7",))
    free = stripe_checkout("1", 0, payment_status="no_payment_required")
    assert facts("checkout.session.completed", free).ignored == "nothing_paid"
    setup = stripe_checkout(
        "1", 0, mode="setup", amount_total=None, payment_status="no_payment_required"
    )
    assert facts("checkout.session.completed", setup).ignored == "nothing_paid"


@pytest.mark.parametrize(
    ("thing", "clicks", "codes"),
    [
        ({"client_reference_id": CLICK}, (CLICK,), ()),
        ({"client_reference_id": "via_MAYA7"}, (), ("MAYA7",)),
        ({"client_reference_id": "via-MAYA7"}, (), ("MAYA7",)),
        ({"client_reference_id": "u-4711"}, (), ()),
        ({"metadata": {"gw_click": CLICK, "click_id": "other"}}, (CLICK, "other"), ()),
        ({"metadata": {"via": "A", "ref": "B", "code": "A"}}, (), ("A", "B")),
        ({"metadata": {"via": 7, "ref": " ", "code": "x" * 65}}, (), ()),
        ({"custom_fields": [{"key": "code", "text": {"value": "MAYA7"}}]}, (), ("MAYA7",)),
        ({"custom_fields": [{"key": "size", "text": {"value": "XL"}}, "odd"]}, (), ()),
        ({"discounts": [{"promotion_code": "promo_1"}]}, (), ()),
        ({"discounts": [{"promotion_code": {"code": "MAYA7"}}]}, (), ("MAYA7",)),
        ({"metadata": None, "custom_fields": None, "discounts": None}, (), ()),
    ],
)
def test_the_referral_is_found_where_the_page_says(
    thing: Json, clicks: tuple[str, ...], codes: tuple[str, ...]
) -> None:
    fact = sale(stripe_checkout("1", 4900, **thing))
    assert (fact.click_ids, fact.codes) == (clicks, codes)


def test_the_shops_number_stands_for_a_customer_that_stripe_does_not_know() -> None:
    thing = stripe_checkout("1", 4900, customer=None, client_reference_id="u-4711")
    assert sale(thing).customer.customer_id == "u-4711"
    guest = stripe_checkout("1", 4900, customer=None, customer_details=None)
    assert sale(guest).customer.model_dump() == {"customer_id": None, "email": None}


def test_an_expanded_object_is_read_by_its_id() -> None:
    thing = stripe_checkout("1", 4900, customer={"id": "cus_9"}, payment_intent={"id": "pi_9"})
    assert (sale(thing).customer.customer_id, sale(thing).order_id) == ("cus_9", "pi_9")


def test_an_invoice_of_today_names_its_payments() -> None:
    fact = sale(stripe_invoice("7", 2900, tax=551), "invoice.paid")
    assert (fact.order_id, fact.aliases, fact.event_name) == ("in_7", ("pi_7",), "renewal")
    assert (fact.net_minor, fact.gross_minor) == (2900, 3451)


def test_an_invoice_of_2024_names_charge_and_intent() -> None:
    thing = stripe_invoice("7", 2900, tax=551, charge="ch_7", payment_intent="pi_7")
    for name in ("parent", "payments", "total_taxes", "total_excluding_tax"):
        del thing[name]
    thing |= {"tax": 551, "subscription_details": {"metadata": {"ref": "MAYA7"}}}
    fact = sale(thing, "invoice.payment_succeeded")
    assert (fact.order_id, fact.aliases, fact.net_minor) == ("in_7", ("pi_7", "ch_7"), 2900)
    assert fact.codes == ("MAYA7",)


@pytest.mark.parametrize("name", ["total_taxes", "total_tax_amounts"])
def test_tax_is_summed_where_nothing_else_says_it(name: str) -> None:
    thing = stripe_invoice("7", 2900, tax=551, total_excluding_tax=None, total_taxes=[])
    thing[name] = [{"amount": 500}, {"amount": 51}]
    assert sale(thing, "invoice.paid").net_minor == 2900


def test_an_invoices_shipping_is_no_goods() -> None:
    cost = {"amount_subtotal": 400, "amount_tax": 76, "amount_total": 476}
    thing = stripe_invoice("7", 3300, tax=627, shipping_cost=cost)
    assert sale(thing, "invoice.paid").net_minor == 2900


@pytest.mark.parametrize(
    ("cause", "event_name"),
    [
        ("subscription_create", ""),
        ("subscription_cycle", "renewal"),
        ("subscription_update", "upgrade"),
        ("manual", ""),
    ],
)
def test_an_invoice_says_what_it_is_for(cause: str, event_name: str) -> None:
    thing = stripe_invoice("7", 2900, billing_reason=cause)
    assert sale(thing, "invoice.paid").event_name == event_name


def test_an_invoices_lines_and_subscription_may_carry_the_referral() -> None:
    thing = stripe_invoice("7", 2900)
    thing["lines"]["data"][0]["metadata"] = {"gw_click": CLICK}
    thing["parent"]["subscription_details"]["metadata"] = {"via": "MAYA7"}
    fact = sale(thing, "invoice.paid")
    assert (fact.click_ids, fact.codes) == ((CLICK,), ("MAYA7",))


def test_a_trials_invoice_is_nothing() -> None:
    thing = stripe_invoice("7", 0)
    assert facts("invoice.paid", thing).ignored == "nothing_paid"


def test_what_paid_an_invoice_is_another_name_of_it() -> None:
    (names,) = facts("invoice_payment.paid", stripe_payment("7", 2900)).names
    assert (names.order_id, names.aliases) == ("in_7", ("pi_7",))
    outside = stripe_payment("7", 2900) | {"payment": {"type": "payment_record"}}
    assert facts("invoice_payment.paid", outside).ignored == "paid_outside"
    assert reason(stripe_payment("7", 2900) | {"invoice": None}, "invoice_payment.paid") == (
        "missing_id"
    )


def test_a_refund_is_the_charges_running_total() -> None:
    fact = reversal(stripe_charge("1", 5831, 1200, invoice="in_1"))
    assert (fact.refund_id, fact.orders) == ("ch_1:1200", ("pi_1", "in_1", "ch_1"))
    assert (fact.amount_minor, fact.of, fact.cumulative) == (1200, "gross", True)
    assert fact.reason == "refund"
    untouched = stripe_charge("1", 5831, 0)
    assert facts("charge.refunded", untouched).ignored == "nothing_refunded"


def test_a_chargeback_takes_its_amount_once() -> None:
    fact, asked = facts("charge.dispute.funds_withdrawn", stripe_dispute("1", 4631)).facts
    assert isinstance(fact, ReversalFact)
    assert asked.model_dump()["state"] == "closed"
    assert (fact.refund_id, fact.orders) == ("dp_1", ("pi_1", "ch_1"))
    assert (fact.amount_minor, fact.cumulative, fact.reason) == (4631, False, "chargeback")
    lost = stripe_dispute("1", 4631) | {"charge": None, "payment_intent": None}
    assert reason(lost, "charge.dispute.funds_withdrawn") == "missing_id"


@pytest.mark.parametrize(
    ("topic", "status", "expected"),
    [
        ("created", "warning_needs_response", "inquiry:dp_1:open"),
        ("updated", "warning_under_review", "inquiry:dp_1:open"),
        ("created", "needs_response", "repeats_another_topic"),
        ("updated", "under_review", "repeats_another_topic"),
        ("closed", "warning_closed", "inquiry:dp_1:closed"),
        ("closed", "prevented", "inquiry:dp_1:closed"),
        ("closed", "won", "won:dp_1 inquiry:dp_1:closed"),
        ("closed", "lost", "dispute_lost"),
        ("funds_reinstated", "won", "won:dp_1 inquiry:dp_1:closed"),
        ("funds_withdrawn", "needs_response", "dp_1 inquiry:dp_1:closed"),
    ],
)
def test_a_dispute_is_what_its_status_says(topic: str, status: str, expected: str) -> None:
    found = facts(f"charge.dispute.{topic}", stripe_dispute("1", 4631) | {"status": status})
    said = [fact for fact in found.facts if not isinstance(fact, ConversionFact)]
    assert (found.ignored or " ".join(fact.name for fact in said)) == expected
    assert {fact.orders for fact in said} <= {("pi_1", "ch_1")}


def test_a_dispute_without_a_status_is_kept() -> None:
    for topic in ("created", "closed"):
        assert reason(stripe_dispute("1", 1) | {"status": None}, f"charge.dispute.{topic}") == (
            "no_status"
        )
    other = stripe_dispute("1", 1) | {"currency": "usd"}
    assert reason(other, "charge.dispute.funds_reinstated") == "currency_mismatch"


def test_a_void_invoice_takes_back_all_that_was_paid() -> None:
    invoice = stripe_invoice("1", 2900)
    assert facts("invoice.marked_uncollectible", invoice).ignored == "nothing_to_take_back"
    assert facts("invoice.voided", invoice | {"amount_paid": 0}).ignored == "never_paid"
    fact = reversal(invoice, "invoice.voided")
    assert (fact.refund_id, fact.amount_minor, fact.reason) == ("void:in_1", None, "cancelled")
    assert fact.orders[0] == "in_1"


@pytest.mark.parametrize(
    ("currency", "stripes", "ours"),
    [
        ("jpy", 500, 500),
        ("kwd", 1500, 1500),
        ("isk", 50_000, 500),
        ("ugx", 120_000, 1_200),
        ("mga", 700, 70_000),
    ],
)
def test_stripes_units_become_those_of_iso_4217(currency: str, stripes: int, ours: int) -> None:
    source = SOURCE.but(currency=currency.upper())
    thing = stripe_checkout("1", stripes, currency=currency)
    fact = facts("checkout.session.completed", thing, source).facts[0]
    assert isinstance(fact, ConversionFact)
    assert (fact.net_minor, fact.gross_minor) == (ours, ours)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"currency": "usd"}, "currency_mismatch"),
        ({"currency": "eur "}, "bad_currency"),
        ({"currency": None}, "bad_currency"),
        ({"payment_status": None}, "no_payment_status"),
        ({"amount_total": None}, "bad_amount"),
        ({"amount_total": "4900"}, "bad_amount"),
        ({"amount_total": 49.5}, "bad_amount"),
        ({"amount_total": True}, "bad_amount"),
        ({"amount_total": -1}, "bad_amount"),
        ({"amount_total": 10**13}, "bad_amount"),
        ({"id": None}, "missing_id"),
        ({"id": "a b"}, "missing_id"),
    ],
)
def test_a_checkout_that_cannot_be_booked_is_kept(changes: Json, expected: str) -> None:
    assert reason(stripe_checkout("1", 4900, **changes)) == expected


def test_a_fraction_of_the_smallest_unit_is_kept() -> None:
    thing = stripe_checkout("1", 12_345, currency="isk")
    with pytest.raises(NotUnderstood) as refused:
        facts("checkout.session.completed", thing, SOURCE.but(currency="ISK"))
    assert refused.value.code == "bad_amount"


def test_modes_do_not_mix() -> None:
    thing = stripe_checkout("1", 4900)
    assert facts("checkout.session.completed", thing, livemode=False).ignored == "other_mode"
    test = SOURCE.but(livemode=False)
    assert facts("checkout.session.completed", thing, test).ignored == "other_mode"
    assert facts("checkout.session.completed", thing, test, livemode=False).facts
    assert reason(thing, livemode=None) == "no_livemode"


def test_topics_that_say_nothing_new_are_ignored_by_name() -> None:
    assert facts("payment_intent.succeeded", {}).ignored == "repeats_another_topic"
    assert facts("customer.created", {}).ignored == "other_topic"
    assert facts("v1.billing.meter.no_meter_found", {}, data=None).ignored == "other_topic"


def test_what_needs_a_person_is_shown_to_one() -> None:
    assert reason({}, "refund.failed") == "refund_failed"


def test_an_event_without_a_type_or_a_body_is_kept() -> None:
    assert reason({}, "") == "no_topic"
    for raw in (
        b"",
        b"[]",
        b"null",
        b"{",
        b"\xff",
        b"[" * 100_000,
        b'{"a": NaN}',
        b'{"a":1,"a":2}',
    ):
        with pytest.raises(NotUnderstood) as refused:
            read_delivery("stripe", "invoice.paid", raw, SOURCE, LATER_MS)
        assert refused.value.code == "malformed_json"


def test_an_event_of_the_future_happened_when_it_came() -> None:
    fact = sale(stripe_checkout("1", 4900), created=AT_S + 10**6)
    assert fact.occurred_ms == LATER_MS
