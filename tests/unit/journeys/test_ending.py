"""Whoever is on their way when a journey or its programme pauses or ends is held, or let go."""

import pytest
from goodword.journeys.asking import AGREED_DAYS
from goodword.journeys.publishing import Journeys
from goodword.journeys.walk import Walk
from goodword.limits import WORK_DAYS_MAX
from goodword.rewards.model import Reward

from tests.support.journeys import REFERENCE
from tests.support.walks import THANKS, Path

AGAIN = {"step": "remind", "name": "again", "of_ask": "call", "template": "again"}


@pytest.fixture
def path() -> Path:
    return Path()


def test_a_paused_journey_moves_nobody(path: Path) -> None:
    journey = path.publish(REFERENCE)
    path.delight()
    walk = path.entered()
    Journeys(path.desk()).set_state(journey.journey_id, "paused", "holidays")
    assert path.step(walk).seconds == 86_400
    assert (path.now(walk).held, path.made) == ("journey_paused", [])
    path.hear("case_resolved", about="c-9")
    assert path.entering.consider(walk.subject_id) == []
    Journeys(path.desk()).set_state(journey.journey_id, "active", "back_again")
    path.later(days=1)
    path.step(walk)
    assert len(path.made) == 1


def test_an_ended_journey_lets_go_whoever_has_promised_nothing(path: Path) -> None:
    walk, _ = path.asked(THANKS)
    Journeys(path.desk()).set_state(walk.journey_id, "ended", "over_and_out")
    path.later(days=14)
    path.step(walk)
    assert path.now(walk).reason == "journey_ended"
    assert path.made[0].reason == "journey_ended"


def test_a_paused_programme_lets_nobody_in_and_asks_nobody(path: Path) -> None:
    path.publish(REFERENCE)
    path.publish(REFERENCE, trigger={"kind": "milestone"})
    path.delight()
    walk = path.entered()
    path.programs.set_state(path.program_id, "paused", "holidays")
    assert path.step(walk).seconds == 86_400
    assert (path.now(walk).held, path.made) == ("programme_paused", [])
    path.hear("milestone")
    assert path.entering.consider(walk.subject_id) == []
    path.programs.set_state(path.program_id, "active", "back_again")
    assert len(path.entering.consider(walk.subject_id)) == 1
    path.later(days=1)
    path.step(walk)
    assert len(path.made) == 1


def test_a_closed_programme_lets_nobody_in_and_lets_go_of_everybody(path: Path) -> None:
    walk, _ = path.asked({"step": "wait", "name": "w", "hours": 24}, AGAIN)
    path.publish(REFERENCE, trigger={"kind": "milestone"})
    path.programs.set_state(path.program_id, "closed", "over_and_out")
    path.hear("milestone")
    assert path.entering.consider(walk.subject_id) == []
    path.later(days=1)
    assert path.step(walk).route == "done"
    assert (path.now(walk).reason, path.made[0].reason) == ("programme_closed",) * 2
    assert not path.events("journey.reminded")


@pytest.mark.parametrize("over", ["programme", "journey"])
def test_behind_a_promise_that_outlives_its_journey_nothing_is_asked(path: Path, over: str) -> None:
    board = REFERENCE | {"name": "more", "motion": "referral"}
    walk, ask = path.asked(board, THANKS, frequency={"asks": 9, "days": 1}, cool_down_days=0)
    path.asks.answer(ask.ask_id, "accepted")
    if over == "programme":
        path.programs.set_state(path.program_id, "closed", "over_and_out")
    else:
        Journeys(path.desk()).set_state(walk.journey_id, "ended", "over_and_out")
    path.later(days=30)
    path.step(walk)
    assert len(path.made) == 1
    assert path.now(walk).held == "work_not_done_yet"
    path.asks.work(ask.ask_id, done=True, code="call_held", own_advocate_id=None)
    assert path.step(walk).route == "done"
    assert len(path.all(Reward)) == (over == "journey")  # a closed programme gives nothing


def test_nobody_is_reminded_by_a_journey_that_has_ended(path: Path) -> None:
    more = REFERENCE | {"name": "more", "motion": "referral"}
    again = AGAIN | {"of_ask": "more"}
    walk, ask = path.asked(more, again, frequency={"asks": 9, "days": 1}, cool_down_days=0)
    path.asks.answer(ask.ask_id, "accepted")
    path.later(days=30)
    path.step(walk)
    assert [one.state for one in path.made] == ["accepted", "sent"]
    Journeys(path.desk()).set_state(walk.journey_id, "ended", "over_and_out")
    path.later(days=7)
    assert path.step(walk).route == "answer"
    path.later(days=7)
    assert path.step(walk).route == "done"
    assert [one.state for one in path.made] == ["accepted", "expired"]
    assert not path.events("journey.reminded")


# --- a yes that no step waits for ---------------------------------------------------------------

REFER = {"step": "ask", "name": "refer", "motion": "referral", "template": "refer"}


def promised(path: Path, *steps: dict[str, str]) -> Walk:
    """Anna says yes to everything in a journey that rewards nothing; it is over."""
    path.publish(*steps, goal={"motion": steps[0]["motion"]})
    path.delight()
    walk = path.entered()
    for _ in steps:
        path.step(walk)
        path.asks.answer(path.made[-1].ask_id, "accepted")
        path.later(days=40)
        path.step(walk)
    ended = path.now(walk)
    assert (ended.state, ended.reason) == ("ended", "finished")
    return ended


def test_a_yes_that_no_step_waits_for_has_its_days_too(path: Path) -> None:
    promised(path, REFER)
    path.later(days=WORK_DAYS_MAX - 41)
    path.walking.sweep()
    assert path.made[0].state == "accepted"
    path.later(days=2)
    path.walking.sweep()
    assert (path.made[0].state, path.made[0].reason) == ("expired", "work_not_done")
    assert path.asks.waiting(path.program_id, 10, None).rows == []
    assert path.walking.sweep() == 0


def test_each_promise_has_its_own_days(path: Path) -> None:
    walk = promised(path, REFER, REFERENCE)
    path.later(days=WORK_DAYS_MAX)
    path.walking.sweep()
    assert [one.state for one in path.made] == ["expired", "accepted"]
    path.later(days=AGREED_DAYS)
    path.step(walk)
    assert [one.state for one in path.made] == ["expired", "expired"]
    assert len(path.events("journey.ended")) == 1


def test_what_was_done_in_time_is_not_over(path: Path) -> None:
    promised(path, REFER)
    (ask,) = path.made
    path.asks.answer(ask.ask_id, "submitted")
    path.later(days=WORK_DAYS_MAX)
    path.walking.sweep()
    assert path.made[0].state == "submitted"  # staff have it in their list
    path.asks.work(ask.ask_id, done=True, code="referral_useful", own_advocate_id=None)
    assert (path.made[0].state, path.walking.sweep()) == ("accepted_work", 0)
