"""What is heard of a person lets them into journeys, and of an order, what its advocate reached."""

from typing import Any

from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    process_partial_response,
)
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from goodword_aws import wiring
from goodword_aws.advocates_heard import heard as recognition_heard
from goodword_aws.journeys_heard import heard
from goodword_aws.kpis_rows import keep_row

wiring.require("core_table", "journal_table", "index_secret_arn", "journey_arn")
processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)


def one(record: SQSRecord) -> None:
    """The message is a bus event; what it makes happen happens once, and is counted once."""
    keep_row(record.body)
    recognition_heard(record.body)
    heard(record.body)


def handler(event: dict[str, Any], context: Any) -> Any:
    """An SQS batch of bus events -> the ids of the messages that failed."""
    return process_partial_response(event, one, processor, context)
