"""The status of the page that was opened is no complaint; that of anything else is."""

from types import SimpleNamespace
from typing import Any

import pytest

from tests.browser.hearing import Ear

PAGE, POLLED = "https://go.example/console/runs/run_1/report", "https://go.example/static/x.js"
GONE = "Failed to load resource: the server responded with a status of 404 ()"


def message(text: str, url: str, type: str = "error") -> Any:
    return SimpleNamespace(type=type, text=text, location={"url": url})


@pytest.fixture
def ear() -> Ear:
    made = Ear([])
    going: Any = SimpleNamespace(url=PAGE, is_navigation_request=lambda: True)
    fetched: Any = SimpleNamespace(url=POLLED, is_navigation_request=lambda: False)
    made.asked(going)
    made.asked(fetched)
    return made


def test_the_page_itself_is_excused_once(ear: Ear) -> None:
    ear.said(message(GONE, PAGE))
    assert ear.complaints == []
    ear.said(message(GONE, PAGE))  # fetched again, by what follows its work
    assert ear.complaints == [f"console: {GONE} ({PAGE})"]


def test_a_page_that_was_there_and_is_gone_when_it_is_fetched_again_is_a_complaint(
    ear: Ear,
) -> None:
    going: Any = SimpleNamespace(is_navigation_request=lambda: True)
    there: Any = SimpleNamespace(ok=True, request=going)
    ear.answered(there)
    ear.said(message(GONE, PAGE))
    assert len(ear.complaints) == 1


@pytest.mark.parametrize(
    ("text", "url"),
    [
        (GONE, POLLED),
        (GONE, "https://go.example/favicon.ico"),
        ("status of 500", PAGE),
        ("Refused to load", PAGE),
    ],
)
def test_anything_else_is_a_complaint(ear: Ear, text: str, url: str) -> None:
    ear.said(message(text, url))
    assert len(ear.complaints) == 1


def test_what_is_only_told_is_none(ear: Ear) -> None:
    ear.said(message(GONE, POLLED, type="log"))
    assert ear.complaints == []
