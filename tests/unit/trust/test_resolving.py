"""What a dispute grants is in the ledger with its end, once, and by the usual steps."""

from dataclasses import replace

import pytest
from goodword.conversions.aliases import OrderAlias
from goodword.conversions.model import Conversion, OtherNames, ReinstatementFact
from goodword.conversions.naming import join_names
from goodword.conversions.order import Space
from goodword.errors import Conflict, GoodwordError, InvalidInput, NotAllowed, NotFound
from goodword.ports import Change
from goodword.rewards.model import Reward
from goodword.times import DAY_MS
from goodword.trust.dispute import Dispute, GrantedOrder
from goodword.trust.disputing import Wish
from goodword.trust.resolving import Ruling
from goodword.trust.searching import search
from goodword.trust.terms import TrustTerms
from goodword.workflow import TaskToken

from tests.support.court import GRANT, Court
from tests.support.desk import NOW_MS
from tests.support.scene import BEN, MAYA, PROGRAM


def won(name: str) -> ReinstatementFact:
    """The bank has decided a refund for the shop."""
    return ReinstatementFact(refund_id=name, orders=("1001",), occurred_ms=NOW_MS, currency="EUR")


def test_a_missing_conversion_is_granted_decided_and_paid_like_any_other() -> None:
    here = Court()
    here.sale("1001", net_minor=5_000)
    assert here.conversion.reason == "no_touch"
    dispute = here.missing()
    after = here.resolving.resolve(dispute.dispute_id, GRANT, None)
    reward = here.reward
    assert (after.state, after.outcome, after.reward_ids) == (
        "resolved",
        "granted",
        (reward.reward_id,),
    )
    assert (after.conversion_id, after.learned) == (reward.conversion_id, "tracking_lost")
    assert (reward.advocate_id, reward.remaining_minor, reward.state) == (MAYA, 500, "pending")
    assert here.decision.attribution.winner is not None
    assert (here.decision.attribution.winner.kind, here.decision.attribution.reason) == (
        "grant",
        "granted",
    )
    here.approval.assess(reward.reward_id)
    here.clock.advance(14 * DAY_MS)
    here.approval.post(reward.reward_id)
    assert here.balance().payable_minor == 500
    assert here.ledger_differences() == []
    with pytest.raises(Conflict, match="dispute_over"):
        here.resolving.resolve(dispute.dispute_id, GRANT, None)
    resolved = here.events("dispute.resolved")[0]
    assert (resolved.reason, resolved.data["learned"]) == ("evidence_found", "tracking_lost")


def test_a_granted_order_wins_over_another_touch_and_out_of_the_window() -> None:
    here = Court()
    here.sale("1001", codes=("BEN77",), click_ids=(here.click(days_ago=99),))
    lost = here.one(Reward)
    here.resolving.resolve(here.missing().dispute_id, GRANT, None)
    rewards = {one.advocate_id: one for one in here.all(Reward)}
    assert rewards[MAYA].state == "pending"
    assert (rewards[BEN].reward_id, rewards[BEN].state) == (lost.reward_id, "void")
    reasons = {one.touch.kind: one.reason for one in here.decision.attribution.considered}
    assert reasons["code"] == "granted"
    assert here.ledger_differences() == []
    again = here.disputes.open(
        BEN,
        Wish(PROGRAM, "missing_conversion", "Mine!", order_number="1001", ordered_ms=0),
    )
    with pytest.raises(Conflict, match="conversion_locked"):
        here.resolving.resolve(again.dispute_id, GRANT, None)


def test_what_is_due_to_somebody_else_is_not_taken_away() -> None:
    here = Court()
    here.sale("1001", codes=("BEN77",))
    here.approval.assess(here.reward.reward_id)
    here.clock.advance(14 * DAY_MS)
    here.approval.post(here.reward.reward_id)
    dispute = here.missing()
    with pytest.raises(Conflict, match="conversion_locked"):
        here.resolving.resolve(dispute.dispute_id, GRANT, None)
    assert here.one(Dispute).state == "open"


