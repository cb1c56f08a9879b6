"""A webhook over real TLS: signed, once, never to an address inside, never longer than its time."""

import base64
import hashlib
import hmac
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from goodword.limits import HOOK_SECONDS
from goodword.messages.endpoint import HookAnswer
from goodword_aws.channels.webhook import WebhookPost, addresses_of, answer_of, is_public, signature

from tests.support.tls import Authority, authority

NAME, URL = "hooks.acme.example", "https://hooks.acme.example/goodword"
SECRETS = [f"whsec_{base64.b64encode(key).decode()}".encode() for key in (b"n" * 32, b"o" * 32)]
BODY = '{"type":"journey.asked","data":{"title":"Grüße"}}'.encode()
TAKEN = b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return authority(tmp_path_factory.mktemp("tls"), NAME)


class Far:
    """A server of the company: what it was sent, and what it says, piece by piece."""

    def __init__(self, *says: bytes, pause: float = 0.0) -> None:
        self.says, self.pause, self.heard, self.port = says, pause, list[bytes](), 0

    def serve(self, door: socket.socket, context: ssl.SSLContext) -> None:
        while True:
            try:
                plain, _ = door.accept()
            except OSError:
                return
            try:
                with context.wrap_socket(plain, server_side=True) as one:
                    one.settimeout(5)
                    self.heard.append(_whole(one))
                    for part in self.says:
                        one.sendall(part)
                        time.sleep(self.pause)
            except OSError:
                continue


def _whole(one: ssl.SSLSocket) -> bytes:
    found = b""
    while b"\r\n\r\n" not in found:
        found += one.recv(65_536)
    head, _, body = found.partition(b"\r\n\r\n")
    (length,) = (
        int(line.split(b":")[1])
        for line in head.split(b"\r\n")
        if line.lower().startswith(b"content-length")
    )
    while len(body) < length:
        body += one.recv(65_536)
    return head + b"\r\n\r\n" + body


@contextmanager
def serving(far: Far, made: Authority) -> Iterator[Far]:
    with socket.create_server(("127.0.0.1", 0)) as door:
        far.port = door.getsockname()[1]
        thread = threading.Thread(target=far.serve, args=(door, made.server), daemon=True)
        thread.start()
        yield far


def post(
    far: Far, made: Authority, *, seconds: float = HOOK_SECONDS, names: Sequence[str] = ()
) -> WebhookPost:
    """What sends, told that the name leads to this machine and that this is allowed."""
    return WebhookPost(
        now_s=lambda: 1_700_000_000,
        look=lambda _host: names or ["127.0.0.1"],
        allowed=lambda address: address == "127.0.0.1",
        context=ssl.create_default_context(cafile=str(made.root)),
        port=far.port,
        seconds=seconds,
    )


def test_it_is_posted_with_a_signature_of_each_secret(made: Authority) -> None:
    with serving(Far(TAKEN), made) as far:
        answer = post(far, made).send(URL, SECRETS, "evt_1", BODY)
    assert answer == HookAnswer(outcome="taken")
    (raw,) = far.heard
    head, _, body = raw.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    assert lines[0] == "POST /goodword HTTP/1.1"
    headers = {name.lower(): value for name, _, value in (one.partition(": ") for one in lines[1:])}
    assert body == BODY
    assert headers["host"] == f"{NAME}:{far.port}"
    assert headers["content-type"] == "application/json"
    assert (headers["webhook-id"], headers["webhook-timestamp"]) == ("evt_1", "1700000000")
    expected = [
        base64.b64encode(
            hmac.new(key, b"evt_1.1700000000." + BODY, hashlib.sha256).digest()
        ).decode()
        for key in (b"n" * 32, b"o" * 32)
    ]
    assert headers["webhook-signature"].split(" ") == [f"v1,{one}" for one in expected]


