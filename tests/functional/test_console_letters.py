"""Staff see every letter as it looks, in each language, with made-up data."""

from collections.abc import Iterator
from typing import Any

import pytest
from goodword.journeys.definition import JourneyTerms
from goodword.journeys.publishing import Journeys
from goodword.languages import LANGUAGES
from goodword_aws.documents import text_of
from goodword_aws.messages import catalogue_of
from goodword_aws.pages.console.letters import HERE, MOTIONS
from goodword_aws.pages.reader import phrases

from tests.support.api import ADMIN, ANALYST, ANNA, FINANCE, MARKETER, Caller
from tests.support.asking import asking_pages
from tests.support.journeys import REFERENCE, terms
from tests.support.pages import Pages, pages
from tests.support.walks import Path

MILO = Caller("sub-milo", "milo@staff.example", ("marketer",))


@pytest.fixture
def asking(path: Path) -> Iterator[Pages]:
    with asking_pages(path) as made:
        yield made


@pytest.fixture
def here() -> Iterator[Pages]:
    with pages() as made:
        yield made


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_letter_is_there_whole(here: Pages, language: str) -> None:
    page = here.browser(MARKETER).get(HERE, **{"in": language})
    assert page.status == 200
    main, _, _ = page.html.partition("</main>")  # the zone at the foot folds, too
    assert main.count("<details") == len(catalogue_of(language).letters)
    assert f'lang="{language}"' in page.html
    for wrong in ("{", "}", "[", "]"):
        assert wrong not in page.words
    brand = {"en": "Acme Coffee", "de": "Acme Kaffee"}[language]
    amount = {"en": "€24.00", "de": "24,00"}[language]
    assert brand in page.words
    assert amount in page.words


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_letter_has_a_name_on_the_page_of_its_reader(language: str) -> None:
    named = {f"people.letter.{one.replace('.', '_')}" for one in catalogue_of("en").letters}
    assert named - set(phrases(language)) == set()


@pytest.mark.parametrize("motion", MOTIONS)
def test_requests_are_for_what_is_chosen(here: Pages, motion: str) -> None:
    page = here.browser(ADMIN).get(HERE, **{"in": "en", "for": motion})
    assert f'<option value="{motion}" selected>' in page.html
    assert "Acme Coffee" in page.words


def test_requests_differ_by_what_they_ask_for(here: Pages) -> None:
    lars = here.browser(ANALYST)
    assert "good or bad" in lars.get(HERE, **{"for": "review"}).words
    assert "private reference" in lars.get(HERE, **{"for": "reference"}).words


def test_what_is_not_offered_is_not_taken(here: Pages) -> None:
    page = here.browser(MARKETER).get(HERE, **{"in": "../x", "for": "<script>"})
    assert page.status == 200
    assert "<script>" not in page.html
    assert 'lang="en"' in page.html


def test_a_value_that_no_sample_has_stands_as_its_name(
    here: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = catalogue_of("en")
    words = plain.letters["reward.due"].but(fact="{something_new}")
    monkeypatch.setattr(
        "goodword_aws.messages.catalogue_of",
        lambda _: plain.but(letters={**plain.letters, "reward.due": words}),
    )
    assert "[something_new]" in here.browser(MARKETER).get(HERE).words


@pytest.mark.parametrize("who", [ANNA, FINANCE])
def test_others_do_not_see_the_page(here: Pages, who: Caller) -> None:
    assert here.browser(who).get(HERE).status == 403


OWN = {"subject": "A word, from {brand}", "fact": "Talk <b>well</b> of {brand}, if you like."}
REMIND = {"step": "remind", "name": "again", "of_ask": "call", "template": "again"}


def of_journey(**changes: Any) -> JourneyTerms:
    texts = {"call": {"en": OWN}} if "texts" not in changes else changes.pop("texts")
    return terms(REFERENCE, REMIND, texts=texts, **changes)


def test_a_drafts_letters_are_seen_before_it_is_published(asking: Pages, path: Path) -> None:
    marta, milo = asking.browser(MARKETER), asking.browser(MILO)
    made = marta.send(
        marta.get("/console/journeys/new"),
        "/console/journeys",
        terms=text_of(of_journey()),
        rationale="they speak well",
        program=path.program_id,
    )
    assert made.status == 303, made.words
    journey_id = made.location.split("/")[3]
    assert f"{HERE}?journey={journey_id}&amp;of=draft" in marta.get(made.location).html
    assert "In Deutsch the words that ship are said." in marta.get(made.location).words
    page = marta.get(HERE, journey=journey_id, of="draft", **{"in": "en"})
    assert "A word, from Acme Coffee" in page.words
    assert "Talk &lt;b&gt;well&lt;/b&gt; of Acme Coffee, if you like." in page.html
    assert "again: the words that ship, “again” has none of its own" in page.words
    assert "You agreed to be asked" in page.words
    german = marta.get(HERE, journey=journey_id, of="draft", **{"in": "de"})
    assert "A word, from" not in german.words
    lars = asking.browser(ANALYST)
    assert lars.get(HERE, journey=journey_id, of="draft").status == 404
    milo.send(milo.get(made.location), f"{made.location}/publish")
    for reader in (lars, marta):
        assert (
            "A word, from Acme Coffee" in reader.get(HERE, journey=journey_id, **{"in": "en"}).words
        )
    assert f"{HERE}?journey={journey_id}" in lars.get(f"/console/journeys/{journey_id}").html
    assert lars.get(HERE, journey="jrn_other").status == 404


def test_what_may_not_be_said_is_not_shown_as_a_letter(asking: Pages, path: Path) -> None:
    draft = Journeys(path.desk()).create(
        path.program_id, of_journey(texts={"call": {"en": {**OWN, "fact": "Hello {name}"}}}), "why"
    )
    page = asking.browser(MARKETER).get(HERE, journey=draft.journey_id, of="draft")
    assert page.status == 200
    assert "Hello" not in page.words.replace("Hello Robin,", "")
    assert "call: the own words of “call” cannot be used as they are" in page.words
    shown = asking.browser(MARKETER).get(f"/console/journeys/{draft.journey_id}/draft").words
    assert "The one place in own words is {brand}" in shown


def test_a_journey_that_asks_for_nothing_has_no_letters(asking: Pages, path: Path) -> None:
    only = terms({"step": "wait", "name": "rest", "hours": 1})
    draft = Journeys(path.desk()).create(path.program_id, only, "why")
    page = asking.browser(MARKETER).get(HERE, journey=draft.journey_id, of="draft")
    assert "This journey has no request." in page.words
