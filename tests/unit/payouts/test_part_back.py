"""A part of a payment that came back is payable again, to the cent, and goes out once more."""

from typing import Any

import pytest
from goodword.payouts.model import Sum
from goodword.payouts.ports import RailAnswer
from goodword.payouts.reconciling import RunDifference
from goodword.times import DAY_MS, HOUR_MS

from tests.support.payday import CUTOFF_MS, Payday
from tests.unit.payouts.test_hearing import notice


def told(world: Payday, **answer: Any) -> None:
    """The rail tells of the payment, and says this when it is asked."""
    payout = world.payout
    amount, _, at_ms = world.rail.known[payout.payout_id]
    world.rail.known[payout.payout_id] = (amount, RailAnswer(**answer), at_ms)
    notice(world, payout.payout_id)
    world.cycle.look_up()


def test_a_part_that_comes_back_is_payable_again_and_the_rest_when_it_does() -> None:
    world = Payday()
    world.due(500)
    world.sent()
    for back in (200, 200, 120, 300):  # said twice, and an older one late
        told(world, status="paid", amount_minor=500, returned_minor=back)
        assert world.payout.state == "paid"
    assert (world.payout.returned_minor, world.purse().payable_minor) == (300, 300)
    assert (world.purse().paid_minor, world.ledger_differences()) == (200, [])
    assert [one.data["amount_minor"] for one in world.events("payout.part_returned")] == [200, 100]
    told(world, status="returned", amount_minor=500, returned_minor=500, reason="reversed")
    assert (world.payout.state, world.purse().payable_minor) == ("returned", 500)
    assert [one.data["amount_minor"] for one in world.events("payout.returned")] == [200]
    assert (world.purse().paid_minor, world.ledger_differences()) == (0, [])


def test_a_run_that_has_ended_says_what_its_payments_and_the_ledger_say() -> None:
    world = Payday()
    world.due(500)
    run = world.sent()
    world.cycle.settle(run.run_id)
    assert (world.run().outcome["paid"].amount_minor, world.run().part_back) == (500, None)
    for back in (200, 300):
        told(world, status="paid", amount_minor=500, returned_minor=back)
        assert world.run().part_back == Sum(count=1, amount_minor=back)
        assert world.run().outcome == {"paid": Sum(count=1, amount_minor=500)}
        assert (world.purse().paid_minor, world.purse().payable_minor) == (500 - back, back)
    told(world, status="returned", amount_minor=500, returned_minor=500, reason="reversed")
    assert world.run().part_back is None
    assert world.run().outcome == {"returned": Sum(count=1, amount_minor=500)}
    assert world.ledger_differences() == []


def test_a_part_that_came_back_before_its_run_ended_is_in_its_sums() -> None:
    world = Payday()
    world.due(500)
    run = world.sent()
    told(world, status="paid", amount_minor=500, returned_minor=200)
    assert world.run().part_back is None
    world.cycle.settle(run.run_id)
    assert world.run().part_back == Sum(count=1, amount_minor=200)


def test_what_was_unknown_when_its_run_ended_is_counted_as_it_ends() -> None:
    world = Payday()
    world.due(500)
    world.rail.troubles = ["after", "silent"]
    run = world.sent()
    world.cycle.settle(run.run_id)
    assert set(world.run().outcome) == {"unknown"}
    world.rail.troubles = []
    world.clock.advance(HOUR_MS)
    world.cycle.look_up()
    assert world.payout.state == "paid"
    assert world.run().outcome == {"paid": Sum(count=1, amount_minor=500)}


def test_what_the_rail_calls_failed_after_it_had_paid_came_back() -> None:
    """Said twice, it is posted once; a later run pays it under a new id."""
    world = Payday()
    world.due(500)
    run = world.sent()
    world.cycle.settle(run.run_id)
    for _ in range(2):
        told(world, status="failed", reason="order_canceled")
        payout = world.payout
        assert (payout.state, payout.reason) == ("returned", "order_canceled")
        assert (world.purse().payable_minor, world.purse().paid_minor) == (500, 0)
    (event,) = world.events("payout.returned")
    assert (event.reason, event.data["amount_minor"]) == ("order_canceled", 500)
    assert world.ledger_differences() == []
    world.cycle.reconcile(run.run_id)
    world.cycle.compare(run.run_id, 0)
    world.cycle.sum_up(run.run_id)
    assert world.all(RunDifference) == []
    world.clock.at_ms = CUTOFF_MS + 31 * DAY_MS
    world.sent("2025-11", CUTOFF_MS + 30 * DAY_MS)
    assert len({key for key, _ in world.rail.paid}) == 2


def test_only_the_rest_comes_back_when_a_part_had_before() -> None:
    world = Payday()
    world.due(500)
    world.sent()
    told(world, status="paid", amount_minor=500, returned_minor=200)
    told(world, status="failed", reason="order_canceled")
    assert [one.data["amount_minor"] for one in world.events("payout.returned")] == [300]
    assert (world.purse().payable_minor, world.ledger_differences()) == (500, [])


def test_a_refusal_that_comes_late_takes_nothing_back() -> None:
    """Two workers: the first call was paid, and the answer to the other one is a refusal."""
    world = Payday()
    world.due(500)
    world.sent()
    world.sending._record(world.payout, RailAnswer("failed", reason="receiver_refused"))
    assert (world.payout.state, world.purse().payable_minor) == ("paid", 0)


def test_a_part_that_came_back_is_paid_by_the_next_run() -> None:
    world = Payday()
    world.due(500)
    world.cycle.settle(world.sent().run_id)
    told(world, status="paid", amount_minor=500, returned_minor=200)
    world.clock.at_ms = CUTOFF_MS + 31 * DAY_MS
    world.sent("2025-11", CUTOFF_MS + 30 * DAY_MS)
    assert [amount for _, amount in world.rail.paid] == [500, 200]
    assert (world.purse().payable_minor, world.purse().paid_minor) == (0, 500)
    assert world.ledger_differences() == []


@pytest.mark.parametrize(
    "answer",
    [
        {"amount_minor": 1_000, "returned_minor": 500, "reason": "paid_twice"},
        {"amount_minor": None, "returned_minor": 200},
        {"amount_minor": 500, "returned_minor": 0},
    ],
)
def test_what_leaves_the_whole_with_the_receiver_posts_nothing(answer: dict[str, Any]) -> None:
    world = Payday()
    world.due(500)
    world.sent()
    told(world, status="paid", **answer)
    assert (world.payout.returned_minor, world.purse().payable_minor) == (0, 0)


def test_a_payment_of_which_a_part_is_back_when_it_is_first_looked_up() -> None:
    world = Payday()
    world.due(500)
    world.rail.troubles = ["after"]
    world.sent()
    world.clock.advance(HOUR_MS)
    told(world, status="paid", amount_minor=500, returned_minor=200)
    assert (world.payout.state, world.payout.returned_minor) == ("paid", 200)
    assert (world.purse().payable_minor, world.ledger_differences()) == (200, [])
