"""Two orders become one: what the second earned is taken back wherever it stands, exactly."""

import pytest
from goodword.conversions.aliases import OrderAlias
from goodword.conversions.disputes import Inquiry
from goodword.conversions.merging import known_as, merge
from goodword.conversions.model import Conversion, Customer, Identity, InquiryFact, OtherNames
from goodword.conversions.naming import join_names
from goodword.conversions.order import Space
from goodword.ledger.model import Balance
from goodword.ledger.service import Checker
from goodword.ports import Change
from goodword.programs.model import Rule
from goodword.rewards.model import Reward
from goodword.rewards.tally import Sum, Tally
from goodword.times import DAY_MS, MINUTE_MS

from tests.support.scene import BEN, MAYA, PROGRAM, Scene

SPACE = Space(PROGRAM, "src_1")
NAMES = ("in_1", "pi_1")


@pytest.fixture
def scene() -> Scene:
    return Scene()


def told(
    scene: Scene, order_id: str, code: str = "MAYA7", net_minor: int = 5_000, **more: object
) -> None:
    scene.clock.at_ms += MINUTE_MS
    clicks = (scene.click(code, 1),)
    scene.sale(order_id, net_minor, click_ids=clicks, customer=Customer(), **more)


def unite(scene: Scene) -> str:
    names = OtherNames(order_id="in_1", aliases=("pi_1",))
    assert join_names(scene.desk("conversions"), SPACE, names)
    return scene.worker.unite(SPACE, NAMES)


def states(scene: Scene) -> dict[str, tuple[str, int]]:
    return {one.order_id: (one.state, one.remaining_minor) for one in scene.all(Reward)}


def test_a_reward_that_is_due_is_reversed_and_what_is_owed_is_exact(scene: Scene) -> None:
    told(scene, "pi_1")
    told(scene, "in_1")
    for reward in scene.all(Reward):
        scene.approval.assess(reward.reward_id)
    scene.clock.at_ms += 20 * DAY_MS
    for reward in scene.all(Reward):
        scene.approval.post(reward.reward_id)
    assert scene.balance().payable_minor == 1_000
    assert unite(scene) == ""
    assert states(scene) == {"pi_1": ("due", 500), "in_1": ("reversed", 0)}
    assert (scene.balance().payable_minor, scene.balance().sales) == (500, 1)
    assert unite(scene) == ""
    assert scene.balance().payable_minor == 500
    (event,) = scene.events("conversion.merged")
    assert (event.data["taken_minor"], event.reason) == (500, "duplicate_order")


def test_the_touches_of_both_decide_who_has_the_one(scene: Scene) -> None:
    told(scene, "pi_1", "MAYA7")
    told(scene, "in_1", "BEN77")
    assert unite(scene) == ""
    live = {
        one.advocate_id: one.remaining_minor for one in scene.all(Reward) if one.state != "void"
    }
    assert live == {BEN: 500}
    assert {one.advocate_id: one.sales for one in scene.all(Balance)} == {MAYA: 0, BEN: 1}


def test_an_order_without_a_reward_and_one_that_was_given_back_merge(scene: Scene) -> None:
    scene.sale("pi_1", customer=Customer())
    told(scene, "in_1")
    scene.refund("r1", None, orders=("in_1",))
    scene.refund("r2", 1_000, orders=("in_1",))
    assert unite(scene) == ""
    kept, _ = sorted(scene.all(Conversion), key=lambda one: one.occurred_ms)
    assert (kept.refunded_net_minor, kept.advocate_id) == (5_000, MAYA)
    assert scene.balance().pending_minor == 0


def test_three_are_made_one(scene: Scene) -> None:
    for name in ("pi_1", "in_1", "cs_1"):
        told(scene, name)
    assert scene.worker.unite(SPACE, ("cs_1", "in_1", "pi_1")) == ""
    assert sum(left for _, left in states(scene).values()) == 500
    scene.refund("r1", 2_500, orders=("cs_1",))
    assert sum(left for _, left in states(scene).values()) == 250


