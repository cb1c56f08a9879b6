"""Every sample of the reward functions does what its name says."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from goodword.conversions.model import Conversion, conversion_key
from goodword.errors import GoodwordError
from goodword.ledger.model import Balance
from goodword.ports import Change
from goodword.rewards.model import Reward, RewardPlace
from goodword.times import DAY_MS
from goodword.workflow import TaskToken

from tests.support.functions import ROOT, call, over, sample
from tests.support.scene import MAYA, Scene

SAMPLE = "rwd_01kasx2e80hold00000000000"


class States:
    """What Step Functions was told."""

    def __init__(self) -> None:
        self.started: list[dict[str, Any]] = []
        self.resumed: list[str] = []

    def start_execution(self, **call: Any) -> None:
        self.started.append(call)

    def send_task_success(self, **call: Any) -> None:
        self.resumed.append(call["taskToken"])


class House(Scene):
    """A scene whose one reward has the id of the samples."""

    def __init__(self, **changes: Any) -> None:
        super().__init__(**changes)
        self.states = States()
        self.sale(net_minor=50_000, click_ids=(self.click(),))
        made = self.reward
        renamed, change = made.but(reward_id=SAMPLE, version=0), Change()
        change.create(renamed, RewardPlace(reward_id=SAMPLE, advocate_id=MAYA))
        change.delete(made)
        self.store.commit(change)
        change = Change()
        change.create(self.conversion.but(conversion_id="cnv_sample", version=0))
        self.store.commit(change)

    def hold(self) -> None:
        self.approval.assess(SAMPLE)


@pytest.fixture
def house(request: pytest.FixtureRequest) -> Iterator[House]:
    scene = House(**getattr(request, "param", {}))
    with over(scene) as patch:
        patch.setattr("goodword_aws.aws.client", lambda _name: scene.states)
        patch.setattr("goodword_aws.rewards.client", lambda _name: scene.states)
        yield scene


def answered(event: dict[str, Any]) -> tuple[int, Any]:
    reply = call("rewards_api", event)
    return reply["statusCode"], json.loads(reply["body"])


def test_assess_sends_a_large_reward_to_a_person(house: House) -> None:
    step = call("rewards_task", sample("rewards_task", "assess"))
    assert (step["route"], house.reward.state) == ("review", "on_hold")


def test_ask_keeps_the_token(house: House) -> None:
    house.hold()
    call("rewards_task", sample("rewards_task", "ask"))
    assert house.one(TaskToken).token == "AQCEAAAAKgAAAAMAAAAAAAAAAe-sample-task-token"


def test_lapse_and_post_say_what_comes_next(house: House) -> None:
    house.hold()
    house.clock.advance(8 * DAY_MS)
    assert call("rewards_task", sample("rewards_task", "lapse"))["route"] == "review"
    assert house.reward.escalated
    assert call("rewards_task", sample("rewards_task", "post"))["route"] == "review"


@pytest.mark.parametrize("case", ["refused_unknown_step", "refused_unknown_reward"])
@pytest.mark.usefixtures("house")
def test_a_step_that_makes_no_sense_fails_the_execution(case: str) -> None:
    with pytest.raises(GoodwordError):
        call("rewards_task", sample("rewards_task", case))


def test_the_sweep_counts_what_it_moved(house: House) -> None:
    house.clock.advance(DAY_MS)
    counts = call("rewards_schedule", sample("rewards_schedule", "tick"))
    assert counts == {"assessed": 1, "posted": 0, "lapsed": 0, "running_low": 0, "used_up": 0}


def test_a_new_reward_starts_one_execution_named_after_it(house: House) -> None:
    answer = call("rewards_queue", sample("rewards_queue", "created"))
    assert answer == {"batchItemFailures": []}
    assert house.states.started == [
        {
            "stateMachineArn": "test-reward_approval_arn",
            "name": SAMPLE,
            "input": json.dumps({"reward_id": SAMPLE}),
        }
    ]


def test_a_message_that_is_no_event_fails_alone(house: House) -> None:
    answer = call("rewards_queue", sample("rewards_queue", "refused_not_json"))
    assert answer == {"batchItemFailures": [{"itemIdentifier": "m-2"}]}
    assert len(house.states.started) == 1


def test_finance_sees_what_waits_with_its_evidence(house: House) -> None:
    house.hold()
    status, queue = answered(sample("rewards_api", "queue"))
    assert (status, [one["id"] for one in queue["data"]]) == (200, [SAMPLE])
    status, evidence = answered(sample("rewards_api", "evidence"))
    assert status == 200
    assert evidence["reward"]["reason"] == "over_auto_approve_limit"
    considered = evidence["conversion"]["decisions"][0]["attribution"]["considered"]
    assert [one["reason"] for one in considered] == ["last_touch"]
    assert [fact["type"] for fact in evidence["history"]] == ["reward.on_hold"]


@pytest.mark.usefixtures("house")
def test_the_other_reads_answer() -> None:
    for case in ("of_one_advocate", "reason_codes", "conversion", "explanation"):
        assert answered(sample("rewards_api", case))[0] == 200


def test_an_approval_is_answered_once_and_resumes_the_execution(house: House) -> None:
    house.hold()
    call("rewards_task", sample("rewards_task", "ask"))
    first, second = (answered(sample("rewards_api", "approve")) for _ in range(2))
    assert first == second
    assert (first[0], first[1]["state"], first[1]["decided_by"]) == (200, "approved", "sub-fin-1")
    assert len(house.states.resumed) == 1


def test_a_refusal_takes_the_money_off_the_balance(house: House) -> None:
    house.hold()
    assert answered(sample("rewards_api", "refuse"))[1]["state"] == "rejected"
    assert house.one(Balance).on_hold_minor == 0


@pytest.mark.parametrize(
    ("case", "status", "code"),
    [
        ("refused_advocate_approves", 403, "not_allowed"),
        ("refused_admin_approves", 403, "not_allowed"),
        ("refused_unknown_code", 422, "unknown_reason_code"),
        ("refused_without_key", 400, "idempotency_key_missing"),
        ("refused_unknown_reward", 404, "unknown_reward"),
        ("refused_conversion_never_decided", 404, "unknown_conversion"),
    ],
)
def test_refusals_change_nothing(house: House, case: str, status: int, code: str) -> None:
    house.hold()
    before = dict(house.store.items)
    got, problem = answered(sample("rewards_api", case))
    assert (got, problem["code"]) == (status, code)
    assert house.store.items == before


def test_the_payee_in_finance_may_not_decide(house: House) -> None:
    house.hold()
    event = sample("rewards_api", "approve")
    event["requestContext"]["authorizer"]["jwt"]["claims"]["email"] = "maya7@x.example"
    status, problem = answered(event)
    assert (status, problem["code"]) == (403, "payee_may_not_decide")
    assert house.reward.state == "on_hold"


@pytest.mark.parametrize("house", [{"trust": {"second_look_minor": 4_000}}], indirect=True)
def test_a_large_amount_is_looked_at_from_two_mailboxes(house: House) -> None:
    house.hold()

    def approve(subject: str, email: str) -> tuple[int, str]:
        event = sample("rewards_api", "approve")
        claims = event["requestContext"]["authorizer"]["jwt"]["claims"]
        claims.update(sub=subject, email=email)
        status, said = answered(event)
        return status, said.get("code", said.get("state"))

    assert approve("sub-fin-1", "fin@staff.example") == (200, "on_hold")
    assert approve("sub-fin-2", "Fin+second@Staff.example") == (403, "same_person")
    assert approve("sub-fin-3", "fred@staff.example") == (200, "approved")


def test_an_unknown_conversion_is_not_found(house: House) -> None:
    change = Change()
    found = house.store.get(Conversion, conversion_key("cnv_sample"))
    assert found is not None
    change.delete(found)
    house.store.commit(change)
    assert answered(sample("rewards_api", "conversion"))[1]["code"] == "unknown_conversion"


def test_every_sample_is_used_here() -> None:
    here = (
        "test_rewards.py",
        "test_rewards_hand_outs.py",
        "test_ledger_proofs.py",
        "test_schedules.py",
    )
    text = "".join((ROOT / "tests/functional" / name).read_text() for name in here)
    for function in ("rewards_api", "rewards_task", "rewards_queue", "rewards_schedule"):
        for path in (ROOT / "events" / function).glob("*.json"):
            assert f'"{path.stem}"' in text, path
    assert Reward.KIND == "reward"
