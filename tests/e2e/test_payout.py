"""A period is paid once, by two people, also when the rail times out; refunds net next time."""

import json
from collections import Counter, defaultdict
from typing import Any

import pytest
from boto3.dynamodb.types import TypeDeserializer

from infra.local.cast import Cast, Json, Signed
from infra.local.payloads import shopify_order, shopify_refund
from infra.local.stack import LocalStack
from infra.local.waiting import eventually
from tests.e2e.scenario import Scenario, scenario

DAY_SECONDS = 86_400
TICKS_SECONDS = 150  # two ticks of the local payout clock, and the run itself


@pytest.fixture
def scene(stack: LocalStack) -> Scenario:
    return scenario(Cast(stack))


def buy(scene: Scenario, number: int, code: str) -> None:
    """A friend of their own buys for 100.00 EUR over the code's link."""
    bought = shopify_order(
        number,
        "100.00",
        "107.00",
        "7.00",
        processed_at=scene.now(),
        note_attributes=[{"name": "gw_click", "value": scene.cast.click_id(code)}],
        email=f"friend{number}@example.com",
        contact_email=None,
        customer={"id": number, "email": f"friend{number}@example.com"},
    )
    assert scene.cast.shopify(scene.shopify, "orders/paid", bought).status == 200


def runs(scene: Scenario, finance: Signed) -> list[Json]:
    """The runs of this programme, newest first."""
    return [
        run
        for run in finance.get("/v1/payout-runs", limit="100")["data"]
        if run["program_id"] == scene.program_id
    ]


def listed(scene: Scenario, finance: Signed, count: int) -> Json:
    """Wait until the newest of so many runs can be requested."""

    def look() -> Json | None:
        found = runs(scene, finance)
        return found[0] if len(found) == count and found[0]["listing"] == "hashed" else None

    run = eventually(look, f"run {count} of {scene.program_id}", TICKS_SECONDS)
    assert run is not None
    return run


def settled(scene: Scenario, finance: Signed, run_id: str) -> Json:
    """Wait until the run is over."""
    path = f"/v1/payout-runs/{run_id}"
    return eventually(
        lambda: (run := finance.get(path)["run"])["state"] == "settled" and run,
        f"{run_id} settled",
        TICKS_SECONDS,
    )


def released(scene: Scenario, run: Json) -> Json:
    """Two people let the run pass."""
    hashed = {"run_hash": run["run_hash"]}
    total = {"total_minor": run["total"]["amount_minor"]}
    path = f"/v1/payout-runs/{run['id']}"
    scene.cast.staff("fatima", "finance").post(f"{path}/request", hashed)
    frank = scene.cast.staff("frank", "finance")
    frank.post(f"{path}/release", hashed | total)
    return settled(scene, frank, run["id"])


def refused(person: Signed, path: str, body: Json) -> tuple[int, str]:
    """Status and code of a write that must not work."""
    answer = person.send("POST", path, body)
    return answer.status, answer.json().get("code", "")


