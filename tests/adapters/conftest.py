"""One emulator per test process, started when the first test asks for it, and clients for both."""

import os
import secrets
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from moto import mock_aws

from infra.local.emulator import emulator
from infra.local.places import LOCAL
from tests.adapters.tables import make_tables

REGION = "eu-west-1"
Connect = Callable[[str], Any]
_client: Callable[..., Any] = boto3.client


@pytest.fixture(scope="session")
def emulator_endpoint() -> Iterator[str]:
    """Where the emulator answers."""
    with emulator(LOCAL / f"adapters-{os.getpid()}") as started:
        yield started.endpoint


@pytest.fixture
def ministack(emulator_endpoint: str) -> Connect:
    """Makes clients of the emulator, with an account of its own for every test."""
    account = "".join(str(secrets.randbelow(10)) for _ in range(12))

    def connect(name: str) -> Any:
        return _client(
            name,
            endpoint_url=emulator_endpoint,
            region_name=REGION,
            aws_access_key_id=account,
            aws_secret_access_key="test",
            config=Config(retries={"total_max_attempts": 1}, max_pool_connections=32),
        )

    make_tables(connect("dynamodb"))
    return connect


@pytest.fixture
def moto(monkeypatch: pytest.MonkeyPatch) -> Iterator[Connect]:
    """Makes clients of moto, in this process."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)

    def connect(name: str) -> Any:
        return _client(name, region_name=REGION)

    with mock_aws():
        make_tables(connect("dynamodb"))
        yield connect
