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


def test_a_box_and_a_choice_say_what_is_wrong_as_other_fields_do(here: Pages) -> None:
    program_id = here.town.program().program_id
    browser = here.browser(ANNA)
    path = f"/join/{program_id}"
    shown = browser.send(browser.get(path), path, disclosure="yes")
    assert shown.status == 422
    box = shown.html.partition('name="terms"')[2].partition(">")[0]
    assert 'aria-invalid="true" aria-describedby="w-terms"' in box
    assert 'id="w-terms"' in shown.html
    assert "aria-invalid" not in shown.html.partition('name="disclosure"')[2].partition(">")[0]
    join(here, program_id, ANNA)
    form = browser.get("/my/account").fields("/my/account") | {"language": "tlh"}
    account = browser.ask("POST", "/my/account", form=form)
    assert account.status == 422
    choice = account.html.partition('name="language"')[2].partition(">")[0]
    assert 'aria-invalid="true" aria-describedby="h-language w-language"' in choice
    assert 'id="w-language"' in account.html


def test_a_refused_link_is_told_beside_its_own_form_alone(here: Pages) -> None:
    first, second = (here.town.program(brand=name).program_id for name in ("One", "Two"))
    for program_id in (first, second):
        join(here, program_id, ANNA)
    browser = here.browser(ANNA)
    sent = browser.get("/my/links").fields("/my/links")
    sent |= {"program_id": second, "label": "my place", "vanity": "x" * 21}
    page = browser.ask("POST", "/my/links", form=sent)
    assert page.status == 422
    forms = {
        form.partition('value="')[2].partition('"')[0]: form
        for form in page.html.split('name="program_id" ')[1:]
    }
    assert 'role="alert"' in forms[second]
    assert "my place" in forms[second]
    assert 'aria-invalid="true"' in forms[second]
    for trace in ('role="alert"', "my place", "aria-invalid"):
        assert trace not in forms[first]
    assert page.html.count('<details class="card" open>') == 1
    elsewhere = browser.ask("POST", "/my/links", form=sent | {"program_id": "prg_none"})
    assert elsewhere.html.count('role="alert"') == 1
    assert elsewhere.html.index('role="alert"') < elsewhere.html.index('id="p-1"')


def test_the_language_changes_where_one_is_with_what_was_asked(here: Pages) -> None:
    program_id = here.town.program().program_id
    join(here, program_id, ANNA)
    browser = here.browser(ANNA)
    asked = {"about": "hold", "subject": "rwd_1", "program": program_id, "lang": "en"}
    page = browser.get("/my/disputes/new", **asked)
    fields = page.fields("/auth/reader")
    there = f"/my/disputes/new?about=hold&subject=rwd_1&program={program_id}"
    assert fields["next"] == there
    assert browser.send(page, "/auth/reader").location == there
    assert browser.get("/my").html.count('<html lang="de">') == 1


@pytest.mark.parametrize(
    ("query", "kept"),
    [
        ({"code": "4f1c", "state": "s", "token": "t", "about": "ban"}, "?about=ban"),
        ({"about": "//evil.example/"}, "?about=%2F%2Fevil.example%2F"),
        ({"about": "x" * 400}, ""),
        ({'"><b': "1"}, "?%22%3E%3Cb=1"),
    ],
)
def test_no_secret_and_no_other_host_comes_along(
    here: Pages, query: dict[str, str], kept: str
) -> None:
    join(here, here.town.program().program_id, ANNA)
    browser = here.browser(ANNA)
    page = browser.get("/my/disputes/new", **query)
    assert page.fields("/auth/reader")["next"] == f"/my/disputes/new{kept}"
    assert browser.send(page, "/auth/reader").location == f"/my/disputes/new{kept}"
    stranger = here.browser().get("/nowhere", **query)
    assert "4f1c" not in stranger.html
