"""Who is held, banned, paused or in dispute by now is sent nothing, a repeat least of all."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from goodword.advocates.model import Enrolment, enrolment_key
from goodword.payouts.ports import PaymentOrder, RailAnswer
from goodword.payouts.resting import rests
from goodword.payouts.standing import standing_of
from goodword.payouts.stops import Cause, Holding, read_stop, stopped
from goodword.ports import Change
from goodword.times import HOUR_MS, MINUTE_MS

from tests.support.payday import Payday
from tests.support.scene import MAYA, PROGRAM


def hold(world: Payday) -> None:
    Holding(world.desk("fin")).hold(MAYA, "suspected_fraud", None)


def dispute(world: Payday) -> None:
    cause = Cause(reason="dispute_open", code="payout_disputed", by=MAYA, at_ms=1)
    save(world, stopped(read_stop(world.store, MAYA), "dsp_1", cause))


def save(world: Payday, record: object) -> None:
    change = Change()
    change.save(record)  # type: ignore[arg-type]  # each is a record
    world.store.commit(change)


def enrolment(world: Payday) -> Enrolment:
    found = world.store.get(Enrolment, enrolment_key(MAYA, PROGRAM))
    assert found is not None
    return found


def leave(world: Payday) -> None:
    change = Change()
    change.delete(enrolment(world))
    world.store.commit(change)


BARS: tuple[tuple[str, Callable[[Payday], None]], ...] = (
    ("on_hold", hold),
    ("dispute_open", dispute),
    ("enrolment_paused", lambda world: save(world, enrolment(world).but(state="paused"))),
    ("enrolment_banned", lambda world: world.set_enrolment(MAYA, "banned")),
    ("not_enrolled", leave),
)


def unclear(trouble: str = "before", rail: str = "simulator") -> Payday:
    """A payment of 5.00 of which the rail has said nothing."""
    world = Payday(rail=rail)
    world.sending = replace(world.sending, rails={"simulator": world.rail, "paypal": world.rail})
    world.pay_to(MAYA, rail=rail)  # type: ignore[arg-type]  # both are rails
    world.due(500)
    world.rail.troubles = [trouble]
    world.sent()
    assert world.payout.state == "unknown"
    return world


def looked(world: Payday, ms: int) -> tuple[str, str]:
    world.clock.advance(ms)
    world.cycle.look_up()
    return world.payout.state, world.payout.reason


@pytest.mark.parametrize(("reason", "barred"), BARS)
def test_what_the_rail_never_got_is_not_sent_again(
    reason: str, barred: Callable[[Payday], None]
) -> None:
    world = unclear()
    barred(world)
    assert looked(world, 2 * MINUTE_MS) == ("unknown", reason), "the first call may be under way"
    assert looked(world, HOUR_MS) == ("failed", reason)
    assert (world.rail.paid, world.purse().payable_minor) == ([], 500)
    assert world.ledger_differences() == []


@pytest.mark.parametrize(("reason", "barred"), BARS)
def test_what_the_rail_has_counts_all_the_same(
    reason: str, barred: Callable[[Payday], None]
) -> None:
    world = unclear("after")
    barred(world)
    assert looked(world, 2 * HOUR_MS) == ("paid", ""), reason
    assert world.rail.counts() == {world.payout.payout_id: 1}


def test_a_hold_that_is_lifted_in_time_lets_it_go_on() -> None:
    world = unclear()
    hold(world)
    assert looked(world, 2 * MINUTE_MS) == ("unknown", "on_hold")
    (cause,) = read_stop(world.store, MAYA).held()
    Holding(world.desk("fin")).lift(MAYA, cause, "other", None)
    assert looked(world, 10 * MINUTE_MS) == ("paid", "")
    assert len(world.rail.paid) == 1


@pytest.mark.parametrize("trouble", ["before", "after"])
def test_a_rail_that_must_be_told_again_leaves_it_to_a_person(trouble: str) -> None:
    world = unclear(trouble, "paypal")
    world.rail.look_up = lambda *_: None  # type: ignore[method-assign]  # as PayPal without its id
    hold(world)
    assert looked(world, 2 * HOUR_MS) == ("unknown", "on_hold")
    assert looked(world, 24 * HOUR_MS) == ("unknown", "past_key_window")
    assert len(world.rail.paid) == (trouble == "after")


def test_what_is_withheld_is_no_silence_of_the_rail(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("goodword.payouts.sending.SEND_UNKNOWN_MAX", 1)
    world = unclear()
    world.clock.advance(2 * MINUTE_MS)
    hold(world)
    assert looked(world, 0) == ("unknown", "on_hold")
    assert not rests(world.desk(), "simulator")


def test_a_hold_between_the_look_and_the_commit_wins() -> None:
    world = Payday()
    world.due(500)
    run = world.released()
    world.cycle.begin(run.run_id)
    for barred in (hold, lambda world: save(world, enrolment(world).but(reason="note"))):
        before = standing_of(world.store, world.payout)
        barred(world)
        assert not world.sending._mark_sent(world.run(), world.payout, before)
    world.cycle.send(run.run_id, 0, 0)
    assert (world.payout.state, world.payout.reason, world.rail.paid) == ("failed", "on_hold", [])


def test_a_hold_that_comes_just_before_the_repeat_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    world = unclear()
    real = world.places.open

    def late(*given: object) -> object:
        if not read_stop(world.store, MAYA).causes:
            hold(world)
        return real(*given)  # type: ignore[arg-type]  # passed on as it came

    asked: list[PaymentOrder] = []

    def sent(order: PaymentOrder) -> RailAnswer:
        asked.append(order)
        return RailAnswer("unknown")

    monkeypatch.setattr(world.places, "open", late)
    monkeypatch.setattr(world.rail, "send", sent)
    world.clock.advance(2 * MINUTE_MS)
    world.cycle.look_up()
    assert (world.payout.state, asked) == ("unknown", [])
    assert looked(world, HOUR_MS) == ("failed", "on_hold")
