"""Every edge of `reward_approval`, walked with the real handler on a virtual clock."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import pairwise
from typing import Any

import pytest
from goodword.errors import NotFound, Unavailable
from goodword.programs.model import Review
from goodword.times import DAY_MS, SECOND_MS

from tests.support.asl import Execution, definition
from tests.support.functions import CONTEXT, load, over
from tests.support.scene import MAYA, Scene

ASSESS = "Assess the reward"
REVIEW = "Wait for a person to review"
LAPSED = "Take the path for a lapsed review"
HOLD = "Wait out the hold period"
POST = "Look again and make it due"
DONE = "The reward has left approval"
SWEPT = "The sweeper takes over"
STEPS = {ASSESS: "assess", REVIEW: "ask", LAPSED: "lapse", POST: "post"}
WALKED: set[tuple[str, str]] = set()
TESTS = 19  # with those of parametrized ones
HOLD_DAYS, REVIEW_DAYS, ESCALATION_DAYS = 14, 7, 3


class House(Scene):
    """A scene with one reward, whose executions are resumed as Step Functions resumes them."""

    def __init__(self, net_minor: int, **changes: object) -> None:
        super().__init__(**changes)
        self.executions: list[Execution] = []
        self.asked: list[str] = []
        self.break_step: Callable[[dict[str, Any]], None] = lambda _: None
        self.workflow.resume = self._resume  # type: ignore[method-assign]  # the executions below
        self.sale(net_minor=net_minor, click_ids=(self.click(),))
        self.module: Any = None

    def begin(self, reward_id: str = "") -> Execution:
        given = {"reward_id": reward_id or self.reward.reward_id}
        machine = definition("reward_approval")
        execution = Execution(machine, self._handle, self.clock, given)
        self.executions.append(execution)
        self._note(execution)
        return execution

    def decide(self, *, approve: bool) -> None:
        code = "checked_order" if approve else "fraud"
        self.approval.decide(
            self.reward.reward_id, approve=approve, code=code, decider_advocate_id=None
        )

    def lapse(self, execution: Execution) -> None:
        execution.time_out()
        self._note(execution)

    def _handle(self, event: dict[str, Any]) -> Any:
        self.asked.append(event["step"])
        self.break_step(event)
        return self.module.handler(event, CONTEXT)

    def _resume(self, token: str, answer: dict[str, str]) -> bool:
        told = any([each.succeed(token, answer) for each in self.executions])
        for each in self.executions:
            self._note(each)
        return told

    def _note(self, execution: Execution) -> None:
        WALKED.update(pairwise(execution.path))


@pytest.fixture
def house() -> Iterator[Callable[..., House]]:
    """Makes a house with an order of 50.00 EUR (or of what is said), over the real handler."""
    with ExitStack() as stack:

        def make(net_minor: int = 5_000, **changes: object) -> House:
            built = House(net_minor, **changes)
            stack.enter_context(over(built))
            built.module = load("rewards_task")
            built.module.approval = lambda _actor: built.approval
            return built

        yield make


def reviewed(on_lapse: str) -> Review:
    return Review.model_validate(
        {
            "auto_approve_limit_minor": 2_000,
            "days": REVIEW_DAYS,
            "escalation_days": ESCALATION_DAYS,
            "on_lapse": on_lapse,
        }
    )


def test_a_small_reward_waits_out_its_hold_and_is_due(house: Callable[..., House]) -> None:
    scene = house()
    begun_ms = scene.clock.at_ms
    life = scene.begin()
    assert (life.status, life.last) == ("SUCCEEDED", DONE)
    assert [name for name in life.path if name in STEPS or name == HOLD] == [ASSESS, HOLD, POST]
    assert (scene.reward.state, scene.reward.reason) == ("due", "hold_over")
    assert scene.clock.at_ms - begun_ms == HOLD_DAYS * DAY_MS
    assert scene.balance().payable_minor == 500
    assert scene.ledger_differences() == []


def test_without_a_hold_it_is_due_at_once(house: Callable[..., House]) -> None:
    scene = house(hold_days=0)
    life = scene.begin()
    assert life.path == [ASSESS, "What comes next?", POST, "What comes next?", DONE]
    assert (scene.reward.state, scene.asked) == ("due", ["assess", "post"])


def test_a_large_reward_waits_for_a_person_and_then_for_its_hold(
    house: Callable[..., House],
) -> None:
    scene = house(50_000)
    life = scene.begin()
    assert (life.status, life.last) == ("RUNNING", REVIEW)
    assert life.waits is not None
    assert life.waits.until_ms - scene.clock.at_ms == REVIEW_DAYS * DAY_MS
    assert scene.balance().payable_minor == 0
    scene.decide(approve=True)
    assert (life.status, life.last) == ("SUCCEEDED", DONE)
    following = [POST, "What comes next?", HOLD, POST, "What comes next?", DONE]
    assert life.path[life.path.index(REVIEW) + 1 :] == following
    assert scene.balance().payable_minor == 5_000


def test_an_approval_after_the_hold_makes_it_due_at_once(house: Callable[..., House]) -> None:
    scene = house(50_000, hold_days=1)
    life = scene.begin()
    scene.clock.advance(2 * DAY_MS)
    scene.decide(approve=True)
    assert HOLD not in life.path
    assert (life.last, scene.reward.state) == (DONE, "due")


def test_a_refusal_ends_it_without_money(house: Callable[..., House]) -> None:
    scene = house(50_000)
    life = scene.begin()
    scene.decide(approve=False)
    assert (life.last, scene.reward.state, scene.reward.reason) == (DONE, "rejected", "fraud")
    assert (scene.balance().payable_minor, scene.balance().on_hold_minor) == (0, 0)


def test_a_lapsed_review_is_escalated_and_then_refused(house: Callable[..., House]) -> None:
    scene = house(50_000, review=reviewed("refuse"))
    life = scene.begin()
    scene.lapse(life)
    assert (life.status, life.last, scene.reward.escalated) == ("RUNNING", REVIEW, True)
    assert life.waits is not None
    assert life.waits.until_ms - scene.clock.at_ms == ESCALATION_DAYS * DAY_MS
    scene.lapse(life)
    assert (life.last, scene.reward.state) == (DONE, "rejected")
    assert scene.reward.reason == "review_lapsed_refuse"
    assert scene.balance().payable_minor == 0
    assert scene.asked == ["assess", "ask", "lapse", "ask", "lapse"]


def test_a_lapse_releases_only_what_has_become_small(house: Callable[..., House]) -> None:
    scene = house(50_000, review=reviewed("release"))
    life = scene.begin()
    for _ in range(3):
        scene.lapse(life)
    assert (life.status, life.last, scene.reward.state) == ("RUNNING", REVIEW, "on_hold")
    scene.refund("most", 30_000)
    scene.lapse(life)
    assert (life.last, scene.reward.state) == (DONE, "due")
    reasons = [event.reason for event in scene.events("reward.approved")]
    assert reasons == ["review_lapsed_release"]


def test_a_person_may_still_answer_after_the_escalation(house: Callable[..., House]) -> None:
    scene = house(50_000)
    life = scene.begin()
    scene.lapse(life)
    scene.decide(approve=True)
    assert (life.last, scene.reward.state) == (DONE, "due")


def test_a_refund_during_the_hold_leaves_nothing_to_pay(house: Callable[..., House]) -> None:
    scene = house(50_000)
    life = scene.begin()
    scene.refund("all", 50_000)
    scene.workflow.resumed.clear()
    scene.lapse(life)
    assert (life.last, scene.reward.state) == (DONE, "void")
    assert scene.balance().payable_minor == 0
    assert scene.ledger_differences() == []


def test_an_answer_without_a_token_asks_the_record(house: Callable[..., House]) -> None:
    """A stray SendTaskSuccess pays nothing: what comes next is what the reward's record says."""
    scene = house(50_000)
    life = scene.begin()
    assert life.waits is not None
    assert life.succeed(life.waits.token, {"reward_id": scene.reward.reward_id})
    assert (life.status, life.last, scene.reward.state) == ("RUNNING", REVIEW, "on_hold")
    assert scene.balance().payable_minor == 0


