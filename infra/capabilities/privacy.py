"""What people may ask of what is held about them: a copy of it, and its end."""

from aws_cdk.aws_iam import PolicyStatement

from infra.foundations import grants
from infra.foundations.functions import Shape
from infra.foundations.ground import Ground
from infra.foundations.streams import may_work_on, work_on

GO_ON = ("advocate.export_asked", "advocate.export_continues")
WORKER_SECONDS = 60
NEEDS = (
    "JOURNAL_TABLE",
    "CORE_TABLE",
    "KEYS_TABLE",
    "VAULT_KEY_ARN",
    "INDEX_SECRET_ARN",
    "PUBLIC_URL",
)


def add_privacy(ground: Ground) -> None:
    """The worker of exports, and the clock that erases."""
    queue = ground.bus.consumer("Privacy", GO_ON, worker_timeout_seconds=WORKER_SECONDS)
    worker = ground.functions.make(
        "privacy_queue",
        "Gathers what is held about a person, step by step",
        needs=NEEDS,
        may=[
            may_work_on(queue),
            *_may_gather(ground),
            grants.change(ground.tables.core),
            grants.table_items(ground.tables.keys, "GetItem"),
        ],
        shape=Shape(timeout_seconds=WORKER_SECONDS, memory_mb=1024),
    )
    work_on(ground.stack, worker, queue, batch=1)
    sweeper = ground.functions.make(
        "privacy_schedule",
        "Erases people whose days are over, goes on with exports",
        needs=(*NEEDS, "USER_POOL_ID"),
        may=[
            *_may_gather(ground),
            grants.change(ground.tables.core, checks=True, deletes=True),
            grants.table_items(ground.tables.keys, "GetItem", "DeleteItem"),
            grants.close_accounts(ground.identity.pool),
            ground.may_set_aside,
        ],
        shape=Shape(timeout_seconds=300, memory_mb=1024),
        set_aside=ground.set_aside,
    )
    ground.schedules.start(sweeper, "rate(5 minutes)", "Erases people whose days are over")
    ground.alarms.on_count("ErasuresFailed", "A person could not be erased yet")


def _may_gather(ground: Ground) -> list[PolicyStatement]:
    return [
        grants.read(ground.tables.core),
        grants.query_index(ground.tables.core),
        grants.read(ground.tables.journal),
        grants.append(ground.tables.journal),
        grants.use_key(ground.at, ground.secrets.vault_key, "Decrypt"),
        grants.read_secret(ground.secrets.index),
    ]
