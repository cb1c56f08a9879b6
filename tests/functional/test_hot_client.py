"""The redirect's memory of links and its credentials, which change while a process lives."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from goodword.limits import LINK_CACHE_SECONDS
from goodword_aws.hot import links as hot_links
from goodword_aws.hot.client import KEPT_SECONDS, READ_SECONDS, AwsFailedError, Client
from goodword_aws.hot.credentials import Credentials, credentials_of
from goodword_aws.hot.links import RETRY_SECONDS, UNKNOWN_SECONDS, Links
from goodword_aws.hot.secret import ClickSecret

from tests.support.aws_stub import CLICK_SECRET_ARN

ITEM = {
    "code": {"S": "MAYA7"},
    "link_id": {"S": "lnk_1"},
    "advocate_id": {"S": "adv_1"},
    "program_id": {"S": "prg_1"},
    "state": {"S": "active"},
    "destination": {"S": "https://shop.example/"},
    "hosts": {"L": [{"S": "shop.example"}]},
    "parameters": {"M": {}},
    "fallback": {"S": "https://shop.example/"},
}


class Answers:
    """Stands where the client is: answers from `items`, or fails while it is `down`."""

    def __init__(self) -> None:
        self.items: dict[str, dict[str, Any]] = {}
        self.down = False
        self.calls = 0
        self.now = 1_000.0

    def call(self, operation: str, **request: Any) -> dict[str, Any]:
        self.calls += 1
        if self.down:
            raise AwsFailedError("NotConnected")
        if operation == "GetSecretValue":
            return {"SecretString": "s"}
        code = request["Key"]["pk"]["S"].removeprefix("CODE#")
        return {"Item": self.items[code]} if code in self.items else {}

    def close(self) -> None:
        """As the client."""

    def links(self) -> Links:
        client: Any = self
        return Links(client, "core", lambda: self.now)


def test_a_link_is_read_again_after_a_minute() -> None:
    store = Answers()
    store.items["MAYA7"] = ITEM
    links = store.links()
    links.find("MAYA7")
    store.items["MAYA7"] = {**ITEM, "state": {"S": "paused"}}
    store.now += LINK_CACHE_SECONDS - 1
    found = links.find("MAYA7")
    assert found is not None
    assert found.active
    store.now += 1
    found = links.find("MAYA7")
    assert found is not None
    assert not found.active
    assert store.calls == 2


def test_a_code_that_leads_nowhere_is_looked_up_again_after_ten_seconds() -> None:
    store = Answers()
    links = store.links()
    assert links.find("MAYA7") is None
    store.items["MAYA7"] = ITEM
    store.now += UNKNOWN_SECONDS - 1
    assert links.find("MAYA7") is None
    assert store.calls == 1
    store.now += 1
    assert links.find("MAYA7") is not None


def test_a_deleted_link_is_forgotten() -> None:
    store = Answers()
    store.items["MAYA7"] = ITEM
    links = store.links()
    links.find("MAYA7")
    del store.items["MAYA7"]
    store.now += LINK_CACHE_SECONDS
    assert links.find("MAYA7") is None
    store.down = True
    store.now += UNKNOWN_SECONDS
    with pytest.raises(AwsFailedError):
        links.find("MAYA7")


def test_while_the_store_is_down_the_last_reading_serves_on() -> None:
    store = Answers()
    store.items["MAYA7"] = ITEM
    links = store.links()
    links.find("MAYA7")
    store.down = True
    store.now += 10 * LINK_CACHE_SECONDS
    assert links.find("MAYA7") is not None
    assert links.find("MAYA7") is not None
    assert store.calls == 2
    store.now += RETRY_SECONDS
    store.down = False
    assert links.find("MAYA7") is not None
    assert store.calls == 3


def test_memory_is_bounded_and_guesses_do_not_push_links_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(hot_links, "LINKS_KEPT_MAX", 2)
    monkeypatch.setattr(hot_links, "UNKNOWN_KEPT_MAX", 2)
    store = Answers()
    store.items = {"AAA": ITEM, "BBB": ITEM, "CCC": ITEM}
    links = store.links()
    for code in ("AAA", "BBB", "X01", "X02", "X03", "AAA"):
        links.find(code)
    assert store.calls == 5
    links.find("CCC")
    links.find("AAA")
    assert store.calls == 6
    links.find("BBB")
    links.find("X01")
    assert store.calls == 8


def test_a_secret_is_asked_for_again_after_a_while_and_then_kept() -> None:
    store = Answers()
    client: Any = store
    secret = ClickSecret(client, CLICK_SECRET_ARN, lambda: store.now)
    store.down = True
    assert secret() is None
    store.down = False
    assert secret() is None
    assert store.calls == 1
    store.now += RETRY_SECONDS
    assert secret() == b"s"
    assert secret() == b"s"
    assert store.calls == 2


class _Container(BaseHTTPRequestHandler):
    answers: list[dict[str, str]]
    asked: list[tuple[str, str]]

    def do_GET(self) -> None:
        self.asked.append((self.path, self.headers.get("Authorization", "")))
        raw = json.dumps(self.answers.pop(0)).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@contextmanager
def container(*answers: dict[str, str]) -> Iterator[tuple[dict[str, str], list[tuple[str, str]]]]:
    """The address that SnapStart's runtime serves: settings that name it, and what was asked."""
    asked: list[tuple[str, str]] = []
    handler = type("Container", (_Container,), {"answers": list(answers), "asked": asked})
    with HTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        port = server.server_address[1]
        url = f"http://127.0.0.1:{port}/credentials?of=1"
        settings = {
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": url,
            "AWS_CONTAINER_AUTHORIZATION_TOKEN": "t0ken",
        }
        try:
            yield settings, asked
        finally:
            server.shutdown()
            thread.join()


