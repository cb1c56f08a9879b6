"""What the intake publishes is what it takes: the samples are judged by the schema alone."""

import json
import re
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from goodword_aws.arrivals import TOPICS
from goodword_aws.openapi_intake import EXAMPLES, REFUSED
from goodword_aws.sources.generic import MODELS, parse

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = json.loads((ROOT / "docs" / "openapi.json").read_text())
ERRORS = (ROOT / "docs" / "errors.md").read_text()
Draft202012Validator = import_module("jsonschema").Draft202012Validator
GENERIC = "src_0000000000000000000generic"
# Refused for what only our own code can say; everything else that is no body is none by schema.
BEYOND = {
    "refused_generic_void_of_nobody",  # which of two names it has
    *("refused_generic_forged", "refused_generic_stale", "refused_generic_reused_id"),
    *("refused_generic_other_program", "refused_generic_wrong_currency"),
    *("refused_generic_lines_too_much", "refused_generic_from_the_future"),
    "refused_signal_value",
}


def operation(path: str) -> dict[str, Any]:
    found: dict[str, Any] = DOCUMENT["paths"][path]["post"]
    return found


def schema_of(path: str) -> dict[str, Any]:
    """What a route publishes of its body; of a source, our own form."""
    if path == "/v1/sources/{source_id}":
        return {"$ref": "#/components/schemas/IntakeOwn"}
    found: dict[str, Any] = operation(path)["requestBody"]["content"]["application/json"]["schema"]
    return found


def fits(schema: dict[str, Any], body: object) -> bool:
    validator = Draft202012Validator(schema | {"components": DOCUMENT["components"]})
    return bool(validator.is_valid(body))


def samples() -> dict[str, dict[str, Any]]:
    """The samples in our own form, by name."""
    found = {}
    for path in sorted((ROOT / "events" / "conversions_web").glob("*.json")):
        event = json.loads(path.read_text())
        named = event["headers"].get("goodword-source") or event.get("pathParameters", {}).get(
            "source_id"
        )
        if named == GENERIC and not event.get("isBase64Encoded"):
            found[path.stem] = event
    return found


@pytest.mark.parametrize("name", sorted(samples()))
def test_a_sample_fits_the_schema_if_and_only_if_it_is_a_body(name: str) -> None:
    event = samples()[name]
    try:
        body = json.loads(event["body"])
    except ValueError:
        assert name == "refused_generic_malformed"
        return
    is_body = not name.startswith("refused_") or name in BEYOND
    assert fits(schema_of(event["routeKey"].removeprefix("POST ")), body) is is_body


def test_there_are_samples_of_every_route_and_of_what_is_refused() -> None:
    routes = {event["routeKey"] for event in samples().values()}
    assert routes == set(TOPICS)
    assert len([name for name in samples() if name.startswith("refused_")]) > 6


def test_every_route_is_published_with_its_signature_and_refusals() -> None:
    for route in TOPICS:
        found = operation(route.removeprefix("POST "))
        headers = {one["name"] for one in found["parameters"] if one["in"] == "header"}
        assert {"webhook-id", "webhook-timestamp", "webhook-signature"} <= headers
        assert found["security"] == [{"signature": []}]
        assert {"200", "202", *REFUSED} <= set(found["responses"])


@pytest.mark.parametrize("code", sorted(code for _, codes in REFUSED.values() for code in codes))
def test_every_refusal_is_a_known_error(code: str) -> None:
    assert re.search(rf"^### {code}$", ERRORS, re.MULTILINE)


@pytest.mark.parametrize("topic", sorted(MODELS))
def test_an_example_is_a_body_as_it_stands(topic: str) -> None:
    parse(topic, json.dumps(EXAMPLES[topic]).encode())
    name = f"Intake{MODELS[topic].__name__}"
    assert DOCUMENT["components"]["schemas"][name]["examples"] == [EXAMPLES[topic]]
    assert fits({"$ref": f"#/components/schemas/{name}"}, EXAMPLES[topic])
    typed = {"type": topic, **EXAMPLES[topic]}
    assert parse("", json.dumps(typed).encode())[0] == topic
    assert fits({"$ref": "#/components/schemas/IntakeOwn"}, typed)
    assert not fits({"$ref": "#/components/schemas/IntakeOwn"}, EXAMPLES[topic])


@pytest.mark.parametrize(
    "wrong",
    [
        {"order_id": "robin@mail.example"},
        {"amount": -1},
        {"amount": 4_900.5},
        {"amount": True},
        {"currency": "EURO"},
        {"coupon": "SPRING"},
        {"lines": [{"amount": 1, "line_id": "two words"}]},
        {"buyer": {"country": "DEU"}},
        {"metadata": {"note": 1}},
    ],
)
def test_what_the_model_refuses_the_schema_refuses(wrong: dict[str, object]) -> None:
    body = dict(EXAMPLES["sale"]) | wrong
    with pytest.raises(Exception, match="invalid_body"):
        parse("sale", json.dumps(body).encode())
    assert not fits({"$ref": "#/components/schemas/IntakeSale"}, body)
