"""The redirect's own signatures are botocore's, byte for byte, for whatever it may send."""

import json
import random
from datetime import UTC, datetime
from typing import Any

import botocore.auth
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as TheirCredentials
from goodword_aws.hot.credentials import Credentials
from goodword_aws.hot.signing import signed_headers

REQUESTS = 200
CHANCE = random.Random(20261122)
LETTERS = 'abcXYZ019 _-./+=#"\\äß漢🙂'


def text(length: int) -> str:
    return "".join(CHANCE.choice(LETTERS) for _ in range(length))


def plain(length: int) -> str:
    return "".join(CHANCE.choice("ABCDEFabcdef0123456789/+=") for _ in range(length))


def one_request(number: int) -> tuple[str, str, dict[str, str], bytes, datetime, Credentials]:
    service = CHANCE.choice(["dynamodb", "secretsmanager"])
    region = CHANCE.choice(["eu-west-1", "us-east-1", "ap-southeast-3", "cn-north-1"])
    operation = CHANCE.choice(["DynamoDB_20120810.GetItem", "secretsmanager.GetSecretValue"])
    host = CHANCE.choice([f"{service}.{region}.amazonaws.com", "127.0.0.1:4566", "localhost:80"])
    headers = {
        "host": host,
        "content-type": CHANCE.choice(["application/x-amz-json-1.0", "application/x-amz-json-1.1"]),
        "x-amz-target": operation,
    }
    body = json.dumps({"TableName": text(9), "Item": {"pk": {"S": text(CHANCE.randrange(300))}}})
    at = datetime.fromtimestamp(CHANCE.randrange(1_600_000_000, 2_500_000_000), UTC)
    by = Credentials(plain(20), plain(40), plain(400) if number % 2 else "")
    return service, region, headers, body.encode(), at, by


@pytest.mark.parametrize("number", range(REQUESTS))
def test_a_signature_is_that_of_botocore(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    service, region, headers, body, at, by = one_request(number)
    monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda: at.replace(tzinfo=None))
    theirs: Any = AWSRequest("POST", f"http://{headers['host']}/", data=body, headers=headers)
    SigV4Auth(TheirCredentials(by.key, by.secret, by.token or None), service, region).add_auth(
        theirs
    )
    ours = signed_headers(service, region, headers, body, f"{at:%Y%m%dT%H%M%SZ}", by)
    assert ours["authorization"] == theirs.headers["Authorization"]
    assert ours["x-amz-date"] == theirs.headers["X-Amz-Date"]
    assert ours.get("x-amz-security-token") == theirs.headers.get("X-Amz-Security-Token")


def test_another_body_has_another_signature() -> None:
    service, region, headers, body, at, by = one_request(0)
    when = f"{at:%Y%m%dT%H%M%SZ}"
    first = signed_headers(service, region, headers, body, when, by)
    assert first != signed_headers(service, region, headers, body + b" ", when, by)
    assert "authorization" not in headers
