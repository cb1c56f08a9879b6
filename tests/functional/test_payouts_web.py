"""A rail's webhook is believed only when it is the rail's own, kept once, and changes no money."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from goodword.errors import Unavailable
from goodword.payouts.notices import RailNotice
from goodword_aws import payouts_notices, wiring
from goodword_aws.items import from_item
from goodword_aws.rails.notices import certificate_address

from tests.support.desk import World
from tests.support.functions import CONTEXT, ROOT, load, over, sample

SIGNS = {
    "stripe": ["whsec_before", "whsec_sample"],
    "tremendous": ["tremendous_sample"],
    "paypal": ["WEBHOOK1SAMPLE"],
}
CERTIFICATE = (ROOT / "tests" / "support" / "rails" / "certificate.pem").read_bytes()


class Door:
    """The function with its table and its secret."""

    def __init__(self) -> None:
        self.items: dict[str, Any] = {}
        self.fetched: list[str] = []
        self.trouble: Exception | None = None
        self.signs = json.dumps(SIGNS)
        self.module: Any = None

    def put_item(self, **call: Any) -> None:
        if self.trouble:
            raise self.trouble
        key = call["Item"]["pk"]["S"]
        if key in self.items:
            raise ClientError({"Error": {"Code": "ConditionalCheckFailedException"}}, "PutItem")
        self.items[key] = call["Item"]

    def read(self, _arn: str) -> list[bytes]:
        return [self.signs.encode()]

    def certificate(self, address: str) -> bytes:
        self.fetched.append(address)
        return CERTIFICATE

    def take(self, event: dict[str, Any]) -> tuple[int, str]:
        reply = self.module.handler(event, CONTEXT)
        body = json.loads(reply.get("body") or "{}")
        return reply["statusCode"], body.get("code", "")

    @property
    def notices(self) -> list[RailNotice]:
        return [from_item(RailNotice, item) for item in self.items.values()]


@pytest.fixture
def door() -> Iterator[Door]:
    found = Door()
    with over(World()) as patch:
        patch.setattr(wiring, "secrets", lambda: found)
        patch.setattr(payouts_notices, "client", lambda _: found)
        patch.setattr(payouts_notices, "certificate", found.certificate)
        found.module = load("payouts_web")
        yield found


@pytest.mark.parametrize(
    ("case", "rail", "payouts", "resource"),
    [
        ("stripe_transfer_reversed", "stripe", ("pay_sample",), ""),
        ("stripe_transfer_reversed_base64", "stripe", ("pay_sample",), ""),
        ("tremendous_reward_canceled", "tremendous", (), "rewards:REWARD00000000"),
        ("paypal_item_returned", "paypal", ("pay_sample",), ""),
    ],
)
def test_a_genuine_notice_is_kept_once(
    door: Door, case: str, rail: str, payouts: tuple[str, ...], resource: str
) -> None:
    assert door.take(sample("payouts_web", case)) == (204, "")
    assert door.take(sample("payouts_web", case)) == (204, "")
    (notice,) = door.notices
    assert (notice.rail, notice.payout_ids, notice.resource) == (rail, payouts, resource)
    assert "maya" not in json.dumps(door.items).lower()


CODES = {
    "refused_stripe_forged": (401, "bad_signature"),
    "refused_stripe_stale": (401, "bad_signature"),
    "refused_stripe_changed_body": (401, "bad_signature"),
    "refused_stripe_malformed": (400, "malformed_body"),
    "refused_stripe_without_event": (400, "malformed_body"),
    "refused_without_signature": (401, "bad_signature"),
    "refused_unknown_rail": (404, "unknown_rail"),
    "refused_tremendous_forged": (401, "bad_signature"),
    "refused_paypal_other_webhook": (401, "bad_signature"),
    "refused_paypal_certificate_from_elsewhere": (401, "bad_signature"),
    "refused_paypal_changed_body": (401, "bad_signature"),
}
SAMPLES = sorted(path.stem for path in (ROOT / "events" / "payouts_web").glob("refused_*.json"))


@pytest.mark.parametrize("case", SAMPLES)
def test_what_is_not_genuine_is_not_kept(door: Door, case: str) -> None:
    assert door.take(sample("payouts_web", case)) == CODES[case]
    assert (door.items, door.fetched) in (({}, []), ({}, door.fetched[:1]))


GENUINE = ("stripe_transfer_reversed", "tremendous_reward_canceled", "paypal_item_returned")


@pytest.mark.parametrize("case", GENUINE)
def test_no_byte_of_a_genuine_notice_can_be_changed(door: Door, case: str) -> None:
    event = sample("payouts_web", case)
    body = event["body"]
    for at in range(len(body)):
        changed = body[:at] + chr(ord(body[at]) ^ 1) + body[at + 1 :]
        assert door.take({**event, "body": changed})[0] == 401
    assert door.items == {}


def test_a_store_that_refuses_answers_that_it_is_to_be_sent_again(door: Door) -> None:
    event = sample("payouts_web", "stripe_transfer_reversed")
    for trouble in (
        ClientError({"Error": {"Code": "ThrottlingException"}}, "PutItem"),
        EndpointConnectionError(endpoint_url="x"),
    ):
        door.trouble = trouble
        assert door.take(event) == (503, "store_busy")
    door.trouble = ZeroDivisionError("Maya")
    assert door.take(event) == (500, "internal")


@pytest.mark.parametrize("signs", ["", "[]", "{", '{"stripe": "whsec_sample"}', '{"stripe": [7]}'])
def test_without_signing_secrets_nobody_tells_anything(door: Door, signs: str) -> None:
    door.signs = signs
    event = sample("payouts_web", "stripe_transfer_reversed")
    assert door.take(event) == (404, "unknown_rail")


@pytest.mark.parametrize("pem", [b"", b"nonsense", CERTIFICATE[:300]])
def test_a_certificate_that_is_none_verifies_nothing(
    door: Door, monkeypatch: pytest.MonkeyPatch, pem: bytes
) -> None:
    monkeypatch.setattr(payouts_notices, "certificate", lambda _: pem)
    event = sample("payouts_web", "paypal_item_returned")
    assert door.take(event) == (401, "bad_signature")


@pytest.mark.parametrize("wrong", [{"paypal-auth-algo": "none"}, {"paypal-transmission-sig": "%"}])
def test_other_headers_of_paypal_verify_nothing(door: Door, wrong: dict[str, str]) -> None:
    event = sample("payouts_web", "paypal_item_returned")
    event["headers"] |= wrong
    assert door.take(event) == (401, "bad_signature")


@pytest.mark.parametrize(
    ("url", "good"),
    [
        ("https://api.paypal.com/v1/notifications/certs/CERT-1", True),
        ("https://api-m.sandbox.paypal.com/v1/notifications/certs/CERT-1", True),
        ("http://api.paypal.com/v1/notifications/certs/CERT-1", False),
        ("https://api.paypal.com:8443/v1/notifications/certs/CERT-1", False),
        ("https://api.paypal.com@evil.example/v1/notifications/certs/CERT-1", False),
        ("https://evil.example/v1/notifications/certs/CERT-1", False),
        ("https://api.paypal.com/v1/notifications/certs/../../x", False),
        ("https://api.paypal.com/other/CERT-1", False),
        ("https://api.paypal.com/v1/notifications/certs/CERT-1?x=1", False),
        ("https://api.paypal.com/v1/notifications/certs/CERT-1#x", False),
        ("https://api.paypal.com\\@evil.example/v1/notifications/certs/CERT-1", False),
        ("", False),
    ],
)
def test_only_paypal_says_which_certificate_is_paypals(url: str, good: bool) -> None:
    assert (certificate_address(url) is not None) == good


class _Opener:
    def __init__(self, path: Path | None) -> None:
        self.path, self.calls = path, 0

    def open(self, _address: str, timeout: float) -> Any:
        self.calls += 1
        if self.path is None:
            raise urllib.error.URLError("down")
        return self.path.open("rb")


def test_a_certificate_is_fetched_once_and_remembered(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pem = tmp_path / "pem"
    pem.write_bytes(CERTIFICATE)
    opener = _Opener(pem)
    monkeypatch.setattr(urllib.request, "build_opener", lambda *_: opener)
    for number in range(10):
        assert payouts_notices.certificate(f"https://api.paypal.com/{number}") == CERTIFICATE
    assert payouts_notices.certificate("https://api.paypal.com/9") == CERTIFICATE
    assert opener.calls == 10
    monkeypatch.setattr(urllib.request, "build_opener", lambda *_: _Opener(None))
    with pytest.raises(Unavailable, match="certificate_unavailable"):
        payouts_notices.certificate("https://api.paypal.com/new")
    payouts_notices._certificates.clear()


def test_a_certificate_does_not_move() -> None:
    with pytest.raises(OSError, match="does not move"):
        payouts_notices._Stay().redirect_request()