def test_the_published_example_has_the_published_signature() -> None:
    secret = b"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    signed = signature(
        [secret], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, b'{"test": 2432232314}'
    )
    assert signed["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize("secret", [b"plain", b"whsec_not base64!"])
def test_what_is_no_secret_signs_nothing(secret: bytes) -> None:
    with pytest.raises(ValueError, match="secret"):
        signature([secret], "evt_1", 1, b"{}")


@pytest.mark.parametrize(
    ("says", "expected"),
    [
        (b"HTTP/1.1 200 OK\r\n\r\nthanks", HookAnswer(outcome="taken")),
        (b"HTTP/1.1 410 Gone\r\n\r\n", HookAnswer(outcome="gone", reason="gone")),
        (
            b"HTTP/1.1 302 Found\r\nLocation: https://169.254.169.254/\r\n\r\n",
            HookAnswer(outcome="refused", reason="redirected"),
        ),
        (
            b"HTTP/1.1 503 Busy\r\nRetry-After: 120\r\n\r\n",
            HookAnswer(outcome="refused", reason="status_503", wait_seconds=120),
        ),
        (
            b"HTTP/1.1 429 Slow\r\nRetry-After: Fri, 31 Dec 1999 23:59:59 GMT\r\n\r\n",
            HookAnswer(outcome="refused", reason="status_429"),
        ),
        (b"SSH-2.0-nothing\r\n", HookAnswer(outcome="refused", reason="not_reached")),
        (b"", HookAnswer(outcome="refused", reason="not_reached")),
    ],
)
def test_what_it_answers_is_a_code_and_nothing_of_its_words(
    made: Authority, says: bytes, expected: HookAnswer
) -> None:
    with serving(Far(says), made) as far:
        assert post(far, made).send(URL, SECRETS, "evt_1", BODY) == expected
    assert len(far.heard) == 1


def test_one_that_talks_slowly_is_cut_off_in_time(made: Authority) -> None:
    dripping = [b"HTTP/1.1 200 OK\r\n", *[b"X-Slow: 1\r\n"] * 40]
    with serving(Far(*dripping, pause=0.1), made) as far:
        began = time.monotonic()
        answer = post(far, made, seconds=0.5).send(URL, SECRETS, "evt_1", BODY)
        took = time.monotonic() - began
    assert answer == HookAnswer(outcome="refused", reason="no_answer")
    assert took < 3


def test_one_that_never_shakes_hands_is_cut_off_in_time(made: Authority) -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        far = Far()
        far.port = door.getsockname()[1]
        answer = post(far, made, seconds=0.3).send(URL, SECRETS, "evt_1", BODY)
    assert answer == HookAnswer(outcome="refused", reason="no_answer")


def test_a_certificate_of_another_name_or_of_nobody_is_refused(
    made: Authority, tmp_path: Path
) -> None:
    other = "https://other.example/goodword"
    stranger = Authority(authority(tmp_path, NAME).root, made.server)
    with serving(Far(TAKEN), made) as far:
        assert post(far, made).send(other, SECRETS, "evt_1", BODY).reason == "bad_certificate"
        assert post(far, stranger).send(URL, SECRETS, "evt_1", BODY).reason == "bad_certificate"
    assert not far.heard


@pytest.mark.parametrize("names", [["10.0.0.1"], ["127.0.0.1", "10.0.0.1"], ["169.254.169.254"]])
def test_a_name_with_any_address_inside_is_not_connected_to(
    made: Authority, names: list[str]
) -> None:
    with serving(Far(TAKEN), made) as far:
        answer = post(far, made, names=names).send(URL, SECRETS, "evt_1", BODY)
    assert answer == HookAnswer(outcome="refused", reason="forbidden_address")
    assert not far.heard


def test_what_the_real_rule_forbids_is_not_connected_to(made: Authority) -> None:
    with serving(Far(TAKEN), made) as far:
        context = ssl.create_default_context(cafile=str(made.root))
        plain = WebhookPost(lambda: 1, lambda _: ["127.0.0.1"], context=context, port=far.port)
        assert plain.send(URL, SECRETS, "evt_1", BODY).reason == "forbidden_address"
        assert WebhookPost(lambda: 1).send("https://localhost/", SECRETS, "e", BODY).reason == (
            "forbidden_address"
        )
    assert not far.heard


def test_nobody_at_the_door_and_no_such_name_are_not_reached(made: Authority) -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        far = Far()
        far.port = door.getsockname()[1]
    assert post(far, made).send(URL, SECRETS, "evt_1", BODY).reason == "not_reached"

    def nothing(_host: str) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "not known")

    lost = WebhookPost(lambda: 1, nothing)
    assert lost.send(URL, SECRETS, "evt_1", BODY).reason == "not_reached"
    none = WebhookPost(lambda: 1, lambda _: [])
    assert none.send(URL, SECRETS, "evt_1", BODY).reason == "forbidden_address"


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.216.34", "2606:2800:220:1::1"])
def test_public_addresses_are(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.8.8.8", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1"),
        *("169.254.169.254", "169.254.170.2", "100.64.0.1", "192.0.0.8", "192.0.2.1"),
        *("198.18.0.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255"),
        *("::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "ff02::1"),
        *("::ffff:127.0.0.1", "::ffff:8.8.8.8", "64:ff9b::7f00:1", "64:ff9b::808:808"),
        *("2002:7f00:1::", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:db8::1", "::7f00:1"),
        *("", "localhost", "1.2.3", "0x7f000001"),
    ],
)
def test_every_other_address_is_not(address: str) -> None:
    assert not is_public(address)


def test_this_machine_has_addresses_and_none_is_public() -> None:
    found = addresses_of("localhost")
    assert found
    assert not any(is_public(one) for one in found)


def test_every_status_has_a_meaning() -> None:
    outcomes = {status: answer_of(status, None).outcome for status in range(200, 600)}
    assert {status for status, one in outcomes.items() if one == "taken"} == set(range(200, 300))
    assert [status for status, one in outcomes.items() if one == "gone"] == [410]
