"""A Shopify order is booked as it was ordered; each refund and edit takes its part once.

Whether the order tells of its refunds, their own webhooks do or both, and whichever comes first.
"""

from itertools import permutations
from typing import Any

import pytest
from goodword.conversions.granting import find_orders
from goodword.rewards.model import Reward

from infra.local.payloads import Json, money, shopify_order, shopify_refund
from infra.local.samples import shopify
from tests.support.intake import Installation
from tests.support.scene import PROGRAM

ORDER, REFUND = 450_789_001, 890_001


def order(*refunds: Json, left: str, **more: Any) -> Json:
    """An order of 240.00 and 16.80 tax on top, of whose goods `left` are left."""
    whole = shopify_order(ORDER, "240.00", "256.80", "16.80", refunds=list(refunds))
    referred = {"note_attributes": [{"name": "via", "value": "MAYA7"}]}
    now = {"current_subtotal_price": left, "current_subtotal_price_set": money(left)}
    return whole | referred | now | more


def deliver(here: Installation, *told: tuple[str, Json]) -> None:
    for number, (topic, body) in enumerate(told):
        assert here.send(shopify(topic, f"hook-{number}", body))["statusCode"] == 200
        here.stream()
    assert {one.state for one in here.deliveries()} == {"booked"}


def outcome(here: Installation) -> tuple[int, int, int]:
    """Net, what is refunded of it, and what is left of the reward of 10 %."""
    one, (reward,) = here.conversion, here.all(Reward)
    return one.net_minor, one.refunded_net_minor, reward.remaining_minor


REFUNDED = shopify_refund(REFUND, ORDER, "60.00", "4.20", "64.20")
REMOVED = shopify_refund(REFUND, ORDER, "60.00", "4.20", "0.00", transactions=[])


@pytest.mark.parametrize("refund", [REFUNDED, REMOVED], ids=["refunded", "edited"])
@pytest.mark.parametrize("places", [*permutations(range(3)), (0,), (1, 2), (2, 1), (0, 2)])
def test_a_part_is_taken_once_however_it_is_told(
    here: Installation, refund: Json, places: tuple[int, ...]
) -> None:
    told = [
        ("orders/paid", order(refund, left="180.00", financial_status="partially_refunded")),
        ("orders/paid", order(left="240.00")),
        ("refunds/create", refund),
    ]
    deliver(here, *(told[place] for place in places))
    assert outcome(here) == (24_000, 6_000, 1_800)


def test_goods_edited_out_without_a_refund_were_never_sold(here: Installation) -> None:
    deliver(here, ("orders/paid", order(left="180.00")))
    assert outcome(here) == (18_000, 0, 1_800)


def test_an_order_that_was_refunded_whole_before_it_was_told_earns_nothing(
    here: Installation,
) -> None:
    refund = shopify_refund(REFUND, ORDER, "240.00", "16.80", "256.80")
    gone = {"current_total_price": "0.00", "current_total_price_set": money("0.00")}
    deliver(here, ("orders/paid", order(refund, left="0.00", financial_status="refunded", **gone)))
    assert outcome(here) == (24_000, 24_000, 0)
    assert here.all(Reward)[0].state == "void"


@pytest.mark.parametrize("paid", [[], None], ids=["unpaid", "paid"])
@pytest.mark.parametrize("places", [(0, 1), (1, 0), (2,)])
def test_tax_inside_the_prices_is_no_part_of_what_returns(
    here: Installation, places: tuple[int, ...], paid: list[Json] | None
) -> None:
    refund = shopify_refund(REFUND, ORDER, "59.50", "9.50", "59.50")
    refund |= {} if paid is None else {"transactions": paid}
    whole = shopify_order(ORDER, "119.00", "119.00", "19.00", taxes_included=True)
    whole["note_attributes"] = [{"name": "via", "value": "MAYA7"}]
    left = {"current_subtotal_price": "59.50", "current_subtotal_price_set": money("59.50")}
    told = [("orders/paid", whole), ("refunds/create", refund)]
    told.append(("orders/paid", whole | left | {"refunds": [refund]}))
    deliver(here, *(told[place] for place in places))
    assert outcome(here) == (10_000, 5_000, 500)


def test_an_order_is_found_by_what_the_shopper_reads(here: Installation) -> None:
    deliver(here, ("orders/paid", order(left="240.00", name="EN-1001")))
    for asked in ("EN-1001", "#en-1001", str(ORDER)):
        (found,) = find_orders(here.store, PROGRAM, asked)
        assert found.conversion_id == here.conversion.conversion_id
    for odd in ({"name": None}, {"name": "x" * 61}, {"name": 7, "order_number": "7"}):
        again = order(left="240.00") | {"id": ORDER + 1, "customer": None, "email": None} | odd
        here.send(shopify("orders/paid", f"odd-{odd}", again))
        here.stream()
    assert [len(find_orders(here.store, PROGRAM, one)) for one in ("x" * 61, "7")] == [0, 0]
