"""Batches of the clicks' stream through the real handler, and what it says failed."""

import copy
import importlib
import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from goodword.errors import Unavailable
from goodword.ports import Change
from goodword.tracking.model import ClickCount, click_count_key
from goodword_aws import wiring
from goodword_aws.hot.row import click_item

from tests.fakes.store import MemoryStore

EVENTS = Path(__file__).resolve().parents[2] / "events" / "tracking_stream"
MAYA = "adv_01kt8vzg0000000000000000m1"
BEN = "adv_01kt8vzg0000000000000000b1"
PROGRAM = "prg_01kt8vzg0000000000000000p1"
Handler = Callable[[dict[str, Any], object], dict[str, Any]]


class Store(MemoryStore):
    """Refuses whatever belongs to the advocates in `refuses`."""

    def __init__(self) -> None:
        super().__init__()
        self.refuses: set[str] = set()

    def commit(self, change: Change) -> None:
        if any(name in key.pk for key in change.keys for name in self.refuses):
            raise Unavailable("busy", "somebody@mail.example")
        super().commit(change)


@pytest.fixture
def store() -> Store:
    return Store()


@pytest.fixture
def handler(store: Store, monkeypatch: pytest.MonkeyPatch) -> Handler:
    monkeypatch.setenv("CORE_TABLE", "core")
    wiring.forget()
    monkeypatch.setattr(wiring, "store", lambda: store)
    found: Handler = importlib.import_module("functions.tracking_stream.handler").handler
    return found


def sample(name: str) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text())
    return event


def clicks_of(store: Store, advocate_id: str) -> int:
    found = store.get(ClickCount, click_count_key(advocate_id, PROGRAM))
    return found.clicks if found else 0


def numbers(answer: dict[str, Any]) -> list[str]:
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def numbers_of(event: dict[str, Any]) -> list[str]:
    return [record["dynamodb"]["SequenceNumber"] for record in event["Records"]]


def test_clicks_are_counted_per_advocate_and_day(store: Store, handler: Handler) -> None:
    assert handler(sample("good_clicks"), None) == {"batchItemFailures": []}
    assert (clicks_of(store, MAYA), clicks_of(store, BEN)) == (3, 1)
    count = store.get(ClickCount, click_count_key(MAYA, PROGRAM))
    assert count is not None
    assert count.by_day == {"2026-11-22": 2, "2026-11-23": 1}
    assert len(store.commits) == 2


def test_a_batch_that_is_delivered_again_counts_once(store: Store, handler: Handler) -> None:
    event = sample("good_clicks")
    handler(event, None)
    handler({"Records": [*event["Records"], *event["Records"]]}, None)
    for record in event["Records"]:
        handler({"Records": [record]}, None)
    assert (clicks_of(store, MAYA), clicks_of(store, BEN)) == (3, 1)


def test_other_items_are_passed_by(store: Store, handler: Handler) -> None:
    assert handler(sample("other_items"), None) == {"batchItemFailures": []}
    assert store.commits == []


def test_malformed_images_fail_alone(
    store: Store, handler: Handler, capsys: pytest.CaptureFixture[str]
) -> None:
    event = sample("refused_malformed_images")
    before = copy.deepcopy(event)
    first, good, third, fourth = numbers_of(event)
    assert numbers(handler(event, None)) == [first, third, fourth]
    assert good not in numbers(handler(event, None))
    assert clicks_of(store, MAYA) == 1
    assert event == before


def test_one_advocates_trouble_is_not_anothers(
    store: Store, handler: Handler, capsys: pytest.CaptureFixture[str]
) -> None:
    event = sample("good_clicks")
    store.refuses = {MAYA}
    of_maya = [number for at, number in enumerate(numbers_of(event)) if at != 2]
    assert sorted(numbers(handler(event, None))) == of_maya
    assert (clicks_of(store, MAYA), clicks_of(store, BEN)) == (0, 1)
    store.refuses = set()
    retried = {"Records": event["Records"][0:]}
    assert handler(retried, None) == {"batchItemFailures": []}
    assert (clicks_of(store, MAYA), clicks_of(store, BEN)) == (3, 1)


def test_the_log_of_a_failure_quotes_no_text(
    store: Store, handler: Handler, caplog: pytest.LogCaptureFixture, monkeypatch: Any
) -> None:
    store.refuses = {MAYA}
    module = importlib.import_module("functions.tracking_stream.handler")
    lines: list[tuple[str, Any]] = []
    monkeypatch.setattr(
        module.log, "error", lambda what, extra: lines.append((what, extra)), raising=False
    )
    with caplog.at_level(logging.ERROR):
        handler(sample("good_clicks"), None)
        handler(sample("refused_malformed_images"), None)
    assert {what for what, _ in lines} == {"clicks_not_counted", "click_malformed"}
    assert "mail.example" not in json.dumps(lines)


def test_what_the_redirect_writes_is_what_is_counted(store: Store, handler: Handler) -> None:
    item = click_item(
        nonce=bytes(8),
        at_ms=1_795_341_600_000,
        link_id="lnk_1",
        advocate_id=MAYA,
        program_id=PROGRAM,
        visitor="0" * 16,
        device="phone",
        country="",
        source={},
    )
    change = {"Keys": {}, "NewImage": item, "SequenceNumber": "1"}
    handler({"Records": [{"eventName": "INSERT", "dynamodb": change}]}, None)
    assert clicks_of(store, MAYA) == 1
