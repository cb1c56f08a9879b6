"""Replays, announcements and extracts go on: an SQS message is an event of the bus, repeatable."""

from typing import Any

from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    process_partial_response,
)
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from goodword_aws import wiring
from goodword_aws.programs_worker import go_on

wiring.require("core_table", "journal_table", "exports_bucket")
processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)


def work(record: SQSRecord) -> None:
    """One message."""
    go_on(record.body)


def handler(event: dict[str, Any], context: Any) -> Any:
    """An SQS batch -> the ids of the messages that must come again."""
    return process_partial_response(event, work, processor, context)
