"""The largest terms fit one transaction, whatever happens to an order; what does not is shown."""

import pytest
from goodword.conversions.model import Customer
from goodword.limits import REWARDS_PER_ORDER_MAX
from goodword.programs.caps import Cap
from goodword.programs.model import Rule
from goodword.rewards.model import Reward
from pydantic import ValidationError

from tests.support.scene import Scene, terms

PERIODS = ("day", "week", "month", "quarter", "year")
CAPS = [
    Cap.model_validate({"scope": scope, "period": period} | size)
    for scope in ("advocate", "friend")
    for period in PERIODS
    for size in ({"amount_minor": 10**9}, {"rewards": 10_000})
]
FRIEND = {"reward": {"kind": "flat", "amount_minor": 1}, "unit": "points"}


def rules(count: int, **more: object) -> tuple[Rule, ...]:
    base = {"action": "sale", "reward": {"kind": "flat", "amount_minor": 10}} | more
    return tuple(Rule.model_validate(base | {"rule_id": f"r{n}"}) for n in range(count))


@pytest.mark.parametrize(
    "largest",
    [rules(REWARDS_PER_ORDER_MAX), rules(REWARDS_PER_ORDER_MAX // 2, friend=FRIEND)],
    ids=["one side", "both sides"],
)
def test_the_largest_terms_go_through_all_that_may_happen(largest: tuple[Rule, ...]) -> None:
    scene = Scene(rules=largest, caps=tuple(CAPS))
    names = tuple(f"name-{number}" for number in range(8))
    for refund in ("r1", "r2"):
        assert scene.refund(refund, 500, orders=names).state == "booked"
    told = {"aliases": names, "click_ids": (scene.click("BEN77", 2),)}
    assert scene.sale("1001", 5_000, **told).state == "booked"
    other = Customer(customer_id="c2", email="other@x.example")
    again = {"customer": other, "click_ids": (scene.click("MAYA7", 1),)}
    assert scene.sale("1001", 5_000, **again).state == "booked"
    assert len(scene.all(Reward)) == 2 * REWARDS_PER_ORDER_MAX
    assert scene.refund("r3", None).state == "booked"
    assert all(one.state == "void" for one in scene.all(Reward))
    assert scene.ledger_differences() == []


def test_larger_terms_are_refused() -> None:
    for wrong in (rules(REWARDS_PER_ORDER_MAX + 1), rules(5, friend=FRIEND)):
        with pytest.raises(ValidationError, match="more than 6 rewards"):
            type(terms()).model_validate(dict(terms()) | {"rules": wrong})


def test_more_rewards_by_conditions_than_can_be_booked_are_shown_to_a_person() -> None:
    when = {"op": "at_least", "of": "order_net", "value": 1}
    scene = Scene(rules=rules(40, when=when), caps=())
    kept = scene.sale("1001", 5_000, click_ids=(scene.click(),))
    assert (kept.state, kept.reason) == ("not_understood", "too_many_rewards")
