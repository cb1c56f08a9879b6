"""The wire lane: a real boto3 client, its serialisation and its retry machine, over the same table.

Each send of a request is a call of its own, so that a lost reply is really sent again by botocore,
with the body that botocore made. What comes back is parsed by botocore too.
"""

import base64
import json
import os
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import boto3
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.simulation.baton import Died
from tests.simulation.outside import BATCHES, COMMITS, INDEX, READS, WRITES, timed_out

if TYPE_CHECKING:
    from tests.simulation.town import Town

NAMES = {
    "GetItem": "get_item",
    "BatchGetItem": "batch_get_item",
    "Query": "query",
    "Scan": "scan",
    "PutItem": "put_item",
    "TransactWriteItems": "transact_write_items",
}
FAULTS = {
    "PutItem": tuple(kind for kind in WRITES if kind != "sent_again"),
    "TransactWriteItems": tuple(kind for kind in COMMITS if kind != "sent_again"),
}


class _Reply:
    """What botocore reads of an HTTP reply."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self, **_: Any) -> Any:
        """All of it."""
        yield self._body


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
    operation = request.headers["X-Amz-Target"].decode().partition(".")[2]
    asked = json.loads(request.body, object_hook=_of_wire)
    outside = town.outside
    fault = outside.turn(*FAULTS.get(operation, READS))
    if fault in ("die_before", "die_before_read"):
        raise Died(f"before {operation}")
    if fault == "read_lost":
        raise timed_out()
    if fault in ("throttled", "read_throttled"):
        return _reply(request, 400, {"__type": "ProvisionedThroughputExceededException"})
    if fault == "conflict":
        reasons = [{"Code": "None"} for _ in asked["TransactItems"]]
        reasons[outside.chosen(len(reasons))] = {"Code": "TransactionConflict"}
        body = {"__type": "TransactionCanceledException", "CancellationReasons": reasons}
        return _reply(request, 400, body)
    try:
        answer = _partly(town, operation, asked)
    except ClientError as refused:
        error = {"__type": refused.response["Error"]["Code"]}
        more = {name: refused.response[name] for name in _MORE if name in refused.response}  # type: ignore[literal-required]  # of these errors
        return _reply(request, 400, error | more)
    if fault == "die_after":
        raise Died(f"after {operation}")
    if fault == "reply_lost":
        raise timed_out()
    return _reply(request, 200, answer)


_MORE = ("Item", "CancellationReasons")


def _partly(town: "Town", operation: str, asked: dict[str, Any]) -> dict[str, Any]:
    """The table's answer; at times only a part of a batch, or of an index."""
    answer: dict[str, Any] = getattr(town.dynamo, NAMES[operation])(**asked)
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


def _of_wire(one: dict[str, Any]) -> dict[str, Any]:
    """Bytes travel as Base64; an attribute of that name holds an object."""
    text = one.get("B")
    return {"B": base64.b64decode(text)} if isinstance(text, str) else one


def _on_wire(one: object) -> str:
    """Where an answer holds bytes, what JSON can hold."""
    if not isinstance(one, bytes):
        raise TypeError(type(one).__name__)
    return base64.b64encode(one).decode()


def _reply(request: Any, status: int, body: dict[str, Any]) -> AWSResponse:
    headers = HTTPHeaders.from_dict({"content-type": "application/x-amz-json-1.0"})
    sent = json.dumps(body, default=_on_wire).encode()
    return AWSResponse(request.url, status, headers, _Reply(sent))
