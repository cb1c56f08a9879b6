"""What is no money is handed over once; a refund before it lessens it, one after it is a debt."""

from typing import Any

import pytest
from goodword.conversions.model import Customer, ReinstatementFact
from goodword.errors import Conflict, InvalidInput, NotAllowed
from goodword.ledger.model import Entry
from goodword.limits import PAYOUT_REWARDS_MAX
from goodword.payouts.stops import Holding
from goodword.ports import Page
from goodword.programs.model import FlatReward
from goodword.rewards.handed import HandOut
from goodword.rewards.handing import HandOuts
from goodword.rewards.model import Reward
from goodword.rewards.service import Approval
from goodword.rewards.words import status_of
from goodword_aws.earnings import words

from tests.support.handing import FAY, POINTS, Counter
from tests.support.scene import MAYA, PROGRAM

CODE = {
    "rule_id": "code",
    "action": "sale",
    "reward": {"kind": "flat", "amount_minor": 1},
    "unit": "code",
    "item": "SPRING-10",
    "friend": {"reward": {"kind": "flat", "amount_minor": 1}, "unit": "gift", "item": "mug"},
}


def refused(counter: Counter, amount: int, unit: str = "POINTS") -> str:
    with pytest.raises((Conflict, NotAllowed, InvalidInput)) as wrong:
        counter.hand(amount, unit)
    return wrong.value.code


def test_two_rewards_go_out_together_once() -> None:
    counter = Counter()
    counter.order("1")
    counter.order("2", 2_000)
    counter.mature()
    (owed,) = counter.owed()
    assert (owed.advocate_id, owed.amount_minor, owed.carry_minor, owed.bar) == (MAYA, 140, 0, "")
    assert [(one.order_id, one.amount_minor) for one in owed.pieces] == [("1", 100), ("2", 40)]
    done = counter.hand(140)
    assert counter.all(HandOut)[0].but(version=0) == done
    assert counter.states() == {"1": ("paid", 100), "2": ("paid", 40)}
    assert {one.hand_out_id for one in counter.all(Reward)} == {done.hand_out_id}
    assert (counter.purse().payable_minor, counter.purse().paid_minor) == (0, 140)
    assert len(counter.events("reward.paid")) == 2
    (made,) = counter.events("hand_out.made")
    assert made.data["amount_minor"] == 140
    assert made.actor == FAY
    assert counter.owed() == []
    assert refused(counter, 140) == "nothing_to_hand_over"
    assert counter.ledger_differences() == []
    assert all(sum(leg.amount_minor for leg in one.legs) == 0 for one in counter.all(Entry))


def test_a_refund_before_it_lessens_what_goes_out() -> None:
    counter = Counter()
    counter.order("1001")
    counter.mature()
    counter.refund("r1", 2_500)
    assert refused(counter, 100) == "amount_moved"
    assert counter.hand(50).amount_minor == 50
    assert counter.states() == {"1001": ("paid", 50)}


def test_a_whole_refund_before_it_leaves_nothing() -> None:
    counter = Counter()
    counter.order("1001")
    counter.mature()
    counter.refund("r1", None)
    assert counter.owed() == []
    assert counter.states() == {"1001": ("reversed", 0)}
    assert refused(counter, 100) == "nothing_to_hand_over"


def test_a_refund_after_it_is_set_against_the_next_and_says_so() -> None:
    counter = Counter()
    counter.order("1001")
    counter.mature()
    counter.hand(100)
    handed = status_of(counter.reward, words())
    assert handed.fact.startswith("Handed over on")
    counter.refund("r1", 1_500)
    assert counter.purse().payable_minor == -30
    after = status_of(counter.reward, words())
    assert after.fact == handed.fact  # the day on which it was handed over
    assert "cannot be taken back" in after.reason
    counter.order("2")
    counter.mature()
    (owed,) = counter.owed()
    assert (owed.amount_minor, owed.carry_minor) == (70, -30)
    done = counter.hand(70)
    assert (done.carry_minor, counter.purse().payable_minor) == (-30, 0)
    assert counter.ledger_differences() == []


def test_a_debt_that_covers_all_leaves_it_due() -> None:
    counter = Counter()
    counter.order("1001")
    counter.mature()
    counter.hand(100)
    counter.refund("r1", None)
    gone = status_of(counter.all(Reward)[0], words())
    assert "next payout" not in gone.action
    assert "set against" in gone.reason
    counter.order("2", 1_000)
    counter.mature()
    assert (counter.owed(), counter.states()["2"]) == ([], ("due", 20))


