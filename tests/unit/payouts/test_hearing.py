"""A rail's notice only makes us ask; what it says about money is never taken from it."""

import pytest
from goodword.limits import RAIL_HALT_SECONDS, RAIL_REST_SECONDS
from goodword.payouts.model import Payout
from goodword.payouts.notices import RailNotice
from goodword.payouts.ports import PaymentOrder, RailAnswer
from goodword.payouts.resting import RailRest, rest, rests
from goodword.ports import Change, Collision, Page
from goodword.programs.payment import RailName
from goodword.times import MINUTE_MS, SECOND_MS

from tests.support.payday import Payday
from tests.support.scene import BEN


def notice(world: Payday, *payouts: str, rail: RailName = "simulator", resource: str = "") -> None:
    change = Change()
    change.create(
        RailNotice(
            rail=rail,
            event_id=f"evt_{len(world.all(RailNotice))}",
            payout_ids=payouts,
            resource=resource,
            received_ms=world.clock.at_ms,
        )
    )
    world.store.commit(change)


def test_a_notice_makes_us_ask_and_is_done_with() -> None:
    world = Payday()
    world.due(500)
    world.rail.troubles = ["after"]
    world.sent()
    assert world.payout.state == "unknown"
    notice(world, world.payout.payout_id)
    assert world.payouts_clock.tick().looked
    assert world.cycle.look_up().route == "settled"
    assert (world.payout.state, world.all(RailNotice)) == ("paid", [])
    assert len(world.rail.paid) == 1


def test_money_that_comes_back_after_it_was_paid_is_due_again() -> None:
    world = Payday()
    world.due(500)
    world.sent()
    payout = world.payout
    amount, _, at_ms = world.rail.known[payout.payout_id]
    world.rail.known[payout.payout_id] = (amount, RailAnswer("returned", reason="unclaimed"), at_ms)
    notice(world, payout.payout_id)
    world.cycle.look_up()
    assert (world.payout.state, world.payout.reason) == ("returned", "unclaimed")
    assert (world.purse().payable_minor, world.purse().paid_minor) == (500, 0)
    assert world.ledger_differences() == []
    notice(world, payout.payout_id)
    world.cycle.look_up()
    assert world.ledger_differences() == []


def test_a_notice_of_what_the_rail_does_not_show_yet_is_no_failure() -> None:
    world = Payday()
    world.due(500)
    run = world.released()
    world.cycle.begin(run.run_id)
    real = world.rail.send
    states: list[str] = []

    def told_first(order: PaymentOrder) -> RailAnswer:
        """The notice overtakes the payment itself; the first call then gets through after all."""
        world.rail.send = real  # type: ignore[method-assign]  # asked again meanwhile
        notice(world, order.payout_id)
        world.cycle.look_up()
        states.append(world.payout.state)
        return real(order)

    world.rail.send = told_first  # type: ignore[method-assign]  # watched
    world.cycle.send(run.run_id, 0, 0)
    assert states == ["paid"], "sent again under the same key, not given up"
    assert (world.payout.state, world.purse().payable_minor) == ("paid", 0)
    assert list(world.rail.counts().values()) == [1]
    assert world.ledger_differences() == []


def test_a_notice_before_the_answer_pays_once() -> None:
    world = Payday()
    world.due(500)
    run = world.released()
    world.cycle.begin(run.run_id)
    real = world.rail.send

    def told_first(order: PaymentOrder) -> RailAnswer:
        answer = real(order)
        notice(world, order.payout_id)
        world.cycle.look_up()
        assert world.payout.state == "paid"
        return answer

    world.rail.send = told_first  # type: ignore[method-assign]  # watched
    world.cycle.send(run.run_id, 0, 0)
    assert (world.payout.state, len(world.rail.paid)) == ("paid", 1)
    assert world.purse().paid_minor == 500
    assert world.ledger_differences() == []


def test_what_a_notice_claims_about_others_payments_changes_nothing() -> None:
    world = Payday()
    world.due(500)
    world.listed()
    notice(world, "pay_unknown")
    notice(world, world.payout.payout_id)
    notice(world, world.payout.payout_id, rail="paypal")
    before = world.payout
    world.cycle.look_up()
    assert (world.payout, world.all(RailNotice), world.rail.known) == (before, [], {})


