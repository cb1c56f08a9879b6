"""What a delivery says is booked once, in any order, with a reason for everything."""

import pytest
from goodword.advocates.model import EnrolmentState
from goodword.conversions.aliases import OrderAlias, ParkedRefunds
from goodword.conversions.model import Conversion, Customer, Identity, Refund
from goodword.ports import Change
from goodword.programs.model import PercentageReward, Program, Rule
from goodword.rewards.caps import CapUse
from goodword.rewards.decision import Decision
from goodword.rewards.model import Reward
from goodword.times import DAY_MS
from goodword.tracking.model import AttributionRules

from tests.support.desk import NOW_MS
from tests.support.scene import BEN, MAYA, Scene, sale


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_a_sale_over_a_link_earns_its_share_once(scene: Scene) -> None:
    click = scene.click()
    assert scene.sale(click_ids=(click,)).state == "booked"
    assert scene.sale(click_ids=(click,)).state == "booked"
    assert scene.reward.earned_minor == 500
    assert (scene.conversion.state, scene.conversion.reason) == ("qualified", "rewarded")
    assert scene.balance().pending_minor == 500
    assert (scene.balance().sales, scene.balance().leads) == (1, 0)
    assert len(scene.events("reward.created")) == 1
    assert scene.ledger_differences() == []


def test_the_decision_keeps_the_arithmetic_and_every_touch(scene: Scene) -> None:
    old, new = scene.click("BEN77", days_ago=40), scene.click("MAYA7", days_ago=2)
    scene.sale(net_minor=4_990, click_ids=(new, old, "forged"), codes=("SUMMER", "ben-77", "?"))
    decision = scene.decision
    assert decision.lines[0].arithmetic == "49.90 EUR x 10 % = 4.99 EUR (rounding half_even)"
    verdicts = {
        (one.touch.kind, one.touch.code): one.reason for one in decision.attribution.considered
    }
    assert verdicts == {
        ("click", "BEN77"): "outside_window",
        ("click", "MAYA7"): "later_touch",
        ("code", "BEN77"): "last_touch",
    }
    assert (decision.unknown_codes, decision.bad_click_ids) == (2, 1)
    assert (decision.advocate_id, decision.version_number) == (BEN, 1)


def test_nobody_sent_the_customer(scene: Scene) -> None:
    scene.sale()
    assert (scene.conversion.state, scene.conversion.reason) == ("unattributed", "no_touch")
    assert scene.decision.outcome == "unattributed"
    assert scene.all(Reward) == []


def test_a_click_of_another_programmes_link_is_not_a_touch(scene: Scene) -> None:
    scene.sale(click_ids=(scene.click("NOSUCH"),))
    assert scene.decision.attribution.considered == ()


def test_buying_over_ones_own_link_earns_nothing_and_says_so(scene: Scene) -> None:
    scene.sale(click_ids=(scene.click(),), customer=Customer(email="maya7@x.example"))
    assert scene.conversion.reason == "self_referral"
    assert scene.all(Reward) == []


@pytest.mark.parametrize("state", ["paused", "banned"])
def test_a_paused_or_banned_advocate_earns_nothing_from_that_moment(
    scene: Scene, state: EnrolmentState
) -> None:
    scene.set_enrolment(MAYA, state)
    scene.sale(click_ids=(scene.click(),))
    assert scene.conversion.reason == f"enrolment_{state}"


def test_an_order_below_the_minimum_is_a_refusal_with_its_reason() -> None:
    rule = scene_rule(minimum_order_minor=6_000)
    scene = Scene(rules=(rule,))
    scene.sale(click_ids=(scene.click(),))
    assert (scene.conversion.state, scene.conversion.reason) == (
        "disqualified",
        "below_minimum_order",
    )
    assert scene.decision.lines[0].arithmetic == "50.00 EUR < minimum 60.00 EUR"
    assert scene.balance().sales == 1


def test_an_order_of_nothing_has_nothing_to_reward(scene: Scene) -> None:
    scene.sale(net_minor=0, click_ids=(scene.click(),))
    assert scene.conversion.reason == "nothing_to_reward"


def test_a_programme_without_a_rule_for_the_action_says_so() -> None:
    scene = Scene(rules=(scene_rule(),))
    scene.sale(action="lead", net_minor=0, gross_minor=0, click_ids=(scene.click(),))
    assert scene.conversion.reason == "no_rule_for_action"


