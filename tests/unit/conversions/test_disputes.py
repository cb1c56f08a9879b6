"""What refunds and chargebacks took is given back exactly, once, and in any order of arrival."""

import itertools

import pytest
from goodword.conversions.aliases import ParkedRefunds
from goodword.conversions.disputes import Inquiry, Reinstatement
from goodword.conversions.model import (
    Conversion,
    Fact,
    InquiryFact,
    Refund,
    ReinstatementFact,
    ReversalFact,
)
from goodword.conversions.reversing import book_on
from goodword.ports import Change
from goodword.programs.caps import Cap
from goodword.rewards.caps import CapUse
from goodword.rewards.model import Reward
from goodword.rewards.reversal import reinstate
from goodword.times import DAY_MS

from tests.support.desk import NOW_MS
from tests.support.scene import MAYA, Scene


def refund(name: str, amount: int | None, **fields: object) -> ReversalFact:
    base: dict[str, object] = {
        "refund_id": name,
        "orders": ("1001",),
        "occurred_ms": NOW_MS,
        "currency": "EUR",
        "amount_minor": amount,
        "of": "gross",
    }
    return ReversalFact.model_validate(base | fields)


def chargeback(amount: int | None = 10_000, name: str = "dp_1") -> ReversalFact:
    return refund(name, amount, reason="chargeback")


def won(name: str = "dp_1") -> ReinstatementFact:
    return ReinstatementFact(refund_id=name, orders=("1001",), occurred_ms=NOW_MS, currency="EUR")


def inquiry(state: str, name: str = "dp_1") -> InquiryFact:
    return InquiryFact.model_validate(
        {
            "inquiry_id": name,
            "orders": ("1001",),
            "occurred_ms": NOW_MS,
            "currency": "EUR",
            "state": state,
        }
    )


def sold(**changes: object) -> Scene:
    """An order of 100.00 that earned 10.00, still pending."""
    scene = Scene(**changes)
    scene.sale(net_minor=10_000, click_ids=(scene.click(),))
    return scene


def deliver(scene: Scene, *facts: Fact) -> None:
    for fact in facts:
        assert scene.deliver(fact).state == "booked"


def make_due(scene: Scene) -> Reward:
    scene.approval.assess(scene.reward.reward_id)
    scene.clock.advance(15 * DAY_MS)
    scene.approval.post(scene.reward.reward_id)
    return scene.reward


def left(scene: Scene) -> tuple[str, int]:
    assert scene.ledger_differences() == []
    return scene.reward.state, scene.reward.remaining_minor


ORDERS = list(itertools.permutations((refund("re_1", 6_000), chargeback(), won())))


@pytest.mark.parametrize("facts", ORDERS, ids=lambda each: "-".join(one.name for one in each))
def test_a_won_dispute_leaves_what_the_refund_took_in_any_order(facts: tuple[Fact, ...]) -> None:
    scene = sold()
    deliver(scene, *facts, *facts)
    assert left(scene) == ("pending", 400)
    assert scene.conversion.refunded_gross_minor == 6_000
    balance = scene.balance()
    assert (balance.earned_minor - balance.reversed_minor, balance.pending_minor) == (400, 400)
    assert scene.one(CapUse).used_minor == 400


@pytest.mark.parametrize("facts", ORDERS, ids=lambda each: "-".join(one.name for one in each))
def test_what_came_before_the_order_waits_for_it(facts: tuple[Fact, ...]) -> None:
    scene = Scene()
    deliver(scene, *facts, inquiry("closed"), inquiry("open"))
    assert len(scene.one(ParkedRefunds).facts) == 5
    scene.sale(net_minor=10_000, click_ids=(scene.click(),))
    assert left(scene) == ("pending", 400)
    assert scene.all(ParkedRefunds) == []


def test_a_refund_and_a_chargeback_never_take_more_than_was_earned() -> None:
    scene = sold()
    deliver(scene, refund("re_1", 6_000), chargeback())
    assert left(scene) == ("void", 0)
    assert [one.taken_minor for one in scene.all(Refund)] == [400, 600]
    assert scene.conversion.refunded_gross_minor == 10_000


