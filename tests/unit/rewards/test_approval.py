"""A reward moves on by a rule, a person or a named path, and never by a clock alone."""

import pytest
from goodword.errors import Conflict, InvalidInput, NotAllowed, NotFound
from goodword.programs.model import ProgramVersion, Review
from goodword.rewards.caps import CapUse
from goodword.rewards.model import Reward, moved
from goodword.rewards.reversal import refunded_share, reverse, to_take
from goodword.times import DAY_MS
from goodword.trust.terms import TrustTerms
from goodword.workflow import TaskToken

from tests.support.scene import MAYA, Scene


def earning(net_minor: int = 5_000, **changes: object) -> Scene:
    """A scene with one reward of a tenth of the order."""
    scene = Scene(**changes)
    scene.sale(net_minor=net_minor, click_ids=(scene.click(),))
    return scene


def on_hold(**changes: object) -> Scene:
    """A scene whose reward of 50.00 EUR waits for a person."""
    scene = earning(50_000, **changes)
    assert scene.approval.assess(scene.reward.reward_id).route == "review"
    return scene


def test_a_small_reward_goes_on_by_itself_and_waits_out_the_hold() -> None:
    scene = earning()
    step = scene.approval.assess(scene.reward.reward_id)
    assert (step.route, step.wait_seconds) == ("wait", 14 * 86_400)
    assert (scene.reward.state, scene.reward.reason) == ("approved", "within_auto_approve_limit")
    assert scene.approval.assess(scene.reward.reward_id) == step
    assert scene.approval.post(scene.reward.reward_id).route == "wait"
    scene.clock.advance(14 * DAY_MS)
    assert scene.approval.assess(scene.reward.reward_id).route == "post"
    assert scene.approval.post(scene.reward.reward_id).route == "done"
    assert scene.approval.post(scene.reward.reward_id).reason == "due"
    assert (scene.balance().pending_minor, scene.balance().payable_minor) == (0, 500)
    assert scene.ledger_differences() == []


def test_a_large_reward_waits_for_a_person() -> None:
    scene = on_hold()
    assert (scene.balance().pending_minor, scene.balance().on_hold_minor) == (0, 5_000)
    step = scene.approval.assess(scene.reward.reward_id)
    assert (step.route, step.timeout_seconds) == ("review", 7 * 86_400)


def test_the_answer_resumes_the_wait_and_keeps_who_and_why() -> None:
    scene = on_hold()
    scene.approval.ask(scene.reward.reward_id, "token-1")
    scene.approval.ask(scene.reward.reward_id, "token-2")
    after = scene.approval.decide(
        scene.reward.reward_id, approve=True, code="checked_order", decider_advocate_id=None
    )
    assert (after.state, after.reason, after.decided_by) == (
        "approved",
        "checked_order",
        "reward_approval",
    )
    assert scene.workflow.resumed == ["token-2"]
    assert scene.one(TaskToken).token == "token-2"


def test_an_answer_that_came_before_the_token_resumes_at_once() -> None:
    scene = on_hold()
    reward_id = scene.reward.reward_id
    scene.workflow.gone = True
    scene.approval.decide(reward_id, approve=True, code="other", decider_advocate_id=None)
    scene.approval.ask(reward_id, "late")
    assert scene.workflow.resumed == ["late"]
    assert scene.all(TaskToken) == []


def test_a_refusal_gives_the_money_and_the_cap_back() -> None:
    scene = on_hold()
    scene.approval.decide(
        scene.reward.reward_id, approve=False, code="fraud", decider_advocate_id="adv_other"
    )
    assert (scene.reward.state, scene.reward.reason) == ("rejected", "fraud")
    assert scene.balance().on_hold_minor == 0
    assert scene.one(CapUse).used_minor == 0
    assert scene.approval.post(scene.reward.reward_id).reason == "rejected"
    scene.refund("late", 50_000)
    assert scene.balance().payable_minor == 0
    assert scene.ledger_differences() == []


def test_the_payee_does_not_decide() -> None:
    scene = on_hold()
    with pytest.raises(NotAllowed, match="payee_may_not_decide"):
        scene.approval.decide(
            scene.reward.reward_id, approve=True, code="other", decider_advocate_id=MAYA
        )
    assert scene.reward.state == "on_hold"


def test_a_decision_is_made_once_and_with_a_known_reason() -> None:
    scene = on_hold()
    reward_id = scene.reward.reward_id
    with pytest.raises(InvalidInput, match="unknown_reason_code"):
        scene.approval.decide(reward_id, approve=True, code="fraud", decider_advocate_id=None)
    scene.approval.decide(reward_id, approve=True, code="other", decider_advocate_id=None)
    with pytest.raises(Conflict, match="not_on_hold"):
        scene.approval.decide(reward_id, approve=False, code="fraud", decider_advocate_id=None)