def test_the_cap_limits_what_is_earned_and_the_next_order_gets_the_rest(scene: Scene) -> None:
    for number in range(3):
        scene.sale(str(number), 40_000, click_ids=(scene.click(),), customer=Customer())
    earned = sorted(reward.earned_minor for reward in scene.all(Reward))
    assert earned == [2_000, 4_000, 4_000]
    scene.sale("9", 40_000, click_ids=(scene.click(),), customer=Customer())
    assert scene.one(CapUse).used_minor == 10_000
    refused = next(one for one in scene.all(Conversion) if one.order_id == "9")
    assert refused.reason == "cap_reached"


def test_a_signup_remembers_the_click_for_the_purchase(scene: Scene) -> None:
    scene.sale("user-1", 0, action="lead", click_ids=(scene.click(),))
    scene.clock.advance(DAY_MS)
    scene.sale("1001", 5_000)
    assert sorted(reward.earned_minor for reward in scene.all(Reward)) == [200, 500]
    assert (scene.balance().leads, scene.balance().sales) == (1, 1)


def test_the_purchase_may_be_reported_before_the_signup(scene: Scene) -> None:
    click = scene.click()
    scene.sale("1001", 5_000)
    assert scene.all(Reward) == []
    scene.sale("user-1", 0, action="lead", click_ids=(click,))
    assert sorted(reward.earned_minor for reward in scene.all(Reward)) == [200, 500]
    assert {len(identity.conversions) for identity in scene.all(Identity)} == {2}
    assert scene.ledger_differences() == []


def test_a_known_friend_stays_with_the_first_advocate(scene: Scene) -> None:
    scene.sale("1", click_ids=(scene.click("MAYA7"),))
    scene.clock.advance(DAY_MS)
    scene.sale("2", click_ids=(scene.click("BEN77", 0.1),))
    assert {reward.advocate_id for reward in scene.all(Reward)} == {MAYA}


def test_without_stickiness_the_last_touch_earns() -> None:
    scene = Scene(attribution=AttributionRules(sticky=False))
    scene.sale("1", click_ids=(scene.click("MAYA7"),))
    scene.clock.advance(DAY_MS)
    scene.sale("2", click_ids=(scene.click("BEN77", 0.1),))
    assert {reward.advocate_id for reward in scene.all(Reward)} == {MAYA, BEN}


def test_a_later_delivery_of_the_order_may_change_the_winner_until_the_hold_is_over() -> None:
    scene = Scene()
    scene.sale("1", click_ids=(scene.click("MAYA7", 3),))
    scene.sale("1", click_ids=(scene.click("BEN77", 1),))
    states = {reward.advocate_id: reward.state for reward in scene.all(Reward)}
    assert states == {MAYA: "void", BEN: "pending"}
    assert scene.balance(MAYA).pending_minor == 0
    assert scene.balance(MAYA).sales == 0
    assert scene.balance(BEN).pending_minor == 500
    scene.sale("1", click_ids=(scene.click("MAYA7", 0.5),))
    assert (
        sum(reward.remaining_minor for reward in scene.all(Reward) if reward.state == "pending")
        == 500
    )
    assert len(scene.all(Decision)) == 3
    assert scene.ledger_differences() == []


def test_what_is_due_does_not_change_hands(scene: Scene) -> None:
    scene.sale("1", click_ids=(scene.click("MAYA7", 3),))
    scene.approval.assess(scene.reward.reward_id)
    scene.clock.advance(15 * DAY_MS)
    scene.approval.post(scene.reward.reward_id)
    scene.sale("1", click_ids=(scene.click("BEN77", 15.5),))
    assert scene.reward.state == "due"
    assert scene.conversion.decisions == 1


def test_deliveries_that_name_the_order_differently_are_one_order(scene: Scene) -> None:
    scene.sale("in_1", aliases=("cs_1",))
    scene.sale("in_1", aliases=("pi_1",), click_ids=(scene.click(),))
    assert scene.reward.earned_minor == 500
    assert {alias.alias for alias in scene.all(OrderAlias)} == {"in_1", "cs_1", "pi_1"}
    scene.refund("re_1", 5_000, orders=("pi_1",))
    assert scene.reward.state == "void"


