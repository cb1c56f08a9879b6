"""Who orders from themselves earns on neither side: what holds the one holds the other."""

from typing import Any

import pytest
from goodword.conversions.model import Conversion
from goodword.errors import NotAllowed
from goodword.ports import Change
from goodword.rewards.model import Reward
from goodword.rewards.service import Approval
from goodword.times import DAY_MS
from goodword.trust.dispute import Dispute
from goodword.trust.model import Assessment, Exemption
from goodword.trust.resolving import Ruling

from tests.support.court import Court
from tests.support.scene import MAYA, PROGRAM
from tests.unit.trust.test_assessing import CARD, OPENLY

RULE = {
    "rule_id": "sale",
    "action": "sale",
    "reward": {"kind": "percentage", "basis_points": 1_000},
    "friend": {"reward": {"kind": "flat", "amount_minor": 500}, "unit": "points"},
}
GRANTED = Ruling("granted", "goodwill", "check_too_strict")


def scene(**changes: Any) -> Court:
    """One where Maya has ordered openly with her card, and friends earn points."""
    here = Court(rules=(RULE,), **changes)
    here.sale("own", signals=CARD, **OPENLY)
    return here


def sides(here: Court, order_id: str = "1001") -> dict[str, Reward]:
    return {one.side: one for one in here.all(Reward) if one.order_id == order_id}


def bought(here: Court, order_id: str = "1001", **fields: Any) -> dict[str, Reward]:
    """Somebody new buys over Maya's link; both rewards as they are assessed."""
    more: dict[str, Any] = {"signals": CARD, "click_ids": (here.click(),)} | fields
    here.sale(order_id, **more)
    for one in sides(here, order_id).values():
        here.approval.assess(one.reward_id)
    return sides(here, order_id)


def states(here: Court) -> dict[str, str]:
    return {side: one.state for side, one in sides(here).items()}


def test_a_card_of_the_advocate_holds_both_sides_with_a_date_and_the_same_reason() -> None:
    both = bought(scene())
    assert {side: one.state for side, one in both.items()} == {
        "advocate": "on_hold",
        "friend": "on_hold",
    }
    assert {one.reason for one in both.values()} == {"looks_like_own_order"}
    assert all(one.lapse_ms for one in both.values())


def test_an_honest_friend_is_held_on_neither_side() -> None:
    assert {one.state for one in bought(scene(), signals={}).values()} == {"approved"}


def test_what_is_seen_later_holds_both_before_they_are_due() -> None:
    here = Court(rules=(RULE,))
    assert {one.state for one in bought(here).values()} == {"approved"}
    here.sale("own", signals=CARD, **OPENLY)
    here.clock.advance(14 * DAY_MS)
    for one in sides(here).values():
        here.approval.post(one.reward_id)
    assert states(here) == {"advocate": "on_hold", "friend": "on_hold"}


def test_an_exemption_of_the_advocate_is_one_for_both() -> None:
    here = scene()
    until_ms = here.clock.at_ms + DAY_MS
    change = Change()
    change.create(
        Exemption(
            advocate_id=MAYA,
            program_id=PROGRAM,
            reason="known_partner",
            given_by="fay",
            given_ms=0,
            until_ms=until_ms,
        )
    )
    here.store.commit(change)
    assert {one.state for one in bought(here).values()} == {"approved"}
    assert {one.exempt for one in here.all(Assessment)} == {True}


@pytest.mark.parametrize(("approve", "state"), [(True, "approved"), (False, "rejected")])
def test_the_answer_about_the_advocates_is_the_answer_about_the_friends(
    *, approve: bool, state: str
) -> None:
    here = scene()
    both = bought(here)
    code = "checked_order" if approve else "self_referral"
    here.approval.decide(
        both["advocate"].reward_id, approve=approve, code=code, decider_advocate_id=None
    )
    assert states(here) == {"advocate": state, "friend": state}
    assert {one.reason for one in sides(here).values()} == {code}
    assert here.ledger_differences() == []


def test_an_answer_about_the_friends_alone_moves_only_that() -> None:
    here = scene(trust={"second_look_minor": 0})
    both = bought(here)
    here.approval.decide(
        both["friend"].reward_id, approve=False, code="fraud", decider_advocate_id=None
    )
    assert states(here) == {"advocate": "on_hold", "friend": "rejected"}


def test_a_limit_holds_only_its_own_side() -> None:
    here = Court(rules=(RULE,), review={"auto_approve_limit_minor": 100})
    both = bought(here, signals={})
    here.approval.decide(
        both["advocate"].reward_id, approve=True, code="checked_order", decider_advocate_id=None
    )
    assert states(here) == {"advocate": "approved", "friend": "on_hold"}


def test_a_dispute_about_the_hold_lets_both_go() -> None:
    here = scene()
    held = bought(here)["advocate"]
    dispute: Dispute = here.about("hold", held.reward_id)
    here.resolving.resolve(dispute.dispute_id, GRANTED, None)
    assert states(here) == {"advocate": "approved", "friend": "approved"}


def test_a_conversion_that_is_gone_leaves_the_friend_to_the_limit() -> None:
    here = scene()
    held = bought(here)["advocate"]
    change = Change()
    change.delete(next(one for one in here.all(Conversion) if one.order_id == "1001"))
    here.store.commit(change)
    here.approval.decide(held.reward_id, approve=False, code="fraud", decider_advocate_id=None)
    assert states(here) == {"advocate": "rejected", "friend": "on_hold"}


def test_a_large_side_takes_two_people_whichever_side_is_named() -> None:
    rule = RULE | {
        "reward": {"kind": "flat", "amount_minor": 100},
        "friend": {"reward": {"kind": "flat", "amount_minor": 90_000}, "unit": "points"},
    }
    here = Court(rules=(rule,), trust={"second_look_minor": 1_000})
    here.sale("own", signals=CARD, **OPENLY)
    name = bought(here)["advocate"].reward_id
    how: dict[str, Any] = {"approve": True, "code": "checked_order", "decider_advocate_id": None}
    first = Approval(here.desk("fay"), here.workflow)
    other = Approval(here.desk("fritz"), here.workflow)
    first.decide(name, **how)
    assert states(here) == {"advocate": "on_hold", "friend": "on_hold"}
    with pytest.raises(NotAllowed, match="same_person"):
        first.decide(name, **how)
    other.decide(name, **how)
    assert states(here) == {"advocate": "approved", "friend": "approved"}
