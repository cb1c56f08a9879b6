"""Consumers fail record by record, and what keeps failing is set aside, not dropped.

A consumer of a stream sees only new items of its kind: the filter is part of the mapping, so that
other items cost no invocation.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from aws_cdk.aws_iam import PolicyStatement
from constructs import Construct

from infra.foundations.acknowledged import acknowledge
from infra.foundations.installation import Installation

RECORD_TRIES_MAX = 10  # with Lambda's back-off about an hour; then the record is set aside
RECORD_AGE_SECONDS_MAX = 23 * 3600  # a stream forgets after 24 hours: set aside before that
REPORT_FAILURES = "ReportBatchItemFailures"


@dataclass(frozen=True)
class Pace:
    """How records reach a function: at most so many, collected for at most so long."""

    batch: int
    window_seconds: int = 0
    at_once: int = 1


def may_read_stream(table: dynamodb.Table, set_aside: sqs.Queue) -> list[PolicyStatement]:
    """What the event source mapping does in the name of the function's role."""
    stream = str(table.table_stream_arn)
    actions = ("DescribeStream", "GetRecords", "GetShardIterator", "ListStreams")
    return [
        PolicyStatement(actions=[f"dynamodb:{name}" for name in actions], resources=[stream]),
        PolicyStatement(actions=["sqs:SendMessage"], resources=[set_aside.queue_arn]),
    ]


def may_work_on(queue: sqs.Queue) -> PolicyStatement:
    """What the event source mapping of a queue does in the name of the function's role."""
    actions = ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes", "ChangeMessageVisibility")
    return PolicyStatement(actions=[f"sqs:{name}" for name in actions], resources=[queue.queue_arn])


def follow_stream(
    scope: Construct,
    at: Installation,
    function: lambda_.Function,
    table: dynamodb.Table,
    *,
    kind: str | Sequence[str],
    set_aside: sqs.Queue,
    pace: Pace,
) -> None:
    """Give the function every newly inserted item of this kind, or of these kinds."""
    mapping = lambda_.CfnEventSourceMapping
    mapping(
        scope,
        f"{function.node.id}Source",
        function_name=function.function_name,
        event_source_arn=table.table_stream_arn,
        starting_position="TRIM_HORIZON",
        batch_size=pace.batch,
        maximum_batching_window_in_seconds=0 if at.on_laptop else pace.window_seconds,
        parallelization_factor=pace.at_once,
        bisect_batch_on_function_error=True,
        function_response_types=[REPORT_FAILURES],
        maximum_retry_attempts=RECORD_TRIES_MAX,
        maximum_record_age_in_seconds=RECORD_AGE_SECONDS_MAX,
        destination_config=mapping.DestinationConfigProperty(
            on_failure=mapping.OnFailureProperty(destination=set_aside.queue_arn)
        ),
        filter_criteria=mapping.FilterCriteriaProperty(
            filters=[mapping.FilterProperty(pattern=_inserted(kind))]
        ),
    )


def work_on(scope: Construct, function: lambda_.Function, queue: sqs.Queue, *, batch: int) -> None:
    """Give the function the messages of the queue; it answers with those that failed."""
    source = lambda_.CfnEventSourceMapping(
        scope,
        f"{function.node.id}Source",
        function_name=function.function_name,
        event_source_arn=queue.queue_arn,
        batch_size=batch,
        function_response_types=[REPORT_FAILURES],
    )
    acknowledge(
        source,
        "Serverless-LambdaEventSourceMappingDestination",
        "SQS itself moves what keeps failing to the queue's dead letters.",
    )


def _inserted(kind: str | Sequence[str]) -> str:
    kinds = [kind] if isinstance(kind, str) else list(kind)
    return json.dumps({"eventName": ["INSERT"], "dynamodb": {"NewImage": {"kind": {"S": kinds}}}})
