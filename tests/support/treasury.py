"""The payout functions as deployed, in one process: handlers, machine, vault, a rail over HTTP."""

import base64
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from goodword.advocates.destination import account_of, canonical
from goodword.advocates.model import PayoutMethod
from goodword.ports import Change
from goodword.privacy.model import PersonalFields, VaultItem, vault_key
from goodword.programs.payment import RailName
from goodword_aws import wiring
from goodword_aws.rails.csv import CsvRail
from goodword_aws.secrets import BlindIndex

from infra.local.rail_simulator import RailSimulator, serve
from tests.fakes.privacy import MemoryVault
from tests.support.asl import Execution, definition
from tests.support.functions import CONTEXT, load, over, sample
from tests.support.payday import Payday
from tests.support.people import http

MACS = BlindIndex(b"index secret of the tests")
CANARY = "canary-person"


class Bucket:
    """S3, as far as the rail by hand uses it."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}

    def put_object(self, **call: Any) -> None:
        self.objects[call["Key"]] = call["Body"]

    def head_object(self, **call: Any) -> None:
        if call["Key"] not in self.objects:
            raise ClientError({"Error": {"Code": "404"}}, "HeadObject")

    def get_object(self, **call: Any) -> dict[str, Any]:
        if call["Key"] not in self.objects:
            raise ClientError({"Error": {"Code": "NoSuchKey"}}, "GetObject")
        return {"Body": _Body(self.objects[call["Key"]])}


@dataclass
class _Body:
    content: bytes

    def read(self) -> bytes:
        return self.content


class Treasury(Payday):
    """A payday whose destinations are in a vault, with Step Functions played by the interpreter."""

    def __init__(self, terms: Mapping[str, object] | None = None, **payment: object) -> None:
        self.vault = MemoryVault()
        self.bucket = Bucket()
        self.executions: dict[str, Execution] = {}
        self.loaded: dict[str, Any] = {}
        self.steps: list[str] = []
        self._keys = 0
        super().__init__(terms, **payment)

    def pay_to(self, advocate_id: str, receiver: str = "", rail: RailName = "simulator") -> None:
        """Give or change where a person's money goes, sealed as the API seals it."""
        hand = {"name": CANARY, "iban": "DE89370400440532013000"}
        there = {"receiver": receiver or f"{CANARY}-{advocate_id}@x.example"}
        fields = hand if rail == "csv" else there
        item = self.store.get(VaultItem, vault_key(advocate_id))
        method = PayoutMethod(
            advocate_id=advocate_id,
            rail=rail,
            destination_hash=MACS.mac("destination", canonical(rail, fields)),
            account_hash=MACS.mac("account", account_of(fields)),
            changed_ms=self.clock.at_ms,
        )
        known = self.store.get(PayoutMethod, method.key)
        change = Change()
        change.save(method.but(version=known.version if known else 0))
        change.save(self.vault.seal(advocate_id, PersonalFields(payout=fields), item))
        self.store.commit(change)

    def invoke(self, function: str, event: dict[str, Any]) -> Any:
        """Call a handler that is loaded once."""
        if function not in self.loaded:
            self.loaded[function] = load(function).handler
        return self.loaded[function](event, CONTEXT)

    def sample(self, function: str, case: str) -> Any:
        """Call a handler with a sample."""
        return self.invoke(function, sample(function, case))

    def api(
        self,
        who: str,
        method: str,
        path: str,
        body: object = None,
        *,
        groups: tuple[str, ...] = ("finance",),
        key: str = "",
        query: dict[str, str] | None = None,
    ) -> tuple[int, Any]:
        """One call of the finance API: status and JSON (or text)."""
        self._keys += 1
        event = http(
            method,
            path,
            body,
            subject=who,
            email=f"{who}@shop.example",
            groups=groups,
            key=key or f"key-{self._keys}",
            query=query,
        )
        return told(self.invoke("payouts_api", event))

    def start_execution(self, **call: Any) -> None:
        """Step Functions: a name starts once."""
        if call["name"] in self.executions:
            raise ClientError({"Error": {"Code": "ExecutionAlreadyExists"}}, "StartExecution")
        self.executions[call["name"]] = Execution(
            definition("payout_cycle"), self._task, self.clock, json.loads(call["input"])
        )

    def send_task_success(self, **call: Any) -> None:
        """Step Functions: a token resumes once."""
        output = json.loads(call["output"])
        if not any(each.succeed(call["taskToken"], output) for each in self.executions.values()):
            raise ClientError({"Error": {"Code": "TaskTimedOut"}}, "SendTaskSuccess")

    def _task(self, event: dict[str, Any]) -> Any:
        self.steps.append(json.dumps(event))
        return self.invoke("payouts_task", event)


def told(reply: dict[str, Any]) -> tuple[int, Any]:
    """Status and body of an API's reply."""
    text = reply.get("body") or "null"
    if reply.get("isBase64Encoded"):
        text = base64.b64decode(text).decode()
    is_json = "json" in json.dumps(reply.get("headers") or reply.get("multiValueHeaders"))
    return reply["statusCode"], json.loads(text) if is_json else text


@contextmanager
def treasury(
    home: Path, terms: Mapping[str, object] | None = None, **payment: object
) -> Iterator[tuple[Treasury, RailSimulator]]:
    """A treasury over a running rail simulator."""
    world = Treasury(terms, **payment)
    with (
        serve(home / "rail.sqlite", stall_seconds=0.3) as rail,
        over(world) as patch,
    ):
        _wire(world, rail, patch)
        yield world, rail


def _wire(world: Treasury, rail: RailSimulator, patch: pytest.MonkeyPatch) -> None:
    patch.setenv("RAIL_SIMULATOR_URL", rail.url)
    patch.setattr(wiring, "vault", lambda: world.vault)
    patch.setattr(wiring, "blind_index", lambda: MACS)
    patch.setattr("goodword_aws.payouts.client", lambda _: world)
    patch.setattr("goodword_aws.extracts.client", lambda _: world.bucket)
    patch.setattr(
        "goodword_aws.payouts.csv_rail",
        lambda: CsvRail(world.bucket, "exports", lambda: world.vault),
    )
