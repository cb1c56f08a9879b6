"""One order that is told twice is one order: by its names, however late they come, and its amounts.

Whatever the order of the deliveries, the same is earned and the same taken back.
"""

from itertools import permutations
from typing import Any

import pytest
from goodword.conversions.model import Conversion
from goodword.ledger.model import Balance, Entry
from goodword.rewards.decision import Decision
from goodword.rewards.model import Reward
from goodword.times import MINUTE_MS

from infra.local.payloads import (
    Json,
    stripe_charge,
    stripe_checkout,
    stripe_event,
    stripe_invoice,
    stripe_payment,
)
from infra.local.samples import AT_S, generic, stripe
from tests.support.intake import Installation

CHECKOUT, INVOICE, PAYMENT = "checkout.session.completed", "invoice.paid", "invoice_payment.paid"
REFERRED: Json = {"metadata": {"via": "MAYA7"}}


def deliver(here: Installation, *told: tuple[str, Json]) -> None:
    for number, (topic, thing) in enumerate(told):
        event = stripe_event(f"evt_{number}", topic, thing, AT_S - 60 + (topic == INVOICE))
        assert here.send(stripe(event))["statusCode"] == 200
        here.stream()
    here.clock.advance(3 * MINUTE_MS)
    here.sweep()


def ends(here: Installation) -> set[tuple[str, str]]:
    return {(one.state, one.reason) for one in here.deliveries()}


def check_books(here: Installation) -> int:
    """Every entry sums to zero and the balance is what rewards hold; answers that sum."""
    for entry in here.all(Entry):
        assert sum(leg.amount_minor for leg in entry.legs) == 0
    held = sum(one.remaining_minor for one in here.all(Reward) if one.state != "void")
    (balance,) = here.all(Balance)
    assert balance.pending_minor == held
    assert balance.sales == 1
    return held


ONE_PAYMENT = [
    (CHECKOUT, stripe_checkout("x", 10_000, **REFERRED)),
    (INVOICE, stripe_invoice("x", 10_000, billing_reason="manual", payments=None, **REFERRED)),
    (PAYMENT, stripe_payment("x", 10_000)),
    ("charge.refunded", stripe_charge("x", 10_000, 2_500)),
]


@pytest.mark.parametrize(
    "places",
    [
        *permutations(range(3)),
        *(one for one in permutations(range(4)) if one[1] == 3),
        (3, 0, 1, 2),
    ],
)
def test_a_payment_that_was_booked_twice_is_made_one(
    here: Installation, places: tuple[int, ...]
) -> None:
    deliver(here, *(ONE_PAYMENT[place] for place in places))
    assert ends(here) == {("booked", "")}
    assert check_books(here) == (1_000 if len(places) == 3 else 750)
    standing = [one for one in here.all(Conversion) if one.duplicate_of is None]
    assert len(standing) == 1
    for gone in here.all(Conversion):
        if gone.duplicate_of is not None:
            assert (gone.duplicate_of, gone.reason) == (
                standing[0].conversion_id,
                "duplicate_order",
            )
            said = [one for one in here.all(Decision) if one.conversion_id == gone.conversion_id]
            assert said[-1].reason == "duplicate_order"
            rewards = [one for one in here.all(Reward) if one.conversion_id == gone.conversion_id]
            assert {(one.state, one.reason) for one in rewards} == {("void", "duplicate_order")}


def test_names_that_join_two_orders_of_other_amounts_are_shown_to_a_person(
    here: Installation,
) -> None:
    other = (INVOICE, ONE_PAYMENT[1][1] | {"amount_paid": 9_000})
    deliver(here, ONE_PAYMENT[0], other, (PAYMENT, stripe_payment("x", 9_000)))
    assert ("not_understood", "order_differs") in ends(here)
    assert check_books(here) == 1_000


def test_a_delivery_with_the_names_of_two_orders_makes_them_one(here: Installation) -> None:
    told = stripe_invoice("x", 10_000, billing_reason="manual", **REFERRED)
    again = ("invoice.payment_succeeded", told)
    deliver(here, ONE_PAYMENT[0], ONE_PAYMENT[1], again)
    assert ends(here) == {("booked", "")}
    assert check_books(here) == 1_000


CREDIT: Json = {"amount_paid": 4_760, "starting_balance": -7_140, "ending_balance": 0}
SUBSCRIBED: Json = {"mode": "subscription", "payment_intent": None, "invoice": "in_c"}
HALF_PAID = [
    (CHECKOUT, stripe_checkout("c", 10_000, tax=1_900, **SUBSCRIBED, **REFERRED)),
    (INVOICE, stripe_invoice("c", 10_000, tax=1_900, **CREDIT, **REFERRED)),
]


@pytest.mark.parametrize("places", [(1,), (0, 1), (1, 0)])
@pytest.mark.parametrize("refunded", [0, 2_380, 4_760])
def test_what_a_credit_balance_paid_earns_nothing(
    here: Installation, places: tuple[int, ...], refunded: int
) -> None:
    told: list[tuple[str, Any]] = [HALF_PAID[place] for place in places]
    if refunded:
        told.append(("charge.refunded", stripe_charge("c", 4_760, refunded)))
    deliver(here, *told)
    assert ends(here) == {("booked", "")}
    assert (here.conversion.net_minor, here.conversion.gross_minor) == (4_000, 4_760)
    assert check_books(here) == 400 - 400 * refunded // 4_760


def test_an_order_told_with_other_amounts_is_kept_for_a_person(here: Installation) -> None:
    sale = {"order_id": "1001", "amount": 5_000, "currency": "EUR"}
    assert here.send(generic(sale, "msg_1"))["statusCode"] == 202
    here.stream()
    other = sale | {"amount": 90_000, "code": "MAYA7"}
    assert here.send(generic(other, "msg_2"))["statusCode"] == 202
    here.stream()
    assert ends(here) == {("booked", ""), ("not_understood", "order_differs")}
    assert here.conversion.net_minor == 5_000
    assert check_books(here) == 500
