"""What is in a payout when its advocate is banned is stopped, and voided once it is due again."""

import pytest
from goodword.advocates.model import Advocate
from goodword.payouts.model import Payout
from goodword.payouts.stops import read_stop
from goodword.ports import Change
from goodword.times import DAY_MS, MINUTE_MS
from goodword.trust.banning import Ban, Bans

from tests.support.payday import CUTOFF_MS, Payday
from tests.support.scene import BEN, MAYA, PROGRAM

EARLY_MS = CUTOFF_MS - 40 * DAY_MS
LATER = ("2025-11", CUTOFF_MS + 30 * DAY_MS)


@pytest.fixture
def world() -> Payday:
    scene = Payday()
    change = Change()
    change.create(Advocate(advocate_id=MAYA, created_ms=0, links=1))
    scene.store.commit(change)
    scene.due(500)
    scene.due(700, BEN)
    return scene


def banned(world: Payday, since_ms: int = EARLY_MS) -> Ban:
    return Bans(world.desk("fay")).ban(MAYA, PROGRAM, "spam", since_ms, None)


def unheard(_ban: Ban, failure: Exception) -> None:
    raise failure


def swept(world: Payday) -> Ban:
    world.clock.advance(31 * MINUTE_MS)
    Bans(world.desk("clock")).sweep(unheard)
    return world.one(Ban)


def payout(world: Payday) -> Payout:
    return next(one for one in world.all(Payout) if one.advocate_id == MAYA)


@pytest.mark.parametrize("end", ["sent", "cancelled"])
def test_a_payment_that_was_released_but_not_sent_is_stopped_and_voided(
    world: Payday, end: str
) -> None:
    run = world.released()
    ban = banned(world)
    assert (ban.voided, ban.paid_before, ban.waits, ban.voiding) == (0, 0, True, True)
    assert read_stop(world.store, MAYA).reason == "on_hold"
    assert swept(world).waits, "it looks again, and only once in a while"
    assert Bans(world.desk("clock")).sweep(unheard) == 0
    if end == "sent":
        world.sent()
    else:
        world.approving.cancel(run.run_id, "other")
        world.cycle.give_back(run.run_id, "")
    assert (payout(world).state, world.purse().payable_minor) != ("paid", 0)
    ban = swept(world)
    assert (ban.voided, ban.paid_before, ban.waits, ban.voiding) == (1, 0, False, False)
    assert world.purse().payable_minor == world.purse().paid_minor == 0
    assert read_stop(world.store, MAYA).reason is None
    assert [key for key, _ in world.rail.paid if key == payout(world).payout_id] == []
    assert world.ledger_differences() == []
    (told,) = world.events("enrolment.ban_carried_out")
    assert (told.data["voided"], told.data["paid_before"]) == (1, 0)


def test_what_the_rail_may_have_is_counted_once_it_is_known(world: Payday) -> None:
    world.rail.troubles = ["after", "after"]
    world.sent()
    assert payout(world).state == "unknown"
    assert banned(world).waits
    world.clock.advance(2 * MINUTE_MS)
    world.cycle.look_up()
    assert payout(world).state == "paid"
    ban = swept(world)
    assert (ban.voided, ban.paid_before, ban.voiding) == (0, 1, False)
    assert world.ledger_differences() == []


def test_what_was_earned_before_is_paid_with_the_next_run(world: Payday) -> None:
    world.released()
    ban = banned(world, since_ms=CUTOFF_MS)
    assert (ban.voided, ban.waits, read_stop(world.store, MAYA).reason) == (0, False, None)
    world.sent()
    assert payout(world).state == "paid"


def test_a_lifted_ban_stops_nothing_any_more(world: Payday) -> None:
    world.released()
    banned(world)
    change = Change()
    Bans(world.desk("fay")).lift(change, MAYA, PROGRAM, "mistake_of_ours")
    world.store.commit(change)
    assert read_stop(world.store, MAYA).reason is None
    world.sent()
    assert payout(world).state == "paid"
