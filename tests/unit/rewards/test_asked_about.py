"""While a bank asks about an order nothing of it becomes due, whatever else lets it go on."""

from goodword.conversions.model import InquiryFact, ReinstatementFact, ReversalFact
from goodword.conversions.reversing import book_on
from goodword.ports import until_settled
from goodword.times import DAY_MS

from tests.support.desk import NOW_MS
from tests.support.people import before_next_commit
from tests.support.scene import Scene

ORDER = {"orders": ("1001",), "occurred_ms": NOW_MS, "currency": "EUR"}


def inquiry(state: str, name: str = "dp_1") -> InquiryFact:
    return InquiryFact.model_validate(ORDER | {"inquiry_id": name, "state": state})


def sold(**changes: object) -> Scene:
    """An order of 100.00 that earned 10.00, still pending."""
    scene = Scene(**changes)
    scene.sale(net_minor=10_000, click_ids=(scene.click(),))
    return scene


def go_on(scene: Scene) -> str:
    """Everything that time and machine do for the reward; its state."""
    name = scene.reward.reward_id
    scene.approval.assess(name)
    scene.clock.advance(20 * DAY_MS)
    scene.approval.post(name)
    assert scene.ledger_differences() == []
    return scene.reward.state


def test_a_person_who_approves_meanwhile_does_not_make_it_due() -> None:
    scene = sold(review={"auto_approve_limit_minor": 100})
    name = scene.reward.reward_id
    scene.approval.assess(name)
    scene.deliver(inquiry("open"))
    assert scene.reward.reason == "over_auto_approve_limit"
    scene.approval.decide(name, approve=True, code="checked_order", decider_advocate_id=None)
    assert go_on(scene) == "on_hold"
    assert (scene.reward.reason, scene.reward.held_from) == ("inquiry", "approved")
    scene.deliver(inquiry("closed"))
    assert scene.reward.state == "approved"
    assert go_on(scene) == "due"


def test_what_a_won_chargeback_gives_back_waits_for_the_other_question() -> None:
    scene = sold()
    taken = {"refund_id": "dp_1", "amount_minor": None, "of": "gross", "reason": "chargeback"}
    scene.deliver(ReversalFact.model_validate(ORDER | taken))
    scene.deliver(inquiry("open", "dp_2"))
    scene.deliver(ReinstatementFact.model_validate(ORDER | {"refund_id": "dp_1"}))
    assert scene.reward.state == "pending"
    assert go_on(scene) == "on_hold"
    scene.deliver(inquiry("closed", "dp_2"))
    assert scene.reward.state == "pending"
    assert go_on(scene) == "due"


def test_without_a_question_nothing_waits() -> None:
    assert go_on(sold()) == "due"


def waits_for_a_person() -> Scene:
    """A bank asks about an order whose reward waits for a person already, and its hold is over."""
    scene = sold(review={"auto_approve_limit_minor": 100})
    scene.approval.assess(scene.reward.reward_id)
    scene.clock.advance(20 * DAY_MS)
    return scene


def approve(scene: Scene) -> None:
    """A person lets it go on."""
    name = scene.reward.reward_id
    scene.approval.decide(name, approve=True, code="checked_order", decider_advocate_id=None)


def test_a_question_that_ends_while_a_reward_is_stopped_for_it_leaves_nothing_on_hold() -> None:
    scene = waits_for_a_person()
    scene.deliver(inquiry("open"))
    approve(scene)
    before_next_commit(scene.store, lambda: scene.deliver(inquiry("closed")))
    scene.approval.post(scene.reward.reward_id)
    assert (scene.reward.state, scene.reward.reason) == ("due", "hold_over")
    assert scene.ledger_differences() == []


def test_a_reward_that_is_stopped_while_the_question_ends_is_let_go_by_its_end() -> None:
    scene = waits_for_a_person()
    scene.deliver(inquiry("open"))
    approve(scene)
    name = scene.reward.reward_id
    place = scene.conversion.conversion_id
    before_next_commit(scene.store, lambda: scene.approval.post(name))
    until_settled(lambda: book_on(scene.desk(), place, inquiry("closed")))
    assert (scene.reward.state, scene.reward.reason) == ("approved", "inquiry_closed")
    assert scene.ledger_differences() == []


def test_what_a_person_lets_go_while_a_question_begins_is_held_by_it() -> None:
    scene = waits_for_a_person()
    place = scene.conversion.conversion_id
    before_next_commit(scene.store, lambda: approve(scene))
    until_settled(lambda: book_on(scene.desk(), place, inquiry("open")))
    assert (scene.reward.state, scene.reward.held_from) == ("on_hold", "approved")
    assert go_on(scene) == "on_hold"
