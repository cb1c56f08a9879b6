"""Exports go on: one SQS message is one event of the bus, safe to repeat."""

from typing import Any

from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    process_partial_response,
)
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from goodword_aws import wiring
from goodword_aws.privacy_worker import go_on

wiring.require("core_table", "journal_table", "keys_table", "vault_key_arn", "index_secret_arn")
wiring.require("public_url")
processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)


def work(record: SQSRecord) -> None:
    """One message."""
    go_on(record.body)


def handler(event: dict[str, Any], context: Any) -> Any:
    """An SQS batch -> the ids of the messages that must come again."""
    return process_partial_response(event, work, processor, context)
