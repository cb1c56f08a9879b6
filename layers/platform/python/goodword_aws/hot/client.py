"""The three AWS operations of the redirect over one kept connection each; it never waits for long.

All may be sent twice: two only read, and a click's key is unique, so a second put changes nothing.
A process that slept keeps connections that the other end has forgotten without saying so: a kept
one is waited for a shorter time, and whatever fails on it is sent once more on a new one.
"""

import json
import os
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from goodword_aws.hot.credentials import Credentials
from goodword_aws.hot.exchange import Exchange
from goodword_aws.hot.signing import signed_headers

CONNECT_SECONDS = 0.5  # seconds; inside one region it takes milliseconds
READ_SECONDS = 1.0  # seconds; a shopper is waiting
KEPT_SECONDS = 0.5  # seconds on a kept connection, so that a dead one leaves time for a new one
TRIES_MAX = 3  # sends of one request that is throttled or fails inside AWS
AGAIN_SECONDS = 0.5  # seconds after which nothing is sent again: the function has 5 for two calls
PAUSE_SECONDS = 0.05  # seconds before the second send at most; doubled before the third
_AGAIN = frozenset(
    {
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ThrottlingException",
    }
)
_VERSIONS = {  # service: (prefix of X-Amz-Target, content type)
    "dynamodb": ("DynamoDB_20120810", "application/x-amz-json-1.0"),
    "secretsmanager": ("secretsmanager", "application/x-amz-json-1.1"),
}


class AwsFailedError(Exception):
    """The service did not do it, in time or at all. `code` is its error code, or ours."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Client:
    """One service in one region. Not for several threads at once: a Lambda process has one."""

    def __init__(
        self, service: str, environment: Mapping[str, str], credentials: Callable[[], Credentials]
    ) -> None:
        self._service = service
        self._region = environment["AWS_REGION"]
        self._credentials = credentials
        url = urlsplit(_endpoint(service, self._region, environment))
        self._host = url.netloc
        self._exchange = Exchange(url, CONNECT_SECONDS)

    def call(self, operation: str, **request: object) -> dict[str, Any]:
        """Do `operation` (GetItem, PutItem, GetSecretValue). Raises AwsFailedError."""
        body = json.dumps(request, separators=(",", ":")).encode()
        begun = time.monotonic()
        for tried in range(1, TRIES_MAX + 1):
            status, answer = self._send(operation, body)
            if status == 200:
                return answer
            code = str(answer.get("__type", status)).rpartition("#")[2]
            late = time.monotonic() - begun > AGAIN_SECONDS
            if tried == TRIES_MAX or late or (status < 500 and code not in _AGAIN):
                break
            time.sleep(PAUSE_SECONDS * tried * os.urandom(1)[0] / 255)
        raise AwsFailedError(code)

    def close(self) -> None:
        """Hang up; the next call connects again."""
        self._exchange.close()

    def _send(self, operation: str, body: bytes) -> tuple[int, dict[str, Any]]:
        """One send; a second on a new connection if the kept one was closed, or is silent."""
        kept = self._exchange.kept
        try:
            return self._ask(operation, body, KEPT_SECONDS if kept else READ_SECONDS)
        except (OSError, ValueError) as broken:
            self.close()
            if not kept:
                late = isinstance(broken, TimeoutError)
                raise AwsFailedError("TimedOut" if late else "NotConnected") from broken
        return self._send(operation, body)

    def _ask(self, operation: str, body: bytes, seconds: float) -> tuple[int, dict[str, Any]]:
        prefix, content_type = _VERSIONS[self._service]
        headers = {
            "host": self._host,
            "content-type": content_type,
            "x-amz-target": f"{prefix}.{operation}",
        }
        at = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
        by = self._credentials()
        signed = signed_headers(self._service, self._region, headers, body, at, by)
        answer = self._exchange.ask("POST", "/", signed, body, seconds)
        if not answer.kept:
            self.close()
        return answer.status, json.loads(answer.body)


def _endpoint(service: str, region: str, environment: Mapping[str, str]) -> str:
    """Where the service is: as the environment says (AWS_ENDPOINT_URL...), or AWS itself."""
    own = {"dynamodb": "DYNAMODB", "secretsmanager": "SECRETS_MANAGER"}[service]
    suffix = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
    return (
        environment.get(f"AWS_ENDPOINT_URL_{own}")
        or environment.get("AWS_ENDPOINT_URL")
        or f"https://{service}.{region}.{suffix}"
    )