def test_a_review_that_lapses_is_escalated_and_then_refused() -> None:
    scene = on_hold()
    reward_id = scene.reward.reward_id
    assert scene.approval.lapse(reward_id).route == "review"
    assert not scene.reward.escalated
    scene.clock.advance(7 * DAY_MS)
    step = scene.approval.lapse(reward_id)
    assert (step.route, step.timeout_seconds) == ("review", 3 * 86_400)
    assert scene.reward.escalated
    assert scene.events("reward.escalated")[0].reason == "review_lapsed"
    scene.clock.advance(3 * DAY_MS)
    assert scene.approval.lapse(reward_id).route == "done"
    assert (scene.reward.state, scene.reward.reason) == ("rejected", "review_lapsed_refuse")
    assert scene.balance().on_hold_minor == 0


def lapsed(scene: Scene, times: int = 2) -> tuple[str, str]:
    """What becomes of the reward when nobody answers so often."""
    for _ in range(times):
        scene.clock.advance(7 * DAY_MS)
        scene.approval.lapse(scene.reward.reward_id)
    return scene.reward.state, scene.reward.reason


def test_a_lapse_releases_what_has_become_small_where_the_programme_says_so() -> None:
    scene = on_hold(review=Review(auto_approve_limit_minor=2_000, on_lapse="release"))
    scene.refund("most", 30_000)
    assert scene.reward.remaining_minor == 2_000
    assert lapsed(scene) == ("approved", "review_lapsed_release")


def test_what_has_become_small_is_refused_where_the_programme_says_that() -> None:
    scene = on_hold(review=Review(auto_approve_limit_minor=2_000))
    scene.refund("most", 30_000)
    assert lapsed(scene) == ("rejected", "review_lapsed_refuse")


@pytest.mark.parametrize(
    ("limit_minor", "second_look_minor"), [(0, None), (1_999, None), (2_000, 1_999), (0, 1)]
)
def test_a_lapse_never_releases_what_a_person_has_to_look_at(
    limit_minor: int, second_look_minor: int | None
) -> None:
    scene = on_hold(
        review=Review(auto_approve_limit_minor=limit_minor, on_lapse="release"),
        trust=TrustTerms(second_look_minor=second_look_minor),
    )
    scene.refund("most", 30_000)
    held = (scene.reward.state, scene.reward.reason)
    assert lapsed(scene, 5) == held == ("on_hold", "over_auto_approve_limit")
    assert scene.reward.escalated
    assert len(scene.events("reward.escalated")) == 5
    assert scene.approval.sweep()["lapsed"] == 0, "it has a new date"
    scene.clock.advance(40 * DAY_MS)
    assert scene.approval.post(scene.reward.reward_id).route == "review"
    assert scene.balance().payable_minor == 0


def test_a_reversal_during_the_review_ends_it() -> None:
    scene = on_hold()
    scene.refund("r", 50_000)
    assert scene.reward.state == "void"
    assert scene.approval.assess(scene.reward.reward_id).route == "done"


def test_the_sweeper_moves_on_what_no_execution_did() -> None:
    scene = earning()
    assert scene.approval.sweep() == {"assessed": 0, "posted": 0, "lapsed": 0}
    scene.clock.advance(DAY_MS)
    assert scene.approval.sweep()["assessed"] == 1
    scene.clock.advance(14 * DAY_MS)
    assert scene.approval.sweep()["posted"] == 1
    assert scene.reward.state == "due"


def test_the_sweeper_lapses_reviews() -> None:
    scene = on_hold()
    scene.clock.advance(8 * DAY_MS)
    assert scene.approval.sweep()["lapsed"] == 1
    assert scene.reward.escalated


def test_an_unknown_reward_is_not_found() -> None:
    with pytest.raises(NotFound, match="unknown_reward"):
        Scene().approval.find("rwd_nope")


def test_a_reward_without_its_version_is_an_error_not_a_payment() -> None:
    scene = earning()
    scene.store.items = {
        key: item for key, item in scene.store.items.items() if item["kind"] != ProgramVersion.KIND
    }
    with pytest.raises(NotFound, match="unknown_version"):
        scene.approval.assess(scene.reward.reward_id)


def test_only_the_listed_moves_exist() -> None:
    with pytest.raises(ValueError, match="from pending to paid"):
        moved(earning().reward, "paid", 0)


def test_a_reversal_is_never_more_than_what_remains() -> None:
    reward: Reward = earning().reward
    with pytest.raises(ValueError, match="more than nothing"):
        reverse(reward, 501, 0, "refund")
    assert to_take(reward, 9_999) == 500
    assert refunded_share(100, (1, 0), (0, 0)) == 0
    assert refunded_share(100, (50, 60), (100, 100)) == 100


def test_what_stands_in_a_payout_keeps_its_state_when_reversed() -> None:
    scene = earning()
    batched = scene.reward.but(state="batched")
    assert reverse(batched, 500, 1, "refund").state == "batched"
    assert reverse(scene.reward.but(state="paid"), 500, 1, "refund").state == "reversed"
    assert [one.index_entry for one in (batched,)] == [None]
