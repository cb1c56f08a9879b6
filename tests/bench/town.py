"""A town to measure in: the functions in this process, everything else of AWS in an emulator.

Handlers are loaded from their files as Lambda loads them and are called with raw events; tables,
keys and secrets are real to them. Each town has an account of its own, so nothing of another is
in its tables. Nothing runs beside: what the streams would bring is brought by hand, and counted.
"""

import base64
import io
import json
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest
from botocore.config import Config

from infra.local import emulator
from infra.local.clock import LocalClock
from infra.local.demo import TERMS
from infra.local.payloads import shopify_order
from infra.local.places import LOCAL
from infra.local.samples import BY_SOURCE, compact, http_event
from infra.local.signing import sign_shopify
from tests.adapters.tables import KEYS_TABLE, TABLES, make_tables
from tests.bench.meter import Meter, metered
from tests.support.functions import CONTEXT, NAMES, load
from tests.support.people import http

Json = dict[str, Any]
REGION = "eu-west-1"
STOP_TRIES_MAX = 10  # each waits for eight seconds
BROWSER = {
    "user-agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15",
    "sec-fetch-dest": "document",
    "sec-fetch-mode": "navigate",
}


class Printed(io.TextIOBase):
    """Where functions print to: counted, and kept nowhere."""

    bytes = 0

    def write(self, text: str) -> int:
        """What a log line costs is its bytes."""
        self.bytes += len(text.encode())
        return len(text)


@dataclass
class Town:
    """One account with a programme, a shop, and people who join."""

    meter: Meter
    endpoint: str
    account: str
    clock: LocalClock
    loaded: dict[str, Any] = field(default_factory=dict)
    printed: Printed = field(default_factory=Printed)
    settings: dict[str, str] = field(default_factory=dict)
    program_id: str = ""
    source_id: str = ""
    secret: str = ""

    def aws(self, service: str) -> Any:
        """A client of this account that is not counted."""
        return boto3.client(  # type: ignore[call-overload]  # the service is named at run time
            service,
            endpoint_url=self.endpoint,
            region_name=REGION,
            aws_access_key_id=self.account,
            aws_secret_access_key="test",
            config=Config(retries={"total_max_attempts": 2}),
        )

    def tables(self) -> Any:
        """DynamoDB as it is asked without being counted."""
        return self.aws("dynamodb")

    def invoke(self, function: str, event: Json) -> Any:
        """Call a function that stays loaded: the second call of one is a warm one."""
        with redirect_stdout(self.printed):
            if function not in self.loaded:
                self.loaded[function] = load(function).handler
            return self.loaded[function](event, CONTEXT)

    def api(
        self, function: str, who: str, method: str, path: str, body: Json | None = None
    ) -> Json:
        """A call that has to work. `who` is a staff group, or the name of an advocate."""
        answer = self.invoke(function, self.request(who, method, path, body))
        assert 200 <= answer["statusCode"] < 300, answer
        found: Json = json.loads(answer["body"])
        return found

    def request(self, who: str, method: str, path: str, body: Json | None = None) -> Json:
        """The event of such a call."""
        staff = who in ("marketer", "admin", "finance")
        made: Json = http(
            method,
            path,
            body,
            subject=f"sub-{who}",
            email=f"{who}@{'staff' if staff else 'people'}.example",
            groups=(who,) if staff else (),
            key=secrets.token_hex(8),
        )
        return made

    def open(self, **changes: Any) -> None:
        """A programme with the demo's terms, and a Shopify shop that reports to it."""
        terms = TERMS | {"caps": [{"amount_minor": 10**9, "period": "month"}]} | changes
        wanted = {"terms": terms, "rationale": "for the bench"}
        made = self.api("programs_api", "marketer", "POST", "/v1/programs", wanted)
        self.program_id, self.secret = made["id"], f"whsec_{secrets.token_hex(16)}"
        wanted = {"kind": "shopify", "program_id": self.program_id, "label": "shop"}
        shop = self.api(
            "programs_api", "admin", "POST", "/v1/sources", wanted | {"secret": self.secret}
        )
        self.source_id = shop["id"]

    def joins(self, name: str) -> str:
        """Somebody becomes an advocate; the code of the first link."""
        offer = self.api("advocates_api", name, "GET", f"/v1/me/programs/{self.program_id}")
        wanted = {
            "program_id": self.program_id,
            "accept_terms_version": offer["terms_version"],
            "disclosure_acknowledged": True,
            "name": name.title(),
        }
        self.api("advocates_api", name, "POST", "/v1/me/enrolments", wanted)
        links = self.api("advocates_api", name, "GET", "/v1/me/links")["data"]
        return str(links[0]["code"])

    def visit(self, code: str) -> Json:
        """The event of somebody who follows a link."""
        event: Json = http("GET", f"/r/{code}", None, subject="", email="")
        event |= {"headers": BROWSER, "pathParameters": {"code": code}}
        event["requestContext"]["http"]["sourceIp"] = "192.0.2.7"
        return event

    def click(self, code: str) -> str:
        """Somebody follows a link; the click id that the shop's page sees."""
        answer = self.invoke("tracking_web", self.visit(code))
        location = answer["headers"].get("Location") or answer["headers"]["location"]
        return str(parse_qs(urlsplit(location).query)["gw_click"][0])

    def order(self, number: int, click_id: str, friend: str, goods: str = "29.00") -> str:
        """The shop reports an order; the id of the delivery that was kept."""
        delivery, event = self.report(number, click_id, friend, goods)
        answer = self.invoke("conversions_web", event)
        assert answer["statusCode"] == 200, answer
        return delivery

    def report(
        self, number: int, click_id: str, friend: str, goods: str = "29.00"
    ) -> tuple[str, Json]:
        """The id of a delivery, and the event by which the shop reports it."""
        email = f"{friend}@shoppers.example"
        body = shopify_order(
            number,
            goods,
            f"{float(goods) * 1.07:.2f}",
            f"{float(goods) * 0.07:.2f}",
            processed_at=time.strftime(
                "%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + self.clock.offset_seconds)
            ),
            note_attributes=[{"name": "gw_click", "value": click_id}] if click_id else [],
            email=email,
            contact_email=email,
            customer={"id": int.from_bytes(friend.encode()) % 10**12, "email": email},
        )
        raw, delivery = compact(body), secrets.token_hex(16)
        headers = sign_shopify(self.secret, "orders/paid", delivery, raw)
        return delivery, http_event(BY_SOURCE, headers, raw, source_id=self.source_id)

    def decide(self, delivery: str) -> None:
        """The worker decides a delivery that was kept."""
        answer = self.invoke("conversions_stream", self.arrival(delivery))
        assert answer == {"batchItemFailures": []}, answer

    def arrival(self, delivery: str) -> Json:
        """What the stream of arrivals brings to the worker: the item as it was put."""
        keys = {"pk": {"S": f"DLV#{self.source_id}#{delivery}"}, "sk": {"S": "BODY"}}
        image = self.tables().get_item(TableName=TABLES["arrivals"], Key=keys)["Item"]
        record = {"dynamodb": {"Keys": keys, "NewImage": image, "SequenceNumber": "1"}}
        return {"Records": [record]}


