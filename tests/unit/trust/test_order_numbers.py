"""A missing order is found by what the shopper reads, and granted by it once for ever."""

import pytest
from goodword.conversions.granting import find_orders
from goodword.conversions.model import Conversion
from goodword.conversions.numbers import OrderNumber, folded_number
from goodword.limits import NUMBERED_ORDERS_MAX
from goodword.rewards.model import Reward
from goodword.times import DAY_MS
from goodword.trust.dispute import GrantedOrder
from goodword.trust.resolving import Ruling
from goodword.trust.searching import search

from tests.support.court import GRANT, Court
from tests.support.scene import MAYA, PROGRAM, sale


def found(here: Court, number: str) -> list[str]:
    return [one.order_id for one in find_orders(here.store, PROGRAM, number)]


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("#1001", "1001"),
        (" # EN-1001", "en-1001"),
        ("\uff11\uff10\uff10\uff11", "1001"),
        ("1001.A/2", "1001.a/2"),
        ("", ""),
        ("#", ""),
        ("Zürich", ""),
        ("x" * 61, ""),
    ],
)
def test_a_number_is_written_in_many_ways(text: str, folded: str) -> None:
    assert folded_number(text) == folded


@pytest.mark.parametrize("asked", ["#1001", "1001", " # 1001", "5550001"])
def test_an_order_is_found_by_its_number_and_by_its_id(asked: str) -> None:
    here = Court()
    here.sale("5550001", number="#1001")
    here.sale("5550002", number="#1002")
    assert found(here, asked) == ["5550001"]
    dispute = here.missing(asked)
    order = search(here.store, dispute).order
    assert order is not None
    assert (order.order_id, order.credited) == ("5550001", "nobody")
    here.resolving.resolve(dispute.dispute_id, GRANT, None)
    assert (here.reward.advocate_id, here.reward.order_id) == (MAYA, "5550001")


def test_equal_numbers_never_make_two_orders_one() -> None:
    here = Court()
    here.sale("5550001", number="#1001")
    here.sale("5550002", number="1001", customer={"customer_id": "c2"})
    assert found(here, "1001") == ["5550001", "5550002"]
    assert len(here.all(Conversion)) == 2
    here.sale("5550001", number="#1001")
    assert len(here.one(OrderNumber).conversion_ids) == 2


def test_a_sign_up_has_no_number_and_neither_has_an_odd_one() -> None:
    here = Court()
    here.deliver(sale("s1", 0, here.clock.at_ms, action="lead", number="#1001"))
    here.sale("1", number="Zürich")
    assert here.all(OrderNumber) == []


def test_very_many_orders_of_one_number_are_bounded() -> None:
    here = Court()
    for n in range(NUMBERED_ORDERS_MAX + 2):
        here.sale(f"o{n}", number="7")
    assert len(here.one(OrderNumber).conversion_ids) == NUMBERED_ORDERS_MAX


@pytest.mark.parametrize("said", ["1001", "#1001"])
def test_what_was_granted_by_its_number_is_what_the_shop_reports_later(said: str) -> None:
    """The shop knows the order by an id that nobody else does; it must not earn a second time."""
    here = Court()
    dispute = here.missing("#1001")
    order = GrantedOrder(order_id=said, net_minor=3_000, occurred_ms=here.clock.at_ms - DAY_MS)
    ruling = Ruling("granted", "checked_with_shop", "source_not_reporting", order)
    here.resolving.resolve(dispute.dispute_id, ruling, None)
    here.sale("5550001", 3_000, number="#1001", click_ids=(here.click(),))
    assert len(here.all(Conversion)) == len(here.all(Reward)) == 1
    assert here.one(OrderNumber).granted is None
    assert here.refund("r1", None, orders=("5550001",)).state == "booked"
    assert here.reward.state == "void"
    # A further order under the same number is one of its own.
    here.sale("5550002", 3_000, number="#1001", customer={"customer_id": "c2"})
    assert len(here.all(Conversion)) == 2
    assert here.ledger_differences() == []


@pytest.mark.parametrize("said", ["1001", "#1001"])
def test_what_was_granted_is_told_by_its_number_as_its_id(said: str) -> None:
    """Some shops say no number beside the id."""
    here = Court()
    order = GrantedOrder(order_id=said, net_minor=3_000, occurred_ms=here.clock.at_ms - DAY_MS)
    ruling = Ruling("granted", "checked_with_shop", "source_not_reporting", order)
    here.resolving.resolve(here.missing("#1001").dispute_id, ruling, None)
    here.sale("1001", 3_000, click_ids=(here.click(),))
    assert len(here.all(Conversion)) == len(here.all(Reward)) == 1
    assert here.one(OrderNumber).granted is None
    here.sale("5550002", 3_000, number="#1001", customer={"customer_id": "c2"})
    assert len(here.all(Conversion)) == 2


def test_an_order_reported_before_is_not_taken_for_what_is_granted_later() -> None:
    here = Court()
    here.sale("5550001", 3_000, number="#1001")
    order = GrantedOrder(order_id="77", net_minor=3_000, occurred_ms=here.clock.at_ms)
    ruling = Ruling("granted", "checked_with_shop", "source_not_reporting", order)
    here.resolving.resolve(here.missing("77").dispute_id, ruling, None)
    assert len(here.all(Conversion)) == 2
