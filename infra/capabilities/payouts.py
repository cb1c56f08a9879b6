"""Money leaves through `payout_cycle` alone: a clock starts it, people let it pass, a task sends.

Only the task can open payout destinations and write payment files; the API can start and answer.
"""

from aws_cdk.aws_iam import PolicyStatement
from aws_cdk.aws_lambda import Function

from infra.foundations import grants
from infra.foundations.acknowledged import acknowledge_wildcard, spelled
from infra.foundations.front_door import Limit
from infra.foundations.functions import Shape
from infra.foundations.ground import Ground

READ_AND_WRITE = ("GET", "POST")
FILES = "payouts/"


def add_payouts(ground: Ground) -> None:
    """The machine, the clock that starts it, and the API to request and release runs."""
    task = _task(ground)
    machine = ground.machines.make("payout_cycle", "PayoutCycle", task=task, as_="PayoutsTaskArn")
    ground.functions.settings["PAYOUT_CYCLE_ARN"] = machine.state_machine_arn
    clock = ground.functions.make(
        "payouts_schedule",
        "Starts payout_cycle for each programme whose period has closed",
        needs=("CORE_TABLE", "ARRIVALS_TABLE", "PAYOUT_CYCLE_ARN"),
        may=[
            grants.read(ground.tables.core),
            grants.query_index(ground.tables.core),
            grants.query_index(ground.tables.arrivals),
            grants.start(machine.state_machine_arn),
            ground.may_set_aside,
        ],
        shape=Shape(timeout_seconds=120),
        set_aside=ground.set_aside,
    )
    ground.schedules.start(clock, "rate(5 minutes)", "The payout clock")
    ground.alarms.on_count("PayoutStartsFailed", "A payout run that was due could not be started")
    ground.alarms.on_count("ComparisonsOverdue", "A run's payments are still unclear after days")
    desk = ground.functions.make(
        "payouts_api",
        "Requests, releases and shows payout runs and the ledger check",
        needs=("JOURNAL_TABLE", "CORE_TABLE", "INDEX_SECRET_ARN", "PAYOUT_CYCLE_ARN"),
        may=[
            *_may_move_on(ground),
            grants.change(ground.tables.core, checks=True),  # the ban of whom it came back from
            grants.read(ground.tables.journal),
            grants.start(machine.state_machine_arn),
            grants.read_secret(ground.secrets.index),
        ],
    )
    for path in ("/v1/payouts", "/v1/payout-runs", "/v1/payout-holds"):
        ground.door.open(desk, READ_AND_WRITE, path)
        ground.door.open(desk, READ_AND_WRITE, f"{path}/{{proxy+}}")
    ground.door.open(desk, ("GET",), "/v1/payout-waiting")
    ground.door.open(desk, READ_AND_WRITE, "/v1/ledger/{proxy+}")
    _notices(ground)


def _task(ground: Ground) -> Function:
    """What sends: opens destinations, holds the keys of rails, writes payment files."""
    task = ground.functions.make(
        "payouts_task",
        "The steps of payout_cycle",
        needs=(
            "JOURNAL_TABLE",
            "CORE_TABLE",
            "KEYS_TABLE",
            "VAULT_KEY_ARN",
            "INDEX_SECRET_ARN",
            "EXPORTS_BUCKET",
            "RAIL_SIMULATOR_URL",
            "RAIL_KEYS_ARN",
            "ARRIVALS_TABLE",
        ),
        may=[
            *_may_move_on(ground),
            grants.change(ground.tables.core, checks=True, deletes=True),
            grants.table_items(ground.tables.journal, "BatchGetItem"),
            grants.table_items(ground.tables.keys, "GetItem"),
            grants.use_key(ground.at, ground.secrets.vault_key, "Decrypt"),
            grants.read_secret(ground.secrets.index),
            grants.read_secret(ground.secrets.rail_keys),
            grants.table_items(
                ground.tables.arrivals, "GetItem", "DeleteItem", partitions=["RAIL#*"]
            ),
            grants.query_index(ground.tables.arrivals),
            grants.put_files(ground.exports, FILES),
        ],
        shape=Shape(timeout_seconds=300, memory_mb=1024),
    )
    acknowledge_wildcard(
        task.role,
        f"{spelled(ground.exports, 'Arn')}/{FILES}*",
        "Payment files and statements of all runs lie below this prefix, and nothing else does.",
    )
    return task


def _notices(ground: Ground) -> None:
    """The door of rails' webhooks: verifies and puts, and can do nothing else."""
    listener = ground.functions.make(
        "payouts_web",
        "Verifies and keeps what payout rails tell",
        needs=("ARRIVALS_TABLE", "RAIL_SIGNS_ARN"),
        may=[
            grants.table_items(ground.tables.arrivals, "PutItem", partitions=["RAIL#*"]),
            grants.read_secret(ground.secrets.rail_signs),
        ],
    )
    ground.door.open(
        listener, ("POST",), "/v1/rails/{rail}/notices", public=True, limit=Limit(50, 100)
    )


def _may_move_on(ground: Ground) -> list[PolicyStatement]:
    return [
        grants.read(ground.tables.core),
        grants.query_index(ground.tables.core),
        grants.append(ground.tables.journal),
        grants.answer(ground.at, ground.machines.arn("payout_cycle")),
    ]
