"""Every sample delivery goes through the real handlers and ends as its name says."""

import json
from itertools import permutations

import pytest
from goodword.conversions.aliases import OrderAlias
from goodword.conversions.model import Conversion, Refund
from goodword.limits import ORDER_TRIES_MAX
from goodword.times import MINUTE_MS
from goodword.trust.signals import Trace

from infra.local.samples import samples, stripe, text_of
from tests.support.functions import ROOT, sample
from tests.support.intake import Installation

# case -> status of the answer, its code or status, and how the delivery ended (state, reason)
WEB = {
    "generic_lead": (202, "accepted", "booked", ""),
    "generic_sale": (202, "accepted", "booked", ""),
    "generic_sale_base64": (202, "accepted", "booked", ""),
    "generic_refund": (202, "accepted", "booked", ""),
    "generic_void": (202, "accepted", "booked", ""),
    "generic_cancellation": (202, "accepted", "booked", ""),
    "refused_generic_void_of_nobody": (422, "invalid_body"),
    "generic_sale_with_lines": (202, "accepted", "booked", ""),
    "generic_refund_by_line": (202, "accepted", "booked", ""),
    "refused_generic_lines_too_much": (422, "invalid_body"),
    "refused_generic_forged": (401, "bad_signature"),
    "refused_generic_stale": (401, "stale_signature"),
    "refused_generic_from_the_future": (401, "stale_signature"),
    "refused_generic_malformed": (400, "malformed_json"),
    "refused_generic_wrong_currency": (422, "currency_mismatch"),
    "refused_generic_other_program": (422, "unknown_program"),
    "refused_generic_amount_as_text": (422, "invalid_body"),
    "refused_generic_unknown_field": (422, "invalid_body"),
    "refused_unknown_source": (404, "unknown_source"),
    "refused_generic_reused_id": (202, "accepted", "booked", ""),  # alone it is the first
    "stripe_checkout": (200, "accepted", "booked", ""),
    "stripe_checkout_base64": (200, "accepted", "booked", ""),
    "stripe_checkout_of_subscription": (200, "accepted", "booked", ""),
    "stripe_checkout_of_trial": (200, "accepted", "booked", ""),
    "stripe_checkout_unpaid": (200, "accepted", "ignored", "unpaid"),
    "stripe_invoice_first": (200, "accepted", "booked", ""),
    "stripe_invoice_renewal": (200, "accepted", "booked", ""),
    "stripe_invoice_payment": (200, "accepted", "waiting", ""),  # alone it has no order
    "stripe_charge": (200, "accepted", "waiting", ""),  # neither has this
    "stripe_refund_of_invoice": (200, "accepted", "booked", ""),
    "stripe_invoice_of_2024": (200, "accepted", "booked", ""),
    "stripe_refund": (200, "accepted", "booked", ""),
    "stripe_chargeback": (200, "accepted", "booked", ""),
    "stripe_subscription_ended": (200, "accepted", "booked", ""),
    "stripe_other_topic": (200, "accepted", "ignored", "other_topic"),
    "stripe_test_mode": (200, "accepted", "ignored", "other_mode"),
    "stripe_malformed": (200, "accepted", "not_understood", "no_topic"),
    "stripe_wrong_currency": (200, "accepted", "not_understood", "currency_mismatch"),
    "refused_stripe_forged": (401, "bad_signature"),
    "refused_stripe_stale": (401, "stale_signature"),
    "shopify_order": (200, "accepted", "booked", ""),
    "shopify_order_base64": (200, "accepted", "booked", ""),
    "shopify_order_new_headers": (200, "accepted", "booked", ""),
    "shopify_order_of_test": (200, "accepted", "ignored", "test_order"),
    "shopify_refund": (200, "accepted", "booked", ""),
    "shopify_cancelled": (200, "accepted", "booked", ""),
    "shopify_contract_ended": (200, "accepted", "booked", ""),
    "shopify_privacy_request": (200, "accepted", "not_understood", "privacy_request"),
    "shopify_malformed": (200, "accepted", "not_understood", "malformed_json"),
    "shopify_wrong_currency": (200, "accepted", "not_understood", "currency_mismatch"),
    "refused_shopify_forged": (401, "bad_signature"),
    "refused_shopify_unsigned": (401, "bad_signature"),
    "signal_consent": (202, "accepted", "booked", ""),
    "refused_signal_value": (422, "invalid_body"),
    "typeform_response": (200, "accepted", "booked", ""),
    "typeform_anonymous": (200, "accepted", "ignored", "anonymous"),
    "zendesk_trigger": (200, "accepted", "booked", ""),
    "zendesk_event": (200, "accepted", "booked", ""),
    "refused_zendesk_forged": (401, "bad_signature"),
    "segment_track": (200, "accepted", "booked", ""),
    "generic_deal": (202, "accepted", "booked", ""),
    "refused_generic_deal_amount": (422, "invalid_body"),
    "hubspot_deal": (200, "accepted", "booked", ""),
    "hubspot_merged": (200, "accepted", "booked", ""),
    "hubspot_privacy_request": (200, "accepted", "not_understood", "privacy_request"),
    "hubspot_other_objects": (200, "accepted", "ignored", "other_topic"),
    "refused_hubspot_forged": (401, "bad_signature"),
    "refused_hubspot_stale": (401, "stale_signature"),
    "salesforce_opportunity": (200, "accepted", "booked", ""),
    "salesforce_gap": (200, "accepted", "not_understood", "gap"),
    "refused_salesforce_key": (401, "bad_signature"),
}