def test_ones_own_order_is_not_granted_either() -> None:
    here = Court()
    here.sale("1001", customer={"customer_id": "m", "email": "maya7@x.example"})
    with pytest.raises(Conflict, match="grant_earns_nothing"):
        here.resolving.resolve(here.missing().dispute_id, GRANT, None)
    assert here.all(Reward) == []


def test_an_order_that_nobody_reported_needs_its_figures() -> None:
    here = Court()
    dispute = here.missing("8001")
    with pytest.raises(NotFound, match="unknown_order"):
        here.resolving.resolve(dispute.dispute_id, GRANT, None)
    with pytest.raises(InvalidInput, match="outcome_does_not_fit"):
        here.resolving.resolve(dispute.dispute_id, Ruling("partly", "goodwill", "nothing"), None)
    order = GrantedOrder(order_id="8001", net_minor=3_000, occurred_ms=here.clock.at_ms - DAY_MS)
    ruling = Ruling("partly", "checked_with_shop", "source_not_reporting", order)
    here.resolving.resolve(dispute.dispute_id, ruling, None)
    assert here.reward.remaining_minor == 300
    here.sale("8001", net_minor=9_000)
    assert here.one(Conversion).net_minor == 3_000
    assert here.reward.state == "pending"
    lead = GrantedOrder(order_id="s-1", action="lead", occurred_ms=here.clock.at_ms)
    here.resolving.resolve(
        here.missing("s-1").dispute_id, Ruling("granted", "goodwill", "nothing", lead), None
    )
    assert {one.action for one in here.all(Reward)} == {"sale", "lead"}


def test_what_an_order_would_give_is_known_before_it_is_granted() -> None:
    here = Court()
    dispute = here.missing("8001")
    order = GrantedOrder(order_id="8001", net_minor=3_000, occurred_ms=here.clock.at_ms - DAY_MS)
    ruling = Ruling("granted", "checked_with_shop", "source_not_reporting", order)
    (ahead,) = here.resolving.ahead(dispute.dispute_id, ruling)
    assert (ahead.earned_minor, here.all(Reward), here.all(Conversion)) == (300, [], [])
    here.resolving.resolve(dispute.dispute_id, ruling, None)
    assert here.reward.earned_minor == 300
    with pytest.raises(Conflict, match="dispute_over"):
        here.resolving.ahead(dispute.dispute_id, ruling)
    later = GrantedOrder(order_id="8002", net_minor=1, occurred_ms=here.clock.at_ms + 2 * DAY_MS)
    future = Ruling("granted", "checked_with_shop", "source_not_reporting", later)
    with pytest.raises(InvalidInput, match="order_in_the_future"):
        here.resolving.resolve(here.missing("8002").dispute_id, future, None)


def test_a_refused_reward_is_owed_again_and_checked_anew() -> None:
    here = Court()
    refused = here.refused()
    dispute = here.about("reward", refused.reward_id)
    here.resolving.resolve(dispute.dispute_id, GRANT, None)
    again = here.reward
    assert (again.state, again.reason, again.remaining_minor) == (
        "pending",
        "dispute_granted",
        5_000,
    )
    assert here.balance().pending_minor == 5_000
    assert here.approval.assess(again.reward_id).route == "review"
    assert here.ledger_differences() == []


def test_a_part_of_a_refused_reward() -> None:
    here = Court()
    dispute = here.about("reward", here.refused().reward_id)
    for amount in (None, 0, 5_000):
        with pytest.raises(InvalidInput, match="outcome_does_not_fit"):
            here.resolving.resolve(
                dispute.dispute_id,
                Ruling("partly", "goodwill", "nothing", amount_minor=amount),
                None,
            )
    ruling = Ruling("partly", "goodwill", "nothing", amount_minor=1_200)
    here.resolving.resolve(dispute.dispute_id, ruling, None)
    assert (here.reward.remaining_minor, here.balance().pending_minor) == (1_200, 1_200)
    assert here.ledger_differences() == []


