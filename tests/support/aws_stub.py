"""A small DynamoDB and Secrets Manager on a socket; it checks every signature with botocore.

Faults are put in line (`stub.faults.append("throttle")`) and meet one request each:
throttle, broken (500), refused (400), silent (no reply within the time-out), dropped (the
connection ends without a reply), garbage (a reply that is no JSON), left (a good reply, then the
connection ends without a word, as idle connections do).
"""

import json
import socket
import ssl
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

KEY, SECRET, REGION = "AKIATEST", "secret/of+the/stub", "eu-west-1"
CLICK_SECRET_ARN = "arn:aws:secretsmanager:eu-west-1:000000000000:secret:click"
SILENT_SECONDS = 1.3  # longer than the client waits


class AwsStub:
    """What is stored, what was asked (`asked`: operation and request), and what goes wrong next."""

    def __init__(self) -> None:
        self.items: dict[tuple[str, str, str], dict[str, Any]] = {}
        self.secrets = {CLICK_SECRET_ARN: "click secret of the stub"}
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.faults: deque[str] = deque()
        self.rejected: list[str] = []
        self.connections = 0
        self.endpoint = ""

    def count(self, operation: str) -> int:
        """How many requests of an operation arrived."""
        return sum(1 for name, _ in self.asked if name == operation)

    def clicks(self) -> list[dict[str, Any]]:
        """The stored clicks."""
        return [item for (_, pk, _), item in self.items.items() if pk.startswith("TCH#")]

    @property
    def environment(self) -> dict[str, str]:
        """What the redirect needs to run against this stub."""
        return {
            "AWS_REGION": REGION,
            "AWS_ACCESS_KEY_ID": KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_ENDPOINT_URL": self.endpoint,
            "CORE_TABLE": "core",
            "ARRIVALS_TABLE": "arrivals",
            "CLICK_SECRET_ARN": CLICK_SECRET_ARN,
            "FALLBACK_URL": "https://brand.example/",
            "EDGE_SIGN": "sign-of-the-edge",
            "GOODWORD_STAGE": "test",
        }

    def do(self, operation: str, request: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """The answer to a request that was signed well."""
        if operation == "GetSecretValue":
            return 200, {"SecretString": self.secrets[request["SecretId"]]}
        place = request.get("Key") or request["Item"]
        key = (request["TableName"], place["pk"]["S"], place["sk"]["S"])
        if operation == "PutItem":
            self.items[key] = request["Item"]
            return 200, {}
        return 200, {"Item": self.items[key]} if key in self.items else {}


def signature_of(headers: dict[str, str], body: bytes, url: str, service: str) -> str:
    """The Authorization header that botocore makes for these headers, at their own time."""
    request: Any = AWSRequest("POST", url, data=body, headers=headers)
    request.context["timestamp"] = headers["x-amz-date"]
    signer: Any = SigV4Auth(Credentials(KEY, SECRET), service, REGION)
    text = signer.string_to_sign(request, signer.canonical_request(request))
    signed = signer.signed_headers(signer.headers_to_sign(request))
    return (
        f"AWS4-HMAC-SHA256 Credential={signer.scope(request)}, SignedHeaders={signed}, "
        f"Signature={signer.signature(text, request)}"
    )


class _Requests(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # two small writes would wait 40 ms for each other
    stub: AwsStub

    def setup(self) -> None:
        self.stub.connections += 1
        super().setup()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        target = self.headers["x-amz-target"]
        operation = target.rpartition(".")[2]
        if wrong := self._wrong(body, target):
            self.stub.rejected.append(wrong)
            return self._reply(403, {"__type": "InvalidSignatureException", "message": wrong})
        self.stub.asked.append((operation, json.loads(body)))
        fault = self.stub.faults.popleft() if self.stub.faults else ""
        if fault == "silent":
            time.sleep(SILENT_SECONDS)
        if fault in ("silent", "dropped"):
            self.close_connection = True
            return None
        if fault in _ERRORS:
            return self._reply(*_ERRORS[fault])
        if fault == "garbage":
            return self._reply(200, None)
        self._reply(*self.stub.do(operation, json.loads(body)))
        self.close_connection = fault == "left"
        return None

    def _wrong(self, body: bytes, target: str) -> str:
        service = "dynamodb" if target.startswith("DynamoDB_20120810.") else "secretsmanager"
        given = self.headers["authorization"]
        names = given.partition("SignedHeaders=")[2].partition(",")[0].split(";")
        headers = {name: self.headers[name] for name in names}
        at = datetime.strptime(headers["x-amz-date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        if abs(datetime.now(UTC) - at) > timedelta(minutes=5):
            return "the signature is of another time"
        made = signature_of(headers, body, f"{self.stub.endpoint}/", service)
        return "" if made == given else f"{given} is not {made}"

    def _reply(self, status: int, answer: dict[str, Any] | None) -> None:
        raw = b"<html>" if answer is None else json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, format: str, *args: object) -> None:
        """Tests print what fails; the stub is quiet."""


_DYNAMO = "com.amazonaws.dynamodb.v20120810#"
_ERRORS: dict[str, tuple[int, dict[str, Any]]] = {
    "throttle": (400, {"__type": f"{_DYNAMO}ProvisionedThroughputExceededException"}),
    "broken": (500, {"__type": f"{_DYNAMO}InternalServerError"}),
    "refused": (400, {"__type": f"{_DYNAMO}AccessDeniedException"}),
}


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    tls: ssl.SSLContext | None = None

    def get_request(self) -> tuple[socket.socket, object]:
        """A connection; who is at its other end shows in its own thread."""
        plain, address = super().get_request()
        if self.tls is None:
            return plain, address
        secured = self.tls.wrap_socket(plain, server_side=True, do_handshake_on_connect=False)
        return secured, address

    def handle_error(self, request: object, client_address: object) -> None:
        """A handshake that the other end breaks off is its own affair."""


@contextmanager
def aws_stub(tls: ssl.SSLContext | None = None) -> Iterator[AwsStub]:
    """A running stub on a free port of the loopback; with `tls` it speaks that."""
    stub = AwsStub()
    requests = type("Requests", (_Requests,), {"stub": stub})
    with _Server(("127.0.0.1", 0), requests) as server:
        server.tls = tls
        stub.endpoint = f"http{'s' if tls else ''}://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield stub
        finally:
            server.shutdown()
            thread.join()
