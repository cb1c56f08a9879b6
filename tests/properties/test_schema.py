"""What the published schema of programmes takes the parser takes, and the other way round.

Documents are good ones with a few things changed, taken away or put in. Where only the schema takes
one, the parser must name nothing but what docs/programs.md says that JSON Schema cannot say.
"""

import copy
import json
import re
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from goodword.programs.model import Terms
from goodword_aws.schema import terms_schema
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.support.people import terms_json
from tests.support.programmes import FULL, IN_DOLLARS, PAID_OFTEN

jsonschema = import_module("jsonschema")
Way = tuple[str | int, ...]

# The list of docs/programs.md, with how the parser says each.
UNSAID: Mapping[str, str] = {
    "whole numbers": r"^$",  # told by the value, see `_unsaid`
    "names that come once": r"two (rules|levels|milestones) have the same|two caps limit the same",
    "numbers in order": r"levels rise from 0|low is more than high|must not be below hold_points",
    "sums": r"one order would give more than|caps may be of the whole|nested more|asks at most",
    "names that stand elsewhere": (
        r"no level of this name|which is not accepted|says nothing for|accepted names other"
        r"|no rule of the action event gives|is not a plain https address of one of the hosts"
    ),
    "the calendar": r"not a day of the calendar|is not a time zone|no business day for too long",
    "what a rail pays": r"(?!)",  # never by the parser: where terms are written, see `check_rail`
    "lines of a sign-up": r"its condition cannot ask about lines",
}
BASES = (terms_json(), FULL, IN_DOLLARS, PAID_OFTEN)
VALUES: tuple[Any, ...] = (
    *(
        None,
        True,
        False,
        0,
        1,
        -1,
        2,
        7,
        8,
        29,
        1.0,
        1.5,
        10_000,
        10_001,
        10**12,
        10**12 + 1,
        2**63,
    ),
    *("", " ", "x", "  x  ", "\u0085", "\u00a0\n", "\x1c", "\ufeff", "x\ty", " \t x ", "x" * 101),
    *(f"{' ' * 300}x{'y' * 78}", "x" * 80, "x" * 81, "x" * 280, "x" * 281, "a\u2003b"),
    *(
        "EUR",
        "eur",
        "USD",
        "ZZZ",
        "JPY",
        "new",
        " Returning",
        "returning ",
        "NEW",
        "DE",
        " d",
        "ÄÖ",
    ),
    *("sale", "lead", "event", "level", "customer", "country", "order_net", "brand", "quantity"),
    *(
        "in",
        "not_in",
        "equals",
        "at_least",
        "between",
        "all",
        "not",
        "flat",
        "percentage",
        "tiered",
    ),
    *("per_unit", "per_line", "money", "points", "gift", "code", "store_credit", "accept", "net"),
    *("weekly", "on_minimum", "every_n_days", "gold", "Gold", "platin", "2027-02-28", "2027-02-30"),
    *("https://shop.example/", "shop.example", "shop.example:8080", "Europe/Berlin", "gw_click"),
    *([], {}, [1], ["x"], ["DE", "US"], {"USD": 1}, {"usd": 1}, {"USD": 0}, {"EURO": 1}, {"": 1}),
    *({"kind": "flat", "amount_minor": 5}, {"amount_minor": 5}, {"of": "customer", "value": "new"}),
    *(
        {"kind": "flat", "amount_minor": 5, "amount_in": {"USD": 6}},
        {"gw_click": "x"},
        ["EUR", "USD"],
    ),
    *(
        {"op": "equals", "of": "customer", "value": "new"},
        {"op": "equals", "of": "level", "value": "a"},
    ),
    {"kind": "tiered", "by_level": {"gold": {"kind": "percentage", "basis_points": 5}}},
)


def _names(schema: object) -> Iterator[str]:
    """Every name that a field has anywhere in the schema."""
    if isinstance(schema, dict):
        for name, each in schema.items():
            yield from each if name == "properties" else ()
            yield from _names(each)
    elif isinstance(schema, list):
        for each in schema:
            yield from _names(each)


