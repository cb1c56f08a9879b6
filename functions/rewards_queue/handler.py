"""Every new reward gets one execution of `reward_approval`, named by the reward's id."""

import json
from typing import Any

from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    process_partial_response,
)
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from goodword_aws import wiring
from goodword_aws.aws import client
from goodword_aws.settings import settings
from goodword_aws.workflow import StepFunctions

wiring.require("reward_approval_arn")
processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)


def start(record: SQSRecord) -> None:
    """The message is the bus event of a reward; starting it twice starts it once."""
    reward_id = str(json.loads(record.body)["detail"]["subject"])
    machine = settings().reward_approval_arn
    StepFunctions(client("stepfunctions")).start(machine, reward_id, {"reward_id": reward_id})


def handler(event: dict[str, Any], context: Any) -> Any:
    """An SQS batch of `reward.created` -> the ids of the messages that failed."""
    return process_partial_response(event, start, processor, context)
