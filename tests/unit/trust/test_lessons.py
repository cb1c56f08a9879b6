"""What checks held is counted by what people said of it, and what disputes taught by its code."""

from typing import Any

import pytest
from goodword.limits import LESSON_DAYS, LESSON_ROWS_MAX
from goodword.ports import Change
from goodword.rewards.model import BAN, Reward
from goodword.times import DAY_MS
from goodword.trust.exempting import Exemptions
from goodword.trust.lessons import Lessons, OfCheck, Ruled, answer_of, lessons
from goodword.trust.model import TOTAL, Held, month_of
from goodword.trust.resolving import Ruling

from tests.support.court import GRANT, Court
from tests.support.scene import MAYA, PROGRAM
from tests.unit.trust.test_assessing import CARD, OPENLY, bought


def court(**trust: Any) -> Court:
    """One where Maya has ordered openly with her card."""
    here = Court(trust=trust)
    here.sale("own", signals=CARD, **OPENLY)
    return here


def taught(here: Court, at_ms: int | None = None) -> Lessons:
    return lessons(here.store, PROGRAM, month_of(at_ms or here.clock.at_ms))


def of(here: Court, check: str = "self_referral") -> OfCheck:
    return taught(here).checks[check]


def decide(here: Court, reward: Reward, *, approve: bool) -> None:
    code = "known_customer" if approve else "self_referral"
    here.approval.decide(reward.reward_id, approve=approve, code=code, decider_advocate_id=None)


def test_a_hold_waits_and_is_then_let_go_or_refused() -> None:
    here = court()
    first, second, third = (bought(here, f"100{n}") for n in range(3))
    assert of(here).held == {"waiting": 3}
    assert of(here).false_hold_basis_points is None
    decide(here, first, approve=True)
    decide(here, second, approve=False)
    decide(here, third, approve=False)
    assert of(here).held == {"overturned": 1, "upheld": 2}
    assert of(here).false_hold_basis_points == 3_333
    (name,) = taught(here).check_sets
    assert name == here.all(Held)[0].check_set


def test_what_no_check_held_is_not_counted() -> None:
    here = Court()
    bought(here, net_minor=50_000)
    assert here.one(Reward).reason == "over_auto_approve_limit"
    assert here.all(Held) == []
    assert taught(here) == Lessons({}, {}, (), True)


def test_what_lapsed_is_nobodys_answer() -> None:
    here = court()
    held = bought(here)
    for _ in range(2):
        here.clock.advance(7 * DAY_MS)
        here.approval.lapse(held.reward_id)
    found = taught(here, held.created_ms).checks["self_referral"]
    assert found.held == {"unanswered": 1}
    assert found.false_hold_basis_points is None


def test_what_shadow_or_an_exemption_lets_pass_is_only_recorded() -> None:
    shadow = court(checks={"self_referral": {"mode": "shadow"}})
    bought(shadow)
    assert of(shadow).held == {}
    assert of(shadow).recorded == {"unanswered": 1}
    exempt = court()
    until_ms = exempt.clock.at_ms + DAY_MS
    Exemptions(exempt.desk("fay")).give(MAYA, PROGRAM, "known_partner", until_ms, None)
    bought(exempt)
    assert of(exempt).held == {}
    assert of(exempt).recorded == {"unanswered": 1}


def test_what_all_checks_together_held_is_counted_so() -> None:
    here = court(checks={"self_referral": {"hold_points": 90}}, total_hold_points=70)
    bought(here)
    assert here.all(Reward)[-1].reason == "several_signs"
    assert of(here, TOTAL).held == {"waiting": 1}


def test_a_reward_that_is_held_again_counts_once() -> None:
    here = court()
    bought(here)
    row = here.one(Held)
    change = Change()
    change.create(row.but(number=2, version=0))
    here.store.commit(change)
    assert of(here).held == {"waiting": 1}


def test_a_dispute_about_a_hold_names_the_checks_that_held() -> None:
    here = court()
    held = bought(here)
    dispute = here.about("hold", held.reward_id)
    too_strict = Ruling("granted", "evidence_found", "check_too_strict")
    here.resolving.resolve(dispute.dispute_id, too_strict, None)
    assert of(here).held == {"overturned": 1}
    code = taught(here).learned["check_too_strict"]
    assert code.outcomes == {"granted": 1}
    assert code.checks == {"self_referral": 1}


def test_a_dispute_about_something_else_names_none_and_a_lapsed_one_teaches_nothing() -> None:
    here = Court()
    here.sale("1001")
    here.resolving.resolve(here.missing().dispute_id, GRANT, None)
    assert taught(here).learned["tracking_lost"].checks == {}
    other = here.missing("1002")
    here.disputes.answer(other.dispute_id, "Which shop?", None)
    here.clock.advance(8 * DAY_MS)
    here.disputes.sweep()
    assert taught(here).learned["nothing"].outcomes == {"upheld": 1}
    withdrawn = here.missing("1003")
    here.disputes.withdraw(withdrawn.dispute_id)
    assert len(here.all(Ruled)) == 2


def test_a_reward_that_no_check_held_names_none() -> None:
    here = Court()
    refused = here.refused()
    dispute = here.about("reward", refused.reward_id)
    here.resolving.resolve(
        dispute.dispute_id, Ruling("granted", "mistake_of_ours", "staff_mistake"), None
    )
    assert taught(here).learned["staff_mistake"].checks == {}


@pytest.mark.parametrize(
    ("fields", "answer"),
    [
        ({"state": "on_hold", "decided_by": "fay"}, "waiting"),
        ({"state": "void", "reason": BAN, "decided_by": "fay"}, "upheld"),
        ({"state": "rejected", "decided_by": "fay"}, "upheld"),
        ({"state": "rejected"}, "unanswered"),
        ({"state": "pending", "again": True}, "overturned"),
        ({"state": "paid", "decided_by": "fay"}, "overturned"),
        ({"state": "void"}, "unanswered"),
    ],
)
def test_an_answer_is_read_from_the_reward_as_it_stands(
    fields: dict[str, Any], answer: str
) -> None:
    here = court()
    plain = bought(here).but(reason="", decided_by=None)
    assert answer_of(plain.but(**fields)) == answer


def test_rows_are_forgotten_and_a_summary_is_bounded() -> None:
    here = court()
    held = bought(here)
    row = here.one(Held)
    assert row.expires_s == (held.created_ms + LESSON_DAYS * DAY_MS) // 1_000
    ruled = Ruled(
        program_id=PROGRAM,
        at_ms=held.created_ms,
        dispute_id="dsp_x",
        about="hold",
        outcome="upheld",
        learned="nothing",
    )
    assert ruled.expires_s == row.expires_s
    assert taught(here).whole
    for n in range(2, LESSON_ROWS_MAX + 2, 50):
        change = Change()
        change.create(*(row.but(number=n + more, version=0) for more in range(50)))
        here.store.commit(change)
    found = taught(here)
    assert not found.whole
    assert found.checks["self_referral"].held == {"waiting": 1}