@contextmanager
def towns() -> Iterator["Towns"]:
    """An emulator of its own for a bench, ended with it."""
    home = LOCAL / f"bench-{os.getpid()}"
    started = emulator.start(home)
    try:
        yield Towns(started.endpoint, started.home)
    finally:
        _end(home)


def _end(home: Path) -> None:
    """An emulator with a long history takes its time to end."""
    for _ in range(STOP_TRIES_MAX):
        with suppress(emulator.EmulatorError):
            emulator.stop(home)
            break
    shutil.rmtree(home, ignore_errors=True)


@dataclass(frozen=True)
class Towns:
    """Makes towns, one after the other."""

    endpoint: str
    home: Path

    @contextmanager
    def town(self) -> Iterator[Town]:
        """An empty account, the settings of all functions, and a meter on every client."""
        account = "".join(str(secrets.randbelow(10)) for _ in range(12))
        with metered() as meter, pytest.MonkeyPatch.context() as patch:
            made = Town(meter, self.endpoint, account, LocalClock(self.home / account))
            made.settings = {**_settings(made), **_places(made)}
            for name, value in made.settings.items():
                patch.setenv(name, value)
            patch.delenv("AWS_PROFILE", raising=False)
            yield made


def _places(town: Town) -> dict[str, str]:
    """Where AWS is, and as whom."""
    return {
        "AWS_ENDPOINT_URL": town.endpoint,
        "AWS_ACCESS_KEY_ID": town.account,
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_REGION": REGION,
        "POWERTOOLS_LOG_LEVEL": "INFO",
    }


def _settings(town: Town) -> dict[str, str]:
    """Tables, a key and two secrets; whatever else a function asks for is a name of nothing."""
    make_tables(town.aws("dynamodb"))
    key = town.aws("kms").create_key()["KeyMetadata"]["Arn"]

    def secret(name: str) -> str:
        value = base64.b64encode(secrets.token_bytes(32)).decode()
        made = town.aws("secretsmanager").create_secret(Name=name, SecretString=value)
        return str(made["ARN"])

    return {
        **{name: f"none-{name.lower().replace('_', '-')}" for name in NAMES.split()},
        **{f"{table.upper()}_TABLE": name for table, name in TABLES.items()},
        "KEYS_TABLE": KEYS_TABLE,
        "VAULT_KEY_ARN": key,
        "CLICK_SECRET_ARN": secret("click"),
        "INDEX_SECRET_ARN": secret("index"),
        "GOODWORD_STAGE": "bench",
        "PUBLIC_URL": "https://go.example",
        "FALLBACK_URL": "https://shop.example/",
        "CLOCK_FILE": str(town.clock.path),
        "RAIL_SIMULATOR_URL": "",
    }
