"""Finance sees what an audit found and decides about it over the API; holds leave people out."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from goodword.advocates.model import Known, Payee, PayoutMethod
from goodword.payouts.model import Exclusion, Payout
from goodword.ports import Change

from infra.local.rail_simulator import RailSimulator
from tests.support.scene import BEN, MAYA
from tests.support.treasury import MACS, Treasury, told, treasury

RUN = "run_prg_test_2025-10"
PATH = f"/v1/payout-runs/{RUN}"
House = tuple[Treasury, RailSimulator]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with treasury(tmp_path) as found:
        found[0].due(500)
        found[0].due(700, BEN)
        yield found


def household(world: Treasury) -> None:
    """Ben is paid on an account on which somebody else is, too."""
    method = next(one for one in world.all(PayoutMethod) if one.advocate_id == BEN)
    change = Change()
    change.create(Payee(account_hash=method.paid_at, advocate_id="adv_twin"))
    world.store.commit(change)


def listed(world: Treasury) -> dict[str, Any]:
    world.sample("payouts_schedule", "tick")
    found: dict[str, Any] = world.api("usr_anna", "GET", PATH)[1]["run"]
    return found


def finding(world: Treasury) -> dict[str, Any]:
    status, page = told(world.sample("payouts_api", "findings"))
    assert (status, len(page["data"])) == (200, 1)
    found: dict[str, Any] = page["data"][0]
    return found


def decide(world: Treasury, who: str, verdict: str, code: str, key: str = "") -> tuple[int, Any]:
    one = finding(world)
    said = {"check": one["check"], "subject": one["subject"]}
    said |= {"verdict": verdict, "reason_code": code}
    return world.api(who, "POST", f"{PATH}/findings", said, key=key)


def test_a_finding_is_shown_and_cleared_before_the_run_is_requested(house: House) -> None:
    world, rail = house
    household(world)
    run = listed(world)
    assert (run["open_findings"], run["count"], run["checkers_needed"]) == (1, 2, 1)
    one = finding(world)
    assert (one["check"], one["advocate_id"], one["state"]) == ("shared_payee", BEN, "open")
    assert one["figures"] == {"other_advocates": 1}
    asked = {"run_hash": run["run_hash"]}
    status, refusal = world.api("usr_anna", "POST", f"{PATH}/request", asked)
    assert (status, refusal["code"]) == (409, "findings_open")
    status, after = decide(world, "usr_anna", "clear", "same_household", key="k1")
    assert (status, after["open_findings"], after["run_hash"] != run["run_hash"]) == (200, 0, True)
    assert decide(world, "usr_anna", "clear", "same_household", key="k1") == (200, after)
    assert finding(world)["decided_by"] == "usr_anna"
    status, refusal = world.api("usr_anna", "POST", f"{PATH}/request", asked)
    assert (status, refusal["code"]) == (409, "run_changed")
    asked = {"run_hash": after["run_hash"]}
    assert world.api("usr_anna", "POST", f"{PATH}/request", asked)[0] == 200
    let_go = asked | {"total_minor": 1_200}
    assert world.api("usr_carl", "POST", f"{PATH}/release", let_go)[0] == 200
    assert sorted(one["amount_minor"] for one in rail.ledger.transfers()) == [500, 700]


def test_a_payment_is_taken_out_of_the_run(house: House) -> None:
    world, rail = house
    household(world)
    listed(world)
    status, after = decide(world, "usr_anna", "hold", "suspected_fraud")
    assert (status, after["total"]["amount_minor"], after["count"]) == (200, 500, 1)
    assert after["held"] == {"count": 1, "amount": {"amount_minor": 700, "currency": "EUR"}}
    asked = {"run_hash": after["run_hash"]}
    world.api("usr_anna", "POST", f"{PATH}/request", asked)
    assert world.api("usr_carl", "POST", f"{PATH}/release", asked | {"total_minor": 500})[0] == 200
    assert [one["amount_minor"] for one in rail.ledger.transfers()] == [500]
    assert world.purse(BEN).payable_minor == 700
    assert world.ledger_differences() == []


def test_a_payee_does_not_decide_about_their_own_payment(house: House) -> None:
    world, _ = house
    household(world)
    change = Change()
    mac = MACS.mac("email", "usr_ben@shop.example")
    change.create(Known(mac=mac, of="email", advocate_id=BEN))
    world.store.commit(change)
    listed(world)
    status, refusal = decide(world, "usr_ben", "clear", "other")
    assert (status, refusal["code"]) == (403, "payee_may_not_decide")
    held = {"advocate_id": BEN, "reason_code": "other"}
    status, refusal = world.api("usr_ben", "POST", "/v1/payout-holds", held)
    assert (status, refusal["code"]) == (403, "own_payouts")


def test_a_hold_leaves_out_until_it_is_lifted(house: House) -> None:
    world, _ = house
    status, held = told(world.sample("payouts_api", "hold"))
    assert (status, [one["code"] for one in held["data"]]) == (200, ["suspected_fraud"])
    assert told(world.sample("payouts_api", "holds")) == (200, held)
    listed(world)
    assert [(one.advocate_id, one.reason) for one in world.all(Exclusion)] == [(MAYA, "on_hold")]
    assert [one.advocate_id for one in world.all(Payout)] == [BEN]
    lift = {"advocate_id": MAYA, "hold_id": held["data"][0]["id"], "reason_code": "other"}
    status, after = world.api("usr_carl", "POST", "/v1/payout-holds/lift", lift)
    assert (status, after["data"]) == (200, [])