@pytest.mark.parametrize("step", ["assess", "ask", "lapse", "post"])
def test_a_step_that_fails_for_good_leaves_the_rest_to_the_sweeper(
    house: Callable[..., House], step: str
) -> None:
    scene = house(50_000 if step in ("ask", "lapse") else 5_000)

    def broken(event: dict[str, Any]) -> None:
        if event["step"] == step:
            raise NotFound("unknown_reward", "gone")

    scene.break_step = broken
    life = scene.begin()
    if step == "lapse":
        scene.lapse(life)
    assert (life.status, life.last, life.error) == ("FAILED", SWEPT, "StepFailed")
    assert scene.balance().payable_minor == 0
    scene.break_step = lambda _: None
    scene.clock.advance(60 * DAY_MS)
    for _ in range(3):
        scene.approval.sweep()
        scene.clock.advance(60 * DAY_MS)
    assert scene.reward.state in ("due", "rejected")


def test_a_busy_store_is_asked_again_with_pauses(house: Callable[..., House]) -> None:
    scene, left = house(), [3]

    def busy(event: dict[str, Any]) -> None:
        if event["step"] == "assess" and left[0]:
            left[0] -= 1
            raise Unavailable("store_busy", "again")

    scene.break_step = busy
    begun_ms = scene.clock.at_ms
    life = scene.begin()
    assert life.last == DONE
    assert scene.clock.at_ms - begun_ms >= (2 + 4 + 8) * SECOND_MS
    assert scene.asked.count("assess") == 4


def test_an_answer_that_nobody_knows_is_left_to_the_sweeper(
    house: Callable[..., House], monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = house()
    odd: dict[str, object] = {"reward_id": scene.reward.reward_id, "route": "pay", "reason": ""}
    odd |= {"wait_seconds": 0, "timeout_seconds": 0}
    monkeypatch.setattr(scene.module, "handler", lambda *_: odd)
    assert scene.begin().last == SWEPT
    assert scene.balance().payable_minor == 0


def test_two_executions_of_one_reward_make_it_due_once(house: Callable[..., House]) -> None:
    scene = house(50_000)
    first, second = scene.begin(), scene.begin()
    scene.decide(approve=True)
    assert second.last == DONE
    scene.lapse(first)
    assert first.last == DONE
    assert len(scene.events("reward.due")) == 1
    assert scene.reward.advocate_id == MAYA


def test_every_state_calls_the_step_of_its_name() -> None:
    states = definition("reward_approval")["States"]
    called = {
        name: state["Parameters"]["Payload"]["step"]
        for name, state in states.items()
        if state["Type"] == "Task"
    }
    assert called == STEPS


def test_the_tests_above_walked_every_edge(request: pytest.FixtureRequest) -> None:
    """Last in the file on purpose: together they walk the whole machine."""
    beside = [each for each in request.session.items if each.path == request.path]
    if len(beside) < TESTS:
        pytest.skip("only some tests of this file were chosen")
    edges = set()
    for name, state in definition("reward_approval")["States"].items():
        following = [choice["Next"] for choice in state.get("Choices", [])]
        following += [caught["Next"] for caught in state.get("Catch", [])]
        following += [state[field] for field in ("Next", "Default") if field in state]
        edges |= {(name, one) for one in following}
    assert edges - WALKED == set()
