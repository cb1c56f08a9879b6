"""What is wrong with the forms of rules is told in the reader's words, beside the form's field."""

from collections.abc import Iterator

import pytest
from goodword.errors import InvalidInput
from goodword_aws.pages.console.rates import rows_of
from goodword_aws.pages.console.report import report_rows
from goodword_aws.pages.reader import Reader
from goodword_aws.pages.render import field_name, wrong_words

from tests.functional.test_console_rules import begun, changed, replayed, saved
from tests.functional.test_programs_life import OTTO
from tests.support.api import ANNA, MARKETER, join
from tests.support.pages import Browser, Pages, Shown, pages


@pytest.fixture
def here() -> Iterator[Pages]:
    with pages() as made:
        yield made


def drafted(here: Pages) -> str:
    """The address of a draft that MARKETER may publish; advocates have 14 days of notice."""
    program_id = here.town.program().program_id
    join(here, program_id, ANNA)
    otto = here.browser(OTTO)
    draft = begun(otto, f"/console/rules/{program_id}")
    saved(otto, draft, changed(otto.get(draft).fields(draft)["terms"]))
    replayed(here, otto, draft)
    return draft


def reader(here: Pages, language: str, zone: str = "") -> Browser:
    browser = here.browser(MARKETER)
    browser.language = language
    if zone:
        browser.cookies["gw_zone"] = zone
    return browser


def is_beside(shown: Shown, field: str, said: str) -> None:
    """The field is marked, the sentence stands beside it, and the list above leads to it."""
    assert shown.status == 422
    tag = shown.tag(f"f-{field}")
    assert 'aria-invalid="true"' in tag
    assert f"w-{field}" in tag
    beside = shown.html.partition(f'id="w-{field}"')[2].partition("</span>")[0]
    assert said in plain(beside)
    assert f'href="#f-{field}"' in shown.html


def plain(text: str) -> str:
    """Without the marks of direction."""
    return text.replace("\u2068", "").replace("\u2069", "").replace("\xa0", " ")


@pytest.mark.parametrize(
    ("language", "day", "said"),
    [
        ("en-GB", "2025-11-23", "Not before 7 Dec 2025"),
        ("en-GB", "2025-12-06", "Not before 7 Dec 2025"),
        ("de", "2025-11-23", "Frühestens 07.12.2025"),
        ("de", "2025-11-20", "Frühestens 07.12.2025"),
        ("en-GB", "2036-11-22", "Not after 23 Nov 2027"),
        ("de", "2036-11-22", "Spätestens 23.11.2027"),
    ],
)
def test_a_day_that_is_refused_is_marked_with_the_days_there_are(
    here: Pages, language: str, day: str, said: str
) -> None:
    draft = drafted(here)
    browser = reader(here, language)
    shown = browser.send(browser.get(draft), f"{draft}/publish", effective_on=day)
    is_beside(shown, "effective_on", said)
    assert "effective_at" not in shown.words


def test_the_day_that_is_named_is_taken(here: Pages) -> None:
    draft = drafted(here)
    browser = reader(here, "en-GB")
    taken = browser.send(browser.get(draft), f"{draft}/publish", effective_on="2025-12-07")
    assert taken.status == 303


@pytest.mark.parametrize(
    ("language", "form", "field", "said"),
    [
        ("en-GB", {"advocates": "adv_nobody"}, "advocates", "adv_nobody does not take part"),
        ("de", {"advocates": "adv_nobody"}, "advocates", "adv_nobody nimmt nicht teil"),
        ("en-GB", {"segment": "gold"}, "segment", "Nobody is in this segment"),
        ("de", {"segment": "gold"}, "segment", "In diesem Segment ist niemand"),
    ],
)
def test_a_pilot_for_nobody_is_told_beside_whom_it_is_for(
    here: Pages, language: str, form: dict[str, str], field: str, said: str
) -> None:
    draft = drafted(here)
    browser = reader(here, language)
    shown = browser.send(browser.get(draft), f"{draft}/publish", **form)
    is_beside(shown, field, said)
    assert "pilot." not in shown.words
    assert "<details open><summary>" in shown.html


@pytest.mark.parametrize(
    ("language", "since", "until", "said"),
    [
        ("en-GB", "2025-11-10", "2025-11-09", "not be after the last day"),
        ("de", "2025-11-10", "2025-11-09", "Es darf nicht nach dem letzten Tag liegen"),
        ("de", "2024-01-01", "2025-11-09", "höchstens 400 Tage vor dessen Ende"),
    ],
)
def test_days_that_cannot_be_tried_are_told_beside_the_first(
    here: Pages, language: str, since: str, until: str, said: str
) -> None:
    draft = drafted(here)
    browser = reader(here, language)
    shown = browser.send(browser.get(draft), f"{draft}/replay", since=since, until=until)
    is_beside(shown, "since", said)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("currency: EUR", "currency: USD", "Es muss bei EUR bleiben"),
        ("currency: EUR", "currency: &x EUR", "Anker und Verweise"),
        ("currency: EUR", "currency: !!str EUR", "Tags (!) werden nicht gelesen"),
        ("currency: EUR", "currency: EUR\ncurrency: EUR", "Dieser Name kommt zweimal vor"),
        ("currency: EUR", "currency: [", "Das lässt sich nicht lesen"),
    ],
)
def test_a_document_that_is_refused_is_told_in_german(
    here: Pages, before: str, after: str, said: str
) -> None:
    draft = drafted(here)
    browser = reader(here, "de")
    text = browser.get(draft).fields(draft)["terms"]
    shown = saved(browser, draft, text.replace(before, after))
    assert shown.status in (400, 422)
    assert said in plain(shown.words)
    assert "Bitte prüfen" not in shown.words


def test_rows_that_cannot_be_read_are_told_in_german() -> None:
    german = Reader("de")
    for sent, read, said in (
        ("pay_1", as_report, "Eine Zeile ist die Nummer einer Auszahlung"),
        ("pay_1; 24.00; lost", as_report, "paid, failed, returned"),
        ("pay_1; vier", as_report, "Der Betrag dieser Zeile ist nicht lesbar"),
        ("", as_report, "mindestens eine Zeile"),
        ("2025-11-21; EUR", rows_of, "Eine Zeile ist ein Tag, zwei Währungen"),
        ("2025-11-21; EUR; USD; dear; ECB", rows_of, "Das lässt sich nicht lesen"),
        ("", rows_of, "höchstens 40 Zeilen"),
    ):
        with pytest.raises(InvalidInput) as caught:
            read(sent)
        (wrong,) = caught.value.fields
        assert said in plain(wrong_words(wrong, german)), sent
        assert field_name(wrong.field, german).startswith(("Bericht", "Zeilen", "Kurs")), sent


def as_report(text: str) -> object:
    return report_rows(text, "EUR", ".")


def test_the_day_is_that_of_the_zone_in_which_it_was_typed(here: Pages) -> None:
    """Notice ends on the evening of the 5th there, and at 08:26 of the 6th in UTC."""
    draft = drafted(here)
    browser = reader(here, "en-GB", "Pacific/Honolulu")
    shown = browser.send(browser.get(draft), f"{draft}/publish", effective_on="2025-12-05")
    is_beside(shown, "effective_on", "Not before 6 Dec 2025")
    taken = browser.send(browser.get(draft), f"{draft}/publish", effective_on="2025-12-06")
    assert taken.status == 303
