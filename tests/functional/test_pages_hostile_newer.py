"""What people fill in since the first pages: stories, introductions, journeys, milestones.

As in `test_pages_hostile`: every page that can be reached shows the words as text. Names of levels
and of what a reference speaks about are letters and digits alone; there the words are refused.
"""

import re
from collections.abc import Iterator, Mapping

import pytest
from goodword.journeys.introducing import Friend, Introducing
from goodword.journeys.introduction import ReferralForm, SaidOfFriend
from goodword.journeys.story import Rights
from goodword.languages import plain as read_as
from goodword.privacy.model import PersonalFields
from goodword.programs.milestones import Milestone
from goodword.programs.tiers import Level, Tiers
from markupsafe import escape
from pydantic import ValidationError

from tests.functional.test_pages_hostile import CLEAN, Found, visited
from tests.support.api import ADMIN, ANNA, FINANCE, MARKETER, Caller
from tests.support.asking import asking_pages
from tests.support.pages import Browser, Pages
from tests.support.people import MACS
from tests.support.scene import terms as programme
from tests.support.walks import BYE, RULES
from tests.unit.journeys.test_storytelling import FEE, PAYS, STORY, Desk

FORM = dict.fromkeys(("company", "role", "need", "note"), "required")
STARTS: Mapping[str, tuple[Caller, str, int]] = {  # how often the words are met at least
    "advocate": (ANNA, "/my", 3),
    "marketer": (MARKETER, "/console", 4),
    "finance": (FINANCE, "/console", 2),
    "admin": (ADMIN, "/console", 4),
}


@pytest.fixture
def path() -> Desk:
    return Desk()


@pytest.fixture
def here(path: Desk) -> Iterator[Pages]:
    with asking_pages(path) as made:
        yield made


def plain(text: str) -> str:
    """What a name may hold of it."""
    return re.sub(r"[\x00-\x1f\x7f]", "", text)


def seen(text: str) -> str:
    """What stories and introductions take of it: nothing that turns its words round."""
    return text.replace("\u202e", "").strip()


def written(path: Desk, text: str) -> None:
    """Every newer field says it; a story lies before its person."""
    named = {"name": text, "brand": text, "disclosure": text}
    levels = (Level(name="first", at_least=0), Level(name="second", at_least=9))
    tiers = Tiers(measure="orders", levels=levels)
    reached = Milestone(milestone_id="first", title=plain(text), measure="orders", at_least=1)
    rules = (*RULES, PAYS)
    version = programme(**named, rules=rules, tiers=tiers, milestones=(reached,))
    path.next_version(path.program_id, version)
    path.publish(STORY, FEE, BYE, goal={"motion": "story"}, name=plain(text))
    answers, told = dict.fromkeys(("problem", "result"), seen(text)), seen(text)
    path.own.save(path.ask, answers)  # type: ignore[arg-type]  # both are prompts
    path.own.send(path.ask)
    path.staff.give_back(path.ask, told, None)
    path.own.send(path.ask)
    path.staff.propose(path.ask, told, told, None)
    desk = path.desk("test")
    introducing = Introducing(desk, path.vault, path.vault, MACS)
    form = {"program_id": path.program_id, "is_open": True, "asks": FORM}
    introducing.set_form(ReferralForm.model_validate(form))
    said = SaidOfFriend(company=told, role=told, need=told, note=told)
    fields = PersonalFields(email="robin@acme.example", name=text[:60], locale="en")
    friend = Friend(fields=fields, agreed=True, said=said)
    introducing.introduce(path.anna, path.program_id, friend)


def looked_over(browser: Browser, start: str, text: str) -> int:
    """On how many pages the words were met; there they were text."""
    shown = 0
    for path, html in visited(browser, start).items():
        reading = Found()
        reading.feed(html)
        assert reading.wrong == [], path
        assert "49{%" not in html, path
        assert "<" not in text or text not in html, path
        shown += str(escape(read_as(text))) in html
    return shown


@pytest.mark.parametrize("text", CLEAN)
@pytest.mark.parametrize("who", sorted(STARTS))
def test_newer_words_are_text_on_every_page(here: Pages, path: Desk, who: str, text: str) -> None:
    written(path, text)
    caller, start, at_least = STARTS[who]
    browser = here.browser(caller)
    assert looked_over(browser, start, text) >= at_least, "the words are to be met on the way"
    if who == "advocate":
        rights = Rights(uses=("website",), named=True)
        path.own.approve(path.ask, path.story.digest, rights, seen(text))
        page = browser.get(f"/my/asks/{path.ask.ask_id}/story").html
        assert page.count(str(escape(seen(text)))) >= 2, "the text, and how one is named"


@pytest.mark.parametrize("text", CLEAN)
def test_names_that_rules_look_at_take_no_such_words(here: Pages, path: Desk, text: str) -> None:
    with pytest.raises(ValidationError):
        Level(name=text, at_least=0)
    marta = here.browser(MARKETER)
    place = f"/console/advocates/{path.anna}"
    done = marta.send(marta.get(place), f"{place}/segment", segment=text)
    shown = marta.get(place).html if done.status == 303 else done.html
    reading = Found()
    reading.feed(shown)
    assert reading.wrong == []
    assert "<" not in text or text not in shown
