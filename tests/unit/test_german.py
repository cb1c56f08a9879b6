"""German is said in German: what is the same in both languages is on a list, with its right to be.

The pages of a filled house are compared in `tests/browser/test_every_page.py`; here are the words
they are made of.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from goodword.languages import LANGUAGES
from goodword.money import CREDIT, CURRENCIES, PIECES
from goodword_aws.earnings import words
from goodword_aws.messages import money_of
from goodword_aws.pages.reader import Reader, phrases

ROOT = Path(__file__).parents[2]
DOMAIN = ROOT / "layers/domain/python/goodword"
TEMPLATES = ROOT / "layers/platform/python/goodword_aws/pages/templates"
PLACE = re.compile(r"\{\w+\}")
A_WORD = re.compile(r"[A-Za-zÄÖÜäöüß]{2}")
# Words that German has too, names, and codes.
SAME = {
    *("Budget", "Journey", "Journeys"),
    *("Spam", "IBAN", "Name", "Version", "Version {number}", "Link", "Links", "Code", "Pilot"),
    *(
        "Stripe",
        "Shopify",
        "Typeform",
        "Zendesk",
        "Segment",
        "HubSpot",
        "Salesforce",
        "PayPal",
        "Goodword",
    ),
    *("program:…:expense", "advocate:…:pending", "advocate:…:on_hold", "advocate:…:payable"),
    *("advocate:…:in_payout", "rail:…:paid", "rail:…:fees"),
    *("April", "August", "September", "November"),
}
# What stands in templates as it is: the name's two halves, and the samples of the style page.
LITERAL = {
    *("Good", "word", "EUR", "rwd_01kmqh4g0zexample", "https://go.example/r/maya7"),
    *("day()", "moment()", "number()", "percent()"),
}
CATALOGUES = sorted(DOMAIN.rglob("*en.json"))


def leaves(node: object, path: str = "") -> Iterator[tuple[str, str]]:
    """Every text of a catalogue with its path."""
    if isinstance(node, dict):
        for name, below in node.items():
            yield from leaves(below, f"{path}/{name}")
    elif isinstance(node, list):
        for n, below in enumerate(node):
            yield from leaves(below, f"{path}/{n}")
    else:
        yield path, str(node)


def said(text: object) -> bool:
    """Whether there is a word in it, places aside."""
    return A_WORD.search(PLACE.sub("", str(text))) is not None


def test_no_phrase_of_a_page_is_english_in_german() -> None:
    english, german = phrases("en"), phrases("de")
    same = {key: text for key, text in german.items() if text == english[key] and said(text)}
    assert {key: text for key, text in same.items() if text not in SAME} == {}


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_no_sentence_of_a_catalogue_is_english_in_german(path: Path) -> None:
    english = dict(leaves(json.loads(path.read_text("utf-8"))))
    german_path = path.with_name(path.name.replace("en.json", "de.json"))
    german = dict(leaves(json.loads(german_path.read_text("utf-8"))))
    same = {at: text for at, text in german.items() if text == english.get(at) and said(text)}
    signs = {at for at in same if at.startswith("/signs/")}
    assert {at: same[at] for at in set(same) - signs if same[at] not in SAME} == {}


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: path.name)
def test_a_template_has_no_words_of_its_own(path: Path) -> None:
    text = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", "", path.read_text("utf-8"), flags=re.DOTALL)
    between = {one.strip() for one in re.sub(r"<[^>]*>", "\n", text, flags=re.DOTALL).split("\n")}
    assert {one for one in between if A_WORD.search(one)} - LITERAL == set()
    shown = re.findall(r'(?:aria-label|title|placeholder|alt)="([^"{]*)"', text)
    assert [one for one in shown if A_WORD.search(one)] == []


def test_sentences_write_amounts_as_the_pages_do() -> None:
    kinds = [*sorted(CURRENCIES), *(f"{one}{CREDIT}" for one in ("EUR", "USD", "JPY"))]
    for language in LANGUAGES:
        reader = Reader("en-GB" if language == "en" else language)
        for currency in kinds:
            for minor in (0, 1, -5, 1_999, 123_456_789):
                page = reader.minor(minor, currency)
                assert words(language).money(minor, currency) == page, (language, currency)
                assert money_of(language)(minor, currency) == page
        for unit in PIECES:
            assert "3" in words(language).money(3, unit)
    assert money_of("fr")(500, "EUR") == "€5.00"


POLITE = re.compile(r"\b(Ihnen|Ihre?[mnrs]?)\b")


def test_advocates_are_addressed_in_one_way() -> None:
    """As "du"; staff are not addressed at all, or by what is to be done."""
    told = {key: str(text) for key, text in phrases("de").items() if key.startswith("portal.")}
    assert len(told) > 300
    assert {key for key, text in told.items() if POLITE.search(text)} == set()
