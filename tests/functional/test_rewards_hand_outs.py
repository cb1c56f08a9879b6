"""Finance hands over what is no money, by the samples; everybody else is refused."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.functions import call, over, sample
from tests.support.handing import Counter


@pytest.fixture
def counter() -> Iterator[Counter]:
    scene = Counter()
    scene.order("1001")
    scene.mature()
    with over(scene) as patch:
        patch.setattr("goodword_aws.rewards.client", lambda _name: None)
        yield scene


def answered(case: str) -> tuple[int, Any]:
    reply = call("rewards_api", sample("rewards_api", case))
    return reply["statusCode"], json.loads(reply["body"])


def test_what_waits_is_listed_and_goes_out_once(counter: Counter) -> None:
    status, listed = answered("hand_outs")
    assert status == 200
    (row,) = listed["data"]
    assert row["amount"] == {"amount_minor": 100, "currency": "POINTS"}
    assert [one["order_id"] for one in row["pieces"]] == ["1001"]
    first, second = answered("hand_over"), answered("hand_over")
    assert first == second  # the same key: the same answer, and nothing twice
    assert (first[0], first[1]["reference"], first[1]["by"]) == (201, "ticket 4711", "sub-fin-1")
    assert counter.states() == {"1001": ("paid", 100)}
    assert counter.purse().paid_minor == 100
    assert answered("hand_outs")[1]["data"] == []


@pytest.mark.parametrize(
    ("case", "status", "code"),
    [
        ("refused_hand_outs_of_money", 422, "money_is_paid_out"),
        ("refused_hand_over_of_money", 422, "invalid_body"),
        ("refused_hand_over_another_amount", 409, "amount_moved"),
        ("refused_admin_hands_over", 403, "not_allowed"),
    ],
)
def test_refusals_change_nothing(counter: Counter, case: str, status: int, code: str) -> None:
    before = dict(counter.store.items)
    got, problem = answered(case)
    assert (got, problem["code"]) == (status, code)
    assert counter.store.items == before


def test_the_payee_in_finance_hands_nothing_over_to_themselves(counter: Counter) -> None:
    event = sample("rewards_api", "hand_over")
    event["requestContext"]["authorizer"]["jwt"]["claims"]["email"] = "maya7@x.example"
    reply = call("rewards_api", event)
    assert json.loads(reply["body"])["code"] == "payee_may_not_decide"
    assert counter.states() == {"1001": ("due", 100)}