def test_amounts_of_a_paused_programme_and_of_rewards_past_their_hold_stay(scene: Scene) -> None:
    told(scene, "in_1", provisional=True)
    scene.approval.assess(scene.reward.reward_id)
    scene.clock.at_ms += 20 * DAY_MS
    scene.approval.post(scene.reward.reward_id)
    assert scene.sale("in_1", 4_000).reason == "order_differs"
    assert (scene.conversion.net_minor, scene.reward.state) == (5_000, "due")
    told(scene, "pi_1", net_minor=4_000, gross_minor=4_000)
    assert unite(scene) == "order_differs"


def test_provisional_amounts_give_way_and_never_come_back(scene: Scene) -> None:
    told(scene, "1", net_minor=5_000, provisional=True)
    scene.refund("r1", 1_000)
    assert scene.sale("1", 4_000).state == "booked"
    assert scene.sale("1", 5_000, provisional=True).state == "booked"
    assert (scene.conversion.net_minor, scene.conversion.provisional) == (4_000, False)
    assert scene.balance().pending_minor == 400


def test_amounts_of_the_duplicate_that_count_are_in_the_journal(scene: Scene) -> None:
    told(scene, "pi_1", net_minor=5_000, provisional=True)
    told(scene, "in_1", net_minor=4_000)
    assert unite(scene) == ""
    kept, _ = sorted(scene.all(Conversion), key=lambda one: one.occurred_ms)
    assert (kept.net_minor, kept.provisional) == (4_000, False)
    assert scene.one(Tally).in_all == Sum(orders=1, net_minor=4_000)
    assert scene.balance().pending_minor == 400
    assert Checker(scene.desk(), scene.store).compare()[1] == []


def test_orders_of_two_currencies_are_never_made_one() -> None:
    rule = Rule.model_validate(
        {"rule_id": "x", "action": "sale", "reward": {"kind": "percentage", "basis_points": 1_000}}
    )
    review = {"auto_approve_limit_minor": 0}
    scene = Scene(currencies="accept", accepted=("USD",), rules=(rule,), caps=(), review=review)
    for name, currency in (("pi_1", "EUR"), ("in_1", "USD"), ("cs_1", "EUR")):
        told(scene, name, currency=currency)
    assert scene.worker.unite(SPACE, ("cs_1", "in_1", "pi_1")) == "order_differs"
    assert states(scene) == {
        "pi_1": ("pending", 500),
        "in_1": ("pending", 500),
        "cs_1": ("void", 0),
    }
    assert scene.refund("r1", 2_500, orders=("in_1",), currency="USD").state == "booked"
    assert states(scene)["in_1"] == ("pending", 250)
    assert scene.ledger_differences() == []


def test_what_was_taken_is_told_in_money_alone() -> None:
    rules: list[dict[str, object]] = [
        {"reward": {"kind": "percentage", "basis_points": 1_000}},
        {"reward": {"kind": "flat", "amount_minor": 7_000}, "unit": "points"},
    ]
    made = [
        Rule.model_validate({"rule_id": f"r{n}", "action": "sale"} | one)
        for n, one in enumerate(rules)
    ]
    scene = Scene(rules=tuple(made), caps=())
    told(scene, "pi_1")
    told(scene, "in_1")
    assert unite(scene) == ""
    (event,) = scene.events("conversion.merged")
    assert event.data["taken_minor"] == 500


def test_an_inquiry_about_the_duplicate_holds_the_reward_of_the_one_that_is_kept(
    scene: Scene,
) -> None:
    told(scene, "pi_1")
    told(scene, "in_1")
    asked = InquiryFact(
        inquiry_id="dp_1",
        orders=("in_1",),
        occurred_ms=scene.clock.at_ms,
        currency="EUR",
        state="open",
    )
    assert scene.deliver(asked).state == "booked"
    assert states(scene) == {"pi_1": ("pending", 500), "in_1": ("on_hold", 500)}
    assert unite(scene) == ""
    assert states(scene) == {"pi_1": ("on_hold", 500), "in_1": ("void", 0)}
    kept, _ = sorted(scene.all(Conversion), key=lambda one: one.occurred_ms)
    assert kept.inquiries == ("dp_1",)
    asked_about = {one.conversion_id: one.state for one in scene.all(Inquiry)}
    assert asked_about[kept.conversion_id] == "open"
    assert scene.deliver(asked.but(state="closed")).state == "booked"
    assert states(scene)["pi_1"] == ("pending", 500)