def keys(name: str, minutes: float) -> dict[str, str]:
    ends = datetime.now(UTC) + timedelta(minutes=minutes)
    return {
        "AccessKeyId": name,
        "SecretAccessKey": "secret",
        "Token": "session",
        "Expiration": f"{ends:%Y-%m-%dT%H:%M:%SZ}",
    }


def test_credentials_of_a_container_are_kept_until_shortly_before_their_end() -> None:
    with container(keys("first", 4), keys("second", 60)) as (settings, asked):
        given = credentials_of(settings)
        assert given() == Credentials("first", "secret", "session")
        assert given().key == "second"
        assert given().key == "second"
    assert asked == [("/credentials?of=1", "t0ken")] * 2


def test_credentials_that_cannot_be_fetched_anew_serve_on() -> None:
    with container(keys("first", 4), {"code": "broken"}) as (settings, asked):
        given = credentials_of(settings)
        assert [given().key, given().key] == ["first", "first"]
    assert len(asked) == 2
    assert given().key == "first"


def test_a_container_without_credentials_is_a_failure_of_the_call() -> None:
    with container({"code": "broken"}, {"code": "broken"}) as (settings, _):
        client = Client("dynamodb", {"AWS_REGION": "eu-west-1"}, credentials_of(settings))
        with pytest.raises(AwsFailedError, match="NotConnected"):
            client.call("GetItem")


def test_credentials_of_the_environment_come_with_a_token_or_without() -> None:
    settings = {"AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "s"}
    assert credentials_of(settings)() == Credentials("k", "s", "")
    assert credentials_of({**settings, "AWS_SESSION_TOKEN": "t"})().token == "t"


@pytest.mark.parametrize(
    ("settings", "host"),
    [
        ({}, "dynamodb.eu-west-1.amazonaws.com"),
        ({"AWS_REGION": "cn-north-1"}, "dynamodb.cn-north-1.amazonaws.com.cn"),
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}, "127.0.0.1:1"),
        (
            {
                "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
                "AWS_ENDPOINT_URL_DYNAMODB": "http://127.0.0.1:2",
            },
            "127.0.0.1:2",
        ),
    ],
)
def test_the_endpoint_is_that_of_the_environment(settings: dict[str, str], host: str) -> None:
    environment = {"AWS_REGION": "eu-west-1", **settings}
    client = Client("dynamodb", environment, lambda: Credentials("k", "s", ""))
    assert client._host == host


@contextmanager
def listener() -> Iterator[tuple[socket.socket, Client]]:
    """A socket of the far end, and a client of it."""
    with socket.create_server(("127.0.0.1", 0)) as far:
        url = f"http://127.0.0.1:{far.getsockname()[1]}"
        environment = {"AWS_REGION": "eu-west-1", "AWS_ENDPOINT_URL": url}
        client = Client("dynamodb", environment, lambda: Credentials("k", "s", ""))
        yield far, client
        client.close()


def request_of(connection: socket.socket) -> bytes:
    """The body of the next request."""
    with connection.makefile("rb") as lines:
        length = 0
        while line := lines.readline().strip():
            name, _, value = line.lower().partition(b":")
            length = int(value) if name == b"content-length" else length
        return lines.read(length)


def serve(far: socket.socket, asked: list[bytes]) -> None:
    """Answer one request, take a second on the same connection without a word, answer a third."""
    answer = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"
    with far.accept()[0] as first:
        asked.append(request_of(first))
        first.sendall(answer)
        asked.append(request_of(first))
        with far.accept()[0] as second:
            asked.append(request_of(second))
            second.sendall(answer)


def test_a_kept_connection_that_is_dead_costs_no_call_and_little_time() -> None:
    asked: list[bytes] = []
    with listener() as (far, client):
        end = threading.Thread(target=serve, args=(far, asked))
        end.start()
        client.call("PutItem", Item={})
        begun = time.monotonic()
        client.call("PutItem", Item={"n": {"S": "1"}})
        took = time.monotonic() - begun
        end.join()
    assert asked[1:] == [b'{"Item":{"n":{"S":"1"}}}'] * 2
    assert KEPT_SECONDS <= took < READ_SECONDS + KEPT_SECONDS


def test_a_new_connection_that_is_silent_is_not_tried_twice() -> None:
    with listener() as (far, client):
        with pytest.raises(AwsFailedError, match="TimedOut"):
            client.call("GetItem")
        far.settimeout(0.1)
        far.accept()[0].close()
        with pytest.raises(TimeoutError):
            far.accept()


def test_nobody_listening_is_a_failure_and_not_a_wait() -> None:
    environment = {"AWS_REGION": "eu-west-1", "AWS_ENDPOINT_URL": "http://127.0.0.1:9"}
    client = Client("dynamodb", environment, lambda: Credentials("k", "s", ""))
    with pytest.raises(AwsFailedError, match="NotConnected"):
        client.call("GetItem")