@pytest.mark.parametrize(("granted", "owed"), [(None, 4_500), (1_200, 1_200)])
def test_refunds_that_came_while_it_was_refused_are_off_it(granted: int | None, owed: int) -> None:
    here = Court()
    dispute = here.about("reward", here.refused().reward_id)
    here.refund("r1", 5_000)  # a tenth of the order
    ruling = Ruling("partly", "goodwill", "nothing", amount_minor=granted) if granted else GRANT
    here.resolving.resolve(dispute.dispute_id, ruling, None)
    assert (here.reward.remaining_minor, here.balance().pending_minor) == (owed, owed)
    here.refund("r2", 25_000)
    left = min(owed, 2_000)
    assert (here.reward.remaining_minor, here.balance().pending_minor) == (left, left)
    assert here.ledger_differences() == []


def test_what_was_won_back_while_it_was_refused_is_owed_again() -> None:
    here = Court()
    here.sale(net_minor=50_000, click_ids=(here.click(),))
    here.refund("r1", 5_000)
    here.approval.assess(here.reward.reward_id)
    decider = here.approval
    decider.decide(here.reward.reward_id, approve=False, code="other", decider_advocate_id=None)
    assert (here.reward.state, here.reward.remaining_minor) == ("rejected", 4_500)
    here.deliver(won("r1"))
    dispute = here.about("reward", here.reward.reward_id)
    here.resolving.resolve(dispute.dispute_id, GRANT, None)
    assert (here.reward.remaining_minor, here.balance().pending_minor) == (5_000, 5_000)


def test_what_was_granted_in_part_stays_a_part() -> None:
    here = Court()
    dispute = here.about("reward", here.refused().reward_id)
    here.refund("r1", 5_000)
    too_much = Ruling("partly", "goodwill", "nothing", amount_minor=4_500)
    with pytest.raises(InvalidInput, match="outcome_does_not_fit"):
        here.resolving.resolve(dispute.dispute_id, too_much, None)
    part = Ruling("partly", "goodwill", "nothing", amount_minor=2_500)
    here.resolving.resolve(dispute.dispute_id, part, None)
    here.deliver(won("r1"))
    assert (here.reward.remaining_minor, here.balance().pending_minor) == (2_500, 2_500)
    here.approval.assess(here.reward.reward_id)
    decider = here.approval
    decider.decide(here.reward.reward_id, approve=False, code="other", decider_advocate_id=None)
    again = here.about("reward", here.reward.reward_id)
    here.resolving.resolve(again.dispute_id, GRANT, None)
    assert here.reward.remaining_minor == 2_500
    assert here.ledger_differences() == []


def test_nothing_is_owed_again_of_an_order_that_was_refunded() -> None:
    here = Court()
    dispute = here.about("reward", here.refused().reward_id)
    here.refund("r1", None)
    with pytest.raises(Conflict, match="cannot_grant"):
        here.resolving.resolve(dispute.dispute_id, GRANT, None)
    assert here.one(Dispute).state == "open"


def test_nothing_is_owed_again_of_an_order_that_was_told_twice() -> None:
    """Its reward was refused; then it turned out to be an order that is rewarded already."""
    here = Court()
    refused = here.refused()
    dispute = here.about("reward", refused.reward_id)
    earlier = here.clock.at_ms - DAY_MS
    here.sale("0999", 50_000, click_ids=(here.click(days_ago=2),), occurred_ms=earlier)
    space = Space(PROGRAM, "src_1")
    names = OtherNames(order_id="0999", aliases=("1001",))
    assert join_names(here.desk("conversions"), space, names)
    assert here.worker.unite(space, ("0999", "1001")) == ""
    (duplicate,) = (one for one in here.all(Conversion) if one.duplicate_of)
    assert duplicate.conversion_id == refused.conversion_id
    with pytest.raises(Conflict, match="cannot_grant"):
        here.resolving.resolve(dispute.dispute_id, GRANT, None)
    live = [one.order_id for one in here.all(Reward) if one.state not in ("rejected", "void")]
    assert live == ["0999"]


