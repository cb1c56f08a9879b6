"""The relay loses nothing and invents nothing; the nightly function reports what it found."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from goodword.events import Event
from goodword.ledger.model import Balance
from goodword.ledger.service import LedgerCheck
from goodword.ports import Change
from goodword.rewards.caps import CapUse

from tests.support.desk import World
from tests.support.functions import call, over, sample
from tests.support.scene import Scene


class Bus:
    """The event bus: takes entries, refuses those whose subject is named, or breaks."""

    def __init__(self) -> None:
        self.taken: list[dict[str, Any]] = []
        self.refuses: set[str] = set()
        self.broken: Exception | None = None

    def put_events(self, **request: Any) -> dict[str, Any]:
        entries = request["Entries"]
        assert len(entries) <= 10
        if self.broken:
            raise self.broken
        answers: list[dict[str, str]] = []
        for entry in entries:
            if json.loads(entry["Detail"])["subject"] in self.refuses:
                answers.append({"ErrorCode": "ThrottlingException", "ErrorMessage": "x"})
            else:
                self.taken.append(entry)
                answers.append({"EventId": "1"})
        return {"Entries": answers, "FailedEntryCount": len(self.refuses)}


def relayed(bus: Bus, case: str) -> list[str]:
    """Run the sample; the sequence numbers that were reported as failed."""
    with over(World()) as patch:
        patch.setattr("goodword_aws.aws.client", lambda _name: bus)
        answer = call("ledger_stream", sample("ledger_stream", case))
    return [each["itemIdentifier"] for each in answer["batchItemFailures"]]


def test_an_event_reaches_the_bus_as_it_is() -> None:
    bus = Bus()
    assert relayed(bus, "one_event") == []
    (entry,) = bus.taken
    detail = json.loads(entry["Detail"])
    assert (entry["Source"], entry["DetailType"]) == ("goodword", "reward.due")
    assert entry["EventBusName"] == "test-bus_name"
    assert detail["data"]["amount_minor"] == 1500
    assert not {"pk", "sk", "kind", "version"} & set(detail)
    assert set(detail) == set(Event.model_fields) - {"version"}
    assert int(entry["Time"].timestamp() * 1000) == detail["at_ms"]


def test_a_batch_is_sent_in_tens_and_in_order() -> None:
    bus = Bus()
    assert relayed(bus, "twelve_events") == []
    subjects = [json.loads(entry["Detail"])["subject"] for entry in bus.taken]
    assert subjects == [f"rwd_{number:02d}" for number in range(12)]


@pytest.mark.parametrize("refused", ["rwd_00", "rwd_04", "rwd_11"])
def test_what_the_bus_refuses_comes_again(refused: str) -> None:
    bus = Bus()
    bus.refuses = {refused}
    assert relayed(bus, "twelve_events") == [str(100 + int(refused[-2:]))]


def test_nothing_after_a_failed_ten_is_sent() -> None:
    bus = Bus()
    bus.refuses = {"rwd_04"}
    relayed(bus, "twelve_events")
    assert len(bus.taken) == 9


@pytest.mark.parametrize(
    "broken", [ClientError({"Error": {"Code": "InternalFailure"}}, "PutEvents"), OSError()]
)
def test_a_silent_bus_brings_the_whole_batch_again(broken: Exception) -> None:
    bus = Bus()
    bus.broken = broken
    assert relayed(bus, "twelve_events") == ["100"]


def test_what_is_no_event_is_set_aside_and_holds_back_what_follows() -> None:
    bus = Bus()
    assert relayed(bus, "refused_entry_among_events") == ["101"]
    assert [json.loads(entry["Detail"])["subject"] for entry in bus.taken] == ["rwd_1"]
    assert relayed(Bus(), "refused_without_image") == ["100"]


def test_the_nightly_check_raises_its_metric(capsys: pytest.CaptureFixture[str]) -> None:
    world = World()
    change = Change()
    change.create(Balance(advocate_id="adv_1", program_id="prg_1", currency="EUR", payable_minor=5))
    world.store.commit(change)
    with over(world):
        answer = call("ledger_schedule", sample("ledger_schedule", "tick"))
    assert answer == {
        **{"entries": 0, "balances": 1, "numbers": 0, "found": 1, "unsettled": 0},
        **{"seals": 0, "sealed": 0, "unproven": 0},
    }
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    figures = {
        line["_aws"]["CloudWatchMetrics"][0]["Metrics"][0]["Name"]: line
        for line in lines
        if "_aws" in line
    }
    assert figures["LedgerImbalance"]["LedgerImbalance"] == 1
    assert figures["LedgerImbalance"]["_aws"]["CloudWatchMetrics"][0]["Namespace"] == "Goodword"
    assert figures["LedgerUnsettled"]["stage"] == "test"
    assert figures["LedgerUnproven"]["LedgerUnproven"] == 0
    assert len(world.all(LedgerCheck)) == 1


def test_the_nightly_check_names_a_wrong_count(capsys: pytest.CaptureFixture[str]) -> None:
    scene = Scene()
    scene.sale(click_ids=(scene.click(),))
    change = Change()
    change.replace(scene.one(Balance).but(sales=3))
    change.replace(scene.one(CapUse).but(rewards=9))
    scene.store.commit(change)
    with over(scene):
        answer = call("ledger_schedule", sample("ledger_schedule", "tick"))
    assert (answer["balances"], answer["numbers"], answer["found"]) == (1, 4, 2)
    assert '"LedgerImbalance":2' in capsys.readouterr().out.replace(" ", "")
    (kept,) = scene.all(LedgerCheck)
    counts, caps = kept.differences
    assert counts.endswith("sales: journal says 1, balance says 3")
    assert caps.endswith("rewards: journal says 1, cap says 9")
    assert (scene.balance().sales, scene.one(CapUse).rewards) == (3, 9)  # mending is for people