def test_running_totals_and_chargebacks_add_up_in_any_order() -> None:
    facts = (
        refund("ch_1:2000", 2_000, cumulative=True),
        refund("ch_1:5000", 5_000, cumulative=True),
        refund("ch_2:1000", 1_000, cumulative=True),
        chargeback(3_000),
    )
    for order in itertools.permutations(facts):
        scene = sold()
        deliver(scene, *order)
        assert left(scene) == ("pending", 100)


def test_a_running_total_cannot_be_reinstated_by_its_name() -> None:
    scene = sold()
    deliver(scene, refund("ch_1:2000", 2_000, cumulative=True))
    assert scene.deliver(won("ch_1:2000")).reason == "running_total"
    assert left(scene) == ("pending", 800)


def test_a_whole_reversal_is_undone_as_a_whole() -> None:
    scene = sold()
    deliver(scene, chargeback(None), refund("cancel", None, reason="cancelled"))
    assert left(scene) == ("void", 0)
    deliver(scene, won())
    assert left(scene) == ("void", 0)
    deliver(scene, won("cancel"))
    assert left(scene) == ("pending", 1_000)


def test_net_and_gross_shares_are_rounded_once() -> None:
    scene = Scene()
    scene.sale(net_minor=10, gross_minor=30, click_ids=(scene.click(),))
    assert scene.reward.earned_minor == 1
    deliver(scene, refund("a", 5, of="net"))
    assert left(scene) == ("pending", 1)
    deliver(scene, refund("b", 15))
    assert left(scene) == ("void", 0)


def test_what_was_void_is_checked_anew() -> None:
    scene = sold()
    scene.approval.assess(scene.reward.reward_id)
    deliver(scene, chargeback())
    assert left(scene) == ("void", 0)
    scene.clock.advance(DAY_MS)
    deliver(scene, won())
    assert scene.reward.start_by_ms > scene.clock.at_ms
    assert scene.reward.reason == "reinstated"
    scene.clock.advance(DAY_MS)
    assert scene.approval.sweep()["assessed"] == 1
    assert left(scene) == ("approved", 1_000)
    given = scene.events("reward.reinstated")[0]
    assert (given.reason, given.data["amount_minor"]) == ("dispute_won", 1_000)
    assert "over_cap_minor" not in given.data


def test_what_was_due_is_due_again() -> None:
    scene = sold()
    make_due(scene)
    deliver(scene, chargeback(4_000), won())
    assert left(scene) == ("due", 1_000)
    deliver(scene, chargeback(name="dp_2"))
    assert left(scene) == ("reversed", 0)
    deliver(scene, won("dp_2"))
    assert left(scene) == ("due", 1_000)
    assert (scene.balance().payable_minor, scene.balance().reversed_minor) == (1_000, 0)


@pytest.mark.parametrize("amount", [4_000, 10_000])
def test_what_left_for_another_reason_stays_away(amount: int) -> None:
    scene = sold(review={"auto_approve_limit_minor": 1})
    scene.approval.assess(scene.reward.reward_id)
    deliver(scene, refund("re_1", 1_000), chargeback(4_000))
    scene.approval.decide(
        scene.reward.reward_id, approve=False, code="fraud", decider_advocate_id=None
    )
    deliver(scene, won())
    assert left(scene) == ("rejected", 500)
    assert scene.one(Reinstatement).given_minor == 0


def test_an_order_that_went_to_another_advocate_is_reinstated_there() -> None:
    scene = sold()
    deliver(scene, chargeback(4_000))
    scene.sale(net_minor=10_000, click_ids=(scene.click("BEN77", 0.5),))
    deliver(scene, won())
    alive = {(one.state, one.remaining_minor) for one in scene.all(Reward)}
    assert alive == {("void", 600), ("pending", 1_000)}
    assert sum(one.used_minor for one in scene.all(CapUse)) == 1_000
    assert scene.ledger_differences() == []


def test_what_a_cap_has_given_away_meanwhile_is_owed_above_it() -> None:
    scene = sold(caps=(Cap(amount_minor=1_000, period="lifetime"),))
    deliver(scene, chargeback())
    scene.sale("2", net_minor=7_000, click_ids=(scene.click(),))
    deliver(scene, won())
    cap = scene.one(CapUse)
    assert (cap.used_minor, cap.over_minor) == (1_700, 700)
    assert scene.events("reward.reinstated")[0].data["over_cap_minor"] == 700
    deliver(scene, refund("re_2", 7_000, orders=("2",)))
    cap = scene.one(CapUse)
    assert (cap.used_minor, cap.over_minor) == (1_000, 0)
    assert scene.ledger_differences() == []


