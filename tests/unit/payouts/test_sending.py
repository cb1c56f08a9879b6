"""Money leaves once per payout, whatever the rail, the store or the person does meanwhile."""

import pytest
from goodword.errors import Conflict, NotFound
from goodword.limits import LOOKUP_TRIES_MAX, RAIL_REST_SECONDS
from goodword.payouts.model import OpenRun, Payout, RunChunk, RunLine
from goodword.payouts.ports import PaymentOrder, RailAnswer
from goodword.payouts.sending import Sending
from goodword.payouts.standing import standing_of
from goodword.times import DAY_MS, HOUR_MS, MINUTE_MS

from tests.support.payday import Payday
from tests.support.scene import BEN, MAYA, PROGRAM


@pytest.fixture
def world() -> Payday:
    scene = Payday()
    scene.due(500)
    scene.due(700)
    return scene


def again(world: Payday) -> None:
    """The rail gets a minute, then the chunk is tried again."""
    world.clock.advance(2 * MINUTE_MS)
    world.cycle.send(world.run().run_id, 0, 1)


def test_a_released_run_is_paid(world: Payday) -> None:
    run = world.sent()
    payout = world.payout
    assert (payout.state, payout.reference, payout.look_ms) == ("paid", "ref-1", None)
    assert world.rail.paid == [(payout.payout_id, 1_200)]
    assert {reward.state for reward in (world.at(world.due(1)),)} == {"due"}
    assert (world.purse().in_payout_minor, world.purse().paid_minor) == (0, 1_200)
    assert world.cycle.settle(run.run_id).route == "reconcile"
    assert world.run().outcome["paid"].amount_minor == 1_200
    assert (world.all(OpenRun), world.ledger_differences()) == ([], [])


def test_the_payout_says_sent_before_the_rail_is_asked(world: Payday) -> None:
    seen: list[str] = []
    real = world.rail.send

    def watching(order: object) -> RailAnswer:
        seen.append(world.payout.state)
        return real(order)  # type: ignore[arg-type]  # passed on as it came

    world.rail.send = watching  # type: ignore[method-assign]  # watched
    world.sent()
    assert seen == ["sent"]


def test_a_refusal_gives_the_money_back(world: Payday) -> None:
    world.rail.troubles = ["refuse"]
    world.sent()
    assert (world.payout.state, world.payout.reason) == ("failed", "receiver_refused")
    assert (world.purse().payable_minor, world.purse().in_payout_minor) == (1_200, 0)
    assert world.ledger_differences() == []


def test_what_failed_is_paid_by_a_later_run_under_a_new_key(world: Payday) -> None:
    world.rail.troubles = ["refuse"]
    run = world.sent()
    world.cycle.settle(run.run_id)
    world.clock.advance(31 * DAY_MS)
    world.sent("2025-11", run.cutoff_ms + 30 * DAY_MS)
    first, second = world.all(Payout)
    assert first.payout_id != second.payout_id
    assert (second.state, second.amount_minor) == ("paid", 1_200)
    assert world.purse().paid_minor == 1_200


@pytest.mark.parametrize("trouble", ["after", "before"])
def test_a_time_out_is_looked_up_and_paid_once(world: Payday, trouble: str) -> None:
    world.rail.troubles = [trouble]
    world.sent()
    assert (world.payout.state, world.payout.reason) == ("unknown", "no_answer")
    again(world)
    assert world.payout.state == "paid"
    assert world.rail.counts() == {world.payout.payout_id: 1}


def test_a_crash_between_the_commit_and_the_call_is_made_good(world: Payday) -> None:
    real = world.rail.send

    def crash(order: PaymentOrder) -> RailAnswer:
        raise KeyboardInterrupt

    world.rail.send = crash  # type: ignore[method-assign]  # the process dies here
    with pytest.raises(KeyboardInterrupt):
        world.sent()
    assert world.payout.state == "sent"
    world.rail.send = real  # type: ignore[method-assign]  # alive again
    again(world)
    assert (world.payout.state, len(world.rail.paid)) == ("paid", 1)