def test_a_rail_that_does_not_answer_keeps_the_notice_of_a_paid_payment() -> None:
    world = Payday()
    world.due(500)
    world.sent()
    notice(world, world.payout.payout_id)
    world.rail.troubles = ["silent"]
    world.cycle.look_up()
    assert len(world.all(RailNotice)) == 1
    world.cycle.look_up()
    assert (world.all(RailNotice), world.payout.state) == ([], "paid")


def test_a_rail_that_is_busy_is_left_alone_by_whoever_heard_of_a_payment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = Payday()
    world.due(500)
    world.due(700, BEN)
    world.sent()
    paid = world.all(Payout)
    assert [one.state for one in paid] == ["paid", "paid"]
    busy, asked = RailAnswer("unknown", reason="rail_busy", rest_seconds=1_200), list[str]()

    def look_up(payout_id: str, _reference: str = "") -> RailAnswer:
        asked.append(payout_id)
        return busy

    monkeypatch.setattr(world.rail, "look_up", look_up)
    for one in paid:
        notice(world, one.payout_id)
    world.cycle.look_up()
    world.cycle.look_up()
    assert (len(asked), len(world.all(RailNotice))) == (1, 2)
    world.clock.advance(1_201_000)
    world.cycle.look_up()
    assert len(asked) == 2


def test_a_thing_of_the_rail_is_asked_for_our_name_of_it() -> None:
    world = Payday()
    world.due(500)
    world.rail.troubles = ["accept"]
    world.sent()
    world.named = {"orders:O1": None}
    notice(world, resource="orders:O1")
    world.cycle.look_up()
    assert len(world.all(RailNotice)) == 1
    world.named = {"orders:O1": (world.payout.payout_id,)}
    world.rail.look_up(world.payout.payout_id)
    world.cycle.look_up()
    assert (world.payout.state, world.all(RailNotice)) == ("paid", [])


def test_two_workers_take_up_one_notice_without_harm(monkeypatch: pytest.MonkeyPatch) -> None:
    world = Payday()
    world.due(500)
    world.sent()
    notice(world, world.payout.payout_id)
    real = world.sending.__class__.ask_again

    def meanwhile(sending: object, payout: Payout) -> bool:
        monkeypatch.undo()
        world.cycle.look_up()
        return real(sending, payout)  # type: ignore[arg-type]  # it is a Sending

    monkeypatch.setattr("goodword.payouts.sending.Sending.ask_again", meanwhile)
    assert world.cycle.look_up().route == "settled"
    assert world.all(RailNotice) == []


