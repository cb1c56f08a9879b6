"""A dispute has two sides, a clock, one end, and an outcome that is in the ledger."""

import pytest
from goodword.conversions.granting import find_orders
from goodword.errors import Conflict, InvalidInput, NotAllowed, NotFound, TooLarge
from goodword.ports import Change
from goodword.privacy.ports import Forgotten
from goodword.times import DAY_MS
from goodword.tracking.model import ClickCount
from goodword.trust.dispute import Dispute, OpenDisputes, Said
from goodword.trust.searching import Searched, for_advocate, search

from tests.support.court import Court
from tests.support.scene import BEN, MAYA, PROGRAM, sale


def test_what_is_written_is_sealed_and_in_no_event() -> None:
    here = Court()
    dispute = here.missing()
    assert (dispute.state, dispute.turn) == ("open", "staff")
    assert dispute.due_ms == here.clock.at_ms + 7 * DAY_MS
    ((_, text),) = here.disputes.thread(dispute)
    assert text == "My friend Robin Smith bought on Tuesday."
    stored = [*here.all(Said), *here.all(Dispute), *here.events()]
    assert all("Robin" not in one.model_dump_json() for one in stored)
    here.vault.forget(MAYA)
    with pytest.raises(Forgotten):
        here.disputes.thread(dispute)
    assert [text for _, text in here.disputes.thread(dispute, "gone")] == ["gone"]


def test_turns_and_answers() -> None:
    here = Court()
    dispute = here.missing()
    here.clock.advance(DAY_MS)
    answered = here.disputes.answer(dispute.dispute_id, "Which shop?", None)
    assert (answered.state, answered.turn) == ("answered", "advocate")
    assert answered.due_ms == here.clock.at_ms + 7 * DAY_MS
    here.clock.advance(DAY_MS)
    more = here.disputes.answer(dispute.dispute_id, "And when?", None)
    assert more.due_ms == answered.due_ms
    replied = here.disputes.write(dispute.dispute_id, "advocate", MAYA, "Yours.")
    assert (replied.state, replied.turn, replied.messages) == ("answered", "staff", 4)
    assert [one.by for one, _ in here.disputes.thread(replied)] == [
        "advocate",
        "staff",
        "staff",
        "advocate",
    ]
    with pytest.raises(NotAllowed, match="payee_may_not_decide"):
        here.disputes.answer(dispute.dispute_id, "I say so", MAYA)


def test_a_thread_is_bounded_and_so_is_a_message() -> None:
    here = Court()
    dispute = here.missing()
    with pytest.raises(InvalidInput, match="no_text"):
        here.disputes.write(dispute.dispute_id, "advocate", MAYA, "  ")
    with pytest.raises(TooLarge, match="text_too_long"):
        here.disputes.write(dispute.dispute_id, "advocate", MAYA, "x" * 2_001)
    for _ in range(49):
        here.disputes.write(dispute.dispute_id, "advocate", MAYA, "And?")
    with pytest.raises(Conflict, match="thread_full"):
        here.disputes.write(dispute.dispute_id, "advocate", MAYA, "And?")


def test_one_at_a_time_about_one_thing_and_not_too_many() -> None:
    here = Court()
    dispute = here.missing()
    with pytest.raises(Conflict, match="disputed_already"):
        here.missing()
    withdrawn = here.disputes.withdraw(dispute.dispute_id)
    assert here.disputes.withdraw(dispute.dispute_id).state == withdrawn.state == "withdrawn"
    assert here.one(OpenDisputes).disputes == ()
    for n in range(20):
        here.missing(f"n{n}")
    with pytest.raises(Conflict, match="too_many_disputes"):
        here.missing("n20")
    with pytest.raises(Conflict, match="dispute_over"):
        here.disputes.write(dispute.dispute_id, "advocate", MAYA, "Wait!")
    assert len(here.disputes.of(MAYA, 100, None).rows) == 21
    assert here.disputes.of(BEN, 100, None).rows == []
    assert len(here.disputes.waiting(100, None).rows) == 20


@pytest.mark.parametrize(
    ("about", "code"),
    [
        ("reward", "unknown_reward"),
        ("hold", "unknown_reward"),
        ("payout", "unknown_payout"),
        ("ban", "not_banned"),
    ],
)
def test_only_ones_own_is_disputed(about: str, code: str) -> None:
    here = Court()
    here.sale(click_ids=(here.click(),))
    with pytest.raises(NotFound, match=code):
        here.about(about, here.reward.reward_id, BEN)
    with pytest.raises(NotFound, match="unknown_dispute"):
        here.disputes.read("dsp_none")
    mine = here.missing()
    assert here.disputes.own(mine.dispute_id, MAYA).dispute_id == mine.dispute_id
    with pytest.raises(NotFound, match="unknown_dispute"):
        here.disputes.own(mine.dispute_id, BEN)