def test_a_chargeback_that_is_won_after_it_is_given_once_more() -> None:
    counter = Counter()
    counter.order("1001")
    counter.mature()
    counter.hand(100)
    counter.refund("dp1", None, reason="chargeback")
    won = {
        "refund_id": "dp1",
        "orders": ("1001",),
        "occurred_ms": counter.clock.at_ms,
        "currency": "EUR",
    }
    counter.order("2")
    counter.mature()
    assert counter.owed() == []  # the debt takes all of it
    counter.deliver(ReinstatementFact.model_validate(won))
    assert counter.states()["1001"] == ("paid", 100)
    assert counter.hand(100).carry_minor == 0
    counter.refund("r2", 2_500, orders=("2",))
    counter.order("3")
    counter.mature()
    assert counter.hand(50).carry_minor == -50


def test_what_was_reinstated_after_it_was_netted_goes_out_without_a_reward() -> None:
    counter = Counter()
    counter.order("1001")
    counter.mature()
    counter.hand(100)
    counter.refund("dp1", 1_500, reason="chargeback")
    counter.order("2")
    counter.mature()
    counter.hand(70)
    won = {
        "refund_id": "dp1",
        "orders": ("1001",),
        "occurred_ms": counter.clock.at_ms,
        "currency": "EUR",
    }
    counter.deliver(ReinstatementFact.model_validate(won))
    (owed,) = counter.owed()
    assert (owed.amount_minor, owed.carry_minor, owed.pieces) == (30, 30, ())
    assert counter.hand(30).rewards == ()
    assert counter.purse().payable_minor == 0
    assert counter.ledger_differences() == []


def test_codes_and_a_friends_gift_name_what_they_are() -> None:
    counter = Counter(CODE)
    counter.order("1")
    counter.mature()
    (code,), (gift,) = counter.owed("CODES"), counter.owed("GIFTS")
    assert (code.pieces[0].item, code.is_friends) == ("SPRING-10", False)
    assert (gift.pieces[0].item, gift.is_friends, gift.bar) == ("mug", True, "")
    friend = gift.advocate_id
    done = counter.desk_of_finance.hand_over(friend, PROGRAM, "GIFTS", 1, "parcel 12")
    assert (done.advocate_id, done.reference) == (friend, "parcel 12")
    assert counter.hand(1, "CODES", "SPRING-10-A7").amount_minor == 1


def test_who_may_not() -> None:
    counter = Counter()
    counter.order("1")
    counter.mature()
    with pytest.raises(NotAllowed, match="your own"):
        counter.desk_of_finance.hand_over(MAYA, PROGRAM, "POINTS", 100, "x", own_id=MAYA)
    assert refused(counter, 100, "EUR") == "money_is_paid_out"
    with pytest.raises(InvalidInput, match="payout runs"):
        counter.desk_of_finance.waiting(PROGRAM, "EUR", 10)
    assert counter.states() == {"1": ("due", 100)}


def test_who_approved_it_does_not_hand_it_over() -> None:
    counter = Counter()
    counter.order("1", 200_000)
    (reward,) = counter.all(Reward)
    counter.approval.assess(reward.reward_id)
    Approval(counter.desk(FAY), counter.workflow).decide(
        reward.reward_id, approve=True, code="checked_order", decider_advocate_id=None
    )
    counter.mature()
    assert refused(counter, 4_000) == "same_person"
    other = HandOuts(counter.desk("usr_frank"))
    assert other.hand_over(MAYA, PROGRAM, "POINTS", 4_000, "x").amount_minor == 4_000


def test_another_sign_in_of_the_mailbox_that_approved_it_is_the_same_person() -> None:
    counter = Counter(trust={"second_look_minor": 100})
    counter.order("1", 200_000)
    (reward,) = counter.all(Reward)
    counter.approval.assess(reward.reward_id)
    for who in ("usr_one", "usr_two"):
        Approval(counter.desk(who), counter.workflow).decide(
            reward.reward_id,
            approve=True,
            code="checked_order",
            decider_advocate_id=None,
            mark=f"mailbox of {who}",
        )
    counter.mature()
    for who in ("usr_one", "usr_two"):
        for desk, mark in ((counter.desk(who), ""), (counter.desk(FAY), f"mailbox of {who}")):
            with pytest.raises(NotAllowed, match="you approved it"):
                HandOuts(desk, mark).hand_over(MAYA, PROGRAM, "POINTS", 4_000, "x")
    third = HandOuts(counter.desk(FAY), "mailbox of Fay")
    assert third.hand_over(MAYA, PROGRAM, "POINTS", 4_000, "x").amount_minor == 4_000


