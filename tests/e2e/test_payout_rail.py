"""A real rail misbehaves in every documented way at once; each advocate is paid exactly once."""

import contextlib
import json
import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from infra.local.cast import Cast, Json, RefusedError, Signed
from infra.local.signing import sign_stripe
from infra.local.stack import LocalStack
from infra.local.waiting import eventually
from tests.e2e.scenario import Scenario, scenario, terms
from tests.e2e.test_payout import DAY_SECONDS, buy, items, refused, runs
from tests.support.rails.door import SILENCE, Answer, running
from tests.support.rails.stripe import Stripe

SIGN = "whsec_of_the_rail"
STALL_SECONDS = 11.0  # longer than the adapter waits for an answer
HALF_HOUR = 31 * 60
PATIENCE_SECONDS = 150  # for the first order of a fresh stack on a busy machine
KINDS = ("plain", "silent", "webhook", "killed")


@dataclass
class LiveStripe(Stripe):
    """Stripe as above; an account's name says what goes wrong after the transfer was made."""

    tell: Any = None
    in_flight: threading.Event = field(default_factory=threading.Event)
    troubled: set[str] = field(default_factory=set)

    def answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        answer = super().answer(method, path, headers, body)
        if not self.makes(method, path, body) or answer[0] != 200:
            return answer
        kind = answer[1]["destination"].removeprefix("acct_").rstrip("0")
        if kind not in KINDS[1:] or kind in self.troubled:
            return answer
        self.troubled.add(kind)
        if kind == "webhook":
            self.tell(answer[1])
        if kind == "killed":
            self.in_flight.set()
        return SILENCE


def workers(stack: LocalStack, function: str) -> list[int]:
    """The processes in which the emulator of this stack runs a function."""
    name = json.loads(stack.deployed.output("Functions"))[function]
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            said = (place / "environ").read_bytes().split(b"\0")
            mine = _descends(int(place.name), stack.emulator.pid)
            if f"AWS_LAMBDA_FUNCTION_NAME={name}".encode() in said and mine:
                found.append(int(place.name))
    return found


def _descends(pid: int, ancestor: int) -> bool:
    while pid > 1 and pid != ancestor:
        pid = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    return pid == ancestor


def kill(stack: LocalStack, function: str) -> int:
    """End the function's processes at once; how many there were."""
    found = workers(stack, function)
    for pid in found:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return len(found)


def fill_in(stack: LocalStack, name: str, value: Json) -> None:
    """What a person types into a secret."""
    manager = stack.client("secretsmanager")
    arn = next(
        one["ARN"]
        for one in manager.list_secrets(MaxResults=100)["SecretList"]
        if name in one["ARN"]
    )
    manager.put_secret_value(SecretId=arn, SecretString=json.dumps(value))


def tick(stack: LocalStack) -> None:
    """The clock fires."""
    name = json.loads(stack.deployed.output("Functions"))["payouts_schedule"]
    stack.client("lambda").invoke(FunctionName=name, Payload=b"{}")


@pytest.fixture
def rail(stack: LocalStack) -> Iterator[LiveStripe]:
    """Stripe, known to the functions from now on."""
    server = LiveStripe(stall_seconds=STALL_SECONDS)
    with running(server) as wire:
        fill_in(stack, "RailKeys", {"stripe": {"api_key": "sk_test_1", "base_url": wire.base}})
        fill_in(stack, "RailSigns", {"stripe": [SIGN]})
        for function in ("payouts_task", "payouts_web"):
            kill(stack, function)  # they remember secrets for five minutes
        yield server
        fill_in(stack, "RailKeys", {})


def joins(scene: Scenario, kind: str) -> tuple[Signed, str]:
    """An advocate who is paid to a connected account of Stripe."""
    email = f"{kind}.{scene.program_id[-6:]}@people.example"
    person = scene.cast.join(email, kind.title(), scene.program_id)
    place = {"account": f"acct_{kind:0<8}", "country": "DE"}
    person.put("/v1/me/payout-method", {"rail": "stripe", "destination": place})
    return person, scene.cast.code_of(person)


