"""The disguises in which a public review could be kept for the happy ones, and that none passes."""

from typing import Any, Literal, NamedTuple

import pytest
from goodword.errors import InvalidInput
from goodword.journeys.definition import PUBLIC, JourneyTerms, work_name
from goodword.journeys.gating import gated_entrants, gated_movers
from goodword.journeys.milestones import note_milestone
from goodword.journeys.refusing import refusals
from goodword.programs.conditions import UNSORTED_EVENTS

from tests.support.journeys import HAPPY, REFERENCE, REVIEW, THANKS, House, terms
from tests.support.milestones import FIRST, LEVELLED
from tests.support.scene import terms as scene_terms
from tests.support.walks import RULES, Path

RENEWAL = {"kind": "renewal"}
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
    found = refusals(terms(*steps, **{"trigger": RENEWAL} | changes))
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


# --- where something is given -------------------------------------------------------------------

STARS = {"of": "signal", "kind": "review", "low": 4, "within_days": 30}
HELLO = {"step": "ask", "name": "hi", "motion": "community", "template": "say_hi"}
HELLO_THANKS = {**THANKS, "of_ask": "hi"}
WAITED = {"step": "hand_over", "name": "care", "to": "cs", "until_closed": True}


@pytest.mark.parametrize("given", [THANKS, FLAG])
@pytest.mark.parametrize(
    "asked",
    [
        {"kind": "stage", "word": "adoption"},
        {"kind": "usage"},
        {"kind": "result"},
        {"kind": "case_resolved"},
        {"kind": "milestone", "word": "of a source"},
        {"kind": "consent"},
    ],
)
def test_only_what_is_neutral_chooses_who_is_paid_for_a_review(
    asked: dict[str, Any], given: dict[str, Any]
) -> None:
    (found,) = refusals(terms(REVIEW, given, trigger=asked))
    assert (found.field, found.kind) == ("steps.0", "review_paid")
    assert dict(found.bounds) == {"cause": "trigger.kind"}
    assert gated(REVIEW, given, entry=[{"of": "signal", **asked}]) == ["steps.0"]
    for neutral in ({"kind": "renewal"}, {"kind": "deal_won"}, {"kind": "milestone"}):
        assert gated(REVIEW, given, trigger=neutral) == []


@pytest.mark.parametrize(
    "asked", [{"of": "motion", "motion": "review"}, {"of": "segment", "segment": "x"}]
)
def test_who_is_paid_hangs_on_no_other_question_either(asked: dict[str, Any]) -> None:
    assert gated(REVIEW, THANKS, entry=[asked]) == ["steps.0"]


@pytest.mark.parametrize("given", [(), (THANKS,)])
def test_staff_s_speed_keeps_nobody_from_a_review(given: tuple[dict[str, Any], ...]) -> None:
    assert gated(WAITED, REVIEW, *given, **PUBLIC_GOAL) == ["steps.1"]
    assert gated({**WAITED, "until_closed": False}, REVIEW, *given, **PUBLIC_GOAL) == []


@pytest.mark.parametrize("given", [HELLO_THANKS, {**FLAG, "of_ask": "hi"}])
def test_nothing_is_given_for_stars_whatever_it_is_for(given: dict[str, Any]) -> None:
    def wrong(*steps: dict[str, Any], **changes: Any) -> list[tuple[str, str | None]]:
        goal = {"motion": "community"}
        found = refusals(terms(*steps, **{"trigger": RENEWAL, "goal": goal} | changes))
        return [(one.field, one.kind) for one in found]

    branch = {"step": "branch", "name": "stars", "when": STARS, "then": "hi"}
    assert wrong(REVIEW, branch, END, HELLO, given) == [("steps.4", "review_stars")]
    assert wrong(HELLO, given, trigger={"kind": "review"}) == [("steps.1", "review_stars")]
    assert wrong(HELLO, given, entry=[STARS]) == [("steps.1", "review_stars")]
    assert wrong(HELLO, trigger={"kind": "review", "high": 2}) == []  # a private ask is routed
    assert wrong(HELLO, given, trigger={"kind": "nps", "low": 9}) == []


@pytest.mark.parametrize("word", [None, "first"])
def test_a_milestone_that_another_tells_of_begins_no_request_for_a_review(
    path: Path, word: str | None
) -> None:
    """Somebody who had a Segment event of that name, for promoters alone, chose whom to pay."""
    path.next_version(
        path.program_id, scene_terms(rules=(*RULES, LEVELLED[-1]), milestones=(FIRST,))
    )
    path.publish(REVIEW, THANKS, trigger={"kind": "milestone", "word": word}, **PUBLIC_GOAL)
    path.delight()
    assert path.entering.consider(path.hear("milestone", word="first")) == []
    note_milestone(path.listening, path.program_id, path.anna, "first", path.clock.at_ms)
    (walk,) = path.entering.consider(path.hear("usage", 1))
    path.step(walk)
    assert [one.motion for one in path.made] == ["review"]


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


