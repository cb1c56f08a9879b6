"""The payout functions do what their samples say, from the clock's tick to money on the rail."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from goodword.advocates.model import Known
from goodword.errors import GoodwordError
from goodword.ledger.service import Checker
from goodword.payouts.model import Payout
from goodword.ports import Change
from goodword.privacy.model import VaultItem
from goodword.times import MINUTE_MS
from goodword_aws.settings import settings

from infra.local.rail_simulator import RailSimulator
from tests.support.functions import ROOT
from tests.support.scene import BEN, MAYA
from tests.support.treasury import CANARY, MACS, Treasury, told, treasury

RUN = "run_prg_test_2025-10"
PATH = f"/v1/payout-runs/{RUN}"
House = tuple[Treasury, RailSimulator]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with treasury(tmp_path) as found:
        found[0].due(500)
        found[0].due(700, BEN)
        yield found


def listed(world: Treasury) -> dict[str, Any]:
    """The run after the clock's tick, as finance sees it."""
    world.sample("payouts_schedule", "tick")
    status, run = world.api("usr_anna", "GET", PATH)
    assert status == 200
    found: dict[str, Any] = run["run"]
    return found


def paid(world: Treasury) -> None:
    run = listed(world)
    asked = {"run_hash": run["run_hash"]}
    assert world.api("usr_anna", "POST", f"{PATH}/request", asked)[0] == 200
    let_go = asked | {"total_minor": run["total"]["amount_minor"]}
    status, after = world.api("usr_carl", "POST", f"{PATH}/release", let_go)
    assert (status, after["state"]) == (200, "released")


def test_from_the_tick_to_money_on_the_rail(house: House) -> None:
    world, rail = house
    assert world.sample("payouts_schedule", "tick")["started"] == [RUN]
    assert world.sample("payouts_schedule", "tick")["started"] == []
    paid(world)
    assert world.executions[RUN].last == "Settled"
    assert sorted(each["amount_minor"] for each in rail.ledger.transfers()) == [500, 700]
    status, found = world.api("usr_anna", "GET", PATH)
    assert (status, found["run"]["state"], found["difference"]) == (200, "settled", None)
    assert found["run"]["outcome"]["paid"] == {
        "count": 2,
        "amount": {"amount_minor": 1_200, "currency": "EUR"},
    }
    assert world.ledger_differences() == []


def test_a_rail_that_hangs_pays_once_all_the_same(house: House) -> None:
    world, rail = house
    world.pay_to(MAYA, "timeout-after-accept@x.example")
    world.pay_to(BEN, "timeout-before-accept@x.example")
    paid(world)
    assert world.executions[RUN].last == "Settled"
    assert {each.state for each in world.all(Payout)} == {"paid"}
    keys = [each["key"] for each in rail.ledger.transfers()]
    assert sorted(keys) == sorted(each.payout_id for each in world.all(Payout))


def test_a_run_by_hand_ends_as_a_file_and_a_confirmation(tmp_path: Path) -> None:
    with treasury(tmp_path, rail="csv") as (world, rail):
        world.pay_to(MAYA, rail="csv")
        world.due(500)
        paid(world)
        assert world.executions[RUN].last == "Settled"
        file = world.bucket.objects[f"payouts/files/{RUN}.csv"].decode()
        assert f"{CANARY},DE89370400440532013000,5.00,EUR" in file
        assert told(world.sample("payouts_api", "confirm_all")) == (
            200,
            {"count": 1, "next_cursor": None},
        )
        assert (world.payout.state, world.payout.reference) == ("paid", "SEPA 2025-11-22")
        assert rail.ledger.transfers() == []