def test_a_reinstatement_gives_no_more_than_was_taken() -> None:
    reward = sold().reward
    with pytest.raises(ValueError, match="at most what was taken"):
        reinstate(reward, 1, "pending", NOW_MS)


def test_claims_of_old_conversions_are_read_from_their_refunds() -> None:
    scene = sold()
    deliver(scene, refund("ch_1:2000", 2_000, cumulative=True), refund("re_2", 4_000))
    deliver(scene, refund("ch_1:1000", 1_000, cumulative=True), chargeback())
    change = Change()
    change.replace(scene.conversion.but(claims=None))
    scene.store.commit(change)
    deliver(scene, won())
    assert left(scene) == ("pending", 400)


def test_an_old_conversion_without_refunds_has_no_claims() -> None:
    scene = sold()
    assert scene.conversion.claims is None
    deliver(scene, chargeback(1_000))
    assert scene.one(Conversion).claims is not None


@pytest.mark.parametrize("approved", [False, True])
def test_an_inquiry_holds_what_is_not_due_and_lets_it_go(approved: bool) -> None:
    scene = sold()
    if approved:
        scene.approval.assess(scene.reward.reward_id)
    before = scene.reward.state
    deliver(scene, inquiry("open"), inquiry("open"), inquiry("open", "dp_2"))
    assert (scene.reward.state, scene.reward.reason) == ("on_hold", "inquiry")
    assert scene.balance().on_hold_minor == 1_000
    deliver(scene, inquiry("closed"))
    assert scene.reward.state == "on_hold"
    deliver(scene, inquiry("closed", "dp_2"), inquiry("open"), inquiry("open", "dp_2"))
    assert (left(scene)[0], scene.reward.held_from) == (before, None)
    assert scene.conversion.inquiries == ()
    assert {one.state for one in scene.all(Inquiry)} == {"closed"}


def test_a_reward_that_is_due_is_not_held() -> None:
    scene = sold()
    make_due(scene)
    deliver(scene, inquiry("open"), inquiry("closed"))
    assert left(scene) == ("due", 1_000)


def test_what_a_person_decided_during_an_inquiry_stands() -> None:
    scene = sold()
    deliver(scene, inquiry("open"))
    scene.approval.decide(
        scene.reward.reward_id, approve=True, code="checked_order", decider_advocate_id=None
    )
    deliver(scene, inquiry("closed"))
    assert left(scene) == ("approved", 1_000)


def test_an_inquiry_that_nobody_closes_goes_to_a_person() -> None:
    scene = sold()
    deliver(scene, inquiry("open"))
    scene.clock.advance(121 * DAY_MS)
    assert scene.approval.sweep()["lapsed"] == 1
    assert scene.reward.escalated


def test_a_reward_that_is_earned_during_an_inquiry_begins_on_hold() -> None:
    scene = Scene()
    scene.sale(net_minor=10_000)
    deliver(scene, inquiry("open"), refund("re_1", 4_000))
    scene.sale(net_minor=10_000, click_ids=(scene.click(),))
    assert left(scene) == ("on_hold", 600)
    assert scene.balance().on_hold_minor == 600
    deliver(scene, inquiry("closed"))
    assert left(scene) == ("pending", 600)


def test_a_parked_fact_of_another_currency_or_a_missing_conversion_books_nothing() -> None:
    scene = sold()
    other = chargeback().but(currency="USD")
    assert book_on(scene.desk(), scene.conversion.conversion_id, other) == "currency_mismatch"
    assert book_on(scene.desk(), "cnv_none", won()) == "unknown_order"
    assert left(scene) == ("pending", 1_000)


def test_an_inquiry_about_nobodys_order_is_remembered() -> None:
    scene = Scene()
    scene.sale()
    deliver(scene, inquiry("open"), chargeback(1_000), won())
    assert scene.conversion.inquiries == ("dp_1",)
    assert MAYA not in {one.advocate_id for one in scene.all(Reward)}
