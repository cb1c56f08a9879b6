"""A run over: compared with the rail, with the run before, and told as a statement."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from goodword.payouts.choice import Waiting
from goodword.payouts.model import Payout
from goodword.times import DAY_MS, MINUTE_MS

from infra.local.rail_simulator import RailSimulator
from tests.support.scene import BEN, MAYA
from tests.support.treasury import Treasury, told, treasury

RUN = "run_prg_test_2025-10"
PATH = f"/v1/payout-runs/{RUN}"
LATER = "/v1/payout-runs/run_prg_test_2025-11"
WORDS = Path(__file__).parents[2] / "layers/platform/python/goodword_aws/pages/words"
House = tuple[Treasury, RailSimulator]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with treasury(tmp_path) as found:
        found[0].due(500)
        found[0].due(700, BEN)
        yield found


def paid(world: Treasury, path: str = PATH) -> None:
    world.sample("payouts_schedule", "tick")
    run = world.api("usr_anna", "GET", path)[1]["run"]
    asked = {"run_hash": run["run_hash"]}
    world.api("usr_anna", "POST", f"{path}/request", asked)
    let_go = asked | {"total_minor": run["total"]["amount_minor"]}
    assert world.api("usr_carl", "POST", f"{path}/release", let_go)[0] == 200


def test_a_run_is_compared_with_its_rail_by_itself(house: House) -> None:
    world, _ = house
    world.sample("payouts_schedule", "tick")
    assert told(world.sample("payouts_api", "reconciliation"))[1]["code"] == "never_reconciled"
    paid(world)
    assert "Compare with the rail" in world.executions[RUN].path
    status, found = told(world.sample("payouts_api", "reconciliation"))
    assert (status, found["differences"], found["source"]) == (200, 0, "rail")
    assert found["ours"] == found["rails"] == {"amount_minor": 1_200, "currency": "EUR"}


def test_a_transfer_too_many_is_found_when_it_is_compared_again(house: House) -> None:
    world, rail = house
    paid(world)
    key = world.all(Payout)[0].payout_id
    rail.ledger._make(key, (500, "EUR", "x@x.example"), "paid", "")
    world.clock.advance(MINUTE_MS)
    status, started = world.api("usr_anna", "POST", f"{PATH}/reconciliation/start")
    assert (status, started) == (200, {"run_id": RUN, "started": True})
    assert world.api("usr_anna", "POST", f"{PATH}/reconciliation/start")[1]["started"] is False
    found = told(world.sample("payouts_api", "differences"))[1]["data"]
    assert [(one["payout_id"], one["what"]) for one in found] == [(key, "amount_differs")]


def test_what_came_back_unheard_is_posted_when_it_is_compared_again(house: House) -> None:
    """The rail's notice never came; the comparison posts the money back, and the next run pays."""
    world, rail = house
    paid(world)
    (hers,) = (one for one in world.all(Payout) if one.advocate_id == MAYA)
    rail.ledger._base.execute(
        "update transfers set status = 'returned', reason = 'account_closed' where key = ?",
        (hers.payout_id,),
    )
    for _ in range(2):
        world.clock.advance(MINUTE_MS)
        assert world.api("usr_anna", "POST", f"{PATH}/reconciliation/start")[1]["started"]
        found = told(world.sample("payouts_api", "reconciliation"))[1]
        assert (found["differences"], found["came_back"]) == (0, 1)
        assert found["came_back_amount"] == {"amount_minor": 500, "currency": "EUR"}
        assert found["ours"] == found["rails"] == {"amount_minor": 700, "currency": "EUR"}
    lines = world.api("usr_anna", "GET", f"{PATH}/lines")[1]["data"]
    (line,) = (one for one in lines if one["payout_id"] == hers.payout_id)
    assert (line["state"], line["reason"]) == ("returned", "account_closed")
    assert len(world.events("payout.returned")) == 1
    assert world.ledger_differences() == []
    world.clock.at_ms += 31 * DAY_MS
    world.sample("payouts_schedule", "tick")
    lines = world.api("usr_anna", "GET", f"{LATER}/lines")[1]["data"]
    assert [(one["advocate_id"], one["amount"]["amount_minor"]) for one in lines] == [(MAYA, 500)]