def test_finance_sees_lines_reasons_statements_and_balances(house: House) -> None:
    world, _ = house
    world.enrol("adv_small", "SMALL7")
    world.pay_to("adv_small")
    world.due(50, "adv_small")
    paid(world)
    status, lines = world.api("usr_anna", "GET", f"{PATH}/lines", query={"limit": "1"})
    assert (status, len(lines["data"]), lines["has_more"]) == (200, 1, True)
    assert told(world.sample("payouts_api", "exclusions"))[1]["data"] == [
        {
            "advocate_id": "adv_small",
            "reason": "below_minimum",
            "amount": {"amount_minor": 50, "currency": "EUR"},
        }
    ]
    payout_id = next(each.payout_id for each in world.all(Payout) if each.advocate_id == MAYA)
    status, shown = world.api("usr_anna", "GET", f"/v1/payouts/{payout_id}")
    assert (status, shown["statement"]["state"]) == (200, "paid")
    assert len(shown["payee"]["destination"]) == 12
    status, told_csv = world.api(
        "usr_anna", "GET", f"/v1/payouts/{payout_id}/statement", query={"format": "csv"}
    )
    assert (status, told_csv.splitlines()[-1]) == (200, f"total,{payout_id},5.00,EUR")
    status, statement = world.api("usr_anna", "GET", f"/v1/payouts/{payout_id}/statement")
    assert statement == shown["statement"]
    found = told(world.sample("payouts_api", "payouts_of_an_advocate"))[1]["data"]
    assert [each["payout_id"] for each in found] == [payout_id]
    balances = told(world.sample("payouts_api", "balances"))[1]["data"]
    assert balances[0]["paid"] == {"amount_minor": 500, "currency": "EUR"}
    assert [each["id"] for each in told(world.sample("payouts_api", "list_runs"))[1]["data"]] == [
        RUN
    ]


def test_a_run_shows_how_it_differs_from_the_one_before(house: House) -> None:
    world, _ = house
    paid(world)
    world.clock.at_ms += 31 * 86_400_000
    world.due(900)
    world.sample("payouts_schedule", "tick")
    status, found = world.api("usr_anna", "GET", "/v1/payout-runs/run_prg_test_2025-11")
    assert (status, found["difference"]["run_id"], found["difference"]["count"]) == (200, RUN, -1)
    assert found["difference"]["total"]["amount_minor"] == -300


def test_the_last_check_of_the_ledger_is_shown(house: House) -> None:
    world, _ = house
    assert told(world.sample("payouts_api", "ledger_check"))[1]["code"] == "never_checked"
    Checker(world.desk(), world.store).check()
    status, check = told(world.sample("payouts_api", "ledger_check"))
    assert (status, check["found"]) == (200, 0)


def test_one_person_never_does_both(house: House) -> None:
    world, rail = house
    run = listed(world)
    asked = {"run_hash": run["run_hash"]}
    world.api("usr_anna", "POST", f"{PATH}/request", asked)
    let_go = asked | {"total_minor": 1_200}
    for name in ("usr_anna", "usr_anna+work", "USR_ANNA"):  # one mailbox, several sign-ins
        status, refusal = world.api(name, "POST", f"{PATH}/release", let_go)
        assert (status, refusal["code"]) == (403, "same_person")
    status, refusal = world.api("usr_carl", "POST", f"{PATH}/release", asked | {"total_minor": 1})
    assert (status, refusal["code"]) == (422, "total_mismatch")
    assert rail.ledger.transfers() == []


def test_somebody_who_is_paid_by_the_run_cannot_release_it(house: House) -> None:
    world, _ = house
    change = Change()
    mac = MACS.mac("email", "usr_maya@shop.example")
    change.create(Known(mac=mac, of="email", advocate_id=MAYA))
    world.store.commit(change)
    run = listed(world)
    asked = {"run_hash": run["run_hash"]}
    status, refusal = world.api("usr_maya", "POST", f"{PATH}/request", asked)
    assert (status, refusal["code"]) == (403, "payee_may_not_request")
    world.api("usr_anna", "POST", f"{PATH}/request", asked)
    let_go = asked | {"total_minor": 1_200}
    status, refusal = world.api("usr_maya", "POST", f"{PATH}/release", let_go)
    assert (status, refusal["code"]) == (403, "payee_may_not_release")