def test_a_period_is_paid_once_by_two_people(stack: LocalStack, scene: Scenario) -> None:
    cast = scene.cast
    fatima, frank = cast.staff("fatima", "finance"), cast.staff("frank", "finance")
    maya, maya_code = scene.joins("maya")
    ben, ben_code = scene.joins("ben", "timeout-after-accept@rail.example")
    cleo, cleo_code = scene.joins("cleo", "fail@rail.example")
    dora = cast.join(f"dora.{scene.program_id[-6:]}@people.example", "Dora", scene.program_id)
    people = {maya: maya_code, ben: ben_code, cleo: cleo_code, dora: cast.code_of(dora)}
    for number, (person, code) in enumerate(people.items(), 7_200):
        buy(scene, number, code)
        scene.becomes(person, "due")

    stack.clock.advance(DAY_SECONDS)
    run = listed(scene, fatima, 1)
    assert (run["count"], run["total"]["amount_minor"]) == (3, 3_000)
    assert {why: part["count"] for why, part in run["excluded"].items()} == {"no_method": 1}

    path, hashed = f"/v1/payout-runs/{run['id']}", {"run_hash": run["run_hash"]}
    total = hashed | {"total_minor": 3_000}
    for nobody in (maya, cast.staff("ada", "admin"), cast.staff("marta", "marketer")):
        assert nobody.send("POST", f"{path}/request", hashed).status == 403
    assert refused(frank, f"{path}/release", total)[0] == 409
    assert refused(fatima, f"{path}/request", {"run_hash": "0" * 64})[0] == 409
    fatima.post(f"{path}/request", hashed)
    assert refused(fatima, f"{path}/release", total) == (403, "same_person")
    assert refused(frank, f"{path}/release", hashed | {"total_minor": 2_999})[0] == 422
    assert refused(frank, f"{path}/release", total | {"run_hash": "0" * 64})[0] == 409
    assert not transfers_of(stack, run, fatima)
    frank.post(f"{path}/release", total)

    over = settled(scene, fatima, run["id"])
    assert {state: part["count"] for state, part in over["outcome"].items()} == {
        "paid": 2,
        "failed": 1,
    }
    made = transfers_of(stack, run, fatima)
    assert sorted(made.values()) == [1, 1]
    assert [one["state"] for one in scene.rewards(ben)] == ["paid"]
    assert [one["state"] for one in scene.rewards(cleo)] == ["due"]
    assert refused(fatima, "/v1/payout-runs", {"program_id": scene.program_id}) == (
        409,
        "period_already_run",
    )

    # A refund after the payment is a negative line; the next run nets it.
    refund = shopify_refund(91, 7_200, "25.00", "1.75", "26.75")
    assert cast.shopify(scene.shopify, "refunds/create", refund).status == 200
    eventually(lambda: ready(maya) == -250, "a negative line")
    buy(scene, 7_210, maya_code)
    eventually(lambda: ready(maya) == 750, "the next reward, less the refund")
    stack.clock.advance(DAY_SECONDS)
    second = listed(scene, fatima, 2)
    released(scene, second)
    lines = fatima.get(f"/v1/payout-runs/{second['id']}/lines")["data"]
    assert 750 in [line["amount"]["amount_minor"] for line in lines]
    assert ready(maya) == 0
    assert len(runs(scene, fatima)) == 2
    assert_ledger(stack, scene)
    assert maya.get("/v1/me/payouts")["data"][0]["total"]["amount_minor"] == 750


def transfers_of(stack: LocalStack, run: Json, finance: Signed) -> Counter[str]:
    """How often each payout of the run was really paid on the rail."""
    lines = finance.get(f"/v1/payout-runs/{run['id']}/lines")["data"]
    keys = {line["payout_id"] for line in lines}
    return Counter(
        one["key"] for one in stack.transfers() if one["key"] in keys and one["status"] == "paid"
    )


def ready(person: Signed) -> int:
    """What the advocate sees as ready, in minor units."""
    (card,) = person.get("/v1/me")["programs"]
    (money,) = card["money"]
    return int(money["ready"]["amount_minor"])


def items(stack: LocalStack, table: str) -> list[dict[str, Any]]:
    """Every item of a table, as plain values."""
    pages = stack.client("dynamodb").get_paginator("scan")
    plain = TypeDeserializer()
    return [
        {name: plain.deserialize(value) for name, value in item.items()}
        for page in pages.paginate(TableName=stack.deployed.output(table), ConsistentRead=True)
        for item in page["Items"]
    ]


def assert_ledger(stack: LocalStack, scene: Scenario) -> None:
    """Every entry sums to zero, and the accounts add up to the stored balances. Own arithmetic."""
    accounts: dict[str, int] = defaultdict(int)
    for entry in items(stack, "JournalTable"):
        if entry["kind"] == "entry" and entry["program_id"] == scene.program_id:
            assert sum(int(leg["amount_minor"]) for leg in entry["legs"]) == 0
            for leg in entry["legs"]:
                accounts[leg["account"]] += int(leg["amount_minor"])
    assert sum(accounts.values()) == 0
    for one in items(stack, "CoreTable"):
        if one["kind"] == "balance" and one["program_id"] == scene.program_id:
            for bucket in ("pending", "on_hold", "payable", "in_payout"):
                owned = -accounts[f"advocate:{one['advocate_id']}:{bucket}"]
                assert owned == int(one[f"{bucket}_minor"]), (one["advocate_id"], bucket)
    named = json.loads(stack.deployed.output("Functions"))
    stack.client("lambda").invoke(FunctionName=named["ledger_schedule"], Payload=b"{}")
    check = scene.cast.staff("fatima", "finance").get("/v1/ledger/check")
    assert check["differences"] in ([], 0), check
