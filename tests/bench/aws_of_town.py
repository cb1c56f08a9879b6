"""The AWS of one warm function: a town's records over HTTP, as DynamoDB, Secrets Manager and JWKS.

It answers from memory on loopback, so that what a function waits for is its own doing and the way
to another process; DynamoDB takes a few milliseconds more for each request.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from goodword_aws.items import marshal
from jwt.algorithms import RSAAlgorithm

from tests.fakes.dynamo import FakeDynamo
from tests.fakes.store import MemoryStore
from tests.support.pages import KEY

OPERATIONS = {
    "GetItem": "get_item",
    "BatchGetItem": "batch_get_item",
    "Query": "query",
    "PutItem": "put_item",
    "TransactWriteItems": "transact_write_items",
}
SECRET = "the index secret of the tests"  # under which the people of a town are found
TABLES = {name: f"bench-{name}" for name in ("core", "journal", "arrivals")}


class Aws:
    """What is stored, and how often it was asked."""

    def __init__(self, store: MemoryStore) -> None:
        self.asked = 0
        self.endpoint = ""
        self._turn = threading.Lock()
        self._client = FakeDynamo({name: table for table, name in TABLES.items()}, lambda: 0.0)  # type: ignore[misc]  # the keys are Tables
        for key, plain in store.items.items():
            item = {name: marshal(value) for name, value in plain.items()}
            self._client.put_item(TableName=TABLES[key.table], Item=item)

    def do(self, target: str, request: dict[str, Any]) -> Any:
        """The answer to one request."""
        operation = target.rpartition(".")[2]
        if operation == "GetSecretValue":
            return {"SecretString": SECRET, "ARN": request["SecretId"]}
        with self._turn:
            self.asked += 1
            return getattr(self._client, OPERATIONS[operation])(**request)


class _Door(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    aws: Aws

    def do_GET(self) -> None:
        """The pool's public keys."""
        key = json.loads(RSAAlgorithm.to_jwk(KEY.public_key()))
        self._reply({"keys": [key | {"kid": "k1", "use": "sig", "alg": "RS256"}]})

    def do_POST(self) -> None:
        """A request of botocore's."""
        body = self.rfile.read(int(self.headers["content-length"]))
        self._reply(self.aws.do(self.headers["x-amz-target"], json.loads(body)))

    def _reply(self, answer: Any) -> None:
        raw = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("content-type", "application/x-amz-json-1.0")
        self.send_header("content-length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A function that is ended lets go of its connection; that is no fault."""


@contextmanager
def aws_of(store: MemoryStore) -> Iterator[Aws]:
    """The records of a store, on a free port of the loopback."""
    made = Aws(store)
    door = type("Door", (_Door,), {"aws": made})
    server = _Server(("127.0.0.1", 0), door)
    made.endpoint = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
