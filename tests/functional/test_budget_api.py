"""A budget over the API: finance sets it, staff read what is left, nobody else does either."""

from collections.abc import Iterator
from typing import Any

import pytest
from goodword.programs.caps import Cap

from tests.support.api import ADMIN, ANALYST, ANNA, FINANCE, MARKETER, Front, front
from tests.support.people import terms_json

BUDGET = {"limits": [{"period": "lifetime", "amount_minor": 500_000}], "reason": "plan_of_2026"}


@pytest.fixture
def call() -> Iterator[Front]:
    with front() as found:
        yield found


@pytest.fixture
def place(call: Front) -> str:
    caps = (Cap(scope="programme", period="day", rewards=40),)
    body = {"terms": terms_json(caps=caps), "rationale": "a first try"}
    made: Any = call(MARKETER, "POST", "/v1/programs", body).body
    return f"/v1/programs/{made['id']}/budget"


def test_finance_sets_it_and_staff_read_what_is_left(call: Front, place: str) -> None:
    assert call(ANALYST, "GET", place).code == "not_allowed"  # it grows with one's reward
    before = call(MARKETER, "GET", place).body
    (cap,) = before["limits"]
    assert (before["currency"], before["budget"]) == ("EUR", [])
    assert (cap["name"], cap["measure"], cap["limit"]) == ("programme-day-rewards", "rewards", 40)
    reply = call(FINANCE, "PUT", place, BUDGET)
    assert reply.status == 200
    _, budget = reply.body["limits"]
    assert budget == {
        "name": "budget-lifetime-money",
        "scope": "budget",
        "measure": "money",
        "currency": "EUR",
        "period": "lifetime",
        "limit": 500_000,
        "used": 0,
        "left": 500_000,
        "over": 0,
    }
    assert call(ADMIN, "GET", place).body == reply.body


def test_a_repeated_call_has_the_same_answer(call: Front, place: str) -> None:
    first = call(FINANCE, "PUT", place, BUDGET, key="once")
    again = call(FINANCE, "PUT", place, BUDGET, key="once")
    assert (again.body, again.headers["Idempotency-Replayed"]) == (first.body, "true")


@pytest.mark.parametrize("who", [MARKETER, ANALYST, ANNA], ids=["marketer", "analyst", "anna"])
def test_nobody_else_sets_it(call: Front, place: str, who: Any) -> None:
    assert call(who, "PUT", place, BUDGET).code == "not_allowed"


@pytest.mark.parametrize(
    "limits",
    [
        [{"period": "order", "amount_minor": 1}],
        [{"period": "month", "amount_minor": 0}],
        [{"period": "month", "amount_minor": 1}, {"period": "month", "amount_minor": 2}],
        [{"period": "month", "amount_minor": "1"}],
        [{"period": one, "amount_minor": 1} for one in ("day", "week", "month", "year")],
    ],
)
def test_what_is_no_budget_is_refused(call: Front, place: str, limits: list[Any]) -> None:
    reply = call(FINANCE, "PUT", place, BUDGET | {"limits": limits})
    assert (reply.status, reply.code) == (422, "invalid_body")
    assert (
        all(one["field"].startswith("limits") for one in reply.body["errors"]) or len(limits) == 2
    )
