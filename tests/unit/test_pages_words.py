"""Every phrase is there in every language, with the same places, and none lies about unused."""

import ast
import json
import re
import string
from pathlib import Path
from typing import get_args

import pytest
from babel import Locale
from goodword import errors
from goodword.languages import LANGUAGES, filled
from goodword.payouts.statement import StatementLine
from goodword.rewards.explain import About
from goodword.rewards.explain_codes import LIFE, NOTHING, WON
from goodword.trust.checks import addresses, ring, self_referral
from goodword_aws.journeys_introductions import Language
from goodword_aws.pages.reader import (
    Reader,
    UnknownPhrase,
    accepted_languages,
    phrases,
    reader_of,
)

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "layers/platform/python/goodword_aws/pages"
SOURCES = [
    *PAGES.rglob("*.html"),
    *PAGES.rglob("*.py"),
    *ROOT.glob("layers/platform/python/goodword_aws/p*_pages.py"),
    *ROOT.glob("functions/*_web/handler.py"),
]
CATALOGUES = sorted((ROOT / "layers/domain/python/goodword").rglob("*en.json"))
# `t("a.b")`, `text("a.b")`, `knows("a.b")`, `"note.saved"`; and `"a.b." ~ name` for what varies.
WHOLE = re.compile(r"""["']([a-z0-9_]+(?:\.[A-Za-z0-9_]+)+)["']""")
BEGINNING = re.compile(r"""["']([a-z0-9_]+(?:\.[a-z0-9_]+)*\.)(?:["']|\{)""")
USED = re.compile(r"""\b(?:t|text|knows)\(\s*["']([a-z0-9_.]+[a-z0-9_])["']\s*[,)]""")


def places(phrase: object) -> set[str]:
    """The named places of a phrase, over all its plural forms."""
    forms = phrase.values() if isinstance(phrase, dict) else [phrase]
    return {name for form in forms for _, name, _, _ in string.Formatter().parse(str(form)) if name}


def read_all() -> str:
    return "\n".join(path.read_text("utf-8") for path in SOURCES)


@pytest.mark.parametrize("language", sorted(set(LANGUAGES) - {"en"}))
def test_languages_have_the_same_phrases(language: str) -> None:
    english, other = phrases("en"), phrases(language)
    assert set(english) == set(other)
    assert {key for key in english if places(english[key]) != places(other[key])} == set()


def paths_of(node: object, path: str = "") -> set[str]:
    """Where a catalogue has a text."""
    if isinstance(node, dict):
        return {one for name, below in node.items() for one in paths_of(below, f"{path}/{name}")}
    return {path}


@pytest.mark.parametrize("language", sorted(LANGUAGES))
@pytest.mark.parametrize("english", CATALOGUES, ids=lambda path: f"{path.parts[-3]}/{path.name}")
def test_a_language_has_a_file_beside_each_english_one(english: Path, language: str) -> None:
    """So that a further language is a line and its files, and what is missing is named here."""
    its = english.with_name(english.name.replace("en.json", f"{language}.json"))
    assert its.is_file()
    wanted, there = (paths_of(json.loads(one.read_text("utf-8"))) for one in (english, its))
    assert there >= wanted


def test_a_person_is_told_in_any_language_that_is_spoken() -> None:
    assert set(get_args(Language)) == set(LANGUAGES)


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_plural_forms_are_those_of_the_language(language: str) -> None:
    wanted = set(Locale(language).plural_form.tags) | {"other"}
    for key, phrase in phrases(language).items():
        if isinstance(phrase, dict):
            assert set(phrase) == wanted, key


def test_every_phrase_that_a_page_asks_for_is_there() -> None:
    used = set(USED.findall(read_all()))
    assert len(used) > 30
    assert used - set(phrases("en")) == set()


def test_every_phrase_is_asked_for() -> None:
    text = read_all()
    whole = set(WHOLE.findall(text))
    beginnings = tuple(BEGINNING.findall(text))
    unused = {key for key in phrases("en") if key not in whole and not key.startswith(beginnings)}
    assert unused == set()


def test_whatever_a_check_can_count_is_said_in_words() -> None:
    sources = (ROOT / "layers/domain/python/goodword/trust/checks").glob("*.py")
    text = "\n".join(path.read_text("utf-8") for path in sources)
    said = set(re.findall(r"""name="([a-z_]+)"|_weighed\(\s*"([a-z_]+)\"""", text))
    names = {one or other for one, other in said}
    names |= {f"same_{kind}" for kind, _ in self_referral.WEIGHTS}
    names |= {f"{kind}_of_other_advocates_customers" for kind in ring.ACROSS}
    names |= {f"{kind}_email" for kind in addresses.KIND_POINTS}
    names |= {f"customers_of_{kind}" for kind in ("device", "browser", "network")}
    names |= {f"same_name_and_{kind}" for kind in ("card", "device")}
    assert text.count('name=f"') == 4, "another name that is put together: list it above"
    assert {f"reviews.figure.{name}" for name in names} == {
        key for key in phrases("en") if key.startswith("reviews.figure.")
    }


@pytest.mark.parametrize(
    ("language", "count", "said"),
    [
        ("en", 1, "At most 1 call in 1 day, and 1 day of rest between two."),
        ("en", 1_200, "At most 1,200 calls in 1,200 days, and 1,200 days of rest between two."),
        ("de", 1, "Höchstens 1 Gespräch in 1 Tag und 1 Tag Ruhe zwischen zweien."),
        ("de", 2, "Höchstens 2 Gespräche in 2 Tagen und 2 Tage Ruhe zwischen zweien."),
    ],
)
def test_whatever_a_sentence_counts_has_its_form(language: str, count: int, said: str) -> None:
    told = Reader(language).text("references.book_words", n=count, days=count, rest=count)
    assert told.startswith(said)
    assert Reader("en").text("rules.step.short.words", days=1).startswith("Try it on the last day")