def test_a_duplicate_that_nobody_won_takes_nothing_from_anybodys_counts(scene: Scene) -> None:
    told(scene, "pi_1")
    scene.clock.at_ms += MINUTE_MS
    scene.sale("in_1", customer=Customer())
    assert unite(scene) == ""
    assert states(scene) == {"pi_1": ("pending", 500)}
    assert scene.balance().sales == 1
    assert scene.one(Tally).in_all == Sum(orders=1, net_minor=5_000)
    (event,) = scene.events("conversion.merged")
    assert event.data["taken_minor"] == 0


@pytest.mark.parametrize(("kept", "remembered"), [(2, False), (30, True)])
def test_a_friend_is_left_with_the_other_orders_whether_the_duplicate_is_remembered_or_not(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, kept: int, remembered: bool
) -> None:
    """Of very many orders of one friend only some are remembered."""
    monkeypatch.setattr("goodword.conversions.friends.FRIEND_CONVERSIONS_MAX", kept)
    for name in ("pi_1", "in_1", "later", "last"):
        scene.clock.at_ms += MINUTE_MS
        scene.sale(name, click_ids=(scene.click(),), customer=Customer(customer_id="c1"))
    duplicate = next(one for one in scene.all(Conversion) if one.order_id == "in_1")
    before = {one.conversion_id for one in scene.one(Identity).conversions}
    assert (duplicate.conversion_id in before) == remembered
    assert unite(scene) == ""
    after = {one.conversion_id for one in scene.one(Identity).conversions}
    assert after == before - {duplicate.conversion_id}
    live = {name: left for name, (state, left) in states(scene).items() if state == "pending"}
    assert live == {"pi_1": 500, "later": 500, "last": 500}


def test_a_name_whose_order_is_not_there_names_nothing(scene: Scene) -> None:
    told(scene, "in_1")
    change = Change()
    change.create(
        OrderAlias(
            program_id=PROGRAM, namespace=SPACE.namespace, alias="pi_1", conversion_id="cnv_none"
        )
    )
    scene.store.commit(change)
    assert [one.order_id for one in known_as(scene.desk(), SPACE, NAMES)] == ["in_1"]
    assert not merge(scene.desk(), SPACE, NAMES)
    assert scene.conversion.duplicate_of is None
    assert states(scene) == {"in_1": ("pending", 500)}


def test_what_is_a_duplicate_or_not_there_is_never_decided_again(scene: Scene) -> None:
    told(scene, "pi_1")
    told(scene, "in_1")
    unite(scene)
    (gone,) = [one for one in scene.all(Conversion) if one.duplicate_of is not None]
    before = dict(scene.store.items)
    scene.worker.decide_again(gone.conversion_id)
    scene.worker.decide_again("cnv_none")
    assert scene.store.items == before
    assert states(scene) == {"pi_1": ("pending", 500), "in_1": ("void", 0)}


def test_new_amounts_of_a_refused_order_move_its_advocates_totals_and_nothing_else(
    scene: Scene,
) -> None:
    told(scene, "1", net_minor=50_000, provisional=True)
    scene.approval.assess(scene.reward.reward_id)
    scene.approval.decide(
        scene.reward.reward_id, approve=False, code="fraud", decider_advocate_id=None
    )
    assert scene.one(Tally).in_all == Sum(orders=1, net_minor=50_000)
    assert scene.sale("1", 40_000, customer=Customer()).state == "booked"
    assert (scene.conversion.net_minor, scene.conversion.decisions) == (40_000, 1)
    assert scene.one(Tally).in_all == Sum(orders=1, net_minor=40_000)
    assert (scene.reward.state, scene.reward.earned_minor) == ("rejected", 5_000)
    assert scene.balance().sales == 1
    assert scene.ledger_differences() == []
