"""The clock starts each period once, and takes up whatever was left behind."""

import pytest
from goodword.errors import Conflict, NotFound
from goodword.payouts.clock import stuck
from goodword.payouts.freezing import Freezing
from goodword.ports import Change
from goodword.programs.model import Program, ProgramVersion
from goodword.times import DAY_MS, HOUR_MS, MINUTE_MS

from tests.support.desk import PlainIndex
from tests.support.payday import ANNA, CUTOFF_MS, PERIOD, Payday
from tests.support.scene import PROGRAM

RUN = f"run_{PROGRAM}_{PERIOD}"


def test_the_closed_period_of_a_programme_is_started_once() -> None:
    world = Payday()
    assert world.payouts_clock.tick().started == (RUN,)
    assert world.starts.named == {
        RUN: {
            "task": "run",
            "program_id": PROGRAM,
            "period": PERIOD,
            "cutoff_ms": CUTOFF_MS,
            "ended_ms": CUTOFF_MS,
            "currency": "EUR",
        }
    }


def test_a_clock_that_fires_twice_starts_nothing_twice() -> None:
    world = Payday()
    world.clock.at_ms = CUTOFF_MS + MINUTE_MS
    world.payouts_clock.tick()
    assert world.payouts_clock.tick().started == ()
    Freezing(world.desk(), PlainIndex()).open(PROGRAM, PERIOD, CUTOFF_MS)
    world.starts.named.clear()
    assert world.payouts_clock.tick().started == ()


def test_an_execution_that_died_before_the_run_existed_is_replaced() -> None:
    world = Payday()
    world.starts.named[RUN] = {}
    assert world.payouts_clock.tick().started == (RUN,)
    assert len(world.starts.named) == 2
    assert world.payouts_clock.tick().started == ()


def test_a_period_that_ended_before_the_programme_began_is_nobodys() -> None:
    world = Payday()
    change = Change()
    change.replace(world.one(Program).but(created_ms=CUTOFF_MS))
    world.store.commit(change)
    assert world.payouts_clock.tick().started == ()
    with pytest.raises(Conflict, match="no_period_closed"):
        world.payouts_clock.run_now(PROGRAM)


@pytest.mark.parametrize(("owes", "started"), [(True, (RUN,)), (False, ())])
def test_a_paused_programme_still_pays_what_it_owes(owes: bool, started: tuple[str, ...]) -> None:
    world = Payday()
    change = Change()
    change.replace(world.one(Program).but(state="paused"))
    world.store.commit(change)
    if owes:
        world.due(500)
    assert world.payouts_clock.tick().started == started


def test_one_broken_programme_does_not_stop_the_others() -> None:
    world = Payday()
    change = Change()
    change.create(world.one(Program).but(program_id="prg_broken", version=0))
    world.store.commit(change)
    tick = world.payouts_clock.tick()
    assert tick.started == (RUN,)
    assert tick.failed == ("prg_broken: unknown_program",)


def test_run_now_uses_the_runs_own_name() -> None:
    world = Payday()
    assert world.payouts_clock.run_now(PROGRAM).run_id == RUN
    with pytest.raises(Conflict, match=f"period_already_run.*{RUN}"):
        world.payouts_clock.run_now(PROGRAM)
    world.clock.at_ms = CUTOFF_MS + MINUTE_MS
    assert world.payouts_clock.tick().started == ()


def test_run_now_after_the_run_says_which_it_was() -> None:
    world = Payday()
    world.listed()
    with pytest.raises(Conflict, match=RUN):
        world.payouts_clock.run_now(PROGRAM)
    with pytest.raises(NotFound, match="unknown_program"):
        world.payouts_clock.run_now("prg_other")


def test_a_run_that_waits_for_a_person_is_left_alone_until_it_is_overdue() -> None:
    world = Payday()
    world.due(500)
    world.listed()
    world.clock.advance(6 * DAY_MS)
    assert world.payouts_clock.tick().mended == ()
    world.clock.advance(DAY_MS)
    assert world.payouts_clock.tick().mended == (RUN,)
    assert world.payouts_clock.tick().mended == ()
    name = f"{RUN}-mend-{world.clock.at_ms // HOUR_MS}"
    assert world.starts.named[name] == {"task": "mend", "run_id": RUN}


@pytest.mark.parametrize("how_far", ["open", "released", "sending", "cancelled"])
def test_a_run_without_progress_is_taken_up_again(how_far: str) -> None:
    world = Payday()
    world.due(500)
    if how_far == "open":
        Freezing(world.desk(), PlainIndex()).open(PROGRAM, PERIOD, CUTOFF_MS)
    elif how_far == "cancelled":
        world.approving.cancel(world.listed().run_id, "other")
    else:
        run = world.released()
        if how_far == "sending":
            world.cycle.begin(run.run_id)
    assert world.payouts_clock.tick().mended == ()
    world.clock.advance(31 * MINUTE_MS)
    assert world.payouts_clock.tick().mended == (RUN,)


def test_a_settled_run_is_not_looked_at_again() -> None:
    world = Payday()
    world.due(500)
    world.cycle.settle(world.sent().run_id)
    world.clock.advance(DAY_MS)
    assert world.payouts_clock.tick().mended == ()


def test_an_open_sign_without_a_run_is_passed_over() -> None:
    world = Payday()
    run = Freezing(world.desk(), PlainIndex()).open(PROGRAM, PERIOD, CUTOFF_MS)
    change = Change()
    change.delete(run)
    world.store.commit(change)
    world.clock.advance(DAY_MS)
    assert world.payouts_clock.tick().mended == ()


def test_unknown_payments_are_looked_up_when_their_time_has_come() -> None:
    world = Payday()
    world.due(500)
    world.rail.troubles = ["after"]
    world.cycle.settle(world.sent().run_id)
    assert world.payouts_clock.tick().looked is False
    world.clock.advance(2 * MINUTE_MS)
    assert world.payouts_clock.tick().looked is True
    assert world.payouts_clock.tick().looked is False
    assert {"task": "look_up"} in world.starts.named.values()


def test_a_requested_run_is_overdue_after_three_days() -> None:
    world = Payday()
    world.due(500)
    run = world.listed()
    world.approving.request(run.run_id, ANNA, run.run_hash)
    assert not stuck(world.run(), world.clock.at_ms + 3 * DAY_MS - 1)
    assert stuck(world.run(), world.clock.at_ms + 3 * DAY_MS)


def test_many_programmes_are_read_page_by_page() -> None:
    world = Payday()
    head, terms = world.one(Program), world.one(ProgramVersion)
    for first in range(0, 120, 40):
        change = Change()
        for number in range(first, first + 40):
            program_id = f"prg_{number:03d}"
            change.create(
                head.but(program_id=program_id, version=0),
                terms.but(program_id=program_id, version=0),
            )
        world.store.commit(change)
    assert len(world.payouts_clock.tick().started) == 121
