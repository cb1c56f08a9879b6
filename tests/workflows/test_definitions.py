"""Every state machine is sound before it is deployed: emulators accept what AWS refuses."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from goodword.limits import RUN_RELEASE_DAYS, RUN_REQUEST_DAYS

from tests.support.asl import CALLBACK, INVOKE, MACHINES, definition

NAMES = sorted(path.name.removesuffix(".asl.json") for path in MACHINES.glob("*.asl.json"))
COMMON = {"Type", "Comment", "Next", "End"}
KNOWN = {
    "Task": {
        "Resource",
        "Parameters",
        "ResultSelector",
        "ResultPath",
        "TimeoutSeconds",
        "TimeoutSecondsPath",
        "Retry",
        "Catch",
    },
    "Choice": {"Choices", "Default"},
    "Wait": {"SecondsPath"},
    "Map": {
        "ItemsPath",
        "ItemSelector",
        "ItemProcessor",
        "MaxConcurrency",
        "ResultPath",
        "Retry",
        "Catch",
    },
    "Pass": {"Result", "ResultPath"},
    "Succeed": set(),
    "Fail": {"Error", "Cause"},
}
FAILING = ("Task", "Map")


def machines(machine: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The machine and those inside its maps."""
    yield machine
    for state in machine["States"].values():
        if state["Type"] == "Map":
            yield from machines(state["ItemProcessor"])


def following(state: Mapping[str, Any]) -> list[str]:
    """Every state that may come next."""
    found = [choice["Next"] for choice in state.get("Choices", [])]
    found += [catch["Next"] for catch in state.get("Catch", [])]
    return found + [state[name] for name in ("Next", "Default") if name in state]


def ends(state: Mapping[str, Any]) -> bool:
    return state["Type"] in ("Succeed", "Fail") or bool(state.get("End"))


def states(name: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for machine in machines(definition(name)):
        yield from machine["States"].items()


def faults(machine: Mapping[str, Any]) -> list[str]:
    """What is wrong with the shape of one machine, as sentences."""
    found = []
    for inner in machines(machine):
        own = inner["States"]
        reached, todo = set(), [inner["StartAt"]]
        while todo:
            name = todo.pop()
            if name in reached:
                continue
            reached.add(name)
            if name not in own:
                found.append(f"{name!r} does not exist")
                continue
            todo += following(own[name])
        found += [f"{name!r} is never reached" for name in sorted(set(own) - reached)]
        out = {name for name, state in own.items() if ends(state)}
        while more := {n for n, s in own.items() if n not in out and out & set(following(s))}:
            out |= more
        found += [f"{name!r} leads to no end" for name in sorted(set(own) - out)]
        for name, state in own.items():
            strange = set(state) - COMMON - KNOWN[state["Type"]]
            found += [f"{name!r} has {field!r}" for field in sorted(strange)]
            if not following(state) and not ends(state):
                found.append(f"{name!r} has no next state")
            if state["Type"] == "Choice" and "Default" not in state:
                found.append(f"{name!r} has no default")
    return found


@pytest.mark.parametrize("name", NAMES)
def test_every_state_is_reached_and_leads_to_an_end(name: str) -> None:
    assert faults(definition(name)) == []


@pytest.mark.parametrize("name", NAMES)
def test_every_task_is_limited_in_time_and_its_failure_is_named(name: str) -> None:
    for title, state in states(name):
        if state["Type"] in FAILING:
            caught = [error for catch in state["Catch"] for error in catch["ErrorEquals"]]
            assert "States.ALL" in caught, title
        if state["Type"] == "Task":
            assert {"TimeoutSeconds", "TimeoutSecondsPath"} & set(state), title


@pytest.mark.parametrize("name", NAMES)
def test_every_plain_task_is_repeated_a_bounded_number_of_times(name: str) -> None:
    for title, state in states(name):
        if state["Type"] == "Task" and state["Resource"] == INVOKE:
            (retry,) = state["Retry"]
            assert retry["BackoffRate"] > 1, title
            assert 0 < retry["MaxAttempts"] <= 10, title
            assert "Lambda.ServiceException" in retry["ErrorEquals"], title


@pytest.mark.parametrize("name", NAMES)
def test_every_wait_for_a_person_has_a_path_for_silence(name: str) -> None:
    for title, state in states(name):
        if state["Type"] == "Task" and state["Resource"] == CALLBACK:
            first = state["Catch"][0]
            assert first["ErrorEquals"] == ["States.Timeout"], title
            assert state["ResultPath"] is None, f"{title}: what the token brings decides nothing"


@pytest.mark.parametrize("name", NAMES)
def test_states_are_named_as_sentences_within_eighty_characters(name: str) -> None:
    for title, _ in states(name):
        assert " " in title or title == "Settled"
        assert len(title) <= 80


@pytest.mark.parametrize("name", NAMES)
def test_every_map_says_how_many_at_a_time(name: str) -> None:
    for title, state in states(name):
        if state["Type"] == "Map":
            assert 1 <= state["MaxConcurrency"] <= 40, title


def test_people_have_the_time_that_the_limits_give_them() -> None:
    own = definition("payout_cycle")["States"]
    waits = {
        name: state["TimeoutSeconds"]
        for name, state in own.items()
        if state.get("Resource") == CALLBACK
    }
    assert waits == {
        "Wait for a first person to request": RUN_REQUEST_DAYS * 86_400,
        "Wait for a second person to release": RUN_RELEASE_DAYS * 86_400,
    }


@pytest.mark.parametrize("name", NAMES)
def test_nothing_personal_and_no_address_is_in_a_definition(name: str) -> None:
    text = json.dumps(definition(name))
    assert "@" not in text
    assert "arn:aws:lambda" not in text, "the function comes by substitution"


BROKEN = {
    "StartAt": "A",
    "States": {
        "A": {"Type": "Choice", "Choices": [{"Next": "Gone"}, {"Next": "B"}]},
        "B": {"Type": "Pass", "Result": {}, "Next": "C", "Bogus": 1},
        "C": {"Type": "Pass", "Result": {}, "Next": "B"},
        "D": {"Type": "Wait", "SecondsPath": "$"},
    },
}


def test_the_check_itself_finds_what_is_broken() -> None:
    assert set(faults(BROKEN)) == {
        "'Gone' does not exist",
        "'D' is never reached",
        "'A' leads to no end",
        "'B' leads to no end",
        "'C' leads to no end",
        "'D' leads to no end",
        "'B' has 'Bogus'",
        "'D' has no next state",
        "'A' has no default",
    }
