"""A journey that promises what no rule of the programme can give is not published."""

from typing import Any

import pytest
from goodword.errors import InvalidInput
from goodword.journeys.promising import unkept
from goodword.journeys.publishing import Journeys
from goodword.programs.rules import Rule
from pydantic import TypeAdapter

from tests.support.journeys import REFERENCE, REVIEW, terms
from tests.support.walks import BYE, THANKS, Path

STORY = {"step": "ask", "name": "story", "motion": "story", "template": "story"}
FOR_STORY = {"step": "reward", "name": "fee", "of_ask": "story", "amount_minor": 100}
NAME = {"op": "equals", "of": "event_name", "value": "Advocacy_Reference"}
OTHER = {"op": "in", "of": "event_name", "values": ["webinar", "advocacy_story"]}
GOLD = {"op": "equals", "of": "level", "value": "gold"}
MANY = {"op": "at_least", "of": "advocate_conversion", "value": 2}


def rule(when: dict[str, Any] | None, action: str = "event") -> Rule:
    reward = {"kind": "flat", "amount_minor": 500}
    said = {"rule_id": "r", "action": action, "reward": reward, "when": when}
    return TypeAdapter(Rule).validate_python(said, strict=False)


@pytest.mark.parametrize(
    ("when", "could"),
    [
        (None, True),
        (NAME, True),
        (OTHER, False),
        ({"op": "in", "of": "event_name", "values": ["advocacy_REFERENCE"]}, True),
        ({"op": "not_in", "of": "event_name", "values": ["advocacy_reference"]}, False),
        ({"op": "not_in", "of": "event_name", "values": ["webinar"]}, True),
        (GOLD, True),
        (MANY, True),
        ({"op": "all", "conditions": [NAME, GOLD, MANY]}, True),
        ({"op": "all", "conditions": [OTHER, GOLD]}, False),
        ({"op": "any", "conditions": [OTHER, GOLD]}, True),
        ({"op": "any", "conditions": [OTHER, OTHER]}, False),
        ({"op": "not", "condition": NAME}, False),
        ({"op": "not", "condition": OTHER}, True),
        ({"op": "not", "condition": GOLD}, True),
        ({"op": "not", "condition": {"op": "all", "conditions": [NAME, GOLD]}}, True),
        ({"op": "not", "condition": {"op": "any", "conditions": [NAME, GOLD]}}, False),
        ({"op": "not", "condition": {"op": "not", "condition": OTHER}}, False),
    ],
)
def test_a_rule_can_keep_a_promise_or_cannot(when: dict[str, Any] | None, could: bool) -> None:
    journey = terms(REFERENCE, THANKS, BYE)
    found = list(unkept(journey, [rule(OTHER), rule(when)]))
    assert [one.field for one in found] == ([] if could else ["steps.1"])
    assert all(one.message.startswith("no_reward_rule: ") for one in found)


def test_a_rule_by_segments_keeps_no_promise_about_a_public_review() -> None:
    journey = terms(REVIEW, {**THANKS, "of_ask": "review"}, BYE)
    vip = {"op": "in", "of": "advocate_segment", "values": ["vip"]}
    for when in (vip, {"op": "not", "condition": vip}):
        assert [one.field for one in unkept(journey, [rule(when)])] == ["steps.1"]
    assert list(unkept(journey, [rule({"op": "any", "conditions": [vip, GOLD]})])) == []
    assert list(unkept(terms(REFERENCE, THANKS, BYE), [rule(vip)])) == []


def test_rules_of_other_actions_keep_no_promise() -> None:
    journey = terms(REFERENCE, THANKS, STORY, FOR_STORY, BYE)
    found = list(unkept(journey, [rule(None, "lead"), rule(OTHER)]))
    assert [(one.field, one.message.rpartition(" ")[2]) for one in found] == [
        ("steps.1", "advocacy_reference")
    ]
    assert [one.field for one in unkept(journey, [])] == ["steps.1", "steps.3"]


def test_it_is_not_published_and_says_which_step() -> None:
    path = Path()
    with pytest.raises(InvalidInput) as refused:
        path.publish(STORY, FOR_STORY, BYE)
    assert refused.value.code == "journey_refused"
    assert [one.field for one in refused.value.fields] == ["steps.1"]
    assert path.publish(REFERENCE, THANKS, BYE).in_force == 1


def test_other_breaks_are_named_first_and_without_a_promise_no_rule_is_read() -> None:
    journeys = Journeys(Path().desk())
    assert journeys.broken("prg_none", terms(REFERENCE, BYE)) == []
    twice = terms(REFERENCE, REFERENCE, THANKS, BYE)
    assert [one.field for one in journeys.broken("prg_none", twice)] == ["steps.1.name"]
