"""The wire lane: a real boto3 client, its serialisation and its retry machine, over the same table.

Each send of a request is a call of its own, so that a lost reply is really sent again by botocore,
with the body that botocore made. What comes back is parsed by botocore too.
"""

import os
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import boto3
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.fakes.wire import METHODS, asked_in, refusal, reply
from tests.simulation.baton import Died
from tests.simulation.outside import BATCHES, COMMITS, INDEX, READS, WRITES, timed_out

if TYPE_CHECKING:
    from tests.simulation.town import Town

FAULTS = {
    "PutItem": tuple(kind for kind in WRITES if kind != "sent_again"),
    "TransactWriteItems": tuple(kind for kind in COMMITS if kind != "sent_again"),
}


def wire_client(town: "Town") -> Any:
    """A client whose sockets are the town's table; it waits for nothing."""
    os.environ |= {"AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "s"}
    config = Config(retries={"mode": "standard", "total_max_attempts": 4})
    client = boto3.client("dynamodb", region_name="eu-west-1", config=config)
    client.meta.events.register("before-send.dynamodb", lambda request, **_: _send(town, request))
    return client


def unhurried() -> Any:
    """botocore's pauses between tries take no time."""
    return patch("botocore.endpoint.time.sleep", lambda _: None)


def _send(town: "Town", request: Any) -> AWSResponse:
    operation, asked = asked_in(request)
    outside = town.outside
    fault = outside.turn(*FAULTS.get(operation, READS))
    if fault in ("die_before", "die_before_read"):
        raise Died(f"before {operation}")
    if fault == "read_lost":
        raise timed_out()
    if fault in ("throttled", "read_throttled"):
        return reply(request, 400, {"__type": "ProvisionedThroughputExceededException"})
    if fault == "conflict":
        reasons = [{"Code": "None"} for _ in asked["TransactItems"]]
        reasons[outside.chosen(len(reasons))] = {"Code": "TransactionConflict"}
        body = {"__type": "TransactionCanceledException", "CancellationReasons": reasons}
        return reply(request, 400, body)
    try:
        answer = _partly(town, operation, asked)
    except ClientError as refused:
        return reply(request, 400, refusal(refused))
    if fault == "die_after":
        raise Died(f"after {operation}")
    if fault == "reply_lost":
        raise timed_out()
    return reply(request, 200, answer)


def _partly(town: "Town", operation: str, asked: dict[str, Any]) -> dict[str, Any]:
    """The table's answer; at times only a part of a batch, or of an index."""
    answer: dict[str, Any] = getattr(town.dynamo, METHODS[operation])(**asked)
    if operation == "Query" and "IndexName" in asked and answer["Items"]:
        if town.outside.strikes(*INDEX):
            kept = [item for item in answer["Items"] if town.outside.luck()]
            return answer | {"Items": kept}
    elif operation == "BatchGetItem" and town.outside.strikes(*BATCHES):
        name = next(iter(asked["RequestItems"]))
        left = {**asked["RequestItems"][name]}
        return answer | {
            "Responses": {**answer["Responses"], name: []},
            "UnprocessedKeys": {name: left},
        }
    return answer