def test_past_the_key_window_nothing_is_sent_again(world: Payday) -> None:
    world.rail.troubles = ["before"]
    world.sent()
    world.clock.advance(23 * HOUR_MS)
    again(world)
    assert (world.payout.state, world.payout.reason) == ("unknown", "past_key_window")
    assert world.rail.paid == []


def test_a_forgotten_key_is_not_taken_for_an_unsent_payment(world: Payday) -> None:
    world.rail.troubles = ["after"]
    world.sent()
    world.clock.advance(25 * HOUR_MS)
    again(world)
    assert world.payout.state == "unknown"
    assert len(world.rail.paid) == 1


def test_an_accepted_payment_is_asked_about_until_it_is_paid(world: Payday) -> None:
    world.rail.troubles = ["accept"]
    run = world.released()
    world.cycle.begin(run.run_id)
    assert world.cycle.send(run.run_id, 0, 0).route == "again"
    assert (world.payout.state, world.payout.looks) == ("sent", 1)
    again(world)
    assert world.cycle.send(run.run_id, 0, 2).route == "done"
    assert (world.payout.state, world.payout.reference) == ("paid", "later")


def test_unclaimed_money_waits_without_keeping_the_machine(
    world: Payday, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = world.released()
    monkeypatch.setattr(world.rail, "send", lambda _: RailAnswer("unclaimed"))
    world.cycle.begin(run.run_id)
    assert world.cycle.send(run.run_id, 0, 0).route == "done"
    assert (world.payout.state, world.payout.reason) == ("sent", "unclaimed")
    began = world.payout.unclaimed_ms
    assert began == world.clock.at_ms
    said = [RailAnswer("unclaimed"), RailAnswer("unknown")]  # told once, silent in between or not
    monkeypatch.setattr(world.rail, "look_up", lambda *_: said.pop())
    while said:
        world.clock.advance(HOUR_MS)
        world.sending.ask_again(world.payout)
    (told,) = world.events("payout.unclaimed")
    assert (told.data["amount_minor"], told.data["currency"]) == (1_200, "EUR")
    assert (told.data["program_id"], told.data["advocate_id"]) == (PROGRAM, MAYA)
    assert (world.payout.reason, world.payout.unclaimed_ms) == ("unclaimed", began)
    monkeypatch.setattr(world.rail, "look_up", lambda *_: RailAnswer("returned"))
    again(world)
    assert (world.payout.state, world.purse().payable_minor) == ("returned", 1_200)
    assert world.ledger_differences() == []


def test_a_changed_destination_is_not_paid(world: Payday) -> None:
    world.released()
    world.pay_to(MAYA, "somewhere.else@x.example")
    world.cycle.begin(world.run().run_id)
    world.cycle.send(world.run().run_id, 0, 0)
    assert (world.payout.state, world.payout.reason) == ("failed", "destination_changed")
    assert world.purse().payable_minor == 1_200


def test_an_erased_destination_is_not_paid(world: Payday) -> None:
    world.released()
    world.places.fields.clear()
    world.sent()
    assert (world.payout.state, world.payout.reason) == ("failed", "no_destination")


def test_somebody_banned_meanwhile_is_not_paid(world: Payday) -> None:
    world.released()
    world.set_enrolment(MAYA, "banned")
    world.sent()
    assert (world.payout.state, world.payout.reason) == ("failed", "enrolment_banned")


@pytest.mark.parametrize("quiet", [False, True])
def test_no_money_for_a_repeat_says_nothing_about_the_first_call(
    world: Payday, quiet: bool
) -> None:
    """The first call may still be on its way; once all is quiet, the refusal is believed."""
    world.rail.troubles = ["before"]
    world.sent()
    world.clock.advance(HOUR_MS if quiet else 0)
    real = world.rail.send
    orders: list[PaymentOrder] = []

    def poor(order: PaymentOrder) -> RailAnswer:
        orders.append(order)
        return RailAnswer("failed", reason="insufficient_funds")

    world.rail.send = poor  # type: ignore[method-assign]  # for one call
    again(world)
    world.rail.send = real  # type: ignore[method-assign]  # as it was
    assert [one.again for one in orders] == [True]
    if quiet:
        assert (world.payout.state, world.payout.reason) == ("failed", "insufficient_funds")
        return
    assert (world.payout.state, world.payout.reason) == ("unknown", "first_unclear")
    again(world)
    assert world.payout.state == "paid"
    assert len(world.rail.paid) == 1


@pytest.mark.parametrize("quiet", [False, True])
def test_a_destination_changed_after_a_time_out_is_given_up_only_when_all_is_quiet(
    world: Payday, quiet: bool
) -> None:
    world.rail.troubles = ["before"]
    world.sent()
    world.pay_to(MAYA, "somewhere.else@x.example")
    world.clock.advance(HOUR_MS if quiet else 0)
    again(world)
    expected = ("failed" if quiet else "unknown", "destination_changed")
    assert (world.payout.state, world.payout.reason) == expected


def test_a_stray_begin_pays_nothing(world: Payday) -> None:
    run = world.listed()
    assert world.cycle.begin(run.run_id).route == "ask_request"
    world.cycle.send(run.run_id, 0, 0)
    assert (world.payout.state, world.rail.paid) == ("draft", [])


def test_the_send_itself_requires_the_run(world: Payday) -> None:
    run = world.listed()
    lying = run.but(state="sending")
    assert not world.sending._mark_sent(lying, world.payout, standing_of(world.store, world.payout))
    assert world.payout.state == "draft"


def test_another_hash_than_the_released_one_pays_nothing(world: Payday) -> None:
    run = world.released()
    world.cycle.begin(run.run_id)
    lying = world.run().but(run_hash="0" * 64)
    assert not world.sending._mark_sent(lying, world.payout, standing_of(world.store, world.payout))


def test_two_workers_on_one_chunk_pay_once(world: Payday) -> None:
    run = world.released()
    world.cycle.begin(run.run_id)
    real = world.rail.send
    inside: list[int] = []

    def interleaved(order: object) -> RailAnswer:
        if not inside:
            inside.append(1)
            world.cycle.send(run.run_id, 0, 0)
        return real(order)  # type: ignore[arg-type]  # passed on as it came

    world.rail.send = interleaved  # type: ignore[method-assign]  # a second worker comes in between
    world.cycle.send(run.run_id, 0, 0)
    assert world.payout.state == "paid"
    assert world.rail.counts() == {world.payout.payout_id: 1}
    assert world.ledger_differences() == []


def test_a_worker_that_lost_the_race_leaves_the_payout_alone(world: Payday) -> None:
    run = world.released()
    world.cycle.begin(run.run_id)
    stale = world.payout
    world.cycle.send(run.run_id, 0, 0)
    row, line = world.one(RunChunk).rows[0], world.one(RunLine)
    assert world.sending._send_first(world.run(), row, line, stale).state == "paid"
    world.pay_to(MAYA, "somewhere.else@x.example")
    assert world.sending._send_first(world.run(), row, line, stale).state == "paid"
    assert len(world.rail.paid) == 1


def test_a_resend_that_lost_the_race_is_not_made(world: Payday) -> None:
    world.rail.troubles = ["before"]
    world.sent()
    stale = world.payout
    again(world)
    world.rail.known.clear()
    assert world.sending._look_up(stale).state == "paid"
    assert len(world.rail.paid) == 1


def test_a_late_answer_changes_nothing(world: Payday) -> None:
    world.rail.troubles = ["after"]
    world.sent()
    before = world.payout
    again(world)
    paid = world.payout
    for answer in (RailAnswer("unknown"), RailAnswer("failed"), RailAnswer("accepted")):
        assert world.sending._record(before, answer) == paid


def test_the_rail_is_left_alone_after_three_unclear_answers() -> None:
    world = Payday()
    for number in range(6):
        world.enrol(f"adv_{number}", f"CODE{number}")
        world.pay_to(f"adv_{number}")
        world.due(500, f"adv_{number}")
    world.rail.troubles = ["before"] * 6
    run = world.released()
    world.cycle.begin(run.run_id)
    assert world.cycle.send(run.run_id, 0, 0).route == "again"
    assert sorted(each.state for each in world.all(Payout)) == ["draft"] * 3 + ["unknown"] * 3
    assert world.cycle.settle(run.run_id).route == "left"
    world.rail.troubles = []
    asked = len(world.rail.known)
    assert world.cycle.send(run.run_id, 0, 1).route == "again"
    assert len(world.rail.known) == asked
    world.clock.advance(RAIL_REST_SECONDS * 1_000)
    assert world.cycle.send(run.run_id, 0, 1).route == "done"
    assert len(world.rail.paid) == 6


def test_a_chunk_is_left_to_the_sweep_after_the_last_try(world: Payday) -> None:
    world.rail.troubles = ["before"]
    run = world.released()
    world.cycle.begin(run.run_id)
    step = world.cycle.send(run.run_id, 0, LOOKUP_TRIES_MAX - 1)
    assert (step.route, step.wait_seconds) == ("left", 900)


def test_a_rail_that_is_not_set_up_sends_nothing(world: Payday) -> None:
    run = world.released()
    lonely = Sending(world.desk(), {}, world.places)
    with pytest.raises(Conflict, match="rail_not_ready"):
        lonely.begin(run.run_id)
    assert world.approving.cancel(run.run_id, "rail_not_ready").state == "cancelled"


def test_an_unknown_chunk_is_refused(world: Payday) -> None:
    run = world.released()
    with pytest.raises(NotFound, match="unknown_chunk"):
        world.cycle.send(run.run_id, 7, 0)


def test_a_payout_that_is_gone_is_an_error(world: Payday) -> None:
    world.listed()
    missing = world.payout.but(payout_id="pay_none")
    with pytest.raises(NotFound, match="unknown_payout"):
        world.sending._read(missing)


def test_what_is_due_to_be_looked_up_is(world: Payday) -> None:
    world.due(800, BEN)
    world.rail.troubles = ["after", "before"]
    run = world.sent()
    world.cycle.settle(run.run_id)
    assert world.run().outcome["unknown"].count == 2
    assert world.cycle.look_up().route == "settled"
    assert len(world.rail.paid) == 1
    world.clock.advance(2 * MINUTE_MS)
    world.cycle.look_up()
    assert {each.state for each in world.all(Payout)} == {"paid"}
    assert set(world.rail.counts().values()) == {1}


def test_looking_up_goes_on_page_by_page_and_stops_at_a_silent_rail(
    world: Payday, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("goodword.payouts.sending.UNKNOWN_PER_SWEEP", 1)
    world.due(800, BEN)
    world.rail.troubles = ["after", "after"]
    world.sent()
    world.clock.advance(2 * MINUTE_MS)
    assert world.cycle.look_up().route == "look_up"
    assert world.cycle.look_up().route == "settled"
    monkeypatch.setattr("goodword.payouts.sending.SEND_UNKNOWN_MAX", 1)
    world = Payday()
    world.due(500)
    world.rail.troubles = ["after", "silent"]
    world.sent()
    world.clock.advance(2 * MINUTE_MS)
    assert world.cycle.look_up().route == "settled"
    assert world.payout.looks == 2


def test_looking_up_skips_what_ended_meanwhile(world: Payday) -> None:
    world.rail.troubles = ["after"]
    world.sent()
    seen = world.payout
    again(world)
    world.clock.advance(DAY_MS)
    world.store.items[seen.key] |= {"gsi1pk": "UNKNOWN", "gsi1sk": "0#late"}
    paid = world.payout
    world.cycle.look_up()
    assert world.payout == paid