def test_a_repeated_release_answers_the_same(house: House) -> None:
    world, rail = house
    run = listed(world)
    asked = {"run_hash": run["run_hash"]}
    world.api("usr_anna", "POST", f"{PATH}/request", asked, key="k1")
    let_go = asked | {"total_minor": 1_200}
    first = world.api("usr_carl", "POST", f"{PATH}/release", let_go, key="k2")
    assert world.api("usr_carl", "POST", f"{PATH}/release", let_go, key="k2") == first
    assert len(rail.ledger.transfers()) == 2


def test_finance_cancels_and_everything_goes_back(house: House) -> None:
    world, rail = house
    listed(world)
    assert told(world.sample("payouts_api", "cancel"))[1]["state"] == "cancelled"
    assert world.executions[RUN].last == "Everything was given back"
    assert (world.purse().payable_minor, rail.ledger.transfers()) == (500, [])


def test_one_payment_is_marked_as_returned(house: House) -> None:
    world, _ = house
    paid(world)
    payout = world.all(Payout)[0]
    said = {"payout_id": payout.payout_id, "outcome": "returned", "reason_code": "account_closed"}
    assert world.api("usr_anna", "POST", f"{PATH}/confirm", said) == (
        200,
        {"count": 1, "next_cursor": None},
    )
    assert world.purse(payout.advocate_id).payable_minor == payout.amount_minor


def test_run_now_starts_what_the_clock_would(house: House) -> None:
    world, _ = house
    assert told(world.sample("payouts_api", "run_now")) == (
        200,
        {"run_id": RUN, "period": "2025-10"},
    )
    status, refusal = world.api("usr_anna", "POST", "/v1/payout-runs", {"program_id": "prg_test"})
    assert (status, refusal["code"]) == (409, "period_already_run")
    assert RUN in refusal["detail"]


def test_an_erased_person_is_not_paid(house: House) -> None:
    world, rail = house
    world.vault.forget(MAYA)
    item = world.store.items
    del item[next(key for key in item if key.pk == f"VAULT#{BEN}")]
    paid(world)
    assert {each.reason for each in world.all(Payout)} == {"no_destination"}
    assert rail.ledger.transfers() == []


def test_a_method_without_a_destination_is_not_paid(house: House) -> None:
    world, _ = house
    item = next(each for each in world.all(VaultItem) if each.person_id == MAYA)
    change = Change()
    change.replace(world.vault.seal(MAYA, world.vault.open(item).but(payout={}), item))
    world.store.commit(change)
    paid(world)
    assert world.purse().payable_minor == 500