def test_the_customer_of_an_order_may_become_known_later(scene: Scene) -> None:
    scene.sale("1", click_ids=(scene.click("MAYA7", 3),), customer=Customer(customer_id="c1"))
    scene.sale("1", click_ids=(scene.click("MAYA7", 2),), customer=Customer(email="f@x.example"))
    assert {one.mac for one in scene.all(Identity)} == {
        "mac-customer-src_1:c1",
        "mac-email-f@x.example",
    }
    scene.sale("1", click_ids=(scene.click("MAYA7", 1),), customer=Customer())
    assert len(scene.conversion.touches) == 3


def test_a_sale_in_another_currency_is_kept_for_a_person(scene: Scene) -> None:
    delivery = scene.sale(currency="USD")
    assert (delivery.state, delivery.reason) == ("not_understood", "currency_mismatch")
    assert scene.events("conversion.not_understood")[0].reason == "currency_mismatch"
    assert scene.all(Conversion) == []


def test_a_delivery_for_a_missing_programme_is_kept(scene: Scene) -> None:
    scene.store.items = {
        key: item for key, item in scene.store.items.items() if item["kind"] != "program"
    }
    assert scene.sale().reason == "unknown_program"


def test_a_delivery_without_facts_is_ignored_with_its_reason(scene: Scene) -> None:
    delivery = scene.deliver(ignored="test_order")
    assert (delivery.state, delivery.reason) == ("ignored", "test_order")
    assert delivery.index_entry.pk.startswith(f"DONE#{delivery.source_id}#")


def test_a_closed_delivery_keeps_its_state(scene: Scene) -> None:
    delivery = scene.deliver(ignored="test_order")
    assert scene.worker.close(delivery, "booked", "") == "ignored"
    gone = delivery.but(delivery_id="gone")
    assert scene.worker.close(gone, "booked", "") == "booked"


def test_a_paused_programme_earns_nothing(scene: Scene) -> None:
    change = Change()
    change.replace(scene.one(Program).but(state="paused"))
    scene.store.commit(change)
    scene.sale(click_ids=(scene.click(),))
    assert scene.conversion.reason == "programme_paused"


def test_the_conversion_is_never_dated_after_its_receipt(scene: Scene) -> None:
    scene.deliver(sale("1", 5_000, NOW_MS + DAY_MS, click_ids=(scene.click(),)))
    assert scene.conversion.occurred_ms == NOW_MS


# --- refunds --------------------------------------------------------------------------------


def test_a_partial_refund_takes_its_exact_share(scene: Scene) -> None:
    scene.sale(click_ids=(scene.click(),))
    scene.refund("r1", 1_000)
    assert (scene.reward.state, scene.reward.remaining_minor) == ("pending", 400)
    assert scene.balance().pending_minor == 400
    assert scene.one(CapUse).used_minor == 400
    scene.refund("r1", 1_000)
    assert scene.reward.remaining_minor == 400
    assert scene.one(Refund).taken_minor == 100
    assert scene.ledger_differences() == []


def test_refunds_in_parts_add_up_to_the_whole_and_never_more(scene: Scene) -> None:
    scene.sale(net_minor=3_000, click_ids=(scene.click(),))
    taken = []
    for number in range(4):
        scene.refund(f"r{number}", 1_000)
        taken.append(scene.all(Refund)[-1].taken_minor)
    assert taken == [100, 100, 100, 0]
    assert (scene.reward.state, scene.reward.reason) == ("void", "refund")
    assert scene.balance().pending_minor == 0
    assert scene.one(CapUse).used_minor == 0


def test_cumulative_refunds_count_by_difference_in_any_order(scene: Scene) -> None:
    scene.sale(click_ids=(scene.click(),))
    scene.refund("ch:3000", 3_000, cumulative=True, of="gross")
    scene.refund("ch:1000", 1_000, cumulative=True, of="gross")
    assert scene.reward.remaining_minor == 200
    scene.refund("ch:5000", 5_000, cumulative=True, of="gross")
    assert scene.reward.state == "void"


def test_a_refund_before_its_order_waits_for_it(scene: Scene) -> None:
    scene.refund("r1", 2_500, orders=("1001", "pi_9"))
    scene.refund("r1", 2_500, orders=("1001", "pi_9"))
    assert len(scene.all(ParkedRefunds)) == 2
    scene.sale("1001", aliases=("pi_9",), click_ids=(scene.click(),))
    assert scene.reward.remaining_minor == 250
    assert scene.all(ParkedRefunds) == []
    assert scene.ledger_differences() == []


