"""Whoever is on their way when a journey or its programme pauses or ends is held, or let go."""

import pytest
from goodword.journeys.publishing import Journeys
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
