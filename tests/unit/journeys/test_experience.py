"""How being asked was is asked itself, within everybody's limits, and what is said is heeded."""

from typing import Any

import pytest
from goodword.errors import Conflict
from goodword.journeys.asking import AskBook, book_key
from goodword.journeys.experience import Experience
from goodword.journeys.refusing import refusals
from goodword.journeys.walk import AskMade, Walk
from goodword.rewards.model import Reward

from tests.support.journeys import REFERENCE, REVIEW, terms
from tests.support.walks import BYE, THANKS, Path

BREATHE = {"step": "wait", "name": "breathe", "hours": 72}
HOW = {"step": "ask", "name": "how", "motion": "feedback", "template": "how_was_it"}
OFTEN: dict[str, Any] = {"frequency": {"asks": 9, "days": 30}, "cool_down_days": 0}


@pytest.fixture
def path() -> Path:
    return Path()


def done(path: Path) -> tuple[Walk, AskMade]:
    """The call was held and rewarded."""
    walk, ask = path.asked(THANKS, BREATHE, HOW, BYE, **OFTEN)
    path.asks.answer(ask.ask_id, "accepted")
    path.step(walk)
    path.later(days=20)
    path.asks.work(ask.ask_id, done=True, code="call_held", own_advocate_id=None)
    path.step(walk)
    return path.now(walk), ask


def questioned(path: Path) -> tuple[Walk, AskMade]:
    walk, _ = done(path)
    path.later(days=3)
    path.step(walk)
    return path.now(walk), path.made[-1]


def test_it_is_asked_after_what_was_done_and_answered_with_a_number(path: Path) -> None:
    walk, call = done(path)
    assert len(path.made) == 1
    path.later(days=3)
    path.step(walk)
    question = path.made[-1]
    assert (question.motion, question.about, question.state) == ("feedback", call.ask_id, "sent")
    after = Experience(path.asks).rate(question.ask_id, 4)
    assert (after.state, after.rating) == ("accepted_work", 4)
    (told,) = path.events("journey.feedback_given")
    assert (told.data["rating"], told.data["about"]) == (4, call.ask_id)
    assert told.actor.kind == "advocate"
    assert (
        len(path.events("journey.ask_accepted_work")) == 1
    )  # the call's alone: no thanks, no work
    path.step(walk)
    assert path.now(walk).state == "ended"
    assert len(path.all(Reward)) == 1
    book = path.store.get(AskBook, book_key(question.subject_id))
    assert book is not None
    assert [(one.rating, one.about) for one in book.asks] == [(None, ""), (4, call.ask_id)]
    assert (book.program_id, book.advocate_id) == (path.program_id, path.anna)


def test_the_first_number_stands_and_staff_have_no_say(path: Path) -> None:
    _, question = questioned(path)
    cases = Experience(path.asks)
    for state in ("accepted", "submitted"):
        with pytest.raises(Conflict, match="feedback_is_rated"):
            path.asks.answer(question.ask_id, state)
    with pytest.raises(Conflict, match="ask_not_accepted"):
        path.asks.work(question.ask_id, done=True, code="other", own_advocate_id=None)
    with pytest.raises(Conflict, match="not_feedback"):
        cases.rate(path.made[0].ask_id, 3)
    cases.rate(question.ask_id, 1)
    before = len(path.events())
    assert cases.rate(question.ask_id, 1).rating == 1
    assert len(path.events()) == before
    with pytest.raises(Conflict, match="ask_over"):
        cases.rate(question.ask_id, 5)


def test_whoever_says_nothing_or_no_is_left_in_peace(path: Path) -> None:
    walk, question = questioned(path)
    path.asks.answer(question.ask_id, "declined")
    path.step(walk)
    assert path.now(walk).state == "ended"
    with pytest.raises(Conflict, match="ask_over"):
        Experience(path.asks).rate(question.ask_id, 3)


def test_a_question_has_its_end(path: Path) -> None:
    _, question = questioned(path)
    path.clock.at_ms = question.expires_ms
    with pytest.raises(Conflict, match="ask_over"):
        Experience(path.asks).rate(question.ask_id, 3)


def test_where_nothing_was_done_nobody_asks(path: Path) -> None:
    walk, ask = path.asked(HOW, BYE, **OFTEN)
    path.asks.answer(ask.ask_id, "declined")
    path.step(walk)
    assert (path.now(walk).state, len(path.made)) == ("ended", 1)


def test_the_question_counts_as_every_ask_does(path: Path) -> None:
    walk, ask = path.asked(THANKS, HOW, BYE, frequency={"asks": 1, "days": 60}, cool_down_days=0)
    path.asks.answer(ask.ask_id, "accepted")
    path.step(walk)
    path.asks.work(ask.ask_id, done=True, code="call_held", own_advocate_id=None)
    path.step(walk)
    assert path.now(walk).held == "too_often"
    path.hear("consent", 0)
    path.later(days=61)
    path.step(walk)
    assert path.now(walk).held == "no_consent"
    assert len(path.made) == 1


def test_a_bad_answer_pauses_deep_asks_and_makes_others_seldom(path: Path) -> None:
    _, question = questioned(path)
    Experience(path.asks).rate(question.ask_id, 2)
    path.later(days=30)
    story = path.publish({**REFERENCE, "motion": "story"}, goal={"motion": "story"}, **OFTEN)
    refer = path.publish({**REFERENCE, "motion": "referral"}, goal={"motion": "referral"}, **OFTEN)
    review = path.publish(REVIEW, goal={"motion": "review"}, **OFTEN)
    path.delight()
    subject_id = path.hear("case_resolved", about="again")
    for walk in path.entering.consider(subject_id):
        path.step(walk)
    held = {one.journey_id: one.held for one in path.all(Walk)}
    assert held[story.journey_id] == "unhappy_with_asks"
    assert held[refer.journey_id] == "too_often"
    assert held[review.journey_id] == "unanswered"  # never by what somebody answered
    seen = path.gate.look(subject_id)
    reasons = {one.motion: one.reasons for one in seen.standing.motions}
    assert reasons["story"] == ("unhappy_with_asks",)
    assert reasons["review"] == ()
    path.later(days=151)
    assert path.gate.look(subject_id).trust.unhappy_until_ms is None


def test_nothing_is_given_for_an_answer() -> None:
    found = refusals(terms(HOW, {**THANKS, "of_ask": "how"}, goal={"motion": "feedback"}))
    assert [one.field for one in found] == ["steps.1.of_ask"]