def webhook(scene: Scenario, stack: LocalStack, transfer: Json) -> int:
    """Stripe tells of a transfer before it has answered the call that made it."""
    event = {"id": f"evt_{transfer['id']}", "object": "event", "type": "transfer.created"}
    raw = json.dumps(event | {"data": {"object": transfer}}).encode()
    headers = {**sign_stripe(SIGN, scene.cast.seconds, raw), "content-type": "application/json"}
    path = "/v1/rails/stripe/notices"
    return stack.http.request("POST", path, body=raw, headers=headers).status


def test_each_advocate_is_paid_exactly_once_and_the_run_reconciles(
    stack: LocalStack, rail: LiveStripe
) -> None:
    scene = scenario(Cast(stack), payment=terms()["payment"] | {"rail": "stripe"})
    told: list[int] = []
    rail.tell = lambda transfer: told.append(webhook(scene, stack, transfer))
    people = {kind: joins(scene, kind) for kind in KINDS}
    for number, (_, code) in enumerate(people.values(), 8_300):
        buy(scene, number, code)
    for person, _ in people.values():
        eventually(partial(due, scene, person), "a reward that is due", PATIENCE_SECONDS)
    stack.clock.advance(DAY_SECONDS)

    fatima = scene.cast.staff("fatima", "finance")
    with ThreadPoolExecutor(3) as at_once:  # two schedules and "run now", all at one moment
        for _ in range(2):
            at_once.submit(tick, stack)
        at_once.submit(fatima.send, "POST", "/v1/payout-runs", {"program_id": scene.program_id})
    run = listed(scene, fatima)
    assert (run["count"], run["total"]["amount_minor"]) == (4, 4_000)
    hashed = {"run_hash": run["run_hash"]}
    path = f"/v1/payout-runs/{run['id']}"
    fatima.post(f"{path}/request", hashed)
    frank = scene.cast.staff("frank", "finance")
    frank.post(f"{path}/release", hashed | {"total_minor": 4_000})

    assert rail.in_flight.wait(120), "the payment in whose middle the function dies"
    assert kill(stack, "payouts_task") >= 1
    over = settled(stack, fatima, path)
    assert {state: part["count"] for state, part in over["outcome"].items()} == {"paid": 4}
    assert told == [204]
    assert Counter(key for key, _, _ in rail.paid) == Counter(
        line["payout_id"] for line in fatima.get(f"{path}/lines")["data"]
    )
    assert sum(int(amount) for _, amount, _ in rail.paid) == 4_000
    for person, _ in people.values():
        assert [one["state"] for one in scene.rewards(person)] == ["paid"]
    found = eventually(lambda: compared(fatima, path), "the comparison") or {}
    if found["differences"]:  # some were still open when it was made: the clock has it made again
        assert (found["unclear"], found["repeats"]["escalated"]) == (found["differences"], False)
        for _ in range(3):
            stack.clock.advance(2 * HALF_HOUR)
            tick(stack)
        found = eventually(lambda: clean(fatima, path) or {}, "a clean comparison")
    assert found["repeats"] is None
    assert (found["differences"], found["ours"], found["rails"]) == (
        0,
        {"amount_minor": 4_000, "currency": "EUR"},
        {"amount_minor": 4_000, "currency": "EUR"},
    )
    # the days that passed meanwhile had runs of their own, with nothing in them
    assert [one["id"] for one in runs(scene, fatima) if one["count"]] == [run["id"]]


def due(scene: Scenario, person: Signed) -> bool:
    """Whether the person's reward is due."""
    return [one["state"] for one in scene.rewards(person)] == ["due"]


def compared(finance: Signed, path: str) -> Json | None:
    """The comparison of the run, once there is one."""
    answer = finance.send("GET", f"{path}/reconciliation")
    return answer.json() if answer.status == 200 else None


def clean(finance: Signed, path: str) -> Json | None:
    """The comparison of the run, once nothing differs."""
    found = compared(finance, path)
    return found if found and not found["differences"] else None


def listed(scene: Scenario, finance: Signed) -> Json:
    """Wait for the one run of the programme to be ready for people."""

    def look() -> Json | None:
        found = runs(scene, finance)
        return found[0] if found and found[0]["listing"] == "hashed" else None

    run = eventually(look, "the run")
    assert run is not None
    return run


def settled(stack: LocalStack, finance: Signed, path: str) -> Json:
    """Wait for the end; half an hour passes and the clock fires as often as it takes."""
    for _ in range(6):
        with contextlib.suppress(AssertionError, TimeoutError):
            return _settled(finance, path, 45)
        stack.clock.advance(HALF_HOUR)
        tick(stack)
    return _settled(finance, path, 60)


