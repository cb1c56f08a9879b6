"""A sentence that counts has a form for one: nobody reads "within 1 days".

Every text of the pages' words and of the domain's catalogues is read, in each language: behind a
place that holds a number stands no noun in the plural, unless the place or the phrase has forms.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from goodword.languages import LANGUAGES, filled

ROOT = Path(__file__).resolve().parents[2]
PLACES = (
    ROOT / "layers/platform/python/goodword_aws/pages/words",
    ROOT / "layers/domain/python/goodword",
)
# Places that hold a name, an amount with its currency, a day or the like, and never a bare number.
NAMES = """
about accepted advocate after amount answered arithmetic asked base before brand changed
changes code condition context created date day disclosure earned fact field from gives goal
groups high hold into kind language left level levels link low minimum motion name number
of_ask order paid percent period place program quote rate ready refund result role scope share
since site size source step subject sums tell terms then times title to unit until used value
values version what when which who why word zone
"""
NO_NUMBERS = frozenset(NAMES.split())
COUNTED = re.compile(r"\{(\w+)\}[ \u00a0](?:(?:more|further|other|last|first|weitere[nr]?) )?(\w+)")
# Words in -s that are no plurals, and German nouns that are the same for one and for many.
SAME = {
    "en": frozenset({"is", "was", "has", "does", "makes", "stands"}),
    "de": frozenset({"Zeichen", "Prozent", "Artikel", "Sicherheit", "Guthaben", "Minuten"}),
}
PLURAL = {
    "en": re.compile(r"[a-z]+s|people"),
    "de": re.compile(r"[A-ZÄÖÜ]\w*(?:e|en|er|n|s)|Leute"),
}


def texts(node: object, path: str) -> Iterator[tuple[str, str]]:
    """Every text of a file; of a phrase with forms all but the form for one."""
    if isinstance(node, dict):
        if set(node) == {"one", "other"} and "{n}" in str(node["other"]):
            node = {name: re.sub(r"\{n\} \w+", "", str(said)) for name, said in node.items()}
        for name, below in node.items():
            yield from texts(below, f"{path}.{name}")
    elif isinstance(node, list):
        for number, below in enumerate(node):
            yield from texts(below, f"{path}.{number}")
    elif isinstance(node, str):
        yield path, node


def of_language(language: str) -> Iterator[tuple[str, str]]:
    for place in PLACES:
        for file in sorted(place.rglob("*.json")):
            if language in (file.parent.name, *file.name.split(".")):
                yield from texts(json.loads(file.read_text("utf-8")), file.stem)


def many_only(language: str, text: str) -> bool:
    """Whether it counts and would say "1 days"."""
    found = (
        word
        for name, word in COUNTED.findall(text)
        if name not in NO_NUMBERS and word not in SAME[language]
    )
    return any(PLURAL[language].fullmatch(word) for word in found)


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_what_is_counted_has_a_form_for_one(language: str) -> None:
    read = list(of_language(language))
    assert len(read) > 1_000
    assert {path: text for path, text in read if many_only(language, text)} == {}


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "within {days} days"),
        ("en", "{n} more orders"),
        ("en", "At most {n} people."),
        ("de", "innerhalb von {days} Tagen"),
        ("de", "{n} weitere Personen"),
    ],
)
def test_a_text_without_one_is_found(language: str, text: str) -> None:
    assert many_only(language, text)


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_each_counted_place_has_two_forms_that_can_be_filled(language: str) -> None:
    for path, text in of_language(language):
        if "|" in text:
            names = set(re.findall(r"\{(\w+)", text))
            for count in (0, 1, 2):
                said = filled(text, dict.fromkeys(names, count))
                assert not set("{}|#") & set(said), path
            assert filled(text, dict.fromkeys(names, 1)) != filled(text, dict.fromkeys(names, 2))
