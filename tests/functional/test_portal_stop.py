"""The page of a letter's link says whose requests a click ends, and ends those of all."""

from collections.abc import Iterator

import pytest
from goodword.journeys.asks import Wishes
from goodword.journeys.walk import AskMade
from goodword_aws import wiring
from goodword_aws.journeys_pass import ask_pass
from goodword_aws.settings import settings

from tests.support.asking import asking_pages
from tests.support.pages import Pages
from tests.support.walks import BYE, Path


@pytest.fixture
def here(path: Path) -> Iterator[Pages]:
    with asking_pages(path) as made:
        yield made


def link_of(ask: AskMade) -> str:
    """Where its letter leads."""
    secret = wiring.secrets().read(settings().page_secret_arn)[0]
    return f"/asks/{ask_pass(secret, ask.ask_id, ask.expires_ms)}"


def test_the_requests_of_all_programmes_end_by_one_click(here: Pages, path: Path) -> None:
    _, ask = path.asked(BYE)
    link = link_of(ask)
    browser = here.browser()
    assert "Stop the requests of all programmes" not in browser.get(link).words
    partner = path.program(name="Partners of Acme").program_id
    path.joined(partner)
    shown = browser.get(f"{link}/unsubscribe")
    assert "no more requests from Friends of Acme, whatever they are about" in shown.words
    assert "You may also be asked by: Partners of Acme." in shown.words
    form = shown.fields(f"{link}/unsubscribe/all")
    abroad = {"origin": "https://evil.example"}
    act = f"{link}/unsubscribe/all"
    assert browser.ask("POST", act, form=form, headers=abroad).status == 403
    assert browser.ask("POST", "/asks/x/unsubscribe/all", form=form).status == 404
    assert Wishes(path.desk()).read(ask.subject_id).unsubscribed == ()
    for _ in range(2):
        assert browser.ask("POST", act, form=form).status == 303
    assert "You get no more requests from Friends of Acme." in browser.get(link).words
    assert "You may also be asked by" not in browser.get(link).words
    first, path.program_id = path.program_id, partner
    there = path.hear("consent", 1)
    assert Wishes(path.desk()).read(there).unsubscribed == ("all",)
    assert first != partner


def test_who_ended_one_programme_is_still_offered_the_others(here: Pages, path: Path) -> None:
    _, ask = path.asked(BYE)
    path.joined(path.program(name="Partners of Acme").program_id)
    Wishes(path.desk()).unsubscribe(ask)
    link = link_of(ask)
    german = here.browser().ask("GET", link, headers={"accept-language": "de"}).words
    assert "Fragen kann dich auch: Partners of Acme." in german
    assert "Die Bitten aller Programme beenden" in german
