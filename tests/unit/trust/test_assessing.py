"""Checks hold with a date, refuse with a reason, record in shadow, and look a second time."""

from typing import Any

import pytest
from goodword.errors import NotAllowed
from goodword.ports import Change
from goodword.rewards.model import Reward
from goodword.times import DAY_MS
from goodword.tracking.model import Touch
from goodword.trust.checks import CHECK_SET
from goodword.trust.model import Assessment, Exemption
from goodword.trust.noting import own_marks
from goodword.trust.signals import Signals, Trace
from goodword.trust.trails import Own, Pace, Trail

from tests.support.scene import BEN, MAYA, PROGRAM, Scene

CARD = Signals(card="visa 411111 4242", postcode="10115", address=("Somebody Else",))
OPENLY: dict[str, Any] = {"customer": {"customer_id": "c-maya", "email": "maya7@x.example"}}


def scene(**trust: Any) -> Scene:
    """One where Maya has ordered openly with her card."""
    here = Scene(trust=trust)
    here.sale("own", signals=CARD, **OPENLY)
    return here


def bought(here: Scene, order_id: str = "1001", **fields: Any) -> Reward:
    """Somebody new buys over Maya's link; the reward as it is assessed."""
    more: dict[str, Any] = {"signals": CARD, "click_ids": (here.click(),)} | fields
    here.sale(order_id, **more)
    reward = next(one for one in here.all(Reward) if one.order_id == order_id)
    here.approval.assess(reward.reward_id)
    return next(one for one in here.all(Reward) if one.order_id == order_id)


def test_an_own_card_holds_with_a_date_and_a_category() -> None:
    here = scene()
    held = bought(here)
    assert (held.state, held.reason) == ("on_hold", "looks_like_own_order")
    assert held.lapse_ms == here.clock.at_ms + 7 * DAY_MS
    made = here.one(Assessment)
    assert (made.outcome, made.phase, made.check_set) == ("hold", "first", CHECK_SET)
    (found,) = [one for one in made.findings if one.outcome == "hold"]
    assert [(one.name, one.points) for one in found.figures] == [("same_card", 70)]
    assert here.ledger_differences() == []
    assert made.key.pk == f"RWD#{held.reward_id}"


def test_a_relative_at_home_shares_the_device_and_nobody_else_does() -> None:
    here = Scene()
    home = Signals(card="visa 1", device="tablet-1", name="Maya Keller", postcode="10115")
    home = home.but(address=("Mill Road 12",), country="DE")
    here.sale("own", signals=home, **OPENLY)
    assert {"family", "name", "device"} <= set(here.one(Own).marks)
    relative = home.but(name="Keller, Robin", card="visa 2")
    for number, (signals, state) in enumerate(
        (
            (relative, "approved"),
            (relative.but(name="Robin Smith"), "on_hold"),
            (relative.but(card="visa 1"), "on_hold"),
            (relative.but(address=("Mill Road 14",)), "on_hold"),
            (relative.but(name="Maya Keller"), "on_hold"),
        )
    ):
        buyer = {"customer_id": f"c{number}", "email": f"c{number}@x.example"}
        assert bought(here, f"o{number}", signals=signals, customer=buyer).state == state, number


def test_nothing_of_a_person_is_stored() -> None:
    here = scene()
    bought(here)
    kept = [*here.all(Trace), *here.all(Trail), *here.all(Own), *here.all(Assessment)]
    assert kept
    for record in (*kept, *here.all(Pace)):
        text = record.model_dump_json()
        assert "Somebody Else" not in text
    assert all("4242" not in event.model_dump_json() for event in here.events())


def test_a_shadow_check_records_and_changes_nothing() -> None:
    here = scene(checks={"self_referral": {"mode": "shadow"}})
    assert bought(here).state == "approved"
    found = [one for one in here.one(Assessment).findings if one.outcome != "pass"]
    assert [(one.check, one.mode) for one in found] == [("self_referral", "shadow")]


def test_terms_may_let_a_check_refuse_and_it_says_why() -> None:
    here = scene(checks={"self_referral": {"hold_points": 50, "refuse_points": 70}})
    refused = bought(here)
    assert (refused.state, refused.reason) == ("rejected", "looks_like_own_order")
    assert here.balance().on_hold_minor == here.balance().pending_minor == 0
    assert here.ledger_differences() == []


