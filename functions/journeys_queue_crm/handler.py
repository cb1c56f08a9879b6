"""What happens to deals, referrals and rewards is told to the CRMs that know of them."""

from typing import Any

from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    process_partial_response,
)
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from goodword_aws import wiring
from goodword_aws.journeys_crm import heard

wiring.require("core_table", "journal_table", "keys_table", "vault_key_arn", "crm_keys_arn")
processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)


def one(record: SQSRecord) -> None:
    """The message is a bus event; what it changes is read anew and written once."""
    heard(record.body)


def handler(event: dict[str, Any], context: Any) -> Any:
    """An SQS batch of bus events -> the ids of the messages that failed."""
    return process_partial_response(event, one, processor, context)
