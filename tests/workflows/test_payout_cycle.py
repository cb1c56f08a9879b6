"""Every path of `payout_cycle`, walked with the real steps on a virtual clock."""

from collections.abc import Callable
from typing import Any

import pytest
from goodword.errors import Unavailable
from goodword.limits import LOOKUP_TRIES_MAX
from goodword.payouts.model import OpenRun, Payout, PayoutRun
from goodword.payouts.ports import RailAnswer
from goodword.payouts.reconciling import Reconciliation
from goodword.times import DAY_MS, MINUTE_MS

from tests.support.asl import Execution, definition
from tests.support.payday import ANNA, CARL, CUTOFF_MS, PERIOD, Payday
from tests.support.scene import BEN, PROGRAM

REQUEST = "Wait for a first person to request"
RELEASE = "Wait for a second person to release"
ENTERED: set[str] = set()
TESTS = 29  # with those of parametrized ones


class House(Payday):
    """A payday whose executions are resumed by the people's answers, as Step Functions is."""

    def __init__(self, **payment: object) -> None:
        super().__init__(None, **payment)
        self.executions: list[Execution] = []
        self.break_step: Callable[[dict[str, Any]], None] = lambda _: None
        self.flow.resume = self._resume  # type: ignore[method-assign]  # the executions below
        object.__setattr__(self.approving, "workflow", self.flow)

    def begin(self, **given: object) -> Execution:
        asked = given or {
            "task": "run",
            "program_id": PROGRAM,
            "period": PERIOD,
            "cutoff_ms": CUTOFF_MS,
            "ended_ms": CUTOFF_MS,
            "currency": "EUR",
        }
        execution = Execution(definition("payout_cycle"), self._handle, self.clock, asked)
        self.executions.append(execution)
        ENTERED.update(execution.path)
        return execution

    def request(self) -> None:
        run = self.run()
        self.approving.request(run.run_id, ANNA, run.run_hash)

    def release(self) -> None:
        run = self.run()
        self.approving.release(run.run_id, CARL, run.run_hash, run.total_minor)

    def _resume(self, token: str, answer: dict[str, str]) -> bool:
        told = any([each.succeed(token, answer) for each in self.executions])
        for each in self.executions:
            ENTERED.update(each.path)
        return told

    def _handle(self, event: dict[str, Any]) -> Any:
        self.break_step(event)
        return self._step(event)


@pytest.fixture
def house() -> House:
    scene = House()
    scene.due(500)
    scene.due(700, BEN)
    return scene


def test_from_the_cut_off_to_paid(house: House) -> None:
    cycle = house.begin()
    assert (cycle.status, cycle.last) == ("RUNNING", REQUEST)
    house.request()
    assert (cycle.status, cycle.last) == ("RUNNING", RELEASE)
    assert house.rail.paid == []
    house.release()
    assert (cycle.status, cycle.last) == ("SUCCEEDED", "Settled")
    assert {payout.state for payout in house.all(Payout)} == {"paid"}
    assert (house.run().state, house.all(OpenRun)) == ("settled", [])
    assert house.ledger_differences() == []


def test_nothing_due_ends_without_asking_anybody() -> None:
    house = House()
    cycle = house.begin()
    assert (cycle.status, cycle.last) == ("SUCCEEDED", "Nothing was due")


def test_nobody_requests(house: House) -> None:
    cycle = house.begin()
    cycle.time_out()
    assert (cycle.status, cycle.last) == ("SUCCEEDED", "Everything was given back")
    assert (house.run().state, house.run().reason) == ("expired", "nobody_requested")
    assert (house.rail.paid, house.purse().payable_minor) == ([], 500)
    assert house.all(OpenRun) == []


def test_nobody_releases(house: House) -> None:
    cycle = house.begin()
    house.request()
    cycle.time_out()
    assert cycle.last == "Everything was given back"
    assert (house.run().reason, house.purse(BEN).payable_minor) == ("nobody_released", 700)
    assert house.ledger_differences() == []


def test_expired_money_is_paid_by_the_next_run(house: House) -> None:
    house.begin().time_out()
    house.clock.at_ms = CUTOFF_MS + 31 * DAY_MS
    ended = CUTOFF_MS + 30 * DAY_MS
    house.begin(
        task="run",
        program_id=PROGRAM,
        period="2025-11",
        cutoff_ms=ended,
        ended_ms=ended,
        currency="EUR",
    )
    run = next(run for run in house.all(PayoutRun) if run.period == "2025-11")
    house.approving.request(run.run_id, ANNA, run.run_hash)
    house.approving.release(run.run_id, CARL, run.run_hash, run.total_minor)
    assert (house.purse().paid_minor, house.purse(BEN).paid_minor) == (500, 700)


