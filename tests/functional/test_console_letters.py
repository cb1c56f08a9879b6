"""Staff see every letter as it looks, in each language, with made-up data."""

from collections.abc import Iterator

import pytest
from goodword.languages import LANGUAGES
from goodword_aws.messages import catalogue_of
from goodword_aws.pages.console.letters import HERE, MOTIONS
from goodword_aws.pages.reader import phrases

from tests.support.api import ADMIN, ANALYST, ANNA, FINANCE, MARKETER, Caller
from tests.support.pages import Pages, pages


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
