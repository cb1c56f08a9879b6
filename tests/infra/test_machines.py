"""What state machines may call, and who may answer where one of them waits."""

from tests.infra.reading import Template
from tests.infra.test_roles import directories


def test_a_state_machine_may_only_call_its_own_task(prod: Template) -> None:
    for machine, task in (
        ("RewardApproval", "rewards_task"),
        ("PayoutCycle", "payouts_task"),
        ("JourneyWalk", "journeys_task"),
    ):
        role = prod.named("AWS::IAM::Role", f"{machine}Role")
        invoked = [
            statement.resources
            for statement in prod.statements()
            if statement.role == role and "lambda:InvokeFunction" in statement.actions
        ]
        functions = prod.of_type("AWS::Lambda::Function")
        (name,) = (n for n, p in functions.items() if p["FunctionName"].endswith(f"-{task}"))
        assert invoked == [(f"<{name}.Arn>",)]
        services = {
            action.split(":")[0]
            for statement in prod.statements()
            if statement.role == role
            for action in statement.actions
        }
        assert services <= {"lambda", "logs", "xray", "states"}


def test_money_moves_on_only_by_the_tasks_and_the_desks(prod: Template) -> None:
    """Who may answer a waiting task, and of which machine."""
    answering = {
        (name, resource.rsplit("-", 1)[-1])
        for name in directories(prod)
        for action, resource in prod.may(name)
        if action == "states:SendTaskSuccess"
    }
    assert answering == {
        ("rewards_task", "reward_approval"),
        ("rewards_schedule", "reward_approval"),
        ("rewards_api", "reward_approval"),
        ("trust_api", "reward_approval"),
        ("journeys_task", "journey"),
        ("journeys_schedule", "journey"),
        ("journeys_queue", "journey"),
        ("journeys_api", "journey"),
        ("journeys_api_asks", "journey"),
        ("portal_web", "journey"),
        ("payouts_task", "payout_cycle"),
        ("payouts_api", "payout_cycle"),
        ("console_web", "payout_cycle"),
        ("console_web", "reward_approval"),
        ("console_web", "journey"),
    }
