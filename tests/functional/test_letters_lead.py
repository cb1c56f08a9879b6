"""A letter leads to the page of what it tells of, and that page is there."""

import json
from importlib.resources import files

import pytest
from goodword.events import Event
from goodword.messages.places import page_of

from tests.functional.test_pages_each import GETS
from tests.unit.messages.test_telling import event

LETTERS = json.loads((files("goodword.messages") / "catalogue.en.json").read_text("utf-8"))
# Requests lead to an address of their own, with a pass; the other words name their own page too.
OWN = ("journey.", "story.", "friend.", "enrolment.level_reached", "enrolment.milestone_reached")
SHARED = [one for one in LETTERS["letters"] if not one.startswith(OWN) and one != "reward.granted"]
PATTERNS = {tuple(path.split("/")) for _, path, _ in GETS}


def is_page(path: str) -> bool:
    """Whether a page answers at this path."""
    parts = path.split("/")
    return any(
        len(one) == len(parts)
        and all(a == b or (a.startswith("<") and b) for a, b in zip(one, parts, strict=True))
        for one in PATTERNS
    )


@pytest.mark.parametrize("type", SHARED)
def test_a_letter_leads_to_a_page_of_its_own(type: str) -> None:
    path = page_of(event(type))
    assert path != "/"
    assert is_page(path)


def test_it_is_the_page_of_the_very_thing() -> None:
    told = {type: page_of(event(type)) for type in SHARED}
    assert told["reward.due"] == "/my/earnings/rwd_1"
    assert told["dispute.answered"] == "/my/disputes/rwd_1"
    assert told["advocate.invited"].startswith("/join/prg_")


def test_what_nobody_has_named_leads_to_the_first_page() -> None:
    other: Event = event("something.else")
    assert page_of(other) == "/"