def _settled(finance: Signed, path: str, seconds: int) -> Json:
    def look() -> Json | None:
        run: Json = finance.get(path)["run"]
        return run if run["state"] == "settled" and _all_ended(finance, path) else None

    found = eventually(look, f"{path} settled", seconds)
    assert found is not None
    run: Json = finance.get(path)["run"]
    lines = finance.get(f"{path}/lines")["data"]
    states = Counter(line["state"] for line in lines)
    return run | {"outcome": {state: {"count": count} for state, count in states.items()}}


def _all_ended(finance: Signed, path: str) -> bool:
    states = {line["state"] for line in finance.get(f"{path}/lines")["data"]}
    return states <= {"paid", "failed", "returned"}


def test_neither_a_payee_nor_an_edit_nor_a_stray_token_pays_anything(stack: LocalStack) -> None:
    scene = scenario(Cast(stack))
    scene.cast.sign_in(f"olga.{scene.program_id[-6:]}@people.example", "finance")
    maya, code = scene.joins("maya")
    olga, own_code = scene.joins("olga")  # of finance, and paid by this run
    buy(scene, 8_400, code)
    buy(scene, 8_401, own_code)
    for person in (maya, olga):
        eventually(partial(due, scene, person), "a reward that is due", PATIENCE_SECONDS)
    stack.clock.advance(DAY_SECONDS)
    fatima, frank = (scene.cast.staff(name, "finance") for name in ("fatima", "frank"))
    tick(stack)
    run = listed(scene, fatima)
    path, hashed = f"/v1/payout-runs/{run['id']}", {"run_hash": run["run_hash"]}
    total = hashed | {"total_minor": 2_000}
    assert run["count"] == 2
    assert refused(olga, f"{path}/request", hashed) == (403, "payee_may_not_request")

    states = stack.client("stepfunctions")
    for name in ("request", "release"):
        token = eventually(partial(token_of, stack, run["id"], name), f"{name} asked")
        for output in ('{"route": "send"}', '{"route": "begin", "run_id": "x"}'):
            with contextlib.suppress(Exception):
                states.send_task_success(taskToken=token, output=output)
        time.sleep(2)
        assert (
            fatima.get(path)["run"]["state"] == {"request": "draft", "release": "requested"}[name]
        )
        assert transfers(stack, run["id"], fatima) == 0
        if name == "request":
            fatima.post(f"{path}/request", hashed)
    assert refused(olga, f"{path}/release", total) == (403, "payee_may_not_release")
    assert refused(fatima, f"{path}/release", total) == (403, "same_person")

    edit_line(stack, run["id"])
    with pytest.raises(RefusedError, match="run_changed"):
        frank.post(f"{path}/release", total)
    time.sleep(5)
    assert fatima.get(path)["run"]["state"] == "requested"
    assert transfers(stack, run["id"], fatima) == 0
    fatima.post(f"{path}/cancel", {"reason_code": "wrong_amounts"})


def token_of(stack: LocalStack, run_id: str, wait: str) -> str | None:
    """The callback of a wait, read where no person can read it."""
    for item in items(stack, "CoreTable"):
        if item["pk"] == f"TASK#{run_id}" and item["sk"] == f"TOKEN#{wait}":
            return str(item["token"])
    return None


def edit_line(stack: LocalStack, run_id: str) -> None:
    """Somebody with a database console doubles an amount."""
    line = next(
        one
        for one in items(stack, "CoreTable")
        if one["pk"] == f"RUN#{run_id}" and one["sk"].startswith("L#")
    )
    stack.client("dynamodb").update_item(
        TableName=stack.deployed.output("CoreTable"),
        Key={"pk": {"S": line["pk"]}, "sk": {"S": line["sk"]}},
        UpdateExpression="SET amount_minor = :double",
        ExpressionAttributeValues={":double": {"N": "2000"}},
    )


def transfers(stack: LocalStack, run_id: str, finance: Signed) -> int:
    """How many payments of the run the simulated rail knows."""
    lines = finance.get(f"/v1/payout-runs/{run_id}/lines")["data"]
    keys = {line["payout_id"] for line in lines}
    return sum(1 for one in stack.transfers() if one["key"] in keys)
