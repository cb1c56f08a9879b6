"""What is wrong with a form is told in the reader's language; unknown addresses get a page."""

import json
from collections.abc import Iterator

import pytest
from goodword.errors import FieldError
from goodword_aws.pages.reader import Reader, phrases
from goodword_aws.pages.render import field_name, wrong_words

from tests.support.api import ANNA, join
from tests.support.pages import Pages, Shown, pages

# What pydantic says by itself; none of it may stand on a German page.
ENGLISH = ("Field required", "String should", "Input should", "should have at", "Value error")


@pytest.fixture
def here() -> Iterator[Pages]:
    with pages() as made:
        yield made


def refused(here: Pages, language: str, action: str, page: str, **form: str) -> Shown:
    """A form of Anna's that was not taken, as a reader of that language sees it."""
    browser = here.browser(ANNA)
    browser.language = language
    return browser.send(browser.get(page), action, **form)


@pytest.mark.parametrize("language", ["de", "en"])
def test_wrong_fields_are_told_in_the_readers_words(here: Pages, language: str) -> None:
    program_id = here.town.program().program_id
    join(here, program_id, ANNA)
    words = phrases(language)
    for action, page, form, key in (
        ("/my/links", "/my/links", {"vanity": "x" * 21}, "wrong.string_too_long"),
        ("/my/disputes/new", "/my/disputes/new", {"text": ""}, "wrong.missing"),
        ("/my/disputes/new", "/my/disputes/new", {"text": "a", "ordered_on": "1.1."},
         "wrong.string_pattern_mismatch"),
    ):  # fmt: skip
        shown = refused(here, language, action, page, **form)
        assert shown.status == 422, (action, form)
        assert str(words[key]).partition("{")[0] in shown.words, (action, form)
        if language == "de":
            assert not [one for one in ENGLISH if one in shown.words]


def test_a_mistake_that_no_catalogue_knows_is_still_no_english_in_german() -> None:
    told = FieldError("terms.rules.0", "must not be in the past")
    assert wrong_words(told, Reader("de")) == phrases("de")["wrong.any"]
    assert wrong_words(told, Reader("en-GB")) == "must not be in the past"
    assert field_name("destination.iban", Reader("de")) == "IBAN"
    assert field_name("terms.rules.0", Reader("de")) == "terms.rules.0"


def test_who_is_signed_in_stays_so_where_there_is_nothing(here: Pages) -> None:
    for browser, word in ((here.browser(ANNA), "Sign out"), (here.browser(), "Sign in")):
        page = browser.get("/nowhere")
        assert page.status == 404
        assert word in page.words


def test_an_unknown_address_is_a_page_to_people_and_a_problem_to_programs(here: Pages) -> None:
    browser = here.browser()
    page = browser.ask("GET", "/nowhere/<b>", headers={"accept": "text/html,*/*;q=0.8"})
    assert page.status == 404
    assert "There is nothing here" in page.words
    assert "<b>" not in page.html.replace("Good<b>word</b>", "")
    for path, accept in (("/v1/nowhere", "text/html"), ("/nowhere", "application/json")):
        told = browser.ask("GET", path, headers={"accept": accept})
        assert told.headers["Content-Type"] == "application/problem+json"
        problem = json.loads(told.html)
        assert (told.status, problem["code"]) == (404, "no_such_route")
        assert problem["type"] == "urn:goodword:problem:no_such_route"