def test_an_unclear_run_is_compared_again_until_staff_is_told(house: House) -> None:
    world, rail = house
    world.pay_to(MAYA, "unclaimed@x.example")
    paid(world)

    def look() -> dict[str, Any]:
        found: dict[str, Any] = told(world.sample("payouts_api", "reconciliation"))[1]
        return found

    assert (look()["differences"], look()["unclear"], look()["repeats"]["escalated"]) == (
        1,
        1,
        False,
    )
    for days in range(1, 5):
        world.clock.advance(DAY_MS)
        assert world.sample("payouts_schedule", "tick")["compared"] == [RUN]
        assert look()["repeats"]["escalated"] is (days >= 3)
    (event,) = world.events("payout_run.comparison_escalated")
    assert (event.subject, event.reason) == (RUN, "still_unclear")
    rail.ledger._base.execute("update transfers set status = 'paid'")
    for _ in range(2):  # the look-up books it, the comparison finds both sides the same
        world.clock.advance(2 * DAY_MS)
        world.sample("payouts_schedule", "tick")
    assert (look()["differences"], look()["unclear"], look()["repeats"]) == (0, 0, None)
    assert look()["ours"] == look()["rails"] == {"amount_minor": 1_200, "currency": "EUR"}


def test_a_report_is_compared_by_a_person(house: House) -> None:
    world, _ = house
    paid(world)
    rows = [
        {"payout_id": one.payout_id, "amount_minor": one.amount_minor} for one in world.all(Payout)
    ]
    status, found = world.api("usr_anna", "POST", f"{PATH}/reconciliation", {"rows": rows})
    assert (status, found["source"], found["differences"]) == (200, "report", 0)


def test_each_advocates_difference_from_the_run_before_is_shown(house: House) -> None:
    world, _ = house
    paid(world)
    world.clock.at_ms += 31 * 86_400_000
    world.due(900)
    world.sample("payouts_schedule", "tick")
    lines = world.api("usr_anna", "GET", f"{LATER}/lines")[1]["data"]
    shown = [(one["advocate_id"], one["previous"]["amount_minor"]) for one in lines]
    assert shown == [(MAYA, 500)]
    gone = world.api("usr_anna", "GET", f"{LATER}/gone")[1]["data"]
    assert gone == [
        {"advocate_id": BEN, "previous": {"amount_minor": 700, "currency": "EUR"}},
    ]
    assert world.api("usr_anna", "GET", f"{PATH}/gone")[1]["data"] == []
    first = world.api("usr_anna", "GET", f"{PATH}/lines")[1]["data"][0]
    assert (first["previous"], first["state"], first["look_ups"]) == (None, "paid", 0)
    assert first["sent_at"] is not None


def page(world: Treasury, payout_id: str, form: str) -> Any:
    path = f"/v1/payouts/{payout_id}/statement"
    return world.api("usr_anna", "GET", path, query={"format": form})


def test_a_statement_is_a_page_of_its_own(house: House) -> None:
    world, _ = house
    paid(world)
    payout = world.all(Payout)[0]
    status, html = page(world, payout.payout_id, "html")
    assert (status, html.startswith("<!doctype html>")) == (200, True)
    amount = f"{payout.amount_minor // 100}.00 EUR"
    for shown in (payout.payout_id, payout.rewards[0].reward_id, amount, "paid"):
        assert shown in html
    assert "<script" not in html
    assert "http" not in html
    assert page(world, payout.payout_id, "csv")[1].startswith("kind,id,amount,currency")
    assert page(world, payout.payout_id, "json")[1]["payout_id"] == payout.payout_id


@pytest.mark.parametrize("locale", ["en", "de"])
def test_every_reason_why_nothing_is_paid_is_said_on_the_page(locale: str) -> None:
    reasons = {one for part in get_args(Waiting) for one in get_args(part) or (part,)}
    words = json.loads((WORDS / locale / "portal.json").read_text())
    assert reasons - set(words["waits"]) == set()