NAMES = (*sorted(set(_names(terms_schema()))), "USD", "usd", "KWD", "gold", "unheard_of")


def _whole_text(validator: Any, pattern: str, text: object, _schema: object) -> Iterator[Any]:
    """`$` is the end of the text, as ECMA 262 has it; to Python a line break may follow."""
    if isinstance(text, str) and not re.search(re.sub(r"\$$", r"\\Z", pattern), text):
        yield jsonschema.ValidationError("does not match")


SCHEMA = jsonschema.validators.extend(jsonschema.Draft202012Validator, {"pattern": _whole_text})(
    terms_schema()
)


def _ways(value: Any, way: Way = ()) -> Iterator[Way]:
    """Every place in the document."""
    yield way
    inside = value.items() if isinstance(value, dict) else enumerate(value)
    for step, each in inside:
        if isinstance(each, dict | list):
            yield from _ways(each, (*way, step))
        else:
            yield (*way, step)


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """A good document with up to three changes."""
    found: dict[str, Any] = copy.deepcopy(draw(st.sampled_from(BASES)))
    for _ in range(draw(st.integers(0, 3))):
        *above, last = draw(st.sampled_from([way for way in _ways(found) if way]))
        at: Any = found
        for step in above:
            at = at[step]
        value = copy.deepcopy(draw(st.sampled_from(VALUES) | st.text(max_size=4)))
        match draw(st.sampled_from(("set", "near", "leave out", "put in", "twice"))):
            case "set":
                at[last] = value
            case "near" if type(at[last]) is int:
                at[last] += draw(st.sampled_from((-1, 1, 1_000)))
            case "near" if isinstance(at[last], str):
                at[last] = f"{draw(st.sampled_from(('', ' ', '_')))}{at[last]} "
            case "leave out":
                del at[last]
            case "put in" if isinstance(at, dict):
                at[draw(st.sampled_from(NAMES))] = value
            case _ if isinstance(at, list):
                at.append(copy.deepcopy(at[-1]))
    return found


def _unsaid(wrong: Mapping[str, Any]) -> bool:
    """Whether this is of the list."""
    told = wrong["input"]
    if isinstance(told, float) and told.is_integer():
        return wrong["type"] in ("int_type", "string_type")
    return any(re.search(said, wrong["msg"]) for said in UNSAID.values())


def differences(document: object) -> list[Any]:
    """Where schema and parser differ beyond the list; empty if they agree."""
    taken = SCHEMA.is_valid(document)
    try:
        Terms.model_validate_json(json.dumps(document))
    except ValidationError as wrong:
        said = wrong.errors(include_url=False)
        return [one for one in said if not _unsaid(one)] if taken else []
    return [] if taken else [error.message for error in SCHEMA.iter_errors(document)]


@settings(max_examples=400)
@given(documents())
@example(terms_json() | {"name": "\u0085"})
@example(terms_json() | {"name": f"{' ' * 99}x"})
def test_schema_and_parser_agree(document: dict[str, Any]) -> None:
    assert differences(document) == []


@pytest.mark.parametrize("number", range(len(BASES)))
def test_every_single_change_is_judged_alike(number: int) -> None:
    """Each place of each good document left out, and set to a few of the values."""
    base: Any = BASES[number]
    assert differences(base) == []
    assert SCHEMA.is_valid(base)
    for turn, way in enumerate(way for way in _ways(base) if way):
        for value in (..., VALUES[turn % len(VALUES)], VALUES[(turn * 7 + 3) % len(VALUES)]):
            changed = copy.deepcopy(base)
            at = changed
            for step in way[:-1]:
                at = at[step]
            if value is ...:
                del at[way[-1]]
            else:
                at[way[-1]] = copy.deepcopy(value)
            assert differences(changed) == [], (way, value)


def test_what_json_schema_cannot_say_is_listed_for_people() -> None:
    page = (Path(__file__).parents[2] / "docs" / "programs.md").read_text()
    listed = page.partition("what it cannot say")[2].partition("\n## ")[0]
    assert re.findall(r"^\| ([a-z -]+) \| ", listed, re.M)[1:] == [*UNSAID]
