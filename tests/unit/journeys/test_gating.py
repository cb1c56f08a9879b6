"""The disguises in which a public review could be kept for the happy ones, and that none passes."""

from typing import Any, Literal

import pytest
from goodword.errors import InvalidInput
from goodword.journeys.definition import PUBLIC, JourneyTerms, work_name
from goodword.journeys.refusing import refusals
from goodword.programs.conditions import UNSORTED_EVENTS

from tests.support.journeys import REFERENCE, REVIEW, THANKS, House, terms
from tests.support.milestones import FIRST, LEVELLED
from tests.support.scene import terms as scene_terms
from tests.support.walks import RULES, Path

END = {"step": "exit", "name": "end"}
REMIND = {"step": "remind", "name": "again", "of_ask": "review", "template": "review"}
FLAG = {"step": "flag", "name": "seat", "of_ask": "review", "segment": "beta"}
LOW = {"of": "signal", "kind": "review", "high": 3}
BY_RATING = {"step": "branch", "name": "b", "when": LOW, "then": "end"}
FEEDBACK = {"step": "ask", "name": "how", "motion": "feedback", "template": "how"}
BETA = {"step": "ask", "name": "beta", "motion": "beta", "template": "beta"}
PUBLIC_GOAL: dict[str, Any] = {"goal": {"motion": "review"}}


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture
def path() -> Path:
    return Path()


def gated(*steps: dict[str, Any], **changes: Any) -> list[str]:
    found = refusals(terms(*steps, **changes))
    assert all(one.message.startswith("review_gating") for one in found)
    return [one.field for one in found]


@pytest.mark.parametrize("after", [THANKS, REMIND, FLAG])
def test_nothing_that_follows_a_review_hangs_on_its_rating(after: dict[str, Any]) -> None:
    assert gated(REVIEW, BY_RATING, after, END) == ["steps.2"]
    assert gated(REVIEW, after, BY_RATING, END) == []


@pytest.mark.parametrize("first", [REFERENCE, FEEDBACK, BETA])
def test_a_private_ask_is_a_gate_that_only_the_qualified_pass(first: dict[str, Any]) -> None:
    assert gated(first, REVIEW, **PUBLIC_GOAL) == ["steps.1"]
    assert gated(REVIEW, first, THANKS) == ["steps.2"]
    assert gated(REVIEW, THANKS, first) == []


@pytest.mark.parametrize("kind", ["churn_risk", "churn_cleared", "case_opened"])
def test_what_unhappy_customers_have_is_sentiment_by_another_name(kind: str) -> None:
    assert gated(REVIEW, entry=[{"of": "signal", "kind": kind}]) == ["steps.0"]
    way_out = {**BY_RATING, "when": {"of": "signal", "kind": kind}}
    assert gated(way_out, REVIEW, END, **PUBLIC_GOAL) == ["steps.1"]


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("milestone", {"word": "nps promoter"}),
        ("usage", {"word": "nps", "low": 9}),
        ("usage", {"low": 9}),
        ("usage", {"high": 0}),
        ("result", {"low": 1}),
        ("case_resolved", {"word": "happy"}),
        ("renewal", {"word": "promoter"}),
    ],
)
def test_a_word_of_ones_own_and_a_size_say_how_satisfied_somebody_is(
    kind: str, says: dict[str, Any]
) -> None:
    asked = {"kind": kind, **says}
    assert gated(REVIEW, THANKS, trigger=asked) == ["steps.0"]
    assert gated(REVIEW, entry=[{"of": "signal", **asked}]) == ["steps.0"]
    way_out = {**BY_RATING, "when": {"of": "signal", **asked}}
    assert gated(way_out, REVIEW, END, **PUBLIC_GOAL) == ["steps.1"]
    assert gated(REVIEW, way_out, THANKS, END) == ["steps.2"]
    assert refusals(terms(REFERENCE, trigger=asked, goal={"motion": "reference"})) == []


@pytest.mark.parametrize(
    "asked", [{"kind": "milestone"}, {"kind": "usage"}, {"kind": "stage", "word": "adoption"}]
)
def test_that_something_happened_says_nothing_of_it(asked: dict[str, Any]) -> None:
    assert gated(REVIEW, trigger=asked) == []


def test_a_milestone_of_the_programme_s_own_terms_is_no_free_word(path: Path) -> None:
    asked = {"trigger": {"kind": "milestone", "word": "first"}, **PUBLIC_GOAL}
    with pytest.raises(InvalidInput, match="breaks a rule"):
        path.publish(WAIT, REVIEW, **asked)
    path.next_version(
        path.program_id, scene_terms(rules=(*RULES, LEVELLED[-1]), milestones=(FIRST,))
    )
    journey = path.publish(WAIT, REVIEW, **asked)
    moved = terms(WAIT, OTHER_WAIT, REVIEW, END, **PUBLIC_GOAL)
    assert path.publish_terms(moved, "move", journey.journey_id).in_force == 2
    free = terms(WAIT, REVIEW, trigger={"kind": "milestone", "word": "second"}, **PUBLIC_GOAL)
    with pytest.raises(InvalidInput, match="breaks a rule"):
        path.publish_terms(free, "finish", journey.journey_id)


