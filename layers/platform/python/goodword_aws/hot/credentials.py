"""Credentials are what the Lambda runtime gives: in the environment, or under SnapStart by a URL.

SnapStart takes its snapshot before there are keys, so it names a local address that has fresh ones.
"""

import json
import time
from collections.abc import Callable, Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

from goodword_aws.hot.exchange import Exchange

FRESH_SECONDS = 300  # seconds before their end at which credentials are fetched anew
SECONDS_MAX = 1.0  # seconds for the local address to answer


class Credentials(NamedTuple):
    """Keys for signing. `token` is empty for keys that do not expire."""

    key: str
    secret: str
    token: str


def credentials_of(environment: Mapping[str, str]) -> Callable[[], Credentials]:
    """What gives the credentials of the moment."""
    if url := environment.get("AWS_CONTAINER_CREDENTIALS_FULL_URI"):
        return _Container(url, environment.get("AWS_CONTAINER_AUTHORIZATION_TOKEN", ""))
    fixed = Credentials(
        environment["AWS_ACCESS_KEY_ID"],
        environment["AWS_SECRET_ACCESS_KEY"],
        environment.get("AWS_SESSION_TOKEN", ""),
    )
    return lambda: fixed


class _Container:
    """Fetches at the first use and shortly before the end; if that fails the old ones stay."""

    def __init__(self, url: str, authorization: str) -> None:
        self._url = urlsplit(url)
        self._headers = {"host": self._url.netloc}
        if authorization:
            self._headers["authorization"] = authorization
        self._kept: Credentials | None = None
        self._until = ""

    def __call__(self) -> Credentials:
        soon = time.gmtime(time.time() + FRESH_SECONDS)
        # Both are UTC in the same form, so they compare as text.
        if self._kept is None or time.strftime("%Y-%m-%dT%H:%M:%S", soon) >= self._until:
            try:
                self._kept, self._until = self._fetch()
            except (OSError, KeyError, ValueError) as failed:
                if self._kept is None:
                    raise OSError("no credentials at the container's address") from failed
        return self._kept

    def _fetch(self) -> tuple[Credentials, str]:
        path = self._url.path + (f"?{self._url.query}" if self._url.query else "")
        exchange = Exchange(self._url, SECONDS_MAX)
        try:
            answer = exchange.ask("GET", path or "/", self._headers, b"", SECONDS_MAX)
            given: dict[str, str] = json.loads(answer.body)
        finally:
            exchange.close()
        fresh = Credentials(given["AccessKeyId"], given["SecretAccessKey"], given["Token"])
        return fresh, given["Expiration"]