def test_nothing_is_owed_again_of_an_order_that_another_has_won_meanwhile() -> None:
    here = Court()
    dispute = here.about("reward", here.refused().reward_id)
    here.sale(net_minor=50_000, click_ids=(here.click("BEN77", 0.5),))
    with pytest.raises(Conflict, match="cannot_grant"):
        here.resolving.resolve(dispute.dispute_id, GRANT, None)
    states = {one.advocate_id: one.state for one in here.all(Reward)}
    assert states == {MAYA: "rejected", BEN: "pending"}


def test_a_refund_between_the_look_and_the_grant_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    here = Court()
    dispute = here.about("reward", here.refused().reward_id)
    real, refunds = here.store.commit, iter(["r1"])

    def commit(change: Change) -> None:
        if any(one.KIND == "dispute" for one, _ in change.replaced) and (one := next(refunds, "")):
            here.refund(one, 25_000)
        real(change)

    monkeypatch.setattr(here.store, "commit", commit)
    here.resolving.resolve(dispute.dispute_id, GRANT, None)
    assert here.reward.remaining_minor == 2_500


def test_what_terms_let_refuse_is_only_held_after_a_dispute() -> None:
    strict = {"checks": {"click_time": {"hold_points": 1, "refuse_points": 1}}}
    here = Court(trust=strict)
    here.sale(click_ids=(here.click(days_ago=0),))
    here.approval.assess(here.reward.reward_id)
    states = [here.reward.state]
    dispute = here.about("reward", here.reward.reward_id)
    here.resolving.resolve(dispute.dispute_id, GRANT, None)
    here.approval.assess(here.reward.reward_id)
    assert [*states, here.reward.state] == ["rejected", "on_hold"]


def test_a_hold_is_let_go_by_a_dispute_with_two_people_where_it_takes_two() -> None:
    here = Court(trust={"second_look_minor": 3_000})
    here.sale(net_minor=50_000, click_ids=(here.click(),))
    here.approval.assess(here.reward.reward_id)
    here.approval.ask(here.reward.reward_id, "token")
    dispute = here.about("hold", here.reward.reward_id)
    with pytest.raises(Conflict, match="second_look_needed"):
        here.resolving.resolve(dispute.dispute_id, GRANT, None)
    with pytest.raises(InvalidInput, match="outcome_does_not_fit"):
        here.resolving.resolve(dispute.dispute_id, Ruling("partly", "other", "nothing"), None)
    first = type(here.approval)(here.desk("frank"), here.workflow)
    first.decide(here.reward.reward_id, approve=True, code="other", decider_advocate_id=None)
    here.resolving.resolve(dispute.dispute_id, GRANT, None)
    assert (here.reward.state, here.reward.reason) == ("approved", "dispute_granted")
    assert here.one(TaskToken).token in here.workflow.resumed


def test_who_looked_first_does_not_grant_from_another_sign_in_of_the_same_mailbox() -> None:
    here = Court(trust={"second_look_minor": 3_000})
    here.sale(net_minor=50_000, click_ids=(here.click(),))
    here.approval.assess(here.reward.reward_id)
    dispute = here.about("hold", here.reward.reward_id)
    first = type(here.approval)(here.desk("fay_2"), here.workflow)
    first.decide(
        here.reward.reward_id, approve=True, code="other", decider_advocate_id=None, mark="box-1"
    )
    with pytest.raises(Conflict, match="second_look_needed"):
        here.resolving.resolve(dispute.dispute_id, replace(GRANT, mark="box-1"), None)
    states = [here.reward.state]
    here.resolving.resolve(dispute.dispute_id, replace(GRANT, mark="box-2"), None)
    assert [*states, here.reward.state] == ["on_hold", "approved"]