def test_a_further_language_has_as_many_forms_as_it_needs() -> None:
    polish = Reader("pl")
    text = "{days:# dzień|# dni (few)|# dni|# dnia}"
    forms = [filled(text, {"days": one}, polish._form, polish.number) for one in (1, 2, 5)]
    assert forms == ["1 dzień", "2 dni (few)", "5 dni"]
    assert filled(text, {"days": "many"}, polish._form) == "many dnia"


def test_an_unknown_phrase_is_an_error() -> None:
    with pytest.raises(UnknownPhrase):
        Reader().text("nothing.here")
    assert not Reader().knows("nothing.here")


def test_the_best_language_that_there_is() -> None:
    assert reader_of("fr;q=0.9, de-AT;q=0.8, en;q=0.1", {}).locale == "de-AT"
    assert reader_of("fr", {}).locale == "en-GB"
    assert reader_of("de", {"gw_lang": "en"}).language == "en"
    assert reader_of("de", {"gw_lang": "xx"}, "en-US").locale == "en-US"
    for nonsense in ("", "*", ";;;", "de;q=0", "x" * 5_000, "de-" + "a" * 30, "eng", "de-Xyz9"):
        assert reader_of(nonsense, {}).language in LANGUAGES
    assert accepted_languages("en;q=0.2,de;q=1") == ["de", "en"]


def test_who_chose_a_language_keeps_the_region_of_the_browser() -> None:
    assert reader_of("en-GB, en;q=0.9", {"gw_lang": "en"}).locale == "en-GB"
    assert reader_of("de-CH, de;q=0.9, en;q=0.8", {}, "de").locale == "de-CH"
    assert reader_of("de-CH, de;q=0.9", {"gw_lang": "en"}).locale == "en"
    assert reader_of("en-GB", {"gw_lang": "en-US"}).locale == "en-US"


def test_zones_are_those_of_the_database() -> None:
    assert reader_of("", {"gw_zone": "Europe/Berlin"}).zone == "Europe/Berlin"
    for nonsense in ("../../etc/passwd", "Nowhere/Land", "", "x" * 50, "Europe/Berlin/../.."):
        found = reader_of("", {"gw_zone": nonsense})
        assert (found.zone, found.zone_known) == ("UTC", False)


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_staff_and_advocates_use_the_same_words_for_money(language: str) -> None:
    words, staff = phrases(language), {"ready": "payable"}
    for name in ("pending", "on_hold", "ready", "paid"):
        said = {words.get(f"{place}.{staff.get(name, name)}") for place in ("people.balance",
                "overview.owed", "console.reward")} - {None}  # fmt: skip
        assert said <= {words[f"portal.bucket.{name}"]}


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_reason_of_an_order_has_words_for_staff(language: str) -> None:
    known = phrases(language)
    codes = {*WON, *NOTHING, *LIFE} - {"other"}  # "other" is said by the page itself
    assert {one for one in codes if f"code.{one}" not in known} == set()


# What stands behind `t("<place>." ~ one)`, where it is one of a closed list.
VARIES = {
    "portal.about": get_args(About),
    "portal.statement.line": get_args(StatementLine.model_fields["kind"].annotation),
    "runs.line": get_args(StatementLine.model_fields["kind"].annotation),
}


@pytest.mark.parametrize("place", VARIES)
def test_every_one_of_a_list_has_its_words(place: str) -> None:
    assert {one for one in VARIES[place] if f"{place}.{one}" not in phrases("en")} == set()


# Codes that no page can answer with: of webhooks, redirects, workers and the API's own wrapping.
NOT_ON_PAGES = frozenset(
    {
        "bad_click_id",
        "bad_signature",
        "certificate_unavailable",
        "delivery_id_reused",
        "id_token_needed",
        "idempotency_key_missing",
        "intake_unavailable",
        "mail_not_taken",
        "mail_unreachable",
        "message_in_flight",
        "order_not_read",
        "stale_signature",
        "too_many_rewards",
        "unknown_chunk",
        "unknown_rail",
        "unknown_route",
        "unknown_step",
    }
)


def raised() -> set[str]:
    """Every code that our own modules give an error by name."""
    kinds = {
        name
        for name, one in vars(errors).items()
        if isinstance(one, type) and issubclass(one, errors.GoodwordError)
    }
    found = set()
    for path in ROOT.glob("layers/*/python/goodword*/**/*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            first = node.args[0] if node.args else None
            if node.func.id in kinds and isinstance(first, ast.Constant):
                found.add(str(first.value))
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_refusal_that_a_page_can_show_has_words(language: str) -> None:
    codes = raised()
    assert len(codes) > 200
    assert codes >= NOT_ON_PAGES
    silent = {one for one in codes - NOT_ON_PAGES if f"error.{one}" not in phrases(language)}
    assert silent == set()


FIELDS = re.compile(
    r"""ui\.(?:field|area|pick|choice|document|check)\("([a-z_]+)\"|name="([a-z_]+)\""""
)


def test_every_field_of_a_form_has_a_name_for_people() -> None:
    """What is wrong is told with the field's name, wherever it is listed."""
    pages = [one for one in PAGES.rglob("*.html") if one.name not in ("ui.html", "style.html")]
    text = "\n".join(
        re.sub(r"<input type=.hidden.[^>]*>|<(?:meta|button)[^>]*>", "", path.read_text("utf-8"))
        for path in pages
    )
    names = {one or other for one, other in FIELDS.findall(text)}
    assert len(names) > 90
    for language in LANGUAGES:
        assert {one for one in names if f"field.{one}" not in phrases(language)} == set()
