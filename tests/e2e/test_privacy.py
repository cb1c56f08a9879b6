"""Names, addresses and payout places are in no log, event, workflow or table, the vault aside."""

import json
from typing import Any

from infra.local.cast import Cast, done
from infra.local.stack import LocalStack
from infra.local.waiting import eventually
from tests.e2e.scenario import scenario
from tests.e2e.test_payout import items

CANARY = "zanzibarina"  # in every personal field that this test hands over


def test_no_personal_field_leaves_the_vault(stack: LocalStack) -> None:
    scene = scenario(Cast(stack))
    maya, code = scene.joins(f"{CANARY}-maya", f"{CANARY}-payee@rail.example")
    scene.cast.staff("marta", "marketer").post(
        "/v1/advocates",
        {
            "program_id": scene.program_id,
            "email": f"{CANARY}-invited@people.example",
            "name": f"Ms {CANARY}",
        },
    )
    sale = {
        "click_id": scene.cast.click_id(code),
        "customer_id": f"{CANARY}-customer",
        "customer_email": f"{CANARY}-friend@shoppers.example",
        "amount": 40_000,
        "currency": "EUR",
        "order_id": "o-privacy",
    }
    done(scene.cast.generic(scene.generic, "sale", sale))
    (held,) = scene.becomes(maya, "on_hold")
    scene.cast.staff("fatima", "finance").post(
        f"/v1/rewards/{held['id']}/approve", {"reason_code": "known_customer"}
    )
    scene.becomes(maya, "due")
    told = eventually(lambda: stack.mails(maya.person.email), "the mail to the advocate")
    assert told, "the address is known where it is needed"

    for table in ("ArrivalsTable", "JournalTable", "CoreTable", "KeysTable"):
        for item in items(stack, table):
            assert CANARY not in str(item).lower(), (table, item["pk"], item.get("kind"))
    for group, lines in stack.log_lines().items():
        found = [line[:200] for line in lines if CANARY in line.lower()]
        assert not found, (group, found[:3])
    for story in workflows(stack):
        assert CANARY not in json.dumps(story, default=str).lower()


def workflows(stack: LocalStack) -> list[dict[str, Any]]:
    """The input and every step of every execution."""
    states, found = stack.client("stepfunctions"), []
    for output in ("RewardApprovalArn", "PayoutCycleArn"):
        machine = stack.deployed.output(output)
        for execution in states.list_executions(stateMachineArn=machine)["executions"]:
            arn = execution["executionArn"]
            found.append(states.describe_execution(executionArn=arn))
            found.append(states.get_execution_history(executionArn=arn))
    return found
