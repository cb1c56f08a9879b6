"""The relay passes facts on, the sealer proves them, the nightly check reads all of it.

The relay reads no state; only the sealer may use the signing key; nobody may change a sealed copy.
"""

from aws_cdk import Duration, Stack
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3

from infra.foundations import grants
from infra.foundations.acknowledged import acknowledge, acknowledge_wildcard, spelled
from infra.foundations.functions import Shape
from infra.foundations.ground import Ground
from infra.foundations.installation import Installation
from infra.foundations.queues import make_set_aside
from infra.foundations.streams import Pace, follow_stream, may_read_stream

LOCKED_DAYS = 3_650  # in production nobody can delete a seal before: books are kept ten years
LOCKED_DAYS_TRIAL = 1  # elsewhere, and whoever may bypass governance can


def add_ledger(ground: Ground) -> None:
    """The outbox relay, the sealer with its stream, and the nightly check."""
    _relay(ground)
    _leaves(ground)
    _sealer(ground)
    _check(ground)
    ground.alarms.on_count(
        "LedgerImbalance", "Balances or counts differ from what the journal says"
    )
    ground.alarms.on_count("LedgerUnproven", "The journal and its seals do not agree")


def _relay(ground: Ground) -> None:
    set_aside = make_set_aside(ground.stack, "EventsSetAside", ground.alarms)
    relay = ground.functions.make(
        "ledger_stream",
        "Puts the journal's events on the bus",
        needs=("BUS_NAME",),
        may=[
            *may_read_stream(ground.tables.journal, set_aside),
            grants.put_events(ground.bus.events),
        ],
        shape=Shape(timeout_seconds=30, memory_mb=256),
    )
    follow_stream(
        ground.stack,
        ground.at,
        relay,
        ground.tables.journal,
        kind="event",
        set_aside=set_aside,
        pace=Pace(batch=100),
    )
    ground.alarms.on_stream_age("LedgerStream", relay)


def _leaves(ground: Ground) -> None:
    set_aside = make_set_aside(ground.stack, "LeavesSetAside", ground.alarms)
    leaves = ground.functions.make(
        "ledger_stream_leaves",
        "Notes the journal's new items for the sealer",
        needs=("CORE_TABLE",),
        may=[
            *may_read_stream(ground.tables.journal, set_aside),
            grants.table_items(
                ground.tables.core, "BatchGetItem", "PutItem", partitions=["LEAF#*"]
            ),
        ],
        shape=Shape(timeout_seconds=30, memory_mb=256),
    )
    follow_stream(
        ground.stack,
        ground.at,
        leaves,
        ground.tables.journal,
        kind=("event", "entry"),
        set_aside=set_aside,
        pace=Pace(batch=100, window_seconds=5),
    )
    ground.alarms.on_stream_age("LedgerStreamLeaves", leaves)


def _sealer(ground: Ground) -> None:
    key, bucket = _make_key(ground), _make_bucket(ground.stack, ground.at)
    ground.functions.settings["SEAL_KEY_ARN"] = key.key_arn
    ground.functions.settings["SEALS_BUCKET"] = bucket.bucket_name
    sealer = ground.functions.make(
        "ledger_schedule_seal",
        "Seals what the journal has gained",
        needs=("JOURNAL_TABLE", "CORE_TABLE", "SEAL_KEY_ARN", "SEALS_BUCKET"),
        may=[
            grants.read(ground.tables.core),
            grants.query_index(ground.tables.core),
            grants.change(ground.tables.core),
            grants.read(ground.tables.journal),
            grants.append(ground.tables.journal),
            *grants.sign(ground.at, key),
            grants.put_files(bucket, ""),
            ground.may_set_aside,
        ],
        shape=Shape(timeout_seconds=240, memory_mb=512),
        set_aside=ground.set_aside,
    )
    acknowledge_wildcard(
        sealer.role,
        f"{spelled(bucket, 'Arn')}/*",
        "The bucket holds copies of seals and public keys, and nothing else.",
    )
    ground.schedules.start(sealer, "rate(1 minute)", "Seals the journal")


def _make_key(ground: Ground) -> kms.Key:
    """Its private half never leaves KMS. An asymmetric key cannot rotate by itself."""
    return kms.Key(
        ground.stack,
        "SealKey",
        description="Signs the seals over the journal",
        key_spec=kms.KeySpec.ECC_NIST_P256,
        key_usage=kms.KeyUsage.SIGN_VERIFY,
        removal_policy=ground.at.removal,
    )


def _make_bucket(scope: Stack, at: Installation) -> s3.Bucket:
    """Compliance mode in production: not even the account's root can delete a copy in time."""
    locked = (
        s3.ObjectLockRetention.compliance(Duration.days(LOCKED_DAYS))
        if at.keeps_data
        else s3.ObjectLockRetention.governance(Duration.days(LOCKED_DAYS_TRIAL))
    )
    bucket = s3.Bucket(
        scope,
        "Seals",
        block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
        object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
        encryption=s3.BucketEncryption.S3_MANAGED,
        enforce_ssl=not at.on_laptop,  # the emulator speaks HTTP on loopback, and knows it
        minimum_tls_version=None if at.on_laptop else 1.2,
        versioned=True,
        object_lock_enabled=True,
        object_lock_default_retention=locked,
        removal_policy=at.removal,
    )
    acknowledge(
        bucket,
        "AwsSolutions-S1",
        "Copies are signed and public; who read one does not matter, and nobody can change one.",
    )
    return bucket


def _check(ground: Ground) -> None:
    check = ground.functions.make(
        "ledger_schedule",
        "Makes all numbers that rules read again from the journal",
        needs=("JOURNAL_TABLE", "CORE_TABLE"),
        may=[
            grants.scan(ground.tables.journal),
            grants.read(ground.tables.journal),
            grants.scan(ground.tables.core),
            grants.read(ground.tables.core),
            grants.change(ground.tables.core),
            grants.append(ground.tables.journal),
            ground.may_set_aside,
        ],
        shape=Shape(timeout_seconds=900, memory_mb=1024),
        set_aside=ground.set_aside,
    )
    ground.schedules.start(check, "cron(17 2 * * ? *)", "Compares balances with the journal")
