"""A role gets the actions its function calls, on the resources it calls them on, and no others.

The store adapter writes by conditional Put, Delete and ConditionCheck in transactions, never by
Update; DynamoDB asks for the permission of each item of a transaction, so these are the actions.
The journal is only ever read or put to: no role may update or delete an item in it, and the
adapter's `attribute_not_exists(pk)` keeps a put from replacing one (IAM cannot say that).
"""

from collections.abc import Sequence

from aws_cdk import Stack
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_events as events
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_secretsmanager as secretsmanager
from aws_cdk.aws_iam import PolicyStatement

from infra.foundations.installation import Installation
from infra.foundations.secrets import arn_of
from infra.foundations.tables import INDEX


def table_items(
    table: dynamodb.Table, *actions: str, partitions: Sequence[str] = ()
) -> PolicyStatement:
    """`table_items(core, "GetItem", partitions=["CODE#*"])`: these item actions, these partitions.

    An item action always names its partition key, so ForAllValues is never met by an empty set.
    """
    leading = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": list(partitions)}}
    return PolicyStatement(
        actions=[f"dynamodb:{action}" for action in actions],
        resources=[table.table_arn],
        conditions=leading if partitions else None,
    )


def read(table: dynamodb.Table) -> PolicyStatement:
    """Get, get many and query by key."""
    return table_items(table, "GetItem", "BatchGetItem", "Query")


def query_index(table: dynamodb.Table) -> PolicyStatement:
    """Query the sparse index: the work lists."""
    return PolicyStatement(
        actions=["dynamodb:Query"], resources=[f"{table.table_arn}/index/{INDEX}"]
    )


def change(
    table: dynamodb.Table, *, checks: bool = False, deletes: bool = False
) -> PolicyStatement:
    """What the Changes of a function hold about this table: puts; some also check, some delete.

    Never for the journal. Who has which is listed in tests/infra/test_roles.py.
    """
    more = [("ConditionCheckItem", checks), ("DeleteItem", deletes)]
    return table_items(table, "PutItem", *(action for action, wanted in more if wanted))


def append(journal: dynamodb.Table) -> PolicyStatement:
    """Put facts."""
    return table_items(journal, "PutItem")


def scan(table: dynamodb.Table) -> PolicyStatement:
    """Read everything: for the check that folds the whole journal."""
    return table_items(table, "Scan")


def use_key(
    at: Installation, key: kms.Key, *actions: str, purposes: Sequence[str] = ()
) -> PolicyStatement:
    """Use the vault key for data keys of these purposes (the encryption context's `purpose`).

    Without `purposes` the context must name a `person`: a role opens people's fields or
    deliveries, and on AWS a data key of the one kind cannot be asked for as the other.
    """
    if purposes:
        operator, name, wanted = "StringEquals", "purpose", list(purposes)
    else:
        operator, name, wanted = "StringLike", "person", ["?*"]
    return PolicyStatement(
        actions=[f"kms:{action}" for action in actions],
        resources=[key.key_arn],
        conditions={at.exactly(operator): {f"kms:EncryptionContext:{name}": wanted}},
    )


def read_secret(secret: secretsmanager.Secret) -> PolicyStatement:
    """Read the current and the previous value of one secret."""
    return PolicyStatement(actions=["secretsmanager:GetSecretValue"], resources=[arn_of(secret)])


def start(machine_arn: str) -> PolicyStatement:
    """Start one state machine."""
    return PolicyStatement(actions=["states:StartExecution"], resources=[machine_arn])


def answer(at: Installation, machine_arn: str) -> PolicyStatement:
    """Answer the tasks that wait in one state machine.

    AWS checks the machine that the token belongs to; the emulator cannot tell and asks for `*`.
    What an answer may cause is decided by the approval item, not by this permission (I6).
    """
    return PolicyStatement(actions=["states:SendTaskSuccess"], resources=at.named(machine_arn))


def close_accounts(pool: cognito.UserPool) -> PolicyStatement:
    """Find an account of the pool by its subject, and delete it."""
    return PolicyStatement(
        actions=["cognito-idp:ListUsers", "cognito-idp:AdminDeleteUser"],
        resources=[pool.user_pool_arn],
    )


def find_accounts(pool: cognito.UserPool) -> PolicyStatement:
    """Find an account of the pool by its subject: what somebody is called."""
    return PolicyStatement(actions=["cognito-idp:ListUsers"], resources=[pool.user_pool_arn])


def list_staff(pool: cognito.UserPool) -> PolicyStatement:
    """Find who is in a group of the pool."""
    return PolicyStatement(actions=["cognito-idp:ListUsersInGroup"], resources=[pool.user_pool_arn])


def put_events(bus: events.EventBus) -> PolicyStatement:
    """Put events on the bus."""
    return PolicyStatement(actions=["events:PutEvents"], resources=[bus.event_bus_arn])


def put_files(bucket: s3.Bucket, prefix: str) -> PolicyStatement:
    """Write and read back files below a prefix of the bucket, e.g. `payouts/`."""
    return PolicyStatement(
        actions=["s3:PutObject", "s3:GetObject"], resources=[bucket.arn_for_objects(f"{prefix}*")]
    )


def get_files(bucket: s3.Bucket, prefix: str) -> PolicyStatement:
    """Read files below a prefix of the bucket."""
    return PolicyStatement(
        actions=["s3:GetObject"], resources=[bucket.arn_for_objects(f"{prefix}*")]
    )


def sign(at: Installation, key: kms.Key) -> list[PolicyStatement]:
    """Sign with an asymmetric key, by one algorithm, and read its public half."""
    return [
        PolicyStatement(
            actions=["kms:Sign"],
            resources=[key.key_arn],
            conditions={
                at.exactly("StringEquals"): {
                    "kms:SigningAlgorithm": "ECDSA_SHA_256",
                    "kms:MessageType": "RAW",
                }
            },
        ),
        PolicyStatement(actions=["kms:GetPublicKey"], resources=[key.key_arn]),
    ]


def send_mail(scope: Stack, at: Installation, sender: str) -> PolicyStatement:
    """Send mail from this address only; the identity may be the address or its domain."""
    return PolicyStatement(
        actions=["ses:SendEmail"],
        resources=at.named(scope.format_arn(service="ses", resource="identity", resource_name="*")),
        conditions={at.exactly("StringEquals"): {"ses:FromAddress": sender}},
    )