def test_what_is_seen_later_holds_before_it_is_due() -> None:
    here = Scene()
    early = bought(here)
    assert early.state == "approved"
    here.sale("own", signals=CARD, **OPENLY)
    here.clock.advance(14 * DAY_MS)
    assert here.approval.post(early.reward_id).route == "review"
    held = here.reward
    assert (held.state, held.reason, held.assessed) == ("on_hold", "looks_like_own_order", 2)
    here.approval.decide(
        held.reward_id, approve=True, code="known_customer", decider_advocate_id=None
    )
    assert here.approval.post(held.reward_id).route == "done"
    assert here.reward.state == "due"
    assert [one.phase for one in here.all(Assessment)] == ["first", "before_due"]
    assert here.ledger_differences() == []


def test_no_lapse_releases_what_a_check_has_held() -> None:
    here = Scene(
        trust={"checks": {"click_time": {"hold_points": 1}}},
        review={"auto_approve_limit_minor": 9_999, "on_lapse": "release"},
    )
    held = bought(here, click_ids=(here.click(days_ago=0),))
    assert held.reason == "timing_checked"
    for _ in range(3):
        here.clock.advance(7 * DAY_MS)
        assert here.approval.lapse(held.reward_id).route == "review"
    assert (here.reward.state, here.reward.reason) == ("on_hold", "timing_checked")
    assert here.approval.post(held.reward_id).route == "review"


def test_an_exemption_records_and_does_not_act_until_it_ends() -> None:
    here = scene()
    change = Change()
    change.create(
        Exemption(
            advocate_id=MAYA,
            program_id=PROGRAM,
            reason="known_partner",
            given_by="sub-fay",
            given_ms=here.clock.at_ms,
            until_ms=here.clock.at_ms + DAY_MS,
        )
    )
    here.store.commit(change)
    assert bought(here).state == "approved"
    made = here.one(Assessment)
    assert (made.exempt, made.outcome, made.points) == (True, "pass", 70)
    here.clock.advance(DAY_MS)
    assert bought(here, "1002").state == "on_hold"


def test_large_amounts_take_two_people() -> None:
    here = Scene(trust={"second_look_minor": 3_000})
    held = bought(here, net_minor=50_000, signals=Signals())

    def approve(who: str) -> Reward:
        acting = type(here.approval)(here.desk(who), here.workflow)
        return acting.decide(
            held.reward_id, approve=True, code="checked_order", decider_advocate_id=None
        )

    here.approval.ask(held.reward_id, "token")
    assert (approve("fay").state, here.workflow.resumed) == ("on_hold", [])
    assert here.events("reward.first_look")[0].reason == "checked_order"
    with pytest.raises(NotAllowed, match="same_person"):
        approve("fay")
    assert approve("frank").state == "approved"
    assert here.workflow.resumed == ["token"]


@pytest.mark.parametrize(
    ("second", "mark", "state"),
    [
        ("fay_2", "box-1", "same_person"),
        ("fay", "box-2", "same_person"),
        ("frank", "box-2", "approved"),
    ],
)
def test_two_sign_ins_of_one_mailbox_are_one_look(second: str, mark: str, state: str) -> None:
    here = Scene(trust={"second_look_minor": 3_000})
    held = bought(here, net_minor=50_000, signals=Signals())

    def approve(who: str, mark: str) -> str:
        acting = type(here.approval)(here.desk(who), here.workflow)
        try:
            return acting.decide(
                held.reward_id,
                approve=True,
                code="checked_order",
                decider_advocate_id=None,
                mark=mark,
            ).state
        except NotAllowed as refused:
            return refused.code

    assert approve("fay", "box-1") == "on_hold"
    assert approve(second, mark) == state
    assert here.one(Reward).state == ("approved" if state == "approved" else "on_hold")


def test_a_small_amount_takes_one_and_a_refusal_too() -> None:
    here = Scene(trust={"second_look_minor": 6_000})
    held = bought(here, net_minor=50_000, signals=Signals())
    after = here.approval.decide(
        held.reward_id, approve=True, code="other", decider_advocate_id=None
    )
    assert after.state == "approved"
    here = Scene(trust={"second_look_minor": 0})
    held = bought(here, net_minor=50_000, signals=Signals())
    after = here.approval.decide(
        held.reward_id, approve=False, code="fraud", decider_advocate_id=None
    )
    assert after.state == "rejected"


def test_the_pace_remembers_the_click_and_the_buyer() -> None:
    here = Scene()
    bought(here, signals=Signals(country="DE"))
    here.sale("1002", codes=("MAYA7",), customer={"customer_id": "b", "email": "ben77@x.example"})
    second = next(one for one in here.all(Reward) if one.order_id == "1002")
    here.approval.assess(second.reward_id)
    first, last = here.one(Pace).newest
    assert (first.gap_s, first.order_country, first.buyer) == (86_400, "DE", None)
    assert (last.kind, last.gap_s, last.buyer) == ("code", None, BEN)


