"""What each function loads at its start is bounded by kind, in modules and by name.

The redirect's own budget is in test_hot_process.py. A module costs about half a millisecond of a
start (docs/performance.md has the shares); what is needed now and then is imported where it is
needed, as `goodword_aws.wiring`, `goodword_aws.messages` and the areas of the pages' `Site` do.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from infra.local.ministack_process import link_packages
from tests.bench.starts import every_setting

ROOT = Path(__file__).resolve().parents[2]
FUNCTIONS = sorted(
    path.parent.name
    for path in (ROOT / "functions").glob("*/handler.py")
    if path.parent.name != "tracking_web"
)
APIS = ("_api", "_web", "_drafts", "_asks", "_kpis")
# Modules; what they load now and a little. The areas of a face wait for the first of their pages.
WORKER_MAX, API_MAX, AREAS_MAX = 640, 800, 960
PAGE_MAX = {"console_web": 640, "portal_web": 760}
NOWHERE = {"boto3", "s3transfer", "requests", "pytest", "aws_xray_sdk"}
PAGES_ONLY = {"jinja2", "babel", "jwt"}
NOT_IN_WORKERS = {"aws_lambda_powertools.event_handler", "segno", "yaml"}
APIS_ONLY = {"aws_lambda_powertools.event_handler"}  # a Site finds its pages itself
# What every function loads is loaded once, and each function then in a fork of that process.
PROCESS = """
import json, os, sys
sys.path[:0] = sys.argv[2:]
import aws_lambda_powertools, botocore.session, pydantic
pydantic.BaseModel, aws_lambda_powertools.Logger
for name in json.loads(sys.argv[1]):
    if os.fork() == 0:
        sys.path.insert(0, os.path.join("functions", name))
        import handler
        os.write(1, (json.dumps([name, sorted(sys.modules)]) + "\\n").encode())
        if hasattr(handler, "site"):
            handler.site.ways
            everything = [name + ", every area", sorted(sys.modules)]
            os.write(1, (json.dumps(everything) + "\\n").encode())
        os._exit(0)
    os.wait()
"""


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    packages = link_packages(tmp_path_factory.mktemp("packages") / "all")
    stubbed = {
        "AWS_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "none",
        "AWS_SECRET_ACCESS_KEY": "none",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
    }
    layers = [str(ROOT / "layers" / name / "python") for name in ("domain", "platform")]
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", PROCESS, json.dumps(FUNCTIONS), *layers, str(packages)],
        env={**every_setting(stubbed), "PATH": os.environ["PATH"]},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    lines = [line for line in done.stdout.splitlines() if line.startswith('["')]
    found: dict[str, list[str]] = dict(json.loads(line) for line in lines)
    return found


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_loads_few_modules(loaded: dict[str, list[str]], name: str) -> None:
    most = PAGE_MAX.get(name, API_MAX if name.endswith(APIS) else WORKER_MAX)
    assert len(loaded[name]) <= most


@pytest.mark.parametrize("name", PAGE_MAX)
def test_all_areas_of_a_face_load_few_modules(loaded: dict[str, list[str]], name: str) -> None:
    assert len(loaded[name]) < len(loaded[f"{name}, every area"]) <= AREAS_MAX


@pytest.mark.parametrize("name", [*FUNCTIONS, *(f"{name}, every area" for name in PAGE_MAX)])
def test_a_function_loads_no_package_of_another_kind(
    loaded: dict[str, list[str]], name: str
) -> None:
    kind = name.partition(",")[0]
    barred = NOWHERE | (APIS_ONLY if kind in PAGE_MAX else PAGES_ONLY)
    barred |= set() if kind.endswith(APIS) else NOT_IN_WORKERS
    assert barred.isdisjoint(loaded[name])
