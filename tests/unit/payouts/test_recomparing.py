"""What was unclear when a run was compared is compared again by itself, until staff has to look."""

import pytest
from goodword.limits import COMPARE_DAYS
from goodword.payouts.model import Payout
from goodword.payouts.ports import RailAnswer
from goodword.payouts.recomparing import OpenComparison, once_more
from goodword.payouts.reconciling import Reconciliation, Reconciling, ReportRow, RunDifference
from goodword.times import DAY_MS, HOUR_MS, MINUTE_MS

from tests.support.payday import Payday
from tests.support.scene import BEN, MAYA


def settled(trouble: str = "after") -> Payday:
    """A run of two payments that is over; the rail has paid the first, but did not answer."""
    world = Payday()
    world.due(500)
    world.due(700, BEN)
    world.rail.troubles = [trouble]
    world.cycle.settle(world.sent().run_id)
    return world


def walk(world: Payday, **given: object) -> str:
    """The last state of an execution of the real machine, over this world's steps."""
    return world.execute(**given).last


def compared(world: Payday) -> Reconciliation:
    assert walk(world, task="reconcile", run_id=world.run().run_id) == "Settled"
    return world.one(Reconciliation)


def tick(world: Payday) -> tuple[int, int]:
    """What the clock starts is walked; how many runs were compared, and how many are overdue."""
    before = set(world.starts.named)
    told = world.payouts_clock.tick()
    for name in set(world.starts.named) - before:
        if world.starts.named[name]["task"] in ("recompare", "look_up"):
            walk(world, **world.starts.named[name])
    return len(told.compared), told.overdue


def test_a_clean_run_is_compared_once() -> None:
    world = settled("")
    assert len(world.all(OpenComparison)) == 1
    assert compared(world).tally.unclear == 0
    assert world.all(OpenComparison) == []
    world.clock.advance(DAY_MS)
    assert tick(world) == (0, 0)


def test_what_was_unclear_is_compared_again_when_the_rail_has_answered() -> None:
    world = settled()
    found = compared(world)
    assert (found.tally.unclear, found.tally.differences, found.tally.ours_minor) == (1, 1, 700)
    assert tick(world) == (0, 0), "not at once"
    world.clock.advance(31 * MINUTE_MS)
    tick(world)  # the look-up finds it, or the comparison came first
    world.clock.advance(2 * HOUR_MS)
    tick(world)
    found = world.one(Reconciliation)
    assert (found.tally.unclear, found.tally.differences) == (0, 0)
    assert (found.tally.ours_minor, found.tally.rails_minor) == (1_200, 1_200)
    assert (world.all(RunDifference), world.all(OpenComparison)) == ([], [])
    assert world.events("payout_run.comparison_escalated") == []


def test_a_first_comparison_that_died_is_taken_up() -> None:
    world = settled("")
    world.clock.advance(31 * MINUTE_MS)
    assert tick(world) == (1, 0)
    assert world.one(Reconciliation).tally.differences == 0
    assert world.all(OpenComparison) == []


def test_a_comparison_that_died_before_its_sum_is_summed_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = settled("")
    run_id = world.run().run_id
    for first in world.cycle.reconcile(run_id).chunks:
        world.cycle.compare(run_id, first)
    world.clock.advance(31 * MINUTE_MS)
    asked: list[str] = []
    monkeypatch.setattr(world.rail, "look_up", lambda key, _="": asked.append(key))
    assert tick(world) == (1, 0)
    assert (asked, world.one(Reconciliation).tally.compared) == ([], 2)


def test_it_is_repeated_ever_less_often() -> None:
    compares = OpenComparison(run_id="run_1", since_ms=0, look_ms=0)
    at_ms, waits = 0, []
    for _ in range(2 * COMPARE_DAYS):
        if compares.look_ms is None:
            break
        at_ms = compares.look_ms
        compares = once_more(compares, at_ms)
        waits += [] if compares.look_ms is None else [(compares.look_ms - at_ms) // HOUR_MS]
    assert waits[:6] == [1, 2, 4, 8, 16, 24]
    assert set(waits[6:]) == {24}
    assert COMPARE_DAYS * DAY_MS <= at_ms < (COMPARE_DAYS + 2) * DAY_MS


def test_staff_is_told_once_and_asked_no_more_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    world = settled()
    silent = RailAnswer("unknown", reason="no_answer")
    monkeypatch.setattr(world.rail, "look_up", lambda _key, _="": silent)
    compared(world)
    overdue = 0
    for _ in range(2 * (COMPARE_DAYS + 2)):
        world.clock.advance(DAY_MS // 2)
        overdue += tick(world)[1]
        if world.clock.now_ms() < world.run().changed_ms + 3 * DAY_MS:
            assert (overdue, world.one(OpenComparison).escalated) == (0, False)
    told = world.events("payout_run.comparison_escalated")
    assert [event.reason for event in told] == ["still_unclear", "asked_no_more"]
    assert COMPARE_DAYS - 5 < overdue <= COMPARE_DAYS, "an alarm at each try, once a day"
    left = world.one(OpenComparison)
    assert (left.look_ms, left.escalated) == (None, True)
    assert world.ledger_differences() == []


def test_the_report_of_a_person_ends_it() -> None:
    world = settled()
    compared(world)
    for payout in world.all(Payout):
        world.sending.ask_again(payout)
    run_id, rows = world.run().run_id, []
    for one in world.all(Payout):
        rows.append(ReportRow(payout_id=one.payout_id, amount_minor=one.amount_minor))
    found = Reconciling(world.desk()).report(run_id, rows)
    assert (found.tally.unclear, world.all(OpenComparison)) == (0, [])
    assert world.cycle.recompare(run_id).route == "settled"


def test_only_what_was_unclear_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("goodword.payouts.reconciling.RECONCILE_CHUNKS", 2)
    world = Payday()
    for number in range(130):
        world.enrol(f"adv_{number}", f"CODE{number}")
        world.pay_to(f"adv_{number}")
        world.due(500, f"adv_{number}")
    world.rail.troubles = [""] * 30 + ["after"]
    run = world.sent()
    world.cycle.settle(run.run_id)
    assert compared(world).tally.unclear == 1
    world.clock.advance(31 * MINUTE_MS)
    step = world.cycle.recompare(run.run_id)
    assert (step.cursor, step.chunks) == ("unclear", (0,)), "of six chunks, in three parts"
    asked: list[str] = []
    answers = world.rail.look_up

    def noted(key: str, reference: str = "") -> RailAnswer | None:
        asked.append(key)
        return answers(key, reference)

    monkeypatch.setattr(world.rail, "look_up", noted)
    world.cycle.compare(run.run_id, 0, step.cursor)
    assert len(asked) == 25, "one chunk"
    assert world.cycle.recompare(run.run_id).route == "settled", "it has had its turn"


def test_a_rail_without_keys_is_not_compared_with() -> None:
    world = settled()
    object.__setattr__(world.sending, "rails", {})
    world.clock.advance(31 * MINUTE_MS)
    assert tick(world) == (1, 0)
    assert (world.all(Reconciliation), world.one(OpenComparison).tries) == ([], 1)


def test_a_run_by_hand_is_compared_by_people_only() -> None:
    world = Payday(rail="csv")
    world.pay_to(MAYA, rail="csv")
    world.due(500)
    world.cycle.settle(world.sent().run_id)
    assert world.all(OpenComparison) == []
    assert world.cycle.recompare(world.run().run_id).route == "settled"
