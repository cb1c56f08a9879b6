"""The committed API description is the one that the routes give, and it is valid OpenAPI 3.1."""

import json
import subprocess
import sys
from pathlib import Path

from openapi_spec_validator import validate

ROOT = Path(__file__).resolve().parents[2]
COMMITTED = ROOT / "docs" / "openapi.json"


def test_the_description_is_what_is_served() -> None:
    made = subprocess.run(
        [sys.executable, "-m", "goodword_aws.openapi"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    again = "run: python -m goodword_aws.openapi > docs/openapi.json"
    assert made.stdout == COMMITTED.read_text(), again


def test_the_description_is_valid() -> None:
    document = json.loads(COMMITTED.read_text())
    validate(document)
    assert document["openapi"] == "3.1.0"
