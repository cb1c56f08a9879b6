"""No reason code is without its sentence, in any language; the codes are read from the sources."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest
from goodword.rewards.explain_codes import (
    LIFE,
    NOBODY,
    NOTHING,
    OUTRANKED,
    SAID_BY_STATE,
    TAKEN_BACK,
    UNABLE,
    WON,
)
from goodword.rewards.explain_words import Speech
from goodword_aws.earnings import words
from goodword_aws.explanations import LOCALES, speech

ROOT = Path(__file__).parents[3]
DOMAIN = ROOT / "layers/domain/python/goodword"
CATALOGUE = DOMAIN / "rewards/catalogue"
KNOWN = {*WON, *NOTHING, *LIFE, "rewarded"}
# Where reasons of conversions and rewards are made. Of these functions every text is one.
SOURCES = (
    "tracking/model.py",
    "rewards/decision.py",
    "rewards/service.py",
    "rewards/books.py",
    "rewards/reversal.py",
    "conversions/deciding.py",
    "conversions/evidence.py",
    "payouts/movements.py",
)
TELLING = {
    *("_excluded", "_by_kind", "_outranked", "_why_won", "_why_nobody"),
    *("_refused", "_why"),
}
MOVERS = {"step": 2, "moved": 3, "reinstate": 3}  # which argument of the call is the reason
CODE = re.compile(r"[a-z]+(_[a-z]+)*")


def texts(node: ast.AST) -> Iterator[str]:
    """Every text below the node; an f-string as a pattern with `*` for what is filled in."""
    if isinstance(node, ast.JoinedStr):
        yield "".join(
            str(part.value) if isinstance(part, ast.Constant) else "*" for part in node.values
        )
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    else:
        for child in ast.iter_child_nodes(node):
            yield from texts(child)


def reasons(tree: ast.AST) -> Iterator[str]:
    """What the module gives as a reason: keywords, arguments of moves, and returned codes."""
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg == "reason":
            yield from texts(node.value)
        elif isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            place = MOVERS.get(name, len(node.args))
            yield from (text for one in node.args[place : place + 1] for text in texts(one))
        elif isinstance(node, ast.FunctionDef) and node.name in TELLING:
            for inner in ast.walk(node):
                if isinstance(inner, ast.Return | ast.Assign) and inner.value is not None:
                    yield from texts(inner.value)


def is_known(text: str) -> bool:
    """Whether it is a listed code, or the pattern of some, or no code at all."""
    if not CODE.fullmatch(text.replace("*", "x")):
        return True
    pattern = re.compile(re.escape(text).replace(r"\*", "[a-z_]+"))
    return any(pattern.fullmatch(code) for code in KNOWN)


@pytest.mark.parametrize("place", SOURCES)
def test_every_reason_that_the_code_gives_is_listed(place: str) -> None:
    # `code` and `link` are the two precedences that the functions compare with, not reasons.
    tree = ast.parse((DOMAIN / place).read_text())
    silent = {"", "code", "link", "first", "last", "active", "missing", "_", "release", "refuse"}
    found = sorted({text for text in reasons(tree) if not is_known(text)} - silent)
    assert not found, f"{place}: list {found} in explain_codes and give them sentences"


def test_a_reason_that_is_not_listed_is_seen() -> None:
    planted = 'books.step(r, "void", "a_new_code")\nx = f(reason=f"strange_{y}")\n'
    planted += "def _why():\n    return 'third_code'\n"
    found = {text for text in reasons(ast.parse(planted)) if not is_known(text)}
    assert found == {"a_new_code", "strange_*", "third_code"}


def test_every_code_of_the_documentation_is_listed() -> None:
    page = (ROOT / "docs/rewards.md").read_text()
    reasons_table = page.partition("| reason | state |")[2].partition("\n\n")[0]
    table = [row.split("|")[1] for row in reasons_table.splitlines() if row.count("|") == 4]
    nothing = page.partition("Why a conversion earned nothing")[2].partition("\n\n")[0]
    named = {code.strip() for cell in table for code in cell.split(",")}
    named |= set(re.findall(r"`([a-z_]+)`", nothing))
    codes = {code for code in named if CODE.fullmatch(code)} - {"reason"}
    assert {"no_touch", "cap_reached", "hold_over", "chargeback"} <= codes
    assert codes <= KNOWN, sorted(codes - KNOWN)


@pytest.mark.parametrize("locale", LOCALES)
class TestEveryLanguage:
    def test_has_a_sentence_for_every_way_to_earn_nothing(self, locale: str) -> None:
        assert set(speech(locale).nothing) == set(NOTHING)
        assert {*OUTRANKED, *UNABLE, *NOBODY} <= set(speech(locale).nothing)

    def test_has_a_sentence_for_every_way_to_win_and_to_lose_money(self, locale: str) -> None:
        assert set(speech(locale).won) == set(WON)
        assert set(speech(locale).taken) == set(TAKEN_BACK)

    def test_has_a_sentence_for_every_reason_of_a_reward(self, locale: str) -> None:
        said = {*words(locale).reasons, *SAID_BY_STATE}
        assert set(LIFE) <= said, sorted(set(LIFE) - said)

    def test_says_what_to_do_only_about_codes_that_exist(self, locale: str) -> None:
        assert set(speech(locale).do) <= set(NOTHING)


def shape(value: object, path: str = "") -> dict[str, frozenset[str]]:
    """Every text of a catalogue by its path, with the names of its gaps."""
    if isinstance(value, dict):
        return {k: v for name in value for k, v in shape(value[name], f"{path}/{name}").items()}
    if isinstance(value, list):
        return {f"{path}/{len(value)}": frozenset()}
    gaps = {name for _, name, _, _ in Formatter().parse(str(value)) if name}
    return {path: frozenset(gaps)}


@pytest.mark.parametrize("name", ["{}.json", "explain.{}.json"])
def test_all_languages_say_the_same_things(name: str) -> None:
    shapes = {
        locale: shape(json.loads((CATALOGUE / name.format(locale)).read_text()))
        for locale in LOCALES
    }
    for one in shapes.values():
        one.pop("/decimal", None)
        one.pop("/group", None)
    first = shapes[LOCALES[0]]
    for locale, other in shapes.items():
        assert other == first, locale


def test_every_language_with_a_catalogue_is_offered() -> None:
    assert {path.name for path in CATALOGUE.glob("explain.*.json")} == {
        f"explain.{locale}.json" for locale in LOCALES
    }
    assert {path.stem for path in CATALOGUE.glob("??.json")} == set(LOCALES)
    assert Speech.model_fields.keys() >= {"nothing", "won", "taken", "cap"}