def test_a_cancelled_order_takes_everything(scene: Scene) -> None:
    scene.sale(click_ids=(scene.click(),))
    scene.refund("cancel", None, reason="cancelled")
    assert (scene.reward.state, scene.reward.reason) == ("void", "cancelled")


@pytest.mark.parametrize(
    ("refunded", "left", "state"), [(1_000, 400, "pending"), (5_000, 0, "void")]
)
def test_an_order_refunded_before_anybody_was_found_earns_the_rest(
    scene: Scene, refunded: int, left: int, state: str
) -> None:
    click = scene.click()
    scene.sale("1001")
    scene.refund("r1", refunded)
    scene.sale("1001", click_ids=(click,))
    assert (scene.reward.remaining_minor, scene.reward.state) == (left, state)
    assert scene.balance().pending_minor == left
    assert sum(one.used_minor for one in scene.all(CapUse)) == left
    assert scene.ledger_differences() == []


def test_an_earlier_purchase_reported_later_makes_its_advocate_the_first(scene: Scene) -> None:
    late = sale("1", 5_000, NOW_MS - 2 * DAY_MS, click_ids=(scene.click("BEN77", 3),))
    scene.sale("2", click_ids=(scene.click("MAYA7", 1),))
    scene.deliver(late)
    alive = {(one.order_id, one.advocate_id) for one in scene.all(Reward) if one.state == "pending"}
    assert alive == {("1", BEN), ("2", BEN)}
    assert scene.ledger_differences() == []


def test_a_pause_takes_nothing_back_that_was_earned_before(scene: Scene) -> None:
    scene.sale(click_ids=(scene.click("MAYA7", 2),))
    scene.clock.advance(1)
    scene.set_enrolment(MAYA, "paused")
    scene.sale(click_ids=(scene.click("MAYA7", 1),))
    assert (scene.reward.state, scene.conversion.advocate_id) == ("pending", MAYA)


def test_a_friend_with_very_many_orders_keeps_the_first_advocate(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("goodword.conversions.friends.FRIEND_CONVERSIONS_MAX", 3)
    for number, code in enumerate(("MAYA7", *["BEN77"] * 5)):
        scene.sale(str(number), 1_000, click_ids=(scene.click(code, 0.1),))
        scene.clock.advance(DAY_MS)
    assert {one.advocate_id for one in scene.all(Reward)} == {MAYA}
    assert {len(one.conversions) for one in scene.all(Identity)} == {3}


def test_a_refund_in_another_currency_is_kept_for_a_person(scene: Scene) -> None:
    scene.sale(click_ids=(scene.click(),))
    assert scene.refund("r1", 100, currency="USD").reason == "currency_mismatch"
    assert scene.reward.remaining_minor == 500


def test_a_refund_of_a_refused_order_takes_nothing(scene: Scene) -> None:
    scene.sale()
    scene.refund("r1", 5_000)
    assert scene.one(Refund).taken_minor == 0


def test_a_refund_after_the_money_is_due_makes_payable_negative_once_paid(scene: Scene) -> None:
    scene.sale(click_ids=(scene.click(),))
    scene.approval.assess(scene.reward.reward_id)
    scene.clock.advance(15 * DAY_MS)
    scene.approval.post(scene.reward.reward_id)
    assert scene.balance().payable_minor == 500
    scene.refund("r1", 2_000)
    assert (scene.reward.state, scene.balance().payable_minor) == ("due", 300)
    scene.refund("r2", 3_000)
    assert (scene.reward.state, scene.balance().payable_minor) == ("reversed", 0)
    assert scene.ledger_differences() == []


def test_too_many_parked_refunds_are_shown_to_a_person(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("goodword.conversions.reversing.REFUNDS_PARKED_MAX", 1)
    scene.refund("r1", 10)
    assert scene.refund("r2", 10).reason == "too_many_parked_refunds"


def scene_rule(**changes: object) -> Rule:
    fields = {"rule_id": "sale", "action": "sale", "reward": PercentageReward(basis_points=1_000)}
    return Rule.model_validate(fields | changes)
