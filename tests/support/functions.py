"""Functions as Lambda sees them: the handler loaded from its file, over a world in memory."""

import importlib.util
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from goodword_aws import wiring

from tests.support.desk import PlainIndex, World

ROOT = Path(__file__).parents[2]
NAMES = (
    "ARRIVALS_TABLE JOURNAL_TABLE CORE_TABLE KEYS_TABLE BUS_NAME VAULT_KEY_ARN CLICK_SECRET_ARN "
    "INDEX_SECRET_ARN REWARD_APPROVAL_ARN PAYOUT_CYCLE_ARN JOURNEY_ARN EXPORTS_BUCKET "
    "MAIL_SENDER RAIL_SIGNS_ARN SEALS_BUCKET SEAL_KEY_ARN PAGES_CLIENT_ID PAGE_SECRET_ARN "
    "CRM_KEYS_ARN"
)
CONTEXT = SimpleNamespace(
    function_name="f",
    memory_limit_in_mb=512,
    invoked_function_arn="arn:aws:lambda:eu-west-1:111122223333:function:f",
    aws_request_id="req-1",
    get_remaining_time_in_millis=lambda: 30_000,
)


def sample(function: str, case: str) -> dict[str, Any]:
    """The raw input `events/<function>/<case>.json`."""
    found: dict[str, Any] = json.loads((ROOT / "events" / function / f"{case}.json").read_text())
    return found


@contextmanager
def over(world: World) -> Iterator[pytest.MonkeyPatch]:
    """Settings for every function; store, clock, ids and blind index are the world's."""
    with pytest.MonkeyPatch.context() as patch:
        for name in NAMES.split():
            patch.setenv(name, f"test-{name.lower()}")
        patch.setenv("GOODWORD_STAGE", "test")
        patch.setenv("USER_POOL_ID", "eu-west-1_people")
        patch.setenv("SIGN_IN_URL", "https://sign-in.example")
        patch.setenv("PUBLIC_URL", "https://go.example")
        patch.setenv("FALLBACK_URL", "https://shop.example/")
        patch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
        wiring.forget()
        patch.setattr(wiring, "store", lambda: world.store)
        patch.setattr(wiring, "clock", lambda: world.clock)
        patch.setattr(wiring, "ids", lambda: world.ids)
        patch.setattr(wiring, "blind_index", PlainIndex)
        yield patch
    wiring.forget()


def load(function: str) -> Any:
    """The module of a function's handler, loaded anew; call inside `over`."""
    path = ROOT / "functions" / function / "handler.py"
    spec = importlib.util.spec_from_file_location(f"loaded_{function}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def call(function: str, event: dict[str, Any]) -> Any:
    """Invoke the handler once; call inside `over`."""
    handler: Callable[[dict[str, Any], Any], Any] = load(function).handler
    return handler(event, CONTEXT)