@pytest.mark.parametrize("unit", ["GIFTS", "POINTS"])
def test_a_hold_of_finance_stops_hand_outs(unit: str) -> None:
    counter = Counter(CODE, POINTS)
    counter.order("1")
    counter.mature()
    (owed,) = counter.owed(unit)
    Holding(counter.desk(FAY)).hold(owed.advocate_id, "legal_request", None)
    (held,) = counter.owed(unit)
    assert held.bar == "on_hold"
    with pytest.raises(Conflict, match="on_hold"):
        counter.desk_of_finance.hand_over(
            owed.advocate_id, PROGRAM, unit, owed.amount_minor, "parcel"
        )


def test_somebody_who_is_paused_waits() -> None:
    counter = Counter()
    counter.order("1")
    counter.mature()
    counter.set_enrolment(MAYA, "paused")
    assert counter.owed()[0].bar == "enrolment_paused"
    assert refused(counter, 100) == "not_payable"


def test_more_than_fits_goes_out_in_parts_the_largest_first_if_a_debt_needs_it() -> None:
    counter = Counter()
    counter.order("1001", 5_000)
    counter.mature()
    counter.hand(100)
    counter.refund("r1", None)  # owes 100
    counter.orders(PAYOUT_REWARDS_MAX)  # 2 points each: 80 do not cover it
    counter.order("large", 10_000)
    counter.mature()
    (owed,) = counter.owed()
    assert (len(owed.pieces), owed.carry_minor) == (PAYOUT_REWARDS_MAX, -100)
    assert owed.pieces[0].order_id == "large"
    counter.hand(owed.amount_minor)
    rest = counter.purse().payable_minor
    assert rest == 2
    assert counter.hand(2).amount_minor == 2
    assert counter.ledger_differences() == []


def test_a_debt_larger_than_what_fits_waits() -> None:
    counter = Counter()
    counter.order("1001", 5_000)
    counter.mature()
    counter.hand(100)
    counter.refund("r1", None)
    counter.orders(PAYOUT_REWARDS_MAX + 20)
    counter.mature()
    assert counter.purse().payable_minor == 20
    assert counter.owed() == []  # forty of them are 80: the next orders bring it over


def test_the_list_goes_on_over_all_its_pages() -> None:
    counter = Counter()
    for number in range(9):
        counter.enrol(f"adv_{number}", f"CODE{number}")
        buyer = Customer(customer_id=f"c{number}")
        touch = counter.click(f"CODE{number}")
        counter.sale(f"n{number}", 5_000, click_ids=(touch,), customer=buyer)
    counter.mature()
    assert len({one.advocate_id for one in counter.owed()}) == 9


@pytest.mark.parametrize("cursor", ["x", "9:", "-1:", "²:"])
def test_a_cursor_of_another_list_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidInput, match="no cursor"):
        Counter().desk_of_finance.waiting(PROGRAM, "POINTS", 10, cursor)


def test_an_index_that_lags_keeps_nothing_back(monkeypatch: pytest.MonkeyPatch) -> None:
    counter = Counter()
    counter.order("1")
    counter.order("2")
    counter.mature()
    asked = counter.store.query_index

    def lags(kind: type[Any], table: Any, pk: str, **how: Any) -> Page[Any]:
        page = asked(kind, table, pk, **how)
        return Page(page.rows[:1], None) if pk.startswith("DUE_REWARDS") else page

    monkeypatch.setattr(counter.store, "query_index", lags)
    assert len(counter.hand(200).rewards) == 2


def test_money_beside_it_is_paid_out_as_ever() -> None:
    money = {"rule_id": "money", "action": "sale", "reward": FlatReward(amount_minor=500)}
    counter = Counter(POINTS, money)
    counter.order("1")
    counter.mature()
    counter.hand(100)
    assert counter.purse("EUR").payable_minor == 500
