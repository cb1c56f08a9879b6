"""Two shops of one programme have the same order and customer numbers, and nothing to do with it.

Unless their sources were told that they share ids: then what the one reports is the other's too.
"""

import pytest
from goodword.conversions.model import Conversion, Identity, Source
from goodword.ports import Change
from goodword.rewards.model import Reward

from infra.local.payloads import Json, stripe_checkout, stripe_event
from infra.local.samples import AT_S, BY_SOURCE, SECRETS, SOURCES, generic, stripe
from tests.support.intake import Installation

A, B = SOURCES["generic"], "src_00000000000000000other_shop"
SALE: Json = {"order_id": "1001", "amount": 5_000, "currency": "EUR", "code": "MAYA7"}


def open_other(here: Installation, namespace: str = "") -> None:
    """A second source of our own form, with the same secret."""
    source = next(one for one in here.all(Source) if one.source_id == A)
    sealed = here.seal_for(B, SECRETS["generic"])
    change = Change()
    change.create(source.but(source_id=B, sealed_secrets=(sealed,), namespace=namespace, version=0))
    here.store.commit(change)


def report(here: Installation, source_id: str, body: Json) -> None:
    """Deliver and book one body; every one has an id of its own."""
    typed = body if "type" in body else {"type": "sale", **body}
    name = f"msg_{len(here.deliveries())}"
    sent = here.send(generic(typed, name, route=BY_SOURCE, source_id=source_id))
    assert sent["statusCode"] == 202, sent["body"]
    here.stream()


def by_source(here: Installation) -> dict[str, Conversion]:
    return {one.namespace: one for one in here.all(Conversion)}


def test_the_same_order_number_of_two_shops_is_two_orders(here: Installation) -> None:
    open_other(here)
    report(here, A, SALE | {"customer_id": "7"})
    report(here, B, SALE | {"amount": 90_000, "customer_id": "99"})
    found = by_source(here)
    assert {name: one.net_minor for name, one in found.items()} == {A: 5_000, B: 90_000}
    assert sorted(one.earned_minor for one in here.all(Reward)) == [500, 9_000]
    assert {one.state for one in here.deliveries()} == {"booked"}


def test_the_same_customer_number_is_another_customer(here: Installation) -> None:
    open_other(here)
    report(here, A, SALE | {"customer_id": "7"})
    stranger = {"order_id": "2002", "amount": 40_000, "currency": "EUR", "customer_id": "7"}
    report(here, B, stranger)
    assert by_source(here)[B].reason == "no_touch"
    assert [one.conversion_id for one in here.all(Reward)] == [by_source(here)[A].conversion_id]


def test_one_address_is_one_friend_in_both_shops(here: Installation) -> None:
    open_other(here)
    report(here, A, SALE | {"customer_email": "anna@shoppers.example"})
    again = {"order_id": "2002", "amount": 4_000, "currency": "EUR"}
    report(here, B, again | {"customer_email": "Anna@shoppers.example"})
    assert by_source(here)[B].reason == "rewarded"
    assert len(here.all(Identity)) == 1


@pytest.mark.parametrize("refund_first", [False, True])
def test_a_refund_takes_back_from_its_own_shop(here: Installation, refund_first: bool) -> None:
    open_other(here)
    refund = {"type": "refund", "refund_id": "r", "order_id": "1001", "currency": "EUR"}
    told = [(A, SALE), (B, refund), (B, SALE | {"amount": 3_000})]
    for source_id, body in [told[1], told[0], told[2]] if refund_first else told:
        report(here, source_id, body)
    if not refund_first:
        report(here, B, refund | {"refund_id": "r2"})
    found = by_source(here)
    assert (found[A].refunded_net_minor, found[B].refunded_net_minor) == (0, 3_000)
    states = {one.conversion_id: one.state for one in here.all(Reward)}
    assert states == {found[A].conversion_id: "pending", found[B].conversion_id: "void"}


def test_sources_that_share_ids_report_the_same_order_and_customer(here: Installation) -> None:
    here.change_source("stripe", namespace="shop-1")
    here.change_source("generic", namespace="shop-1")
    checkout = stripe_checkout("1", 4_900, customer_details={"email": None}, customer="u-1")
    event = stripe_event("evt_1", "checkout.session.completed", checkout, AT_S - 5)
    here.send(stripe(event))
    here.stream()
    sale = SALE | {"order_id": "pi_1", "amount": 4_900, "customer_id": "u-1"}
    report(here, A, sale)
    assert (here.conversion.namespace, here.conversion.reason) == ("shop-1", "rewarded")
    assert len(here.all(Identity)) == 1
    report(
        here, A, {"type": "refund", "refund_id": "r", "order_id": "cs_live_1", "currency": "EUR"}
    )
    assert here.conversion.refunded_net_minor == 4_900
    assert {one.state for one in here.deliveries()} == {"booked"}