@pytest.mark.parametrize("requested", [False, True])
def test_finance_cancels(house: House, requested: bool) -> None:
    cycle = house.begin()
    if requested:
        house.request()
    house.approving.cancel(house.run().run_id, "wrong_amounts")
    assert (cycle.status, cycle.last) == ("SUCCEEDED", "Everything was given back")
    assert house.rail.paid == []


def test_a_stray_task_success_pays_nothing(house: House) -> None:
    cycle = house.begin()
    assert cycle.waits is not None
    cycle.succeed(cycle.waits.token, {"run_id": "run_other", "route": "send"})
    assert (cycle.status, cycle.last) == ("RUNNING", REQUEST)
    house.request()
    assert cycle.waits is not None
    cycle.succeed(cycle.waits.token, {"route": "begin"})
    assert (cycle.last, house.rail.paid) == (RELEASE, [])


def test_an_answer_at_the_last_moment_wins_over_the_time_out(house: House) -> None:
    cycle = house.begin()
    house.flow.resume = lambda *_: False  # type: ignore[method-assign]  # the machine is not told
    house.request()
    house.release()
    cycle.time_out()
    assert (cycle.status, cycle.last) == ("SUCCEEDED", "Settled")
    assert len(house.rail.paid) == 2


def test_time_outs_of_the_rail_are_waited_out(house: House) -> None:
    house.rail.troubles = ["after", "before"]
    cycle = house.begin()
    house.request()
    house.release()
    assert (cycle.last, "Give the rail time" in cycle.path) == ("Settled", True)
    assert set(house.rail.counts().values()) == {1}
    assert len(house.rail.paid) == 2


def test_a_silent_rail_leaves_unknown_payments_to_the_sweep(house: House) -> None:
    house.rail.troubles = ["after", "after", *["silent"] * 40]
    cycle = house.begin()
    house.request()
    house.release()
    assert cycle.path.count("Give the rail time") == LOOKUP_TRIES_MAX - 1
    assert (cycle.last, house.run().outcome["unknown"].count) == ("Settled", 2)
    house.rail.troubles = []
    house.clock.advance(DAY_MS)
    house.rail.key_window_ms = 3 * DAY_MS
    sweep = house.begin(task="look_up")
    assert (sweep.status, sweep.last) == ("SUCCEEDED", "Settled")
    assert {payout.state for payout in house.all(Payout)} == {"paid"}


def test_a_rail_that_is_down_leaves_the_run_open_until_it_is_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    house = House()
    for number in range(5):
        house.enrol(f"adv_{number}", f"CODE{number}")
        house.pay_to(f"adv_{number}")
        house.due(500, f"adv_{number}")
    house.rail.troubles = ["before", "before", "before"]
    with monkeypatch.context() as down:
        down.setattr(house.rail, "look_up", lambda *_: RailAnswer("unknown", reason="no_answer"))
        cycle = house.begin()
        house.request()
        house.release()
    assert (cycle.status, cycle.last) == ("FAILED", "Payments are left to the sweep")
    house.clock.advance(31 * MINUTE_MS)
    assert house.payouts_clock.tick().mended == (house.run().run_id,)
    again = house.begin(task="mend", run_id=house.run().run_id)
    assert (again.status, again.last) == ("SUCCEEDED", "Settled")
    assert len(house.rail.paid) == 5
    assert set(house.rail.counts().values()) == {1}


def test_a_step_that_fails_for_a_while_is_repeated(house: House) -> None:
    left = [3]

    def unwell(event: dict[str, Any]) -> None:
        if event["step"] == "begin" and left[0]:
            left[0] -= 1
            raise Unavailable("throttled", "try again")

    house.break_step = unwell
    cycle = house.begin()
    house.request()
    house.release()
    assert (cycle.last, left) == ("Settled", [0])


@pytest.mark.parametrize("step", ["freeze", "close_list", "begin", "settle", "stand", "send"])
def test_a_lost_execution_strands_no_money(house: House, step: str) -> None:
    broken = [True]

    def unwell(event: dict[str, Any]) -> None:
        if broken[0] and event["step"] == step:
            raise ZeroDivisionError

    house.break_step = unwell
    cycle = house.begin()
    for person in (house.request, house.release):
        if house.run().listing == "hashed":
            person()
    assert cycle.status == "FAILED"
    broken[0] = False
    house.clock.advance(31 * MINUTE_MS)
    assert house.payouts_clock.tick().mended == (house.run().run_id,)
    mended = house.begin(task="mend", run_id=house.run().run_id)
    if house.run().state == "draft":
        assert mended.last == REQUEST if step == "freeze" else True
        house.request()
        house.release()
        house.clock.advance(31 * MINUTE_MS)
        house.begin(task="mend", run_id=house.run().run_id)
    assert house.run().state == "settled"
    assert len(house.rail.paid) == 2
    assert house.ledger_differences() == []


