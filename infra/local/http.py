"""A request goes to loopback with the API's own host name; a redirect is an answer, not a way.

The emulator routes by Host (`<api id>.execute-api.localhost:PORT`), which browsers and curl resolve
and Python does not everywhere; so the connection is made to 127.0.0.1 and the name is sent.
"""

import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

ANSWER_SECONDS_MAX = 35.0  # seconds; API Gateway itself gives up after 30


@dataclass(frozen=True)
class Answer:
    """What came back; header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body as UTF-8."""
        return self.body.decode()

    def json(self) -> Any:
        """The body parsed; a body that is not JSON is shown in the error."""
        try:
            return json.loads(self.body)
        except ValueError as bad:
            raise ValueError(f"{self.status}, not JSON: {self.body[:300]!r}") from bad


@dataclass(frozen=True)
class Http:
    """A client of one base URL; `bearer` is sent with every request that says nothing else."""

    base_url: str
    bearer: str | None = None

    def signed_in(self, token: str) -> "Http":
        """The same client with this ID token."""
        return Http(self.base_url, token)

    def request(
        self,
        method: str,
        path: str,
        *,
        json_body: object = None,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send once, never retry, never follow. `json_body` sets the content type with it."""
        place = urlsplit(self.base_url)
        sent = {"Host": place.netloc, "Accept": "*/*"}
        if self.bearer:
            sent["Authorization"] = f"Bearer {self.bearer}"
        if json_body is not None:
            body = json.dumps(json_body).encode()
            sent["Content-Type"] = "application/json"
        target = f"{path}?{urlencode(query)}" if query else path
        connection = http.client.HTTPConnection("127.0.0.1", place.port, timeout=ANSWER_SECONDS_MAX)
        try:
            connection.request(method, target, body=body, headers={**sent, **(headers or {})})
            got = connection.getresponse()
            answered = {name.lower(): value for name, value in got.getheaders()}
            return Answer(got.status, answered, got.read())
        finally:
            connection.close()

    def get(self, path: str, **options: Any) -> Answer:
        """GET; the options of `request`."""
        return self.request("GET", path, **options)

    def post(self, path: str, json_body: object = None, **options: Any) -> Answer:
        """POST; the options of `request`."""
        return self.request("POST", path, json_body=json_body, **options)

    def put(self, path: str, json_body: object = None, **options: Any) -> Answer:
        """PUT; the options of `request`."""
        return self.request("PUT", path, json_body=json_body, **options)