def test_without_a_simulator_its_runs_are_not_begun(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, _ = house
    monkeypatch.setenv("RAIL_SIMULATOR_URL", "")
    settings.cache_clear()
    paid(world)
    assert (world.executions[RUN].status, world.run().state) == ("FAILED", "released")


SAMPLES = sorted(path.stem for path in (ROOT / "events" / "payouts_api").glob("refused_*.json"))
CODES = {
    "refused_admin_requests": (403, "not_allowed"),
    "refused_advocate_lists_seals": (403, "not_allowed"),
    "refused_admin_decides": (403, "not_allowed"),
    "refused_advocate_reads": (403, "not_allowed"),
    "refused_balances_of_nobody": (422, "invalid_query"),
    "refused_finding_cleared_in_words": (422, "unknown_reason_code"),
    "refused_hold_in_words": (422, "unknown_reason_code"),
    "refused_lift_of_nothing": (404, "unknown_hold"),
    "refused_marketer_holds": (403, "not_allowed"),
    "refused_unknown_check": (422, "invalid_body"),
    "refused_unknown_finding": (404, "unknown_finding"),
    "refused_whole_run_held": (422, "run_is_cancelled_whole"),
    "refused_comparison_of_a_draft": (409, "rail_not_asked"),
    "refused_report_in_euros": (422, "invalid_body"),
    "refused_report_of_a_draft": (409, "run_not_settled"),
    "refused_report_without_rows": (422, "invalid_body"),
    "refused_hash_in_capitals": (422, "invalid_body"),
    "refused_marketer_cancels": (403, "not_allowed"),
    "refused_neither_one_nor_all": (422, "one_or_all"),
    "refused_other_hash": (409, "run_changed"),
    "refused_reason_in_words": (422, "unknown_reason_code"),
    "refused_reference_is_a_formula": (422, "invalid_body"),
    "refused_release_too_early": (409, "run_not_waiting"),
    "refused_total_as_text": (422, "invalid_body"),
    "refused_unknown_payout": (404, "unknown_payout"),
    "refused_unknown_run": (404, "unknown_run"),
    "refused_run_now_in_no_currency_of_it": (422, "currency_mismatch"),
    "refused_waiting_for_nothing": (422, "invalid_query"),
    "refused_waiting_in_no_currency": (422, "unknown_currency"),
    "refused_without_key": (400, "idempotency_key_missing"),
}


@pytest.mark.parametrize("case", SAMPLES)
def test_refused_calls_change_nothing(house: House, case: str) -> None:
    world, _ = house
    listed(world)
    before = dict(world.store.items)
    status, refusal = told(world.sample("payouts_api", case))
    assert (status, refusal["code"]) == CODES[case]
    assert world.store.items == before


@pytest.mark.parametrize(
    "case",
    [
        "read_run",
        "lines",
        "exclusions",
        "findings",
        "holds",
        "gone",
        "differences",
        "list_runs",
        "balances",
        "waiting",
    ],
)
def test_reading_changes_nothing(house: House, case: str) -> None:
    world, _ = house
    listed(world)
    before = dict(world.store.items)
    assert told(world.sample("payouts_api", case))[0] == 200
    assert world.store.items == before


REFUSED_STEPS = {
    "refused_unknown_step": "unknown_step",
    "refused_private_step": "unknown_step",
    "refused_unknown_run": "unknown_run",
    "refused_period_is_open": "period_is_open",
}


@pytest.mark.parametrize(("case", "code"), REFUSED_STEPS.items())
def test_refused_steps_fail_by_name(house: House, case: str, code: str) -> None:
    world, _ = house
    with pytest.raises(GoodwordError, match=code):
        world.sample("payouts_task", case)


def test_the_samples_of_the_steps_walk_a_run(house: House) -> None:
    world, rail = house
    routes = {
        "open": "freeze",
        "freeze": "close_list",
        "close_list": "audit",
        "audit": "ask_request",
        "ask_request": "waiting",
        "mend": "waiting",
        "begin": "ask_request",
        "send": "again",
        "settle": "ask_request",
        "reconcile": "settled",
        "compare": "compare",
        "sum_up": "ask_request",
        "look_up": "settled",
        "expire": "give_back",
        "give_back": "given_back",
    }
    told_routes = {case: world.sample("payouts_task", case)["route"] for case in routes}
    assert told_routes == routes
    assert rail.ledger.transfers() == []


def test_a_lost_execution_is_taken_up_by_the_clock(house: House) -> None:
    world, rail = house
    run = listed(world)
    world.executions[RUN].waits = None  # the execution is gone; nobody can resume it
    asked = {"run_hash": run["run_hash"]}
    world.api("usr_anna", "POST", f"{PATH}/request", asked)
    world.api("usr_carl", "POST", f"{PATH}/release", asked | {"total_minor": 1_200})
    assert world.run().state == "released"
    world.clock.advance(31 * MINUTE_MS)
    assert world.sample("payouts_schedule", "tick")["mended"] == [RUN]
    assert (world.run().state, len(rail.ledger.transfers())) == ("settled", 2)


def test_nothing_personal_leaves_the_vault(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    world, _ = house
    world.pay_to(MAYA, f"fail@{CANARY}.example")
    world.pay_to(BEN, f"timeout-after-accept@{CANARY}.example")
    paid(world)
    shown = [world.api("usr_anna", "GET", path)[1] for path in (PATH, f"{PATH}/lines")]
    for payout in world.all(Payout):
        shown.append(world.api("usr_anna", "GET", f"/v1/payouts/{payout.payout_id}")[1])
    logged = capsys.readouterr()
    everything = [
        json.dumps([each for key, each in world.store.items.items()]),
        json.dumps(shown),
        *world.steps,
        logged.out + logged.err,
    ]
    assert not any(CANARY in each for each in everything)
