"""Being asked how it was: answered by one click of a letter, or on the own page."""

from collections.abc import Iterator

import pytest

from tests.functional.test_portal_asks import link_of, tell
from tests.support.api import ANNA, BEN, MARKETER
from tests.support.asking import asking_pages
from tests.support.pages import Pages
from tests.support.people import BEN as BEN_IN
from tests.support.ses import Ses
from tests.support.walks import Path
from tests.unit.journeys.test_experience import questioned


@pytest.fixture
def here(path: Path, ses: Ses) -> Iterator[Pages]:
    with asking_pages(path, ses) as made:
        yield made


def test_how_it_was_is_answered_by_one_click(here: Pages, path: Path, ses: Ses) -> None:
    questioned(path)
    tell(path.events("journey.asked")[-1])
    assert "How was it to be asked by" in ses.requests[-1]["Content"]["Simple"]["Subject"]["Data"]
    link, browser = link_of(ses), here.browser()
    page = browser.get(link)
    assert "How was it?" in page.words
    assert "Yes, gladly" not in page.words
    form = page.fields(f"{link}/rate")
    for wrong in ({}, {"rating": "6"}, {"rating": "x"}):
        assert browser.ask("POST", f"{link}/rate", form=form | wrong).status == 422
        form = browser.get(link).fields(f"{link}/rate")
    done = browser.ask("POST", f"{link}/rate", form=form | {"rating": "2"})
    assert (done.status, done.location) == (303, link), done.words
    assert path.made[-1].rating == 2
    assert "You said: 2, rather bad" in browser.get(link).words
    (event,) = path.events("journey.feedback_given")
    assert (event.actor.kind, event.actor.id) == ("advocate", path.anna)
    shown = here.browser(MARKETER).get("/console/care", program=path.program_id).words
    for words in ("Found being asked bad", "Talk to them yourself", path.anna, "2, rather bad"):
        assert words in shown
    away = here.browser(MARKETER).get("/console/care", program=path.program_id, of="lapsed").words
    assert "Nobody to look after" in away


def test_how_it_was_is_answered_on_the_own_page(here: Pages, path: Path) -> None:
    _, question = questioned(path)
    path.joined(path.program_id, BEN_IN)
    anna, where = here.browser(ANNA), f"/my/asks/{question.ask_id}/rate"
    page = anna.get("/my/asks")
    form = page.fields(where) | {"rating": "5"}
    ben = here.browser(BEN)
    own = ben.get("/style").fields("/auth/reader") | {"rating": "1"}
    assert ben.ask("POST", where, form=own).status == 404
    for _ in range(2):  # the same form twice
        assert anna.ask("POST", where, form=form).status == 303
    assert path.made[-1].rating == 5
    assert "You said: 5, good" in anna.get("/my/asks").words
