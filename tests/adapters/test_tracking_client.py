"""The light client against a whole emulator, beside boto3: what one writes the other reads."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from goodword.advocates.model import Link, link_key
from goodword.tracking.model import ClickCount, CountedClick, click_count_key
from goodword.tracking.service import count_clicks
from goodword_aws.hot.client import AwsFailedError, Client
from goodword_aws.hot.credentials import credentials_of
from goodword_aws.hot.links import Links
from goodword_aws.hot.row import click_item, read_click_item
from goodword_aws.hot.secret import ClickSecret
from goodword_aws.items import to_item
from goodword_aws.store import DynamoStore

from tests.adapters.conftest import REGION, Connect
from tests.adapters.tables import TABLES

LINK = Link(
    code="Maya-7",
    link_id="lnk_1",
    advocate_id="adv_1",
    program_id="prg_1",
    destination="https://shop.example/ä",
    hosts=("shop.example", "localhost:3000"),
    parameters={"utm_source": "good word"},
    fallback="https://shop.example/",
    created_ms=1,
    expires_ms=2,
)


@pytest.fixture
def settings(ministack: Connect) -> dict[str, str]:
    """The environment of a function in the account of this test."""
    meta: Any = ministack("dynamodb")
    keys = meta._request_signer._credentials
    return {
        "AWS_REGION": REGION,
        "AWS_ACCESS_KEY_ID": keys.access_key,
        "AWS_SECRET_ACCESS_KEY": keys.secret_key,
        "AWS_ENDPOINT_URL": meta.meta.endpoint_url,
    }


@pytest.fixture
def light(settings: dict[str, str]) -> Iterator[Client]:
    made = Client("dynamodb", settings, credentials_of(settings))
    yield made
    made.close()


def test_a_link_that_boto3_wrote_is_read(ministack: Connect, light: Client) -> None:
    ministack("dynamodb").put_item(TableName=TABLES["core"], Item=to_item(LINK.but(version=1)))
    links = Links(light, TABLES["core"], lambda: 0.0)
    found = links.find("MAYA7")
    assert found is not None
    assert (found.code, found.shown, found.destination) == ("MAYA7", LINK.code, LINK.destination)
    assert (found.hosts, found.parameters) == (LINK.hosts, LINK.parameters)
    assert (found.active, found.expires_ms) == (True, 2)
    assert links.find("NBDY") is None
    assert link_key(LINK.code).pk == "CODE#MAYA7"


def test_a_click_that_it_wrote_is_read_by_boto3(ministack: Connect, light: Client) -> None:
    item = click_item(
        nonce=bytes(range(8)),
        at_ms=1_795_341_600_000,
        link_id="lnk_1",
        advocate_id="adv_1",
        program_id="prg_1",
        visitor="0" * 16,
        device="phone",
        country="DE",
        source={"referrer": "blog.example", "campaign": 'päivä "1"'},
    )
    for _ in range(2):
        light.call("PutItem", TableName=TABLES["arrivals"], Item=item)
    stored = ministack("dynamodb").scan(TableName=TABLES["arrivals"])["Items"]
    assert stored == [item]
    assert read_click_item(stored[0])["nonce_hex"] == "0001020304050607"


def test_a_table_that_is_not_there_is_a_failure(light: Client) -> None:
    with pytest.raises(AwsFailedError) as failed:
        light.call("GetItem", TableName="nowhere", Key={"pk": {"S": "a"}, "sk": {"S": "b"}})
    assert failed.value.code == "ResourceNotFoundException"


def test_the_click_secret_is_the_current_one(ministack: Connect, settings: dict[str, str]) -> None:
    manager = ministack("secretsmanager")
    arn = manager.create_secret(Name="click", SecretString="first")["ARN"]
    manager.put_secret_value(SecretId=arn, SecretString="second")
    client = Client("secretsmanager", settings, credentials_of(settings))
    assert ClickSecret(client, arn, lambda: 0.0)() == b"second"


def test_clicks_are_counted_once_in_dynamodb(ministack: Connect) -> None:
    store = DynamoStore(
        ministack("dynamodb"),
        TABLES,
        sleep=lambda _: None,
        chance=lambda: 0.5,
        entropy=os.urandom,
    )
    clicks = [
        CountedClick(
            nonce_hex=f"{number:016x}",
            advocate_id="adv_1",
            program_id="prg_1",
            at_ms=1_795_341_600_000 + number * 4_000,
        )
        for number in range(12)
    ]
    owner = ("adv_1", "prg_1")
    count_clicks(store, owner, clicks[:8])
    count_clicks(store, owner, clicks[4:])
    count_clicks(store, owner, clicks)
    found = store.get(ClickCount, click_count_key(*owner))
    assert found is not None
    assert (found.clicks, found.by_day) == (12, {"2026-11-22": 12})