def test_a_rail_without_money_is_left_alone_and_the_rest_stays_draft(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = Payday()
    world.due(500)
    world.due(700, BEN)
    run = world.released()
    world.cycle.begin(run.run_id)
    monkeypatch.setattr(
        world.rail, "send", lambda _: RailAnswer("failed", reason="insufficient_funds")
    )
    assert world.cycle.send(run.run_id, 0, 0).route == "again"
    assert sorted(one.state for one in world.all(Payout)) == ["draft", "failed"]
    world.clock.advance(RAIL_HALT_SECONDS * SECOND_MS - MINUTE_MS)
    assert world.cycle.send(run.run_id, 0, 1).route == "again"
    world.clock.advance(MINUTE_MS)
    monkeypatch.undo()
    assert world.cycle.send(run.run_id, 0, 2).route == "done"
    assert sorted(one.state for one in world.all(Payout)) == ["failed", "paid"]


def test_a_rail_at_rest_is_not_asked_by_the_sweep_either() -> None:
    world = Payday()
    world.due(500)
    world.rail.troubles = ["after"]
    world.sent()
    rest(world.desk(), "simulator", RAIL_REST_SECONDS)
    world.clock.advance(59 * SECOND_MS)
    notice(world, world.payout.payout_id)
    world.cycle.look_up()
    states = [world.payout.state]
    world.clock.advance(2 * MINUTE_MS)
    world.cycle.look_up()
    assert [*states, world.payout.state] == ["unknown", "paid"]


def test_whoever_is_quicker_sets_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    world = Payday()
    rest(world.desk(), "simulator", 60)
    rest(world.desk(), "simulator", 90)
    assert world.one(RailRest).until_ms == world.clock.at_ms + 90 * SECOND_MS

    def lost(_: Change) -> None:
        raise Collision([])

    monkeypatch.setattr(world.store, "commit", lost)
    rest(world.desk(), "simulator", 120)
    assert world.one(RailRest).until_ms == world.clock.at_ms + 90 * SECOND_MS
    assert rests(world.desk(), "simulator")


def test_a_rail_that_is_silent_about_its_own_notices_rests(monkeypatch: pytest.MonkeyPatch) -> None:
    world = Payday()
    world.due(500)
    world.sent()
    for _ in range(6):
        notice(world, world.payout.payout_id)
    asked: list[str] = []

    def silent(payout_id: str, _: str = "") -> RailAnswer:
        asked.append(payout_id)
        return RailAnswer("unknown", reason="no_answer")

    with monkeypatch.context() as patch:
        patch.setattr(world.rail, "look_up", silent)
        world.cycle.look_up()
        assert len(asked) == 3, "the others are not even asked about"
    world.clock.advance(RAIL_REST_SECONDS * SECOND_MS)
    world.cycle.look_up()
    assert (world.payout.state, world.all(RailNotice)) == ("paid", [])


def test_a_sweep_ends_although_a_rail_is_left_alone_or_gone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("goodword.payouts.sending.UNKNOWN_PER_SWEEP", 1)
    world = Payday()
    world.due(500)
    world.due(700, BEN)
    world.rail.troubles = ["after", "after"]
    world.sent()
    world.clock.advance(2 * MINUTE_MS)
    rest(world.desk(), "simulator", RAIL_REST_SECONDS)
    assert world.cycle.look_up().route == "settled"
    world.clock.advance(2 * MINUTE_MS)
    rails = dict(world.sending.rails)
    object.__setattr__(world.sending, "rails", {})
    assert world.cycle.look_up().route == "settled"
    object.__setattr__(world.sending, "rails", rails)
    while world.cycle.look_up().route == "look_up":
        pass
    assert {one.state for one in world.all(Payout)} == {"paid"}


def test_what_has_ended_since_the_list_was_read_is_passed_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = Payday()
    world.due(500)
    world.rail.troubles = ["after"]
    world.sent()
    notice(world, world.payout.payout_id)
    seen, told = world.payout, world.one(RailNotice)
    world.clock.advance(2 * MINUTE_MS)
    world.cycle.look_up()
    pages = {Payout: Page([seen], None), RailNotice: Page([told], None)}
    monkeypatch.setattr(world.store, "query_index", lambda kind, *_, **__: pages[kind])
    assert world.cycle.look_up().route == "settled"
    assert (world.payout.state, len(world.rail.paid)) == ("paid", 1)


def test_payments_that_only_a_person_can_explain_do_not_keep_the_others_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = Payday()
    for number in range(6):
        world.enrol(f"adv_{number}", f"CODE{number}")
        world.pay_to(f"adv_{number}")
        world.due(500, f"adv_{number}")
    run = world.released()
    world.cycle.begin(run.run_id)
    puzzled = RailAnswer("unknown", reason="no_look_up")
    answers = [puzzled] * 4 + [RailAnswer("paid")] * 2
    monkeypatch.setattr(world.rail, "send", lambda _: answers.pop(0))
    monkeypatch.setattr(world.rail, "look_up", lambda *_: puzzled)
    world.cycle.send(run.run_id, 0, 0)
    assert sorted(one.state for one in world.all(Payout)) == ["paid"] * 2 + ["unknown"] * 4
    world.clock.advance(2 * MINUTE_MS)
    assert world.cycle.look_up().route == "settled"
    assert world.all(RailRest) == []


def test_a_paid_payment_that_the_rail_has_forgotten_stays_paid() -> None:
    world = Payday()
    world.due(500)
    world.sent()
    world.rail.known.clear()
    notice(world, world.payout.payout_id)
    world.cycle.look_up()
    assert (world.payout.state, world.all(RailNotice), len(world.rail.paid)) == ("paid", [], 1)
