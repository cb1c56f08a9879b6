"""What lets people into journeys, walks with them, and sweeps behind: the three functions."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from goodword.journeys.asks import Wishes
from goodword.journeys.reference import Traits
from goodword.journeys.walk import AskMade, Walk
from goodword.rewards.model import Reward

from tests.support.api import Front, front
from tests.support.functions import call, sample
from tests.support.journeys import REFERENCE
from tests.support.references import referring
from tests.support.stepping import Stepping, stepping_instead
from tests.support.walks import BYE, Path


@pytest.fixture
def path() -> Path:
    return Path()


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Stepping:
    return stepping_instead(monkeypatch)


@pytest.fixture
def house(path: Path, machine: Stepping) -> Iterator[Front]:
    with front(path) as found:
        yield found


def test_hearing_of_somebody_starts_their_walk_once(
    house: Front, path: Path, machine: Stepping
) -> None:
    path.publish(REFERENCE, BYE)
    path.delight()
    subject_id = path.hear("case_resolved", about="c-1")
    event = json.dumps(sample("journeys_queue", "heard")).replace("sbj_sample", subject_id)
    for _ in range(2):
        assert call("journeys_queue", json.loads(event)) == {"batchItemFailures": []}
    (walk,) = path.all(Walk)
    known = json.dumps(sample("journeys_queue", "known_better")).replace("sbj_sample", subject_id)
    path.publish(REFERENCE, BYE)
    assert call("journeys_queue", json.loads(known)) == {"batchItemFailures": []}
    assert len(path.all(Walk)) == 2
    entered = json.dumps(sample("journeys_queue", "entered")).replace("wlk_sample", walk.walk_id)
    assert call("journeys_queue", json.loads(entered)) == {"batchItemFailures": []}
    assert machine.started == [walk.walk_id]  # whoever is only watched does not walk
    refused = call("journeys_queue", sample("journeys_queue", "refused_unknown_subject"))
    assert [one["itemIdentifier"] for one in refused["batchItemFailures"]] == ["m-2"]


def test_a_journey_that_goes_on_looks_at_whoever_was_heard_of(house: Front, path: Path) -> None:
    path.publish(REFERENCE, BYE)
    path.delight()
    path.hear("case_resolved", about="c-1")
    event = json.dumps(sample("journeys_queue", "resumed")).replace("prg_sample", path.program_id)
    assert call("journeys_queue", json.loads(event)) == {"batchItemFailures": []}
    assert len(path.all(Walk)) == 1


def test_whoever_ends_all_requests_is_not_called(house: Front, path: Path) -> None:
    _, ask = path.asked(BYE)
    path.asks.answer(ask.ask_id, "accepted")
    references = referring(path.desk(), path.subjects, path.gate, path.workflow)
    references.put(ask.subject_id, Traits(industry="retail", size="medium"))
    references.book(ask.subject_id)
    Wishes(path.desk()).unsubscribe(ask)
    event = json.dumps(sample("journeys_queue", "wishes_ended"))
    event = event.replace("sbj_sample", ask.subject_id)
    for _ in range(2):
        assert call("journeys_queue", json.loads(event)) == {"batchItemFailures": []}
    assert [one.state for one in references.read(ask.subject_id).calls] == ["cancelled"]


def test_the_task_walks_and_listens_and_refuses_the_rest(house: Front, path: Path) -> None:
    path.publish(REFERENCE, BYE)
    path.delight()
    walk = path.entered()

    def step(case: str) -> Any:
        text = json.dumps(sample("journeys_task", case)).replace("jrn_sample", walk.journey_id)
        return call("journeys_task", json.loads(text.replace("wlk_sample", walk.walk_id)))

    assert step("walk")["route"] == "answer"
    assert step("listen") == {"walk_id": walk.walk_id}
    with pytest.raises(Exception, match="unknown_walk"):
        step("refused_unknown_walk")
    with pytest.raises(Exception, match="unknown_step"):
        step("refused_unknown_step")


def test_the_sweep_moves_by_its_own_records_alone(house: Front, path: Path) -> None:
    path.publish(REFERENCE, BYE)
    path.delight()
    path.entered()
    path.later(hours=1)
    assert call("journeys_schedule", sample("journeys_schedule", "tick")) == {
        "walks": 1,
        "promises": 0,
        "anniversaries": 0,
        "letters": 0,
    }
    none = {"walks": 0, "promises": 0, "anniversaries": 0, "letters": 0}
    assert call("journeys_schedule", sample("journeys_schedule", "refused_orders")) == none
    assert len(path.all(AskMade)) == 1
    assert not path.all(Reward)