def test_a_run_that_waits_is_left_to_its_people(house: House) -> None:
    house.begin()
    mend = house.begin(task="mend", run_id=house.run().run_id)
    assert (mend.status, mend.last) == ("SUCCEEDED", "The run waits for a person")


def test_an_overdue_run_is_ended_and_its_execution_with_it(house: House) -> None:
    cycle = house.begin()
    house.clock.advance(8 * DAY_MS)
    mend = house.begin(task="mend", run_id=house.run().run_id)
    assert (mend.last, cycle.last) == ("Everything was given back", "Everything was given back")
    assert house.purse().payable_minor == 500


def test_an_execution_for_a_run_that_is_over_ends_at_once(house: House) -> None:
    house.begin()
    house.request()
    house.release()
    again = house.begin()
    assert again.path == [
        "What is to be done?",
        "Cut off the period",
        "What comes next?",
        "Settled",
    ]


def test_two_executions_of_one_run_pay_once(house: House) -> None:
    first = house.begin()
    second = house.begin()
    house.request()
    house.release()
    assert second.last == "Settled"
    first.time_out()
    assert first.last == "Settled"
    assert set(house.rail.counts().values()) == {1}


def test_a_comparison_that_breaks_off_tells_no_sums(house: House) -> None:
    broken = [True]

    def unwell(event: dict[str, Any]) -> None:
        if broken[0] and event["step"] == "compare":
            raise ZeroDivisionError

    house.break_step = unwell
    cycle = house.begin()
    house.request()
    house.release()
    assert (cycle.status, cycle.path[-2:]) == (
        "FAILED",
        ["Some were not compared", "A step failed for good"],
    )
    assert (house.run().state, house.all(Reconciliation)) == ("settled", [])
    broken[0] = False
    again = house.begin(task="reconcile", run_id=house.run().run_id)
    assert again.last == "Settled"
    assert house.one(Reconciliation).tally.differences == 0


def test_what_was_unclear_is_compared_again(house: House) -> None:
    house.rail.troubles = ["after", *["silent"] * LOOKUP_TRIES_MAX]
    house.begin()
    house.request()
    house.release()
    assert house.one(Reconciliation).tally.unclear == 1
    house.clock.advance(DAY_MS // 2)
    begun = set(house.starts.named)
    assert house.payouts_clock.tick().compared == (house.run().run_id,)
    for name in sorted(set(house.starts.named) - begun):
        assert house.begin(**house.starts.named[name]).last == "Settled"
    house.clock.advance(DAY_MS // 2)
    house.payouts_clock.tick()
    again = house.begin(task="recompare", run_id=house.run().run_id)
    assert again.path[:3] == [
        "What is to be done?",
        "Compare what was unclear",
        "What comes next?",
    ]
    assert house.one(Reconciliation).tally.differences == 0


def test_a_file_that_was_asked_for_is_written(house: House) -> None:
    house.begin()
    house.request()
    house.release()
    again = house.begin(task="file", run_id=house.run().run_id)
    assert again.path[1:] == ["Write the bank's file anew", "What comes next?", "Settled"]


def test_an_unknown_task_is_refused(house: House) -> None:
    cycle = house.begin(task="pay")
    assert (cycle.status, cycle.last) == ("FAILED", "Nobody asked for anything known")


def test_the_state_stays_small_and_names_nobody(house: House) -> None:
    seen: list[str] = []
    house.break_step = lambda event: seen.append(str(event))
    house.begin()
    house.request()
    house.release()
    assert max(map(len, seen)) < 400
    assert not any("@" in each or "adv_" in each for each in seen)


def test_the_tests_above_entered_every_state(request: pytest.FixtureRequest) -> None:
    """Last in the file on purpose: together they walk the whole machine."""
    beside = [each for each in request.session.items if each.path == request.path]
    if len(beside) < TESTS:
        pytest.skip("only some tests of this file were chosen")
    machine = definition("payout_cycle")
    maps = [one for one in machine["States"].values() if one["Type"] == "Map"]
    every = {*machine["States"], *(name for one in maps for name in one["ItemProcessor"]["States"])}
    assert every - ENTERED == set()
