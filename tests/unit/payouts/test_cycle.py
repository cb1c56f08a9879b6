"""Each step answers where the run goes next, from the run's own record."""

import pytest
from goodword.payouts.cycle import Cycle
from goodword.times import DAY_MS
from goodword.workflow import TaskToken

from tests.support.payday import ANNA, CARL, CUTOFF_MS, PERIOD, Payday
from tests.support.scene import PROGRAM


def ready() -> tuple[Payday, Cycle, str]:
    world = Payday()
    world.due(500)
    return world, world.cycle, f"run_{PROGRAM}_{PERIOD}"


def test_a_run_walks_from_the_cut_off_to_its_end() -> None:
    world, cycle, run_id = ready()
    assert cycle.open(PROGRAM, PERIOD, CUTOFF_MS).route == "freeze"
    assert cycle.freeze(run_id, "").route == "close_list"
    assert cycle.close_list(run_id).route == "audit"
    assert cycle.audit(run_id, "").route == "ask_request"
    assert cycle.ask(run_id, "request", "t").route == "waiting"
    run = world.run()
    world.approving.request(run_id, ANNA, run.run_hash)
    assert cycle.stand(run_id).route == "ask_release"
    world.approving.release(run_id, CARL, run.run_hash, 500)
    assert cycle.stand(run_id).route == "begin"
    begun = cycle.begin(run_id)
    assert (begun.route, begun.chunks) == ("send", (0,))
    assert cycle.begin(run_id) == begun
    assert cycle.send(run_id, 0, 0).route == "done"
    assert cycle.settle(run_id).route == "reconcile"
    assert cycle.reconcile(run_id).chunks == (0,)
    assert cycle.compare(run_id, 0).route == "compare"
    assert cycle.sum_up(run_id).route == "settled"
    assert cycle.stand(run_id).route == "settled"


def test_opening_again_finds_how_far_the_run_is() -> None:
    world, cycle, _ = ready()
    world.released()
    assert cycle.open(PROGRAM, PERIOD, CUTOFF_MS).route == "begin"


def test_expiring_leads_to_giving_back() -> None:
    world, cycle, run_id = ready()
    world.listed()
    assert cycle.expire(run_id).route == "give_back"


def test_an_answer_at_the_last_moment_wins_over_the_time_out() -> None:
    world, cycle, run_id = ready()
    world.released()
    assert cycle.expire(run_id).route == "begin"


def test_mending_leaves_a_run_that_waits_to_the_people() -> None:
    world, cycle, run_id = ready()
    run = world.listed()
    assert cycle.mend(run_id).route == "waiting"
    world.approving.request(run_id, ANNA, run.run_hash)
    assert cycle.mend(run_id).route == "waiting"


def test_mending_takes_up_what_was_released_and_wakes_the_machine() -> None:
    world, cycle, run_id = ready()
    run = world.listed()
    cycle.ask(run_id, "request", "t")
    world.approving.request(run_id, ANNA, run.run_hash)
    world.approving.release(run_id, CARL, run.run_hash, 500)
    assert cycle.mend(run_id).route == "begin"
    assert world.one(TaskToken).token == "t"
    assert world.approving.workflow.resumed.count("t") == 2  # type: ignore[attr-defined]  # Workflows


def test_mending_ends_what_nobody_answered() -> None:
    world, cycle, run_id = ready()
    world.listed()
    world.clock.advance(7 * DAY_MS)
    assert cycle.mend(run_id).route == "give_back"


def test_the_wait_between_tries_doubles(monkeypatch: pytest.MonkeyPatch) -> None:
    world, cycle, run_id = ready()
    world.rail.troubles = ["accept"]
    monkeypatch.setattr(
        world.rail, "look_up", lambda key, _: world.rail.known[key][1]
    )  # never paid
    world.released()
    cycle.begin(run_id)
    steps = [cycle.send(run_id, 0, turn) for turn in range(10)]
    assert [step.wait_seconds for step in steps] == [
        15,
        30,
        60,
        120,
        240,
        480,
        900,
        900,
        900,
        900,
    ]
    assert [step.route for step in steps][-2:] == ["again", "done"]
