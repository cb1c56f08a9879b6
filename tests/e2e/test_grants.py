"""Every grant is needed: take one away and the product stops where it was used, and only there."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from infra.local.cast import Cast
from infra.local.payloads import shopify_order
from infra.local.stack import LocalStack
from infra.local.waiting import NotYetError, eventually
from tests.e2e.scenario import Scenario, scenario
from tests.e2e.test_load import stored

PATIENCE_SECONDS = 8.0  # long enough for what works (about one second) to have happened

SWEPT_SECONDS = 15 * 60  # after so long the sweepers take over what was left lying


@contextmanager
def without(stack: LocalStack, function: str, action: str) -> Iterator[None]:
    """The stack while the function's role lacks one action; the role is restored afterwards."""
    iam, named = stack.client("iam"), json.loads(stack.deployed.output("Functions"))
    configured = stack.client("lambda").get_function_configuration(FunctionName=named[function])
    role = configured["Role"].rpartition("/")[2]
    before = {
        name: iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
        for name in iam.list_role_policies(RoleName=role)["PolicyNames"]
    }
    poorer = {name: _lacking(document, action) for name, document in before.items()}
    assert poorer != before, f"{function} has no {action} to take away"
    _put(iam, role, poorer)
    try:
        yield
    finally:
        _put(iam, role, before)


def _lacking(document: dict[str, Any], action: str) -> dict[str, Any]:
    """The policy without the action; a statement that grants nothing else goes with it."""
    statements = []
    for statement in document["Statement"]:
        granted = statement["Action"]
        actions = [granted] if isinstance(granted, str) else list(granted)
        left = [one for one in actions if one != action]
        if left:
            statements.append({**statement, "Action": left})
    return {**document, "Statement": statements}


def _put(iam: Any, role: str, policies: dict[str, dict[str, Any]]) -> None:
    for name, document in policies.items():
        iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(document))


@pytest.fixture
def scene(stack: LocalStack) -> Scenario:
    return scenario(Cast(stack))


def buy(scene: Scenario, number: int, click_id: str) -> None:
    """A Shopify order of 100.00 EUR, an hour later: one within seconds of its click is held."""
    scene.cast.stack.clock.advance(3_600)
    bought = shopify_order(
        number,
        "100.00",
        "107.00",
        "7.00",
        processed_at=scene.now(),
        note_attributes=[{"name": "gw_click", "value": click_id}],
        email=f"friend{number}@example.com",
        contact_email=None,
        customer={"id": number, "email": f"friend{number}@example.com"},
    )
    assert scene.cast.shopify(scene.shopify, "orders/paid", bought).status == 200


def test_without_its_put_the_redirect_goes_on_but_stores_no_click(
    stack: LocalStack, scene: Scenario
) -> None:
    _, code = scene.joins("maya")
    with without(stack, "tracking_web", "dynamodb:PutItem"):
        assert scene.cast.click(code).status == 302
        assert stored(stack, scene.program_id) == 0
    assert scene.cast.click(code).status == 302
    assert stored(stack, scene.program_id) == 1


def test_without_the_journal_nothing_is_decided(stack: LocalStack, scene: Scenario) -> None:
    maya, code = scene.joins("maya")
    click_id = scene.cast.click_id(code)
    with without(stack, "conversions_stream", "dynamodb:PutItem"):
        buy(scene, 7101, click_id)
        with pytest.raises(NotYetError):
            eventually(lambda: scene.rewards(maya), "a reward", PATIENCE_SECONDS)
    stack.clock.advance(SWEPT_SECONDS)
    scene.becomes(maya, "due")


def test_without_the_start_no_reward_is_assessed(stack: LocalStack, scene: Scenario) -> None:
    maya, code = scene.joins("maya")
    with without(stack, "rewards_queue", "states:StartExecution"):
        buy(scene, 7102, scene.cast.click_id(code))
        scene.becomes(maya, "pending")
        with pytest.raises(NotYetError):
            eventually(
                lambda: [one for one in scene.rewards(maya) if one["state"] != "pending"],
                "a reward that moved on",
                PATIENCE_SECONDS,
            )
    stack.clock.advance(SWEPT_SECONDS)
    scene.becomes(maya, "due")
