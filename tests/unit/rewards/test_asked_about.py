"""While a bank asks about an order nothing of it becomes due, whatever else lets it go on."""

from goodword.conversions.model import InquiryFact, ReinstatementFact, ReversalFact
from goodword.times import DAY_MS

from tests.support.desk import NOW_MS
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
