"""Staff read both sides of an order, each amount in its own unit, and what a refund took of all."""

from typing import Any

from goodword.conversions.model import Customer
from goodword.programs.model import Rule
from goodword.rewards.model import Reward

from tests.functional.test_explanations import over_scene
from tests.support.bookkeeping import Case
from tests.support.bookkeeping_abroad import Abroad
from tests.support.scene import MAYA, Scene

TENTH = {"kind": "percentage", "basis_points": 1_000}
BOTH = Rule.model_validate(
    {
        "rule_id": "both",
        "action": "sale",
        "reward": TENTH,
        "friend": {"reward": {"kind": "flat", "amount_minor": 700}, "unit": "store_credit"},
    }
)
POINTS = Rule.model_validate(
    {
        "rule_id": "points",
        "action": "sale",
        "reward": {"kind": "flat", "amount_minor": 120},
        "unit": "points",
    }
)


def played(scene: Scene, path: str, who: str = "finance") -> Any:
    """The answer of the API; `path` may name the ids of the scene."""
    (status, told) = next(desk(who, path) for desk in over_scene(scene))
    assert status == 200, told
    return told


def money(amount_minor: int, currency: str) -> dict[str, object]:
    return {"amount_minor": amount_minor, "currency": currency}


def sold(*rules: Rule) -> tuple[Scene, dict[str, Reward]]:
    """A scene with an order of 50.00, half of it returned; and its rewards by side and unit."""
    scene = Scene(rules=rules, caps=())
    scene.sale(net_minor=5_000, click_ids=(scene.click(),))
    scene.refund("r1", 2_500)
    return scene, {f"{one.side} {one.currency}": one for one in scene.all(Reward)}


def test_the_friends_side_of_an_order_is_explained_beside_the_advocates() -> None:
    scene, rewards = sold(BOTH)
    place = f"/v1/conversions/{scene.conversion.conversion_id}/explanation"
    told = played(scene, place, "marketer")
    (rule,), (side,) = told["decisions"][0]["rules"], told["decisions"][0]["friend_rules"]
    assert rule["earned"] == money(500, "EUR")
    assert (side["arithmetic"], side["earned"]) == (
        "flat 7.00 EUR.CREDIT",
        money(700, "EUR.CREDIT"),
    )
    seen = {one["side"]: one for one in told["rewards"]}
    assert {side: one["reward"]["id"] for side, one in seen.items()} == {
        "advocate": rewards["advocate EUR"].reward_id,
        "friend": rewards["friend EUR.CREDIT"].reward_id,
    }
    assert [entry["what"] for entry in seen["friend"]["entries"]] == [
        "reward_earned",
        "reward_reversed",
    ]
    assert [one["type"] for one in seen["friend"]["steps"]] == ["reward.created", "reward.reversed"]
    assert seen["friend"]["advocate_reads"] == []
    assert seen["advocate"]["advocate_reads"] == told["advocate_reads"]
    (reversal,) = told["reversals"]
    assert reversal["taken"] == money(250, "EUR")
    assert [share["taken"] for share in reversal["shares"]] == [
        money(250, "EUR"),
        money(350, "EUR.CREDIT"),
    ]


def test_a_reward_of_the_friends_is_explained_by_itself() -> None:
    scene, rewards = sold(BOTH)
    own = rewards["friend EUR.CREDIT"]
    told = played(scene, f"/v1/rewards/{own.reward_id}/explanation")
    (seen,) = told["rewards"]
    assert (seen["side"], seen["reward"]["id"]) == ("friend", own.reward_id)
    assert seen["reward"]["remaining"] == money(350, "EUR.CREDIT")
    assert told["decisions"][0]["friend_rules"][0]["rule"]["rule_id"] == "both"
    assert told["advocate_id"] == MAYA


def test_a_customer_nobody_knows_gets_nothing_and_staff_read_why() -> None:
    scene = Scene(rules=(BOTH,), caps=())
    scene.sale(net_minor=5_000, click_ids=(scene.click(),), customer=Customer())
    told = played(scene, f"/v1/conversions/{scene.conversion.conversion_id}/explanation")
    (side,) = told["decisions"][0]["friend_rules"]
    assert (side["earned"], side["reason"]) == (money(0, "EUR.CREDIT"), "customer_not_known")
    assert [one["side"] for one in told["rewards"]] == ["advocate"]


def test_the_advocate_reads_nothing_of_the_friends_reward() -> None:
    scene, rewards = sold(BOTH)
    own = rewards["friend EUR.CREDIT"]
    told = str(played(scene, f"/v1/me/conversions/{own.conversion_id}/explanation", MAYA))
    assert own.reward_id not in told
    assert own.advocate_id not in told
    assert "3.50" not in told


def test_points_are_told_as_points_and_money_beside_them_as_money() -> None:
    scene, _ = sold(POINTS, BOTH)
    told = played(scene, f"/v1/conversions/{scene.conversion.conversion_id}/explanation")
    points, tenth = told["decisions"][0]["rules"]
    assert (points["computed"], points["earned"]) == (money(120, "POINTS"),) * 2
    assert (tenth["computed"], tenth["earned"]) == (money(500, "EUR"),) * 2
    (reversal,) = told["reversals"]
    assert reversal["taken"] == money(250, "EUR")
    assert [share["taken"] for share in reversal["shares"]] == [
        money(60, "POINTS"),
        money(250, "EUR"),
        money(350, "EUR.CREDIT"),
    ]


def test_what_a_refund_took_of_an_order_that_was_changed_is_in_the_programmes_currency() -> None:
    books = Abroad(Case("abroad", "EUR", "10 %", ""))
    for step in ("rate USD 2", "order 100.00 in USD", "refund 40.00 in USD"):
        books.change_of(step)
    reward = books.scene.reward
    told = played(books.scene, f"/v1/rewards/{reward.reward_id}/explanation")
    (reversal,) = told["reversals"]
    assert reversal["taken"] == reversal["shares"][0]["taken"] == money(200, "EUR")
    assert reversal["shares"][0]["arithmetic"] == (
        "5.00 EUR x 40.00 USD / 100.00 USD of net = 2.00 EUR (rounding half_even)"
    )
