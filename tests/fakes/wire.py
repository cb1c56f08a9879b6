"""FakeDynamo at the end of botocore's wire: it takes botocore's requests, and answers in kind."""

import base64
import json
from typing import Any

from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import ClientError

METHODS = {
    "GetItem": "get_item",
    "BatchGetItem": "batch_get_item",
    "Query": "query",
    "Scan": "scan",
    "PutItem": "put_item",
    "TransactWriteItems": "transact_write_items",
}
_TOLD = ("Item", "CancellationReasons")  # what a refusal carries beside its code


class _Reply:
    """What botocore reads of an HTTP reply."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self, **_: Any) -> Any:
        """All of it."""
        yield self._body


def asked_in(request: Any) -> tuple[str, dict[str, Any]]:
    """Operation and parameters of a request that botocore is about to send."""
    operation = request.headers["X-Amz-Target"].decode().partition(".")[2]
    return operation, json.loads(request.body, object_hook=_of_wire)


def refusal(refused: ClientError) -> dict[str, Any]:
    """The body of the answer that botocore makes this error of."""
    told: dict[str, Any] = dict(refused.response)
    return {"__type": told["Error"]["Code"]} | {name: told[name] for name in _TOLD if name in told}


def reply(request: Any, status: int, body: dict[str, Any]) -> AWSResponse:
    """An HTTP answer to the request."""
    headers = HTTPHeaders.from_dict({"content-type": "application/x-amz-json-1.0"})
    sent = json.dumps(body, default=_on_wire).encode()
    return AWSResponse(request.url, status, headers, _Reply(sent))


def answer(fake: Any, request: Any) -> AWSResponse:
    """What FakeDynamo says to the request, its refusals included."""
    operation, asked = asked_in(request)
    try:
        return reply(request, 200, getattr(fake, METHODS[operation])(**asked))
    except ClientError as refused:
        return reply(request, 400, refusal(refused))


def _of_wire(one: dict[str, Any]) -> dict[str, Any]:
    """Bytes travel as Base64; an attribute of that name holds an object."""
    text = one.get("B")
    return {"B": base64.b64decode(text)} if isinstance(text, str) else one


def _on_wire(one: object) -> str:
    """Where an answer holds bytes, what JSON can hold."""
    if not isinstance(one, bytes):
        raise TypeError(type(one).__name__)
    return base64.b64encode(one).decode()
