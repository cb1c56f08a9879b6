"""What is wrong with a field has a kind, and each kind has words in every language of the pages."""

import ast
from collections.abc import Iterator, Sequence
from functools import cache

import pytest
from goodword.languages import LANGUAGES
from goodword_aws.pages.reader import Reader

from tests.tidy.sources import ROOT, files

# Told to programs alone: no form and no question of a page comes here.
PROGRAMS_ONLY = {
    "layers/platform/python/goodword_aws/sources/generic.py": "what a shop's own webhook says",
}
# The kind is that of somebody else's refusal, which has words by its code, or pydantic's.
TOLD_ON = {
    "layers/platform/python/goodword_aws/pages/console/typed.py:beside": "error.<code>",
    "layers/platform/python/goodword_aws/problems.py:refused_body": "pydantic's own",
}
# The kind is looked up: these are all that there are.
LOOKED_UP = {
    "layers/domain/python/goodword/journeys/gating.py": ["review_gating", "review_paid"],
    "layers/domain/python/goodword/journeys/staffing.py": [
        "unknown_assignee",
        "assignee_unchecked",
    ],
    "layers/platform/python/goodword_aws/documents.py": [
        *("parsing", "yaml_anchors", "yaml_tags", "yaml_deep", "yaml_name", "comes_twice"),
    ],
    "layers/platform/python/goodword_aws/pages/console/report.py": [
        *("report_cells", "report_state", "report_amount"),
    ],
}


@cache
def made() -> Sequence[tuple[str, ast.Module, Sequence[tuple[ast.FunctionDef, ast.Call]]]]:
    """Each module with the FieldErrors that it makes, and the functions that do."""
    found = []
    for place in files():
        if place.startswith(("layers/", "functions/")) and place.endswith(".py"):
            tree = ast.parse((ROOT / place).read_text())
            calls = [(within, call) for within, call in _calls(tree) if _name(call) == "FieldError"]
            if calls:
                found.append((place, tree, calls))
    return found


def _calls(tree: ast.AST) -> Iterator[tuple[ast.FunctionDef, ast.Call]]:
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            for node in ast.walk(function):
                if isinstance(node, ast.Call):
                    yield function, node


def _name(call: ast.Call) -> str:
    return getattr(call.func, "id", "") or getattr(call.func, "attr", "")


def given(call: ast.Call, place: int, name: str) -> ast.expr | None:
    """An argument of a call, by its place or its name."""
    if len(call.args) > place:
        return call.args[place]
    return next((one.value for one in call.keywords if one.arg == name), None)


def kinds_of(tree: ast.Module, function: ast.FunctionDef, kind: ast.expr) -> list[str]:
    """The texts that a kind can be: as it stands, or as callers of this module give it."""
    if isinstance(kind, ast.Constant):
        return [str(kind.value)]
    names = [one.arg for one in (*function.args.args, *function.args.kwonlyargs)]
    if not isinstance(kind, ast.Name) or kind.id not in names:
        return []
    place = names.index(kind.id) - (names[0] == "self")
    calls = [call for _, call in _calls(tree) if _name(call) == function.name]
    found = [given(call, place, kind.id) for call in calls]
    return [str(one.value) if isinstance(one, ast.Constant) else "" for one in found]


def test_every_wrong_field_has_a_kind() -> None:
    nameless = [
        f"{place}:{call.lineno}"
        for place, _, calls in made()
        for _, call in calls
        if given(call, 2, "kind") is None and place not in PROGRAMS_ONLY
    ]
    assert nameless == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_has_words(language: str) -> None:
    reader = Reader(language)
    for place, tree, calls in made():
        for function, call in calls:
            kind = given(call, 2, "kind")
            if kind is None or f"{place}:{function.name}" in TOLD_ON:
                continue
            kinds = kinds_of(tree, function, kind) or LOOKED_UP.get(place, [])
            assert kinds, f"{place}:{call.lineno} has a kind that nobody can find"
            for one in kinds:
                known = reader.knows(f"wrong.{one}") or reader.knows(f"error.{one}")
                assert known, f"{place}:{call.lineno}: {one!r} has no words in {language}"


def test_what_is_listed_is_there() -> None:
    places = {place for place, _, _ in made()}
    listed = {*PROGRAMS_ONLY, *LOOKED_UP, *(one.partition(":")[0] for one in TOLD_ON)}
    assert listed <= places


def test_a_kind_is_found_where_callers_give_it() -> None:
    text = "def a(x, kind): FieldError(x, x, kind)\ndef b(): a(1, 'one'); a(2, kind='two')"
    tree = ast.parse(text)
    function, call = next(one for one in _calls(tree) if _name(one[1]) == "FieldError")
    kind = given(call, 2, "kind")
    assert kind is not None
    assert kinds_of(tree, function, kind) == ["one", "two"]
