"""Intake verifies and stores, and may do no more; deciding happens behind the stream."""

from aws_cdk.aws_iam import PolicyStatement

from infra.foundations import grants
from infra.foundations.front_door import Limit
from infra.foundations.functions import Shape
from infra.foundations.ground import Ground
from infra.foundations.queues import make_set_aside
from infra.foundations.streams import Pace, follow_stream, may_read_stream

INTAKE = Limit(500, 1_000)
MEANS_TROUBLE = {
    "DeliveriesNotStored": "Deliveries were refused because they could not be stored",
    "DeliveriesNotUnderstood": "Deliveries wait for a person, because no adapter understands them",
}
DECIDES = (
    "ARRIVALS_TABLE",
    "JOURNAL_TABLE",
    "CORE_TABLE",
    "VAULT_KEY_ARN",
    "CLICK_SECRET_ARN",
    "INDEX_SECRET_ARN",
)


def add_conversions(ground: Ground) -> None:
    """Intake, the worker behind it and the sweeper behind the worker."""
    _intake(ground)
    set_aside = make_set_aside(ground.stack, "DeliveriesSetAside", ground.alarms)
    worker = ground.functions.make(
        "conversions_stream",
        "Attributes and decides what came in",
        needs=DECIDES,
        may=[*may_read_stream(ground.tables.arrivals, set_aside), *_may_decide(ground)],
        shape=Shape(timeout_seconds=60, memory_mb=1024),
    )
    follow_stream(
        ground.stack,
        ground.at,
        worker,
        ground.tables.arrivals,
        kind="delivery",
        set_aside=set_aside,
        pace=Pace(batch=10, at_once=4),
    )
    ground.alarms.on_stream_age("ConversionsStream", worker)
    sweeper = ground.functions.make(
        "conversions_schedule",
        "Decides what the stream has missed",
        needs=DECIDES,
        may=[*_may_decide(ground), ground.may_set_aside],
        shape=Shape(timeout_seconds=240, memory_mb=1024),
        set_aside=ground.set_aside,
    )
    ground.schedules.start(sweeper, "rate(5 minutes)", "Sweeps deliveries that still wait")
    for metric, means in MEANS_TROUBLE.items():
        ground.alarms.on_count(metric, means)
    means = "Orders have waited for an exchange rate for half a day"
    ground.alarms.on_count("RatesMissing", means, periods=144)
    ground.alarms.on_count(
        "DeliveriesOverdue", "Deliveries have waited for a quarter of an hour", periods=3
    )


def _intake(ground: Ground) -> None:
    intake = ground.functions.make(
        "conversions_web",
        "Verifies and stores what shops and systems send",
        needs=("ARRIVALS_TABLE", "CORE_TABLE", "VAULT_KEY_ARN", "PUBLIC_URL"),
        may=[
            grants.table_items(ground.tables.core, "GetItem", partitions=["SRC#*"]),
            grants.table_items(ground.tables.arrivals, "PutItem", partitions=["DLV#*"]),
            grants.use_key(
                ground.at, ground.secrets.vault_key, "GenerateDataKey", purposes=["arrival"]
            ),
            grants.use_key(ground.at, ground.secrets.vault_key, "Decrypt", purposes=["source"]),
        ],
    )
    for path in ("/v1/track/lead", "/v1/track/sale", "/v1/signals", "/v1/sources/{source_id}"):
        ground.door.open(intake, ["POST"], path, public=True, limit=INTAKE)


def _may_decide(ground: Ground) -> list[PolicyStatement]:
    tables = ground.tables
    return [
        grants.read(tables.core),
        grants.query_index(tables.core),
        grants.change(tables.core, checks=True, deletes=True),
        grants.append(tables.journal),
        grants.table_items(tables.arrivals, "GetItem", "BatchGetItem", "Query", "PutItem"),
        grants.query_index(tables.arrivals),
        grants.use_key(ground.at, ground.secrets.vault_key, "Decrypt", purposes=["arrival"]),
        grants.read_secret(ground.secrets.click),
        grants.read_secret(ground.secrets.index),
    ]