def test_a_small_hold_takes_one_person() -> None:
    here = Court(trust={"second_look_minor": 9_000})
    here.sale(net_minor=50_000, click_ids=(here.click(),))
    here.approval.assess(here.reward.reward_id)
    dispute = here.about("hold", here.reward.reward_id)
    here.resolving.resolve(dispute.dispute_id, GRANT, None)
    assert here.reward.decided_by == "fay"
    assert TrustTerms().second_look_minor is None


def test_nobody_decides_their_own_and_codes_are_of_the_list() -> None:
    here = Court()
    dispute = here.missing()
    with pytest.raises(NotAllowed, match="payee_may_not_decide"):
        here.resolving.resolve(dispute.dispute_id, GRANT, MAYA)
    for reason, learned in (("because", "nothing"), ("other", "a lot")):
        with pytest.raises(InvalidInput, match="unknown_reason_code"):
            here.resolving.resolve(dispute.dispute_id, Ruling("upheld", reason, learned), None)
    upheld = Ruling("upheld", "evidence_missing", "nothing")
    assert here.resolving.resolve(dispute.dispute_id, upheld, None).outcome == "upheld"
    assert here.all(Reward) == []


def test_what_is_paid_or_pending_is_not_granted() -> None:
    here = Court()
    here.sale(click_ids=(here.click(),))
    dispute = here.about("reward", here.reward.reward_id)
    with pytest.raises(Conflict, match="cannot_grant"):
        here.resolving.resolve(dispute.dispute_id, GRANT, None)


def test_a_subject_that_is_gone_is_not_granted() -> None:
    here = Court()
    dispute = here.about("reward", here.refused().reward_id)
    change = Change()
    change.delete(here.reward)
    here.store.commit(change)
    with pytest.raises(Conflict, match="gone"):
        here.resolving.resolve(dispute.dispute_id, GRANT, None)
    unknown = here.missing("x")
    change = Change()
    change.replace(here.disputes.read(unknown.dispute_id).but(program_id="prg_none"))
    here.store.commit(change)
    with pytest.raises(GoodwordError):
        here.resolving.resolve(unknown.dispute_id, GRANT, None)


def test_two_shops_may_have_an_order_of_one_number() -> None:
    here = Court()
    here.sale("1001")
    here.source("src_2")
    second = GrantedOrder(
        order_id="1001", net_minor=2_000, occurred_ms=here.clock.at_ms - DAY_MS, source_id="src_2"
    )
    new = here.missing("1002")
    nameless = GrantedOrder(order_id="1002", net_minor=1, occurred_ms=here.clock.at_ms)
    with pytest.raises(Conflict, match="source_not_named"):
        here.resolving.resolve(
            new.dispute_id, Ruling("granted", "goodwill", "nothing", nameless), None
        )
    change = Change()
    first = here.conversion
    other = first.but(conversion_id="cnv_other", namespace="src_2", version=0, identities=())
    alias = here.one(OrderAlias)
    change.create(other, alias.but(namespace="src_2", conversion_id="cnv_other", version=0))
    here.store.commit(change)
    dispute = here.missing("1001")
    assert search(here.store, dispute).same_number == ("cnv_other",)
    with pytest.raises(Conflict, match="order_ambiguous"):
        here.resolving.resolve(dispute.dispute_id, GRANT, None)
    with pytest.raises(NotFound, match="unknown_conversion"):
        here.resolving.resolve(dispute.dispute_id, replace(GRANT, conversion_id="cnv_no"), None)
    ruling = replace(GRANT, conversion_id=first.conversion_id)
    done = here.resolving.resolve(dispute.dispute_id, ruling, None)
    assert done.conversion_id == first.conversion_id
    assert second.source_id == "src_2"
