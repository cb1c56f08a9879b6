"""Who may call which route of the finance API."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.local.rail_simulator import RailSimulator
from tests.support.treasury import Treasury, treasury

PATH = "/v1/payout-runs/run_prg_test_2025-10"
House = tuple[Treasury, RailSimulator]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with treasury(tmp_path) as found:
        found[0].due(500)
        yield found


ROUTES = {
    ("POST", "/v1/payout-runs"): {"program_id": "prg_test"},
    ("GET", "/v1/payout-runs"): None,
    ("GET", PATH): None,
    ("GET", f"{PATH}/lines"): None,
    ("GET", f"{PATH}/exclusions"): None,
    ("GET", f"{PATH}/findings"): None,
    ("GET", f"{PATH}/gone"): None,
    ("GET", f"{PATH}/reconciliation"): None,
    ("GET", f"{PATH}/reconciliation/differences"): None,
    ("POST", f"{PATH}/reconciliation"): {"rows": [{"payout_id": "pay_1", "amount_minor": 1}]},
    ("POST", f"{PATH}/reconciliation/start"): None,
    ("POST", f"{PATH}/findings"): {
        "check": "own_spike",
        "subject": "pay_1",
        "verdict": "clear",
        "reason_code": "other",
    },
    ("GET", "/v1/payout-waiting"): None,
    ("GET", "/v1/payout-holds"): None,
    ("POST", "/v1/payout-holds"): {"advocate_id": "adv_1", "reason_code": "other"},
    ("POST", "/v1/payout-holds/lift"): {
        "advocate_id": "adv_1",
        "hold_id": "hld_1",
        "reason_code": "other",
    },
    ("POST", f"{PATH}/request"): {"run_hash": "0" * 64},
    ("POST", f"{PATH}/release"): {"run_hash": "0" * 64, "total_minor": 1},
    ("POST", f"{PATH}/cancel"): {"reason_code": "no"},
    ("POST", f"{PATH}/confirm"): {"all": True},
    ("GET", "/v1/payouts"): None,
    ("GET", "/v1/payouts/pay_1"): None,
    ("GET", "/v1/payouts/pay_1/statement"): None,
    ("GET", "/v1/ledger/check"): None,
    ("GET", "/v1/ledger/balances"): None,
    ("GET", "/v1/ledger/seals"): None,
}
FOR_EVERYBODY = {("GET", "/v1/ledger/key")}  # who holds a proof must be able to check it


def test_every_route_is_for_finance_and_reading_for_admins_too(house: House) -> None:
    world, _ = house
    world.sample("payouts_schedule", "tick")
    for (method, path), body in ROUTES.items():
        for groups in ((), ("marketer",), ("analyst",), ("admin",)):
            status, refusal = world.api("usr_x", method, path, body, groups=groups)
            may = groups == ("admin",) and method == "GET"
            assert (status == 403 and refusal["code"] == "not_allowed") != may, (method, path)
    api = world.loaded["payouts_api"]
    known = {*ROUTES, *FOR_EVERYBODY}
    named = {(route.method, route.path.count("/")) for route in api.routes}
    assert named == {(method, path.count("/")) for method, path in known}
    assert len(api.routes) == len(known)
