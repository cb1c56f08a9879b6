"""Whose payouts are stopped is left out, and gets nothing that was frozen before."""

import pytest
from goodword.advocates.model import PayoutMethod
from goodword.errors import Conflict, GoodwordError
from goodword.limits import STOPS_MAX
from goodword.payouts.model import Exclusion
from goodword.payouts.stops import Cause, Holding, PayoutStop, lifted, read_stop, stopped
from goodword.ports import Change

from tests.support.payday import Payday
from tests.support.scene import MAYA

DISPUTE = Cause(reason="dispute_open", code="missing_reward", by="adv_maya", at_ms=1)


def hold(world: Payday) -> str:
    stop = Holding(world.desk()).hold(MAYA, "suspected_fraud", None)
    return next(iter(stop.causes))


def dispute(world: Payday) -> None:
    change = Change()
    change.save(stopped(read_stop(world.store, MAYA), "dsp_1", DISPUTE))
    world.store.commit(change)


def test_a_hold_leaves_out_until_it_is_lifted() -> None:
    world = Payday()
    world.due(500)
    cause = hold(world)
    world.listed()
    assert [(one.reason, one.amount_minor) for one in world.all(Exclusion)] == [("on_hold", 500)]
    Holding(world.desk()).lift(MAYA, cause, "other", None)
    assert read_stop(world.store, MAYA).reason is None
    assert [event.type for event in world.events() if "payouts_" in event.type] == [
        "advocate.payouts_held",
        "advocate.payouts_let_go",
    ]


def test_a_dispute_leaves_out_and_comes_before_a_hold() -> None:
    world = Payday()
    world.due(500)
    hold(world)
    dispute(world)
    world.listed()
    assert world.one(Exclusion).reason == "dispute_open"
    change = Change()
    change.save(lifted(read_stop(world.store, MAYA), "dsp_1"))
    world.store.commit(change)
    assert world.one(PayoutStop).reason == "on_hold"


def test_what_was_frozen_before_the_stop_is_not_sent() -> None:
    world = Payday()
    world.due(500)
    world.released()
    dispute(world)
    world.sent()
    assert (world.payout.state, world.payout.reason) == ("failed", "dispute_open")
    assert (world.rail.paid, world.purse().payable_minor) == ([], 500)


@pytest.mark.parametrize(
    ("code", "call"),
    [
        ("unknown_reason_code", lambda desk: Holding(desk).hold(MAYA, "because", None)),
        ("own_payouts", lambda desk: Holding(desk).hold(MAYA, "other", MAYA)),
        ("own_payouts", lambda desk: Holding(desk).lift(MAYA, "hld_1", "other", MAYA)),
        ("unknown_hold", lambda desk: Holding(desk).lift(MAYA, "hld_1", "other", None)),
        ("unknown_hold", lambda desk: Holding(desk).lift(MAYA, "dsp_1", "other", None)),
    ],
)
def test_what_finance_may_not(code: str, call: object) -> None:
    world = Payday()
    dispute(world)
    with pytest.raises(GoodwordError, match=code):
        call(world.desk())  # type: ignore[operator]  # one of the lambdas above


def test_reasons_are_bounded() -> None:
    stop = PayoutStop(advocate_id=MAYA)
    for number in range(STOPS_MAX):
        stop = stopped(stop, f"dsp_{number}", DISPUTE)
    assert stopped(stop, "dsp_0", DISPUTE) == stop
    with pytest.raises(Conflict, match="too_many_stops"):
        stopped(stop, "dsp_more", DISPUTE)


def test_nobody_in_a_barred_country_is_paid() -> None:
    world = Payday(barred_countries=("KP",))
    world.due(500)
    method = next(one for one in world.all(PayoutMethod) if one.advocate_id == MAYA)
    change = Change()
    change.replace(method.but(country_hash="mac-country-kp"))
    world.store.commit(change)
    world.listed()
    assert world.one(Exclusion).reason == "sanctioned_country"
