"""What the bus tells of orders does what their advocates have promised."""

import json
from collections.abc import Iterator

import pytest
from goodword.conversions.model import Conversion
from goodword.ports import Change
from goodword_aws import journeys_heard, journeys_walks

from tests.support.api import front
from tests.support.functions import call, sample
from tests.support.walks import BYE, Path


@pytest.fixture
def path(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    town = Path()
    for module in (journeys_walks, journeys_heard):
        monkeypatch.setattr(module, "StepFunctions", lambda _client: town.workflow)
        monkeypatch.setattr(module, "client", lambda _name: None)
    with front(town):
        yield town


def test_an_order_does_what_its_advocate_promised_once(path: Path) -> None:
    refer = {"step": "ask", "name": "call", "motion": "referral", "template": "refer"}
    path.publish(refer, BYE)
    path.delight()
    path.step(path.entered())
    (ask,) = path.made
    path.asks.answer(ask.ask_id, "accepted")
    at_ms = path.clock.at_ms + 1
    order = Conversion(
        conversion_id="cnv_1",
        program_id=path.program_id,
        action="sale",
        order_id="o-1",
        occurred_ms=at_ms,
        received_ms=at_ms,
        currency="EUR",
        net_minor=1,
        gross_minor=1,
        state="qualified",
        reason="",
        advocate_id=path.anna,
    )
    change = Change()
    change.create(order)
    path.store.commit(change)
    event = json.dumps(sample("journeys_queue", "ordered")).replace("adv_sample", path.anna)
    event = event.replace("prg_sample", path.program_id)
    for _ in range(2):
        assert call("journeys_queue", json.loads(event)) == {"batchItemFailures": []}
    assert [(one.state, one.reason) for one in path.made] == [("accepted_work", "order_came")]
    assert len(path.events("journey.ask_accepted_work")) == 1
