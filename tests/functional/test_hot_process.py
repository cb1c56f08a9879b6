"""The redirect in a process of its own: what it loads, after it has really answered."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from goodword_aws.items import to_item

from tests.functional.test_tracking_web import EVENTS, LINK, keep
from tests.support.aws_stub import AwsStub, aws_stub

ROOT = Path(__file__).resolve().parents[2]
MODULES_MAX = 145  # modules; what the design allows
FORBIDDEN = {
    *("boto3", "botocore", "pydantic", "pydantic_core", "jinja2", "aws_lambda_powertools"),
    *("requests", "urllib3", "aws_xray_sdk", "cryptography", "http", "email", "dataclasses"),
}
PROCESS = """
import json, sys
sys.path[:0] = sys.argv[1:4]
import handler
answer = handler.handler(json.load(open(sys.argv[4])), None)
print(json.dumps({"answer": answer, "modules": sorted(sys.modules)}))
"""


def run(stub: AwsStub, event: Path) -> dict[str, Any]:
    """What a fresh interpreter without the environment's packages answers and loads."""
    layers = [ROOT / "layers" / name / "python" for name in ("domain", "platform")]
    paths = [str(path) for path in (ROOT / "functions" / "tracking_web", *layers, event)]
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", PROCESS, *paths],
        env=stub.environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )
    said: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return said


@pytest.fixture(scope="module")
def said() -> dict[str, Any]:
    with aws_stub() as stub:
        keep(stub, LINK)
        told = run(stub, EVENTS / "good_click.json")
        assert len(stub.clicks()) == 1
        assert stub.rejected == []
        return told


def test_it_answers(said: dict[str, Any]) -> None:
    assert said["answer"]["statusCode"] == 302
    assert "gw_click=" in said["answer"]["headers"]["location"]


def test_it_loads_nothing_heavy(said: dict[str, Any]) -> None:
    tops = {name.partition(".")[0] for name in said["modules"]}
    assert not tops & FORBIDDEN
    assert "goodword" in tops


def test_it_loads_few_modules(said: dict[str, Any]) -> None:
    assert len(said["modules"]) <= MODULES_MAX, said["modules"]


def test_the_stub_keeps_links_as_the_store_writes_them() -> None:
    item = to_item(LINK)
    assert item["kind"] == {"S": "link"}
