"""A busy rail is left alone for as long as it says, by everybody."""

import pytest
from goodword.limits import RAIL_PAUSE_SECONDS_MAX, RAIL_TOLD_SECONDS_MAX
from goodword.payouts.model import Payout
from goodword.payouts.ports import PaymentOrder, RailAnswer
from goodword.payouts.reconciling import Reconciliation
from goodword.payouts.resting import rest, rests
from goodword.times import HOUR_MS

from tests.support.payday import Payday


def busy(world: Payday, monkeypatch: pytest.MonkeyPatch, seconds: int) -> list[str]:
    """A rail that refuses every call for now; the keys that it was asked with."""
    asked: list[str] = []

    def send(order: PaymentOrder) -> RailAnswer:
        asked.append(order.payout_id)
        return RailAnswer("unknown", reason="rate_limited", rest_seconds=seconds)

    monkeypatch.setattr(world.rail, "send", send)
    return asked


def crowd(people: int) -> Payday:
    world = Payday()
    for number in range(people):
        world.enrol(f"adv_{number}", f"CODE{number}")
        world.pay_to(f"adv_{number}")
        world.due(500, f"adv_{number}")
    return world


@pytest.mark.parametrize("seconds", [600, RAIL_TOLD_SECONDS_MAX, 50_000])
def test_nobody_asks_a_busy_rail_before_the_time_that_it_names(
    monkeypatch: pytest.MonkeyPatch, seconds: int
) -> None:
    world = crowd(5)
    run = world.released()
    world.cycle.begin(run.run_id)
    with monkeypatch.context() as patch:
        asked = busy(world, patch, seconds)
        assert world.cycle.send(run.run_id, 0, 0).route == "again"
        assert len(asked) == 1, "after its first word it is left alone"
        named = min(seconds, RAIL_TOLD_SECONDS_MAX)
        world.clock.advance(named * 1_000 - 1)
        assert world.cycle.send(run.run_id, 0, 1).route == "again"
        assert world.cycle.look_up().route == "settled"
        assert len(asked) == 1
    world.clock.advance(1)
    assert world.cycle.send(run.run_id, 0, 2).route == "done"
    assert [one.state for one in world.all(Payout)] == ["paid"] * 5
    assert set(world.rail.counts().values()) == {1}


def test_a_short_time_was_waited_for_within_the_call(monkeypatch: pytest.MonkeyPatch) -> None:
    world = crowd(2)
    run = world.released()
    world.cycle.begin(run.run_id)
    asked = busy(world, monkeypatch, RAIL_PAUSE_SECONDS_MAX)
    world.cycle.send(run.run_id, 0, 0)
    assert len(asked) == 2
    assert not rests(world.desk(), "simulator")


def test_a_shorter_rest_does_not_end_a_longer_one() -> None:
    world = Payday()
    rest(world.desk(), "simulator", 600)
    rest(world.desk(), "simulator", 60)
    world.clock.advance(599_999)
    assert rests(world.desk(), "simulator")
    world.clock.advance(1)
    assert not rests(world.desk(), "simulator")


@pytest.mark.parametrize(("reason", "asked"), [("no_answer", 3), ("no_look_up", 8)])
def test_a_comparison_leaves_a_silent_rail_alone(
    monkeypatch: pytest.MonkeyPatch, reason: str, asked: int
) -> None:
    """Eight questions of ten seconds each would outlast the call, and nothing would be noted."""
    world = crowd(8)
    run = world.sent()
    world.cycle.settle(run.run_id)
    with monkeypatch.context() as patch:
        calls: list[str] = []

        def silent(payout_id: str, _reference: str = "") -> RailAnswer:
            calls.append(payout_id)
            return RailAnswer("unknown", reason=reason)

        patch.setattr(world.rail, "look_up", silent)
        world.cycle.compare(run.run_id, 0)
        assert len(calls) == asked
        assert rests(world.desk(), "simulator") == (asked == 3)
    world.cycle.sum_up(run.run_id)
    assert world.one(Reconciliation).tally.unclear == 8
    world.clock.advance(HOUR_MS)
    step = world.cycle.recompare(run.run_id)
    for first in step.chunks:
        world.cycle.compare(run.run_id, first, step.cursor)
    world.cycle.sum_up(run.run_id)
    assert world.one(Reconciliation).tally.differences == 0


def test_a_comparison_asks_a_resting_rail_once_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    world = crowd(8)
    run = world.sent()
    world.cycle.settle(run.run_id)
    calls: list[str] = []

    def busy(payout_id: str, _reference: str = "") -> RailAnswer:
        calls.append(payout_id)
        return RailAnswer("unknown", reason="rate_limited", rest_seconds=600)

    monkeypatch.setattr(world.rail, "look_up", busy)
    world.cycle.compare(run.run_id, 0)
    assert len(calls) == 1


def test_a_comparison_asks_nothing_while_the_rail_rests(monkeypatch: pytest.MonkeyPatch) -> None:
    world = crowd(8)
    run = world.sent()
    world.cycle.settle(run.run_id)
    rest(world.desk(), "simulator", 600)
    with monkeypatch.context() as patch:
        patch.setattr(world.rail, "look_up", lambda *_: pytest.fail("it is asked"))
        world.cycle.compare(run.run_id, 0)
    world.cycle.sum_up(run.run_id)
    assert world.one(Reconciliation).tally.unclear == 8