@pytest.mark.parametrize("template", ["public_review", "g2", "your-rating", "review_reminder"])
def test_words_about_a_review_are_for_requests_for_one(template: str) -> None:
    community = {"step": "ask", "name": "c", "motion": "community", "template": "welcome"}
    goal = {"trigger": {"kind": "nps", "low": 9}, "goal": {"motion": "community"}}
    (found,) = refusals(terms({**community, "template": template}, **goal))
    assert (found.field, found.kind) == ("steps.0.template", "reviews_only")
    again = {"step": "remind", "name": "again", "of_ask": "c", "template": template}
    (found,) = refusals(terms(community, again, **goal))
    assert found.field == "steps.1.template"
    assert refusals(terms(community, {**again, "template": "preview"}, **goal)) == []
    assert gated({**REVIEW, "template": template}, **PUBLIC_GOAL) == []


def test_no_rule_may_look_at_segments_where_a_public_ask_is_rewarded() -> None:
    assert {work_name(one) for one in PUBLIC} == UNSORTED_EVENTS


# --- people on their way ------------------------------------------------------------------------


def publish(house: House, *versions: tuple[JourneyTerms, Literal["finish", "move", "stop"]]) -> int:
    """All of them, of one journey; the number of the last."""
    name, number = "", 0
    for what, in_flight in versions:
        draft = (
            house.marta.change(name, what, "because", None)
            if name
            else house.marta.create("prg_1", what, "because")
        )
        name = draft.journey_id
        number = house.milo.publish(name, draft.digest, in_flight).number
    return number


WAIT = {"step": "wait", "name": "w", "hours": 1}
OTHER_WAIT = {"step": "wait", "name": "v", "hours": 1}
CHOSEN = terms(WAIT, REFERENCE, trigger={"kind": "nps", "low": 9}, goal={"motion": "reference"})
OPEN = terms(WAIT, OTHER_WAIT, REVIEW, END, **PUBLIC_GOAL)


def test_nobody_who_was_chosen_by_an_answer_is_moved_into_a_review(house: House) -> None:
    with pytest.raises(InvalidInput) as refused:
        publish(house, (CHOSEN, "finish"), (OPEN, "move"))
    (found,) = refused.value.fields
    assert (found.field, found.message[:13]) == ("steps.2", "review_gating")
    assert "in_flight" in found.message


@pytest.mark.parametrize("in_flight", ["finish", "stop"])
def test_whoever_stays_or_goes_is_not_asked_for_it(
    house: House, in_flight: Literal["finish", "stop"]
) -> None:
    assert publish(house, (CHOSEN, "finish"), (OPEN, in_flight)) == 2


def test_a_choice_is_not_forgotten_on_the_way_over_other_versions(house: House) -> None:
    between = terms(WAIT, OTHER_WAIT, BETA, goal={"motion": "beta"})
    without = terms(OTHER_WAIT, REVIEW, **PUBLIC_GOAL)
    with pytest.raises(InvalidInput, match="breaks a rule"):
        publish(house, (CHOSEN, "finish"), (between, "move"), (without, "move"))


def test_whom_nobody_chose_is_moved(house: House) -> None:
    plain = terms(WAIT, REVIEW, OTHER_WAIT, **PUBLIC_GOAL)
    assert publish(house, (plain, "finish"), (OPEN, "move")) == 2
    private = terms(REVIEW, OTHER_WAIT, BETA, END, **PUBLIC_GOAL)
    assert publish(house, (private, "finish"), (terms(WAIT, REVIEW, BETA, END), "move")) == 2


# --- what staff may record, and what rules may look at ------------------------------------------


def test_staff_say_of_a_review_only_whether_it_is_there(path: Path) -> None:
    path.publish(REVIEW, THANKS, END, **PUBLIC_GOAL)
    path.delight()
    walk = path.entered()
    path.step(walk)
    (ask,) = path.made
    path.asks.answer(ask.ask_id, "submitted")
    for done, code in ((False, "not_approved"), (False, "other"), (True, "other")):
        with pytest.raises(InvalidInput, match="unknown_reason_code"):
            path.asks.work(ask.ask_id, done=done, code=code, own_advocate_id=None)
    after = path.asks.work(ask.ask_id, done=True, code="review_seen", own_advocate_id=None)
    assert after.state == "accepted_work"
