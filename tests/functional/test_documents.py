"""Programme documents in YAML are the JSON they stand for; whatever could surprise is refused."""

import json

import pytest
from goodword.errors import InvalidInput, Malformed
from goodword.programs.model import Terms
from goodword_aws.documents import DEPTH_MAX, as_json, check_names, is_yaml
from goodword_aws.problems import refused_body
from pydantic import ValidationError

from tests.support.people import terms_json

YAML = """
# what Acme promises
name: Friends of Acme
count: 12          # a whole number
share: 0.5
minus: -3
on: no             # a text, not false
version: 1.10.0
day: 2026-01-31
yes: true
none: null
empty:
quoted: "5"
leading: 007
rules:
  - rule_id: sale
    when: {op: in, of: brand, values: [Acme, "Bolt & Co"]}
  - &#41;
"""


def read(text: str) -> object:
    return json.loads(as_json(text.encode()))


def test_only_what_json_has_is_more_than_text() -> None:
    assert read(YAML.replace("  - &#41;\n", "")) == {
        "name": "Friends of Acme",
        "count": 12,
        "share": 0.5,
        "minus": -3,
        "on": "no",
        "version": "1.10.0",
        "day": "2026-01-31",
        "yes": True,
        "none": None,
        "empty": None,
        "quoted": "5",
        "leading": "007",
        "rules": [
            {
                "rule_id": "sale",
                "when": {"op": "in", "of": "brand", "values": ["Acme", "Bolt & Co"]},
            }
        ],
    }


def test_json_is_yaml() -> None:
    sent = terms_json()
    assert read(json.dumps(sent)) == sent


@pytest.mark.parametrize(
    "text",
    [
        "a: &x [1]\nb: *x",
        "a: &x 1",
        "a: *x",
        "a: !!python/object/apply:os.system [ls]",
        "a: !!str 5",
        "a: 1\na: 2",
        "1: a",
        "[a]: b",
        "a: [1",
        "a: 1\n---\nb: 2",
        "a: .nan\nb: {",
        "\x00",
        "- " * (DEPTH_MAX + 1) + "x",
        "[" * 5_000,
        "a: 1e999",
    ],
)
def test_what_could_surprise_is_refused(text: str) -> None:
    with pytest.raises(Malformed) as refused:
        read(text)
    assert refused.value.code == "malformed_yaml"


def test_other_encodings_are_refused_and_the_line_is_named() -> None:
    with pytest.raises(Malformed):
        as_json("a: ü".encode("latin-1"))
    with pytest.raises(Malformed, match="in line 2"):
        read("a: 1\na: 2: 3")


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ("a: 1\nb: 2\na: 3", 3, "a name comes twice"),
        ("a: 1\nb:\n  1: x", 3, "a name is no text"),
        ("a: &x 1", 1, "anchors and aliases are not read"),
        ("a: 1\nb: *x", 2, "anchors and aliases are not read"),
        ("a: !!str 5", 1, "tags are not read"),
        ("[" * (DEPTH_MAX + 1), 1, "nested too deep"),
        ("a: 1\nb: [1", 2, "cannot be read"),
    ],
)
def test_the_line_and_the_reason_are_named(text: str, line: int, why: str) -> None:
    with pytest.raises(Malformed) as refused:
        read(text)
    assert [(one.field, one.message) for one in refused.value.fields] == [(f"line {line}", why)]


def test_json_with_a_name_twice_is_refused_by_its_name() -> None:
    check_names(b'{"a": {"b": 1}, "c": [{"b": 1}, {"b": 2}]}')
    with pytest.raises(Malformed) as refused:
        check_names(b'{"a": [{"amount_minor": 5, "amount_minor": 500}]}')
    assert [one.field for one in refused.value.fields] == ["amount_minor"]


@pytest.mark.parametrize(
    ("header", "yes"),
    [
        ("application/yaml", True),
        ("text/yaml; charset=utf-8", True),
        ("Application/X-YAML", True),
        ("application/json", False),
        ("", False),
    ],
)
def test_the_header_says_which_it_is(header: str, yes: bool) -> None:
    assert is_yaml(header) is yes


def fields(**changes: object) -> set[str]:
    """The paths that are answered for terms with these changes."""
    raw = json.dumps(terms_json() | changes).encode()
    with pytest.raises(ValidationError) as wrong:
        Terms.model_validate_json(raw)
    refusal = refused_body(wrong.value, raw)
    assert isinstance(refusal, InvalidInput)
    return {one.field for one in refusal.fields}


def rule(**changes: object) -> list[dict[str, object]]:
    return [terms_json()["rules"][0] | changes]


def test_paths_are_those_of_the_document_not_of_our_types() -> None:
    assert fields(rules=rule(reward={"kind": "flat"})) == {"rules.0.reward.amount_minor"}
    assert fields(rules=rule(reward={"kind": "nothing"})) == {"rules.0.reward"}
    wrong = {"op": "all", "conditions": [{"op": "in", "of": "brand", "values": []}]}
    assert fields(rules=rule(when=wrong)) == {"rules.0.when.conditions.0.values"}
    other = {"op": "not", "condition": {"op": "equals", "of": "brand", "value": ""}}
    assert fields(rules=rule(when=other)) == {"rules.0.when.condition.value"}
    friend = {"reward": {"kind": "per_unit", "amount_minor": 0}, "unit": "points"}
    assert fields(rules=rule(friend=friend)) == {"rules.0.friend.reward.amount_minor"}
    assert fields(unknown=1) == {"unknown"}


def test_without_the_body_the_path_is_pydantics() -> None:
    raw = json.dumps(terms_json() | {"rules": rule(reward={"kind": "flat"})}).encode()
    with pytest.raises(ValidationError) as wrong:
        Terms.model_validate_json(raw)
    assert refused_body(wrong.value).fields[0].field == "rules.0.reward.flat.amount_minor"
