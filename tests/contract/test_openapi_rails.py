"""The door of rails' webhooks is published as it answers."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from goodword_aws.openapi_rails import PATH, REFUSED, SIGNED_BY

ROOT = Path(__file__).resolve().parents[2]
OPERATION: dict[str, Any] = json.loads((ROOT / "docs" / "openapi.json").read_text())["paths"][PATH][
    "post"
]
ERRORS = (ROOT / "docs" / "errors.md").read_text()
SAMPLES = sorted((ROOT / "events" / "payouts_web").glob("*.json"))


def test_it_has_a_body_and_no_sign_in() -> None:
    assert "application/json" in OPERATION["requestBody"]["content"]
    assert OPERATION["security"] == []
    assert {"204", *REFUSED} <= set(OPERATION["responses"])


@pytest.mark.parametrize("path", SAMPLES, ids=[one.stem for one in SAMPLES])
def test_the_headers_and_rails_of_the_samples_are_published(path: Path) -> None:
    event = json.loads(path.read_text())
    names = {one["name"] for one in OPERATION["parameters"] if one["in"] == "header"}
    signed = {name.lower() for name in event["headers"]} - {"content-type"}
    assert signed <= names
    rail = event["pathParameters"]["rail"]
    assert rail in SIGNED_BY or path.stem == "refused_unknown_rail"


@pytest.mark.parametrize("code", sorted(code for _, codes in REFUSED.values() for code in codes))
def test_every_refusal_is_a_known_error(code: str) -> None:
    assert re.search(rf"^### {code}$", ERRORS, re.MULTILINE)
