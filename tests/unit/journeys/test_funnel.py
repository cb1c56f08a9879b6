"""A funnel counts people on a stage or behind it; who was only watched stands beside."""

from typing import Any

import pytest
from goodword.journeys import funnel, joined
from goodword.journeys.asked import AskState
from goodword.journeys.funnel import Funnels, counted
from goodword.journeys.scoring import Motion
from goodword.journeys.walk import Walk, WalkAsk
from goodword.limits import FUNNEL_PEOPLE_LEAST

from tests.support.journeys import REFERENCE
from tests.support.walks import BYE, THANKS, Path


def test_it_counts_how_far_people_came_and_why_others_did_not() -> None:
    path = Path()
    walk, ask = path.asked(THANKS, BYE, again_days=10)
    path.asks.answer(ask.ask_id, "accepted")
    path.asks.work(ask.ask_id, done=True, code="call_held", own_advocate_id=None)
    path.step(walk)
    path.step(path.entered(email="sam@mail.example"))
    found = Funnels(path.desk()).of(walk.journey_id)
    assert (found.entered, found.asked, found.accepted, found.done, found.rewarded) == (
        2,
        *(1, 1, 1, 1),
    )
    assert (found.held, found.ended) == ({"not_known_here": 1}, {"finished": 1})
    assert found.whole


def test_beyond_its_limit_it_says_that_it_is_not_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    path = Path()
    journey = path.publish(REFERENCE)
    for number in range(101):
        path.entered(email=f"p{number}@mail.example")
    assert Funnels(path.desk()).of(journey.journey_id).entered == 101
    monkeypatch.setattr(funnel, "FUNNEL_PAGES_MAX", 1)
    found = Funnels(path.desk()).of(journey.journey_id)
    assert (found.entered, found.whole) == (100, False)


def test_names_are_followed_so_far_and_no_further(monkeypatch: pytest.MonkeyPatch) -> None:
    path = Path()
    journey = path.publish(REFERENCE)
    for number in (1, 2):
        path.entered(email=f"p{number}@mail.example", customer_id=f"u-{number}")
        path.later(hours=1)
    path.hear("milestone", email="p1@mail.example", customer_id="u-2")
    assert Funnels(path.desk()).of(journey.journey_id).let_in.people == 1
    monkeypatch.setattr(joined, "SUBJECT_HOPS_MAX", 1)
    assert Funnels(path.desk()).of(journey.journey_id).let_in.people == 1
    monkeypatch.setattr(joined, "SUBJECT_HOPS_MAX", 0)
    assert Funnels(path.desk()).of(journey.journey_id).let_in.people == 2


def test_an_answer_to_how_it_was_is_no_work_that_was_done() -> None:
    def walk(name: str, *asks: tuple[Motion, AskState]) -> Walk:
        made = {"step": "s", "made_ms": 1, "expires_ms": 2}
        lines = [
            WalkAsk.model_validate({"ask_id": f"{name}{n}", "motion": m, "state": state, **made})
            for n, (m, state) in enumerate(asks)
        ]
        one = {"walk_id": name, "journey_id": "jrn_1", "program_id": "prg_1", "subject_id": name}
        one |= {"state": "ended", "step": "s", "signal_id": "sig_1"}
        versions = {"number": 1, "seen": 1}
        times = dict.fromkeys(("since_ms", "next_ms", "entered_ms", "changed_ms"), 1)
        return Walk.model_validate({**one, **versions, **times, "asks": tuple(lines)})

    wrong = walk("a", ("review", "rejected_work"), ("feedback", "accepted_work"))
    right = walk("b", ("review", "accepted_work"), ("feedback", "declined"))
    asked = walk("c", ("feedback", "accepted_work"))
    found = counted("jrn_1", [wrong, right, asked])
    assert (found.entered, found.asked, found.accepted, found.done) == (3, 2, 2, 1)
    alone = counted("jrn_1", [asked])
    assert (alone.asked, alone.accepted, alone.done) == (1, 1, 1)


def test_whoever_walks_five_times_is_one_person_and_few() -> None:
    path = Path()
    ask = {"step": "ask", "name": "a", "motion": "community", "template": "t", "expires_days": 1}
    limits: dict[str, Any] = {
        "again_days": 1,
        "cool_down_days": 0,
        "frequency": {"asks": 20, "days": 30},
    }
    goal = {"motion": "community", "within_days": 5}
    journey = path.publish(ask, BYE, goal=goal, **limits)
    path.delight()
    for _ in range(FUNNEL_PEOPLE_LEAST):
        walk = path.entered()
        path.step(walk)
        path.later(days=15)
        path.step(walk)
    assert len(path.all(Walk)) == FUNNEL_PEOPLE_LEAST
    found = Funnels(path.desk()).of(journey.journey_id)
    assert (found.people, found.entered, found.asked, found.ended) == (1, 1, 1, {"finished": 1})
    assert found.few


def test_two_names_of_one_person_are_one_on_every_stage() -> None:
    path = Path()
    journey = path.publish(REFERENCE)
    for number in (1, 2):
        path.entered(email=f"p{number}@mail.example", customer_id=f"u-{number}")
    assert Funnels(path.desk()).of(journey.journey_id).on_their_way == 2
    path.later(hours=1)
    path.hear("milestone", email="p1@mail.example", customer_id="u-2")
    found = Funnels(path.desk()).of(journey.journey_id)
    assert (found.people, found.entered, found.on_their_way) == (1, 1, 1)
