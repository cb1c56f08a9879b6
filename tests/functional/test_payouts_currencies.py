"""A programme that owes euros and dollars pays both: a run, two people and a total for each."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from goodword.ledger.service import Checker
from goodword.payouts.model import Payout
from goodword.rewards.model import Reward

from infra.local.rail_simulator import RailSimulator
from tests.support.scene import BEN, MAYA
from tests.support.treasury import Treasury, treasury

RUN = "run_prg_test_2025-10"
DOLLARS = f"{RUN}_USD"
TERMS: dict[str, object] = {
    "currencies": "accept",
    "accepted": ("USD",),
    "review": {"auto_approve_limit_minor": 2_000, "auto_approve_limit_in": {"USD": 2_000}},
    "rules": (
        {"rule_id": "sale", "action": "sale", "reward": {"kind": "percentage", "basis_points": 1}},
    ),
}
House = tuple[Treasury, RailSimulator]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with treasury(tmp_path, TERMS, minimum_in={"USD": 200}) as found:
        world, _ = found
        world.due(500)
        world.due(900, currency="USD")
        world.due(300, BEN, currency="USD")
        yield found


def released(world: Treasury, run_id: str) -> dict[str, Any]:
    path = f"/v1/payout-runs/{run_id}"
    _, answer = world.api("usr_anna", "GET", path)
    run: dict[str, Any] = answer["run"]
    asked = {"run_hash": run["run_hash"]}
    assert world.api("usr_anna", "POST", f"{path}/request", asked)[0] == 200
    let_go = asked | {"total_minor": run["total"]["amount_minor"]}
    assert world.api("usr_carl", "POST", f"{path}/release", let_go)[0] == 200
    return run


def test_the_clock_starts_a_run_for_each_and_both_are_paid(house: House) -> None:
    world, rail = house
    world.sample("payouts_schedule", "tick")
    assert set(world.executions) == {RUN, DOLLARS}
    own, other = (released(world, run_id) for run_id in (RUN, DOLLARS))
    assert own["total"] == {"amount_minor": 500, "currency": "EUR"}
    assert other["total"] == {"amount_minor": 1_200, "currency": "USD"}
    paid = {(one.advocate_id, one.currency, one.amount_minor) for one in world.all(Payout)}
    assert paid == {(MAYA, "EUR", 500), (MAYA, "USD", 900), (BEN, "USD", 300)}
    assert {one.state for one in world.all(Reward)} == {"paid"}
    assert rail.url
    assert world.ledger_differences() == []
    Checker(world.desk(), world.store).check()  # it reads and compares the whole journal


def test_the_total_of_one_does_not_release_the_other(house: House) -> None:
    world, _ = house
    world.sample("payouts_schedule", "tick")
    path = f"/v1/payout-runs/{DOLLARS}"
    _, answer = world.api("usr_anna", "GET", path)
    asked = {"run_hash": answer["run"]["run_hash"]}
    world.api("usr_anna", "POST", f"{path}/request", asked)
    status, refused = world.api("usr_carl", "POST", f"{path}/release", asked | {"total_minor": 500})
    assert (status, refused["code"]) == (422, "total_mismatch")


def test_run_now_of_a_currency(house: House) -> None:
    world, _ = house
    now = {"program_id": "prg_test", "currency": "USD"}
    status, started = world.api("usr_anna", "POST", "/v1/payout-runs", now)
    assert (status, started["run_id"]) == (200, DOLLARS)
    status, refused = world.api("usr_anna", "POST", "/v1/payout-runs", now | {"currency": "CHF"})
    assert (status, refused["code"], refused["errors"][0]["field"]) == (
        422,
        "currency_mismatch",
        "currency",
    )


def test_a_statement_and_a_sheet_are_of_one_currency(house: House) -> None:
    world, _ = house
    world.sample("payouts_schedule", "tick")
    released(world, DOLLARS)
    payout = next(one for one in world.all(Payout) if one.advocate_id == BEN)
    query = {"format": "csv"}
    path = f"/v1/payouts/{payout.payout_id}/statement"
    status, text = world.api("usr_anna", "GET", path, query=query)
    assert status == 200
    rows = list(csv.reader(io.StringIO(text)))
    assert {row[3] for row in rows[1:] if row[3]} == {"USD"}
    status, answer = world.api("usr_anna", "GET", f"/v1/payout-runs/{DOLLARS}/lines")
    assert {one["amount"]["currency"] for one in answer["data"]} == {"USD"}
