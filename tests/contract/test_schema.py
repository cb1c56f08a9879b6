"""The published schema of programme documents is that of the models, and good documents meet it."""

import json
from importlib import import_module
from pathlib import Path

import pytest
from goodword_aws.schema import as_text, terms_schema

from tests.support.people import terms_json

Draft202012Validator = import_module("jsonschema").Draft202012Validator
PAGE = Path(__file__).parents[2] / "docs" / "program.schema.json"


def test_the_file_is_that_of_the_models() -> None:
    assert PAGE.read_text() == as_text(), "run: make docs"
    assert json.loads(as_text()) == terms_schema()


def test_good_terms_meet_it() -> None:
    Draft202012Validator.check_schema(terms_schema())
    assert Draft202012Validator(terms_schema()).is_valid(terms_json())


@pytest.mark.parametrize(
    "rule",
    [
        {"action": "never"},
        {"reward": {"kind": "percentage", "basis_points": 0}},
        {"when": {"op": "in", "of": "weather", "values": ["rain"]}},
    ],
)
def test_wrong_terms_do_not(rule: dict[str, object]) -> None:
    terms = terms_json()
    terms["rules"] = [terms["rules"][0] | rule]
    assert not Draft202012Validator(terms_schema()).is_valid(terms)
