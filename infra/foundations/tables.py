"""Four tables, one per kind of truth, so that permissions, retention and backups can differ.

The names of attributes are those of `docs/architecture.md`: pk, sk, gsi1pk, gsi1sk, expires_s.
"""

from dataclasses import dataclass

from aws_cdk import aws_dynamodb as dynamodb
from constructs import Construct

from infra.foundations.acknowledged import acknowledge
from infra.foundations.installation import Installation

INDEX = "gsi1"


@dataclass(frozen=True)
class Tables:
    """The four tables by name."""

    arrivals: dynamodb.Table
    journal: dynamodb.Table
    core: dynamodb.Table
    keys: dynamodb.Table


def make_tables(scope: Construct, at: Installation) -> Tables:
    """Backups where the data is ours to keep, an end where it is not, a stream where it flows."""
    arrivals = _table(scope, "Arrivals", at, expires=True, streams=True)
    core = _table(scope, "Core", at, expires=True, backed_up=True)
    for table in (arrivals, core):
        table.add_global_secondary_index(
            index_name=INDEX,
            partition_key=_text("gsi1pk"),
            sort_key=_text("gsi1sk"),
            projection_type=dynamodb.ProjectionType.ALL,
        )
    journal = _table(scope, "Journal", at, backed_up=True, streams=True)
    keys = _table(scope, "Keys", at)
    acknowledge(
        arrivals,
        "AwsSolutions-DDB3",
        "What comes from outside expires by itself within 90 days and is kept only for replay.",
    )
    acknowledge(
        keys,
        "AwsSolutions-DDB3",
        "A deleted person must be gone: a backup would bring the person's data key back.",
    )
    return Tables(arrivals, journal, core, keys)


def _text(name: str) -> dynamodb.Attribute:
    return dynamodb.Attribute(name=name, type=dynamodb.AttributeType.STRING)


def _table(
    scope: Construct,
    name: str,
    at: Installation,
    *,
    expires: bool = False,
    backed_up: bool = False,
    streams: bool = False,
) -> dynamodb.Table:
    return dynamodb.Table(
        scope,
        name,
        partition_key=_text("pk"),
        sort_key=_text("sk"),
        billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
        time_to_live_attribute="expires_s" if expires else None,
        stream=dynamodb.StreamViewType.NEW_IMAGE if streams else None,
        point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
            point_in_time_recovery_enabled=backed_up
        ),
        deletion_protection=at.keeps_data,
        removal_policy=at.removal,
    )