class Went(NamedTuple):
    """A version, of which nobody was moved."""

    terms: JourneyTerms
    in_flight: str = "finish"


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
HAPPY_OUT = {"step": "branch", "name": "b", "when": HAPPY, "then": "call"}
BRANCHED = terms(HAPPY_OUT, END, WAIT, REFERENCE, goal={"motion": "reference"})
OPEN = terms(WAIT, OTHER_WAIT, REVIEW, END, **PUBLIC_GOAL)


def test_nobody_who_was_chosen_by_an_answer_is_moved_into_a_review(house: House) -> None:
    with pytest.raises(InvalidInput) as refused:
        publish(house, (BRANCHED, "finish"), (OPEN, "move"))
    (found,) = refused.value.fields
    assert (found.field, found.message[:13]) == ("steps.2", "review_gating")
    assert "in_flight" in found.message


@pytest.mark.parametrize("in_flight", ["finish", "stop"])
def test_whoever_was_chosen_is_not_kept_from_a_review_by_having_entered(
    house: House, in_flight: Literal["finish", "stop"]
) -> None:
    """Detractors who came by version 1 would wait two years for what promoters get at once."""
    with pytest.raises(InvalidInput) as refused:
        publish(house, (CHOSEN, "finish"), (OPEN, in_flight))
    (found,) = refused.value.fields
    assert (found.field, found.kind) == ("again_days", "review_again")
    assert dict(found.bounds) == {"cause": "trigger.kind", "number": "1"}
    assert publish(house, (CHOSEN, "finish"), (CHOSEN, in_flight)) == 2


def test_a_branch_of_before_is_forgotten_by_who_finishes(house: House) -> None:
    assert publish(house, (BRANCHED, "finish"), (OPEN, "finish")) == 2


def test_whom_a_review_chose_is_neither_paid_nor_kept_from_it_later(house: House) -> None:
    low = terms(WAIT, REFERENCE, trigger={"kind": "review", "high": 3})
    low = low.but(goal=CHOSEN.goal)
    paid = terms(
        WAIT, REFERENCE, {**THANKS, "of_ask": "call"}, trigger=RENEWAL, goal={"motion": "reference"}
    )
    assert [one.kind for one in gated_entrants((Went(low),), paid)] == ["review_again"]
    assert [one.kind for one in gated_movers((Went(low),), paid)] == ["review_stars"]
    assert not [*gated_entrants((Went(paid),), paid), *gated_movers((Went(paid),), paid)]


def test_a_choice_is_not_forgotten_on_the_way_over_other_versions(house: House) -> None:
    between = terms(WAIT, OTHER_WAIT, BETA, goal={"motion": "beta"})
    without = terms(OTHER_WAIT, REVIEW, **PUBLIC_GOAL)
    with pytest.raises(InvalidInput, match="breaks a rule"):
        publish(house, (BRANCHED, "finish"), (between, "move"), (without, "move"))


def test_whom_nobody_chose_is_moved(house: House) -> None:
    plain = terms(WAIT, REVIEW, OTHER_WAIT, **PUBLIC_GOAL)
    assert publish(house, (plain, "finish"), (OPEN, "move")) == 2
    private = terms(REVIEW, OTHER_WAIT, BETA, END, **PUBLIC_GOAL)
    assert publish(house, (private, "finish"), (terms(WAIT, REVIEW, BETA, END), "move")) == 2


# --- what staff may record, and what rules may look at ------------------------------------------


def test_staff_say_of_a_review_only_whether_it_is_there(path: Path) -> None:
    path.publish(REVIEW, THANKS, END, trigger=RENEWAL, **PUBLIC_GOAL)
    (walk,) = path.entering.consider(path.delight() and path.hear("renewal"))
    path.step(walk)
    (ask,) = path.made
    path.asks.answer(ask.ask_id, "submitted")
    for done, code in ((False, "not_approved"), (False, "other"), (True, "other")):
        with pytest.raises(InvalidInput, match="unknown_reason_code"):
            path.asks.work(ask.ask_id, done=done, code=code, own_advocate_id=None)
    after = path.asks.work(ask.ask_id, done=True, code="review_seen", own_advocate_id=None)
    assert after.state == "accepted_work"