def test_a_missing_order_is_named_and_not_in_the_future() -> None:
    here = Court()
    for more, code in (
        ({"order_number": ""}, "order_not_named"),
        ({"ordered_ms": None}, "order_not_named"),
        ({"ordered_ms": here.clock.at_ms + 1}, "order_in_the_future"),
    ):
        with pytest.raises(InvalidInput, match=code):
            here.missing(**more)
    here.sale(click_ids=(here.click(),))
    with pytest.raises(Conflict, match="not_on_hold"):
        here.about("hold", here.reward.reward_id)


def test_staff_who_is_late_is_escalated_and_an_advocate_who_is_late_has_an_answer() -> None:
    here = Court()
    dispute = here.missing()
    assert here.disputes.sweep() == {"escalated": 0, "lapsed": 0}
    for times in (1, 2):
        here.clock.advance(7 * DAY_MS)
        assert here.disputes.sweep() == {"escalated": 1, "lapsed": 0}
        assert here.one(Dispute).escalations == times
    here.disputes.answer(dispute.dispute_id, "Which shop?", None)
    here.clock.advance(7 * DAY_MS)
    assert here.disputes.sweep() == {"escalated": 0, "lapsed": 1}
    over = here.one(Dispute)
    assert (over.state, over.outcome, over.reason) == ("resolved", "upheld", "no_answer")
    assert over.learned == "nothing"
    assert here.one(OpenDisputes).disputes == ()
    assert here.disputes.sweep() == {"escalated": 0, "lapsed": 0}
    assert here.disputes._late(dispute.dispute_id) == ""


def test_the_order_its_touches_clicks_and_kept_deliveries_are_found() -> None:
    here = Court()
    here.sale("1001", codes=("BEN77",), click_ids=(here.click(),))
    here.sale("1002", customer={"customer_id": "c2"})
    bad = here.deliver(ignored="").but(state="not_understood", reason="bad_amount")
    change, days = Change(), {"2025-11-21": 3, "2025-10-01": 9}
    change.replace(bad)
    change.create(
        ClickCount(
            advocate_id=MAYA,
            program_id=PROGRAM,
            clicks=3,
            by_day=days,
        )
    )
    here.store.commit(change)
    found = search(here.store, here.missing("#1001"))
    assert found.order is not None
    assert (found.order.order_id, found.order.credited) == ("1001", "somebody_else")
    assert {one.touch.advocate_id for one in found.order.touches} == {MAYA, BEN}
    assert found.clicks_by_day == {"2025-11-21": 3}
    assert [one.reason for one in found.kept] == ["bad_amount"]
    own = for_advocate(found, MAYA)
    assert own.order is not None
    assert {one.touch.advocate_id for one in own.order.touches} == {MAYA}
    assert own.kept == ()
    nobody = search(here.store, here.missing("1002"))
    assert nobody.order is not None
    assert nobody.order.credited == "nobody"
    nothing = search(here.store, here.missing("9"))
    assert (nothing.order, for_advocate(nothing, MAYA).kept) == (None, ())
    assert isinstance(nothing, Searched)


def test_deliveries_of_other_days_are_not_shown() -> None:
    here = Court()
    bad = here.deliver(ignored="").but(state="not_understood", reason="bad_amount")
    change = Change()
    change.replace(bad)
    here.store.commit(change)
    here.clock.advance(9 * DAY_MS)
    assert search(here.store, here.missing("9")).kept == ()


def test_an_order_is_found_by_what_it_is_called() -> None:
    here = Court()
    here.sale("77")
    assert len(find_orders(here.store, PROGRAM, "#77")) == 1
    assert find_orders(here.store, PROGRAM, "78") == ()
    here.deliver(sale("s1", 0, here.clock.at_ms, action="lead"))
    assert len(find_orders(here.store, PROGRAM, "s1")) == 1


def test_conversions_of_the_days_around_are_listed() -> None:
    here = Court()
    here.sale("1", click_ids=(here.click(),))
    here.sale("2", net_minor=0, click_ids=(here.click(),), customer={"customer_id": "c2"})
    here.clock.advance(10 * DAY_MS)
    here.sale("3", click_ids=(here.click(),), customer={"customer_id": "c3"})
    asked = here.missing("9", ordered_ms=here.clock.at_ms - 9 * DAY_MS)
    near = search(here.store, asked).near_by
    assert sorted(one.reward_id is None for one in near) == [False, True]
    mine = search(here.store, here.missing("3"))
    assert mine.order is not None
    assert mine.order.credited == "you"


def test_a_dispute_that_was_answered_meanwhile_is_not_late(monkeypatch: pytest.MonkeyPatch) -> None:
    here = Court()
    here.missing()
    here.clock.advance(7 * DAY_MS)
    monkeypatch.setattr(type(here.disputes), "_late", lambda _self, _dispute_id: "")
    assert here.disputes.sweep() == {"escalated": 0, "lapsed": 0}
