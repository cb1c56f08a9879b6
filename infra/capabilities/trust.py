"""Disputes, reviews, bans and exemptions: one API for people, one clock behind them."""

from aws_cdk.aws_iam import PolicyStatement

from infra.foundations import grants
from infra.foundations.functions import Shape
from infra.foundations.ground import Ground

READ_AND_WRITE = ("GET", "POST")
PATHS = ("/v1/me/disputes", "/v1/disputes", "/v1/reviews", "/v1/bans", "/v1/exemptions")


def add_trust(ground: Ground) -> None:
    """The API, which opens what people wrote, and the sweep of what nobody answered."""
    desk = ground.functions.make(
        "trust_api",
        "Disputes, the review queue, bans and exemptions",
        needs=(
            "ARRIVALS_TABLE",
            "JOURNAL_TABLE",
            "CORE_TABLE",
            "KEYS_TABLE",
            "VAULT_KEY_ARN",
            "INDEX_SECRET_ARN",
        ),
        may=[
            *_may_move_on(ground, checks=True),  # of whom an order is granted to
            grants.read(ground.tables.journal),
            grants.query_index(ground.tables.arrivals),
            grants.table_items(ground.tables.keys, "GetItem"),
            grants.use_key(ground.at, ground.secrets.vault_key, "Decrypt"),
            grants.read_secret(ground.secrets.index),
            grants.answer(ground.at, ground.machines.arn("reward_approval")),
        ],
    )
    for path in PATHS:
        ground.door.open(desk, READ_AND_WRITE, path)
        ground.door.open(desk, READ_AND_WRITE, f"{path}/{{proxy+}}")
    sweeper = ground.functions.make(
        "trust_schedule",
        "Escalates disputes that nobody answered, finishes bans",
        needs=("JOURNAL_TABLE", "CORE_TABLE"),
        may=[*_may_move_on(ground), ground.may_set_aside],
        shape=Shape(timeout_seconds=240),
        set_aside=ground.set_aside,
    )
    ground.schedules.start(sweeper, "rate(5 minutes)", "Sweeps disputes whose time is over")
    ground.alarms.on_count("DisputesEscalated", "A dispute was not answered in time")
    ground.alarms.on_count("BansFailed", "A ban could not be carried out yet")


def _may_move_on(ground: Ground, *, checks: bool = False) -> list[PolicyStatement]:
    return [
        grants.read(ground.tables.core),
        grants.query_index(ground.tables.core),
        grants.change(ground.tables.core, checks=checks),
        grants.append(ground.tables.journal),
    ]