def test_two_who_buy_from_each_other_are_seen() -> None:
    here = Scene()
    for order_id, code, email in (("1", "BEN77", "maya7"), ("2", "MAYA7", "ben77")):
        customer = {"customer_id": email, "email": f"{email}@x.example"}
        here.sale(order_id, codes=(code,), customer=customer)
        reward = next(one for one in here.all(Reward) if one.order_id == order_id)
        here.approval.assess(reward.reward_id)
    names = [
        figure.name
        for made in here.all(Assessment)
        for found in made.findings
        for figure in found.figures
    ]
    assert names == ["bought_from_each_other"]


def test_the_pace_remembers_whose_customers_share_a_card() -> None:
    """Two advocates, whose customers pay by one card: each order knows of the other advocate."""
    here = Scene()
    for order_id, code in (("1", "MAYA7"), ("2", "BEN77")):
        customer = {"customer_id": order_id}
        here.sale(order_id, codes=(code,), customer=customer, signals=Signals(card="x"))
        reward = next(one for one in here.all(Reward) if one.order_id == order_id)
        here.approval.assess(reward.reward_id)
    first = next(one for one in here.all(Reward) if one.order_id == "1")
    here.clock.advance(14 * DAY_MS)
    here.approval.post(first.reward_id)
    kept = {one.advocate_id: one.newest[0].partners for one in here.all(Pace)}
    assert kept == {MAYA: (BEN,), BEN: (MAYA,)}


def test_a_conversion_that_is_gone_is_decided_by_the_amount_alone() -> None:
    here = Scene()
    here.sale(click_ids=(here.click(),))
    change = Change()
    change.delete(here.conversion)
    here.store.commit(change)
    here.approval.assess(here.reward.reward_id)
    assert (here.reward.state, here.all(Assessment)) == ("approved", [])


def test_visits_come_with_the_click() -> None:
    here = Scene()

    class Visits:
        def places(self, _clicks: Any) -> Any:
            return {}

        def of(self, clicks: Any, _found: Any) -> Any:
            return {one.touch_id: {"opened": "unprompted"} for one in clicks}

    here.worker = type(here.worker)(
        here.worker.desk, here.worker.blind, here.worker.click_secrets, Visits()
    )
    here.sale(click_ids=(here.click(),))
    (touch,) = here.conversion.touches
    assert isinstance(touch, Touch)
    assert touch.visited is not None
    assert touch.visited.opened == "unprompted"


def test_another_delivery_of_the_order_adds_marks_to_the_same_trails() -> None:
    here = Scene()
    here.sale(signals=Signals(card="visa 1"), click_ids=(here.click(),))
    here.sale(signals=Signals(device="dev-1", card="visa 1"))
    here.sale("2", signals=Signals(card="visa 1"))
    trails = {one.kind: one for one in here.all(Trail)}
    assert len(trails["card"].sightings) == 2
    assert len(trails["device"].sightings) == 1
    assert len(here.all(Trace)) == 2


def test_trails_follow_a_conversion_to_another_advocate() -> None:
    here = Scene()
    here.sale(signals=Signals(card="visa 1"), codes=("BEN77",))
    click = here.click("MAYA7", days_ago=-0.0001)
    here.sale(signals=Signals(card="visa 1"), click_ids=(click,))
    reward = next(one for one in here.all(Reward) if one.state == "pending")
    assert reward.advocate_id == MAYA
    before = here.one(Trail).sightings[0].advocate_id
    here.approval.assess(reward.reward_id)
    (seen,) = here.one(Trail).sightings
    assert (before, seen.advocate_id) == (BEN, MAYA)


def test_a_payout_method_known_already_changes_no_trail() -> None:
    here, desk = Scene(), Scene().desk()
    for _ in range(2):
        change = Change()
        own_marks(here.desk(), change, MAYA, [("payee", "m"), ("name", "n")])
        if change.keys:
            here.store.commit(change)
    assert here.one(Trail).owners == (MAYA,)
    change = Change()
    own_marks(desk, change, MAYA, [("card", "m")])
    own_marks(desk, change, BEN, [("card", "m")])
    (trail,) = [one for one in change.created if isinstance(one, Trail)]
    assert trail.owners == (MAYA, BEN)
