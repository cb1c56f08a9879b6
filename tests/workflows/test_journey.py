"""Every edge of the machine `journey`, walked with the real handler on a virtual clock."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import pairwise
from typing import Any

import pytest
from goodword.errors import NotFound, Unavailable
from goodword.rewards.model import Reward

from tests.support.asl import Execution, definition
from tests.support.functions import CONTEXT, load, over
from tests.support.journeys import REFERENCE
from tests.support.walks import BYE, THANKS, Path

WALK = "Walk as far as it goes"
ROUTE = "What is to be waited for?"
WAIT = "Wait for the next step"
ANSWER = "Wait for an answer"
DONE = "The journey is over"
SWEPT = "The sweeper takes over"
WALKED: set[tuple[str, str]] = set()
SETTLE = {"step": "wait", "name": "settle", "hours": 48}


class House(Path):
    """A path whose executions are resumed as Step Functions resumes them."""

    def __init__(self) -> None:
        super().__init__()
        self.executions: list[Execution] = []
        self.break_step: Callable[[dict[str, Any]], None] = lambda _: None
        self.workflow.resume = self._resume  # type: ignore[method-assign]  # the executions below
        self.module: Any = None

    def begin(self, *steps: dict[str, Any], **changes: Any) -> Execution:
        self.publish(*steps, goal={"motion": "reference"}, **changes)
        self.delight()
        walk = self.entered()
        given = {"journey_id": walk.journey_id, "walk_id": walk.walk_id}
        execution = Execution(definition("journey"), self._handle, self.clock, given)
        self.executions.append(execution)
        self._note()
        return execution

    def _handle(self, event: dict[str, Any]) -> Any:
        self.break_step(event)
        return self.module.handler(event, CONTEXT)

    def _resume(self, token: str, answer: dict[str, str]) -> bool:
        told = any([each.succeed(token, answer) for each in self.executions])
        self._note()
        return told

    def _note(self) -> None:
        for each in self.executions:
            WALKED.update(pairwise(each.path))


@pytest.fixture
def house() -> Iterator[House]:
    with ExitStack() as stack:
        built = House()
        stack.enter_context(over(built))
        built.module = load("journeys_task")
        built.module.walking = lambda _actor: built.walking
        yield built


def test_a_person_waits_is_asked_answers_and_is_rewarded(house: House) -> None:
    begun_ms = house.clock.at_ms
    life = house.begin(SETTLE, REFERENCE, THANKS, BYE)
    assert (life.status, life.last) == ("RUNNING", ANSWER)
    assert house.clock.at_ms - begun_ms == 48 * 3_600_000
    (ask,) = house.made
    house.asks.answer(ask.ask_id, "accepted")
    assert (life.status, life.last) == ("RUNNING", ANSWER)
    house.asks.work(ask.ask_id, done=True, code="call_held", own_advocate_id=None)
    assert (life.status, life.last) == ("SUCCEEDED", DONE)
    assert [one.earned_minor for one in house.all(Reward)] == [5_000]
    assert life.path[:4] == [WALK, ROUTE, WAIT, WALK]


def test_silence_is_an_answer_too(house: House) -> None:
    life = house.begin(REFERENCE, BYE)
    life.time_out()
    house._note()
    assert (life.status, life.last) == ("SUCCEEDED", DONE)
    assert house.made[0].state == "expired"


def test_an_answer_without_a_token_asks_the_record(house: House) -> None:
    """A stray SendTaskSuccess answers nothing: the walk's record says what is waited for."""
    life = house.begin(REFERENCE, BYE)
    assert life.waits is not None
    assert life.succeed(life.waits.token, {"walk_id": "x"})
    assert (life.status, life.last, house.made[0].state) == ("RUNNING", ANSWER, "sent")


@pytest.mark.parametrize("step", ["walk", "listen"])
def test_a_step_that_fails_for_good_leaves_the_rest_to_the_sweeper(house: House, step: str) -> None:
    def broken(event: dict[str, Any]) -> None:
        if event["step"] == step:
            raise NotFound("unknown_walk", "gone")

    house.break_step = broken
    life = house.begin(REFERENCE, BYE)
    assert (life.status, life.last, life.error) == ("FAILED", SWEPT, "StepFailed")
    house.later(days=15)
    house.walking.sweep()
    house.later(days=15)
    house.walking.sweep()
    assert house.made[0].state == "expired"


def test_a_step_is_repeated_while_something_is_unavailable(house: House) -> None:
    fails = iter([True, True, False, False])

    def busy(_event: dict[str, Any]) -> None:
        if next(fails, False):
            raise Unavailable("busy", "later")

    house.break_step = busy
    assert house.begin(REFERENCE, BYE).last == ANSWER


def test_a_route_that_nobody_knows_goes_to_the_sweeper(house: House) -> None:
    house.module.walking = lambda _actor: house.walking
    handle = house.module.handler
    house.module.handler = lambda event, context: {**handle(event, context), "route": "fly"}
    life = house.begin(REFERENCE, BYE)
    assert life.last == SWEPT
    house._note()


def test_every_edge_was_walked() -> None:
    own = definition("journey")["States"]
    edges = set()
    for name, state in own.items():
        following = [choice["Next"] for choice in state.get("Choices", [])]
        following += [catch["Next"] for catch in state.get("Catch", [])]
        following += [state[key] for key in ("Next", "Default") if key in state]
        edges |= {(name, each) for each in following}
    assert edges - WALKED == set()