def test_the_files_are_what_the_generator_makes() -> None:
    for name, made in samples().items():
        assert (ROOT / "events" / name).read_text() == text_of(made), name


def test_every_sample_has_an_expected_end() -> None:
    files = {path.stem for path in (ROOT / "events" / "conversions_web").glob("*.json")}
    assert files == set(WEB)


@pytest.mark.parametrize("case", WEB)
def test_a_sample_is_answered_and_ends_as_expected(here: Installation, case: str) -> None:
    status, word, *end = WEB[case]
    answer = here.send(sample("conversions_web", case))
    body = json.loads(answer["body"])
    assert (answer["statusCode"], body.get("code", body["status"])) == (status, word), body
    assert answer["headers"]["Cache-Control"] == "no-store"
    assert here.stream() == {"batchItemFailures": []}
    assert [[one.state, one.reason] for one in here.deliveries()] == ([end] if end else [])


@pytest.mark.parametrize("case", [case for case in WEB if not case.startswith("refused")])
def test_a_repeat_is_a_duplicate_and_books_nothing_more(here: Installation, case: str) -> None:
    event = sample("conversions_web", case)
    here.send(event)
    here.stream()
    before = (here.all(Conversion), here.all(Refund))
    answer = here.send(event)
    assert (answer["statusCode"], json.loads(answer["body"])["status"]) == (200, "duplicate")
    here.stream()
    assert (here.all(Conversion), here.all(Refund)) == before


def test_a_problem_is_problem_json_with_the_field_that_is_wrong(here: Installation) -> None:
    answer = here.send(sample("conversions_web", "refused_generic_amount_as_text"))
    body = json.loads(answer["body"])
    assert answer["headers"]["Content-Type"] == "application/problem+json"
    assert [error["field"] for error in body["errors"]] == ["amount"]
    assert "49.00" not in answer["body"]


def test_base64_and_plain_are_booked_alike(here: Installation) -> None:
    for case in ("stripe_checkout", "stripe_checkout_base64", "shopify_order_base64"):
        here.send(sample("conversions_web", case))
    here.stream()
    assert {one.net_minor for one in here.all(Conversion)} == {4900}
    assert len(here.all(Conversion)) == 3


def test_a_checkout_and_its_first_invoice_are_one_sale(here: Installation) -> None:
    for case in ("stripe_invoice_first", "stripe_checkout_of_subscription"):
        here.send(sample("conversions_web", case))
    here.stream()
    assert here.conversion.order_id == "in_3001"
    known = {one.alias: one.conversion_id for one in here.all(OrderAlias)}
    assert set(known) == {"in_3001", "pi_3001", "cs_live_3001", "subscription:sub_3001"}
    assert set(known.values()) == {here.conversion.conversion_id}


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_a_subscription_is_refunded_by_the_payment_of_its_invoice(
    here: Installation, order: tuple[int, ...]
) -> None:
    bare = json.loads(sample("conversions_web", "stripe_invoice_first")["body"])
    bare["data"]["object"]["payments"] = None
    events = [
        stripe(bare),
        sample("conversions_web", "stripe_invoice_payment"),
        sample("conversions_web", "stripe_refund_of_invoice"),
    ]
    for place in order:
        here.send(events[place])
        here.stream()
    here.clock.advance(3 * MINUTE_MS)
    here.sweep()
    assert {one.state for one in here.deliveries()} == {"booked"}
    assert here.conversion.refunded_gross_minor == 2900


@pytest.mark.parametrize("order", list(permutations(range(2))))
def test_the_card_that_paid_is_known_by_its_charge(
    here: Installation, order: tuple[int, ...]
) -> None:
    """The charge comes before its checkout mostly; only a mark of it is kept."""
    events = [sample("conversions_web", one) for one in ("stripe_charge", "stripe_checkout")]
    for place in order:
        here.send(events[place])
        here.stream()
    here.clock.advance(3 * MINUTE_MS)
    here.sweep()
    assert {one.state for one in here.deliveries()} == {"booked"}
    (trace,) = here.all(Trace)
    assert {"card", "name"} <= {one.kind for one in trace.marks}
    assert "Xt5EWLLDS7FJjR1c" not in str(here.all(Trace))
    names = {one.alias for one in here.all(OrderAlias)}
    assert {"ch_1001", "pi_1001"} <= names


def test_a_charge_of_no_order_of_ours_bothers_nobody(here: Installation) -> None:
    here.send(sample("conversions_web", "stripe_charge"))
    for _ in range(ORDER_TRIES_MAX + 2):
        here.clock.advance(6 * MINUTE_MS)
        here.sweep()
    (one,) = here.deliveries()
    assert (one.state, one.reason) == ("ignored", "unknown_order")


def test_refunds_may_come_before_their_orders(here: Installation) -> None:
    for case in ("shopify_refund", "stripe_refund", "generic_refund"):
        here.send(sample("conversions_web", case))
    here.stream()
    assert here.all(Refund) == []
    for case in ("shopify_order", "stripe_checkout", "generic_sale"):
        here.send(sample("conversions_web", case))
    here.stream()
    refunded = {
        (one.order_id, one.refunded_net_minor, one.refunded_gross_minor)
        for one in here.all(Conversion)
    }
    assert refunded == {("450789001001", 1200, 0), ("pi_1001", 0, 1200), ("1001", 1200, 0)}


def test_a_sale_by_code_earns_the_advocate_a_reward(here: Installation) -> None:
    here.send(sample("conversions_web", "shopify_order"))
    here.stream()
    assert here.conversion.advocate_id == "adv_maya"
    assert (here.conversion.net_minor, here.conversion.gross_minor) == (4900, 5831)
