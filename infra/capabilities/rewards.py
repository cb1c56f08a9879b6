"""A reward is decided by functions and paced by the state machine `reward_approval`.

An event starts one execution per reward; a clock finishes what an execution left; finance answers
through the API.
"""

from aws_cdk.aws_iam import PolicyStatement

from infra.foundations import grants
from infra.foundations.functions import Shape
from infra.foundations.ground import Ground
from infra.foundations.streams import may_work_on, work_on

READ_AND_WRITE = ("GET", "POST")
STARTER_SECONDS = 30


def add_rewards(ground: Ground) -> None:
    """The machine, what starts it, what sweeps behind it, and the API to answer it."""
    task = ground.functions.make(
        "rewards_task",
        "The steps of reward_approval",
        needs=("JOURNAL_TABLE", "CORE_TABLE"),
        may=_may_move_on(ground),
        shape=Shape(timeout_seconds=60),
    )
    machine = ground.machines.make(
        "reward_approval", "RewardApproval", task=task, as_="RewardsTaskArn"
    )
    ground.functions.settings["REWARD_APPROVAL_ARN"] = machine.state_machine_arn
    queue = ground.bus.consumer(
        "Rewards", ["reward.created"], worker_timeout_seconds=STARTER_SECONDS
    )
    starter = ground.functions.make(
        "rewards_queue",
        "Starts reward_approval for each new reward",
        needs=("REWARD_APPROVAL_ARN",),
        may=[may_work_on(queue), grants.start(machine.state_machine_arn)],
        shape=Shape(timeout_seconds=STARTER_SECONDS, memory_mb=256),
    )
    work_on(ground.stack, starter, queue, batch=10)
    sweeper = ground.functions.make(
        "rewards_schedule",
        "Posts approved rewards whose execution is gone",
        needs=("JOURNAL_TABLE", "CORE_TABLE"),
        may=[*_may_move_on(ground), ground.may_set_aside],
        shape=Shape(timeout_seconds=240),
        set_aside=ground.set_aside,
    )
    ground.schedules.start(sweeper, "rate(5 minutes)", "Sweeps rewards whose hold has passed")
    ground.alarms.on_count("BudgetsRunningLow", "80 % of a budget, or of a cap for all, is used")
    ground.alarms.on_count("BudgetsUsedUp", "a budget, or a cap for all, is used up")
    desk = ground.functions.make(
        "rewards_api",
        "Lists, explains and decides rewards",
        needs=("JOURNAL_TABLE", "CORE_TABLE", "INDEX_SECRET_ARN"),
        may=[
            *_may_move_on(ground, checks=True),  # that whom something is handed to may have it
            grants.read(ground.tables.journal),
            grants.read_secret(ground.secrets.index),
        ],
    )
    for path in ("/v1/rewards", "/v1/conversions"):
        ground.door.open(desk, READ_AND_WRITE, path)
        ground.door.open(desk, READ_AND_WRITE, f"{path}/{{proxy+}}")


def _may_move_on(ground: Ground, *, checks: bool = False) -> list[PolicyStatement]:
    return [
        grants.read(ground.tables.core),
        grants.query_index(ground.tables.core),
        grants.change(ground.tables.core, checks=checks),
        grants.append(ground.tables.journal),
        grants.answer(ground.at, ground.machines.arn("reward_approval")),
    ]
