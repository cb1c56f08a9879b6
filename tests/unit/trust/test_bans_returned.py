"""What was paid before a ban and comes back after it is taken, and not paid a second time."""

import pytest
from goodword.payouts.model import Payout
from goodword.payouts.stops import Holding, PayoutStop, read_stop
from goodword.ports import Change
from goodword.rewards.model import Reward
from goodword.times import DAY_MS, MINUTE_MS
from goodword.trust.banning import Ban, Bans
from goodword.trust.disputing import Disputes, Wish
from goodword.trust.resolving import Resolving, Ruling

from tests.fakes.privacy import MemoryVault
from tests.support.payday import ANNA, CUTOFF_MS, Payday
from tests.support.scene import MAYA, PROGRAM
from tests.unit.trust.test_bans_paid import EARLY_MS, LATER, banned, swept, world

__all__ = ["world"]


def paid(world: Payday) -> Payout:
    """Maya's payment, which the bank has confirmed."""
    world.cycle.settle(world.sent().run_id)
    return mine(world)


def mine(world: Payday) -> Payout:
    return next(one for one in world.all(Payout) if one.advocate_id == MAYA)


def back(world: Payday) -> None:
    """A person says that it came back."""
    one = mine(world)
    world.confirming.one(one.payout_id, ANNA, "returned", run_id=one.run_id, code="other")


def reward(world: Payday) -> Reward:
    return next(one for one in world.all(Reward) if one.advocate_id == MAYA)


def gone(world: Payday) -> None:
    ban = swept(world)
    assert (ban.voided, ban.paid_before, ban.voiding) == (1, 0, False)
    one = reward(world)
    assert (one.state, one.reason, one.ceiling_minor) == ("reversed", "ban", 0)
    assert (world.purse().payable_minor, world.purse().paid_minor) == (0, 0)
    assert read_stop(world.store, MAYA).reason is None
    assert world.ledger_differences() == []
    world.clock.at_ms = LATER[1] + DAY_MS
    assert world.released(*LATER).count == 0


def test_it_is_stopped_at_once_and_taken_by_the_ban(world: Payday) -> None:
    paid(world)
    assert banned(world).paid_before == 1
    back(world)
    assert (reward(world).state, world.purse().payable_minor) == ("due", 500)
    assert (world.one(Ban).voiding, world.one(Ban).again) == (True, True)
    assert read_stop(world.store, MAYA).reason == "on_hold"
    gone(world)


def test_a_granted_dispute_returns_it_to_the_ban_too(world: Payday) -> None:
    wish = Wish(PROGRAM, "payout", "It never arrived.", paid(world).payout_id)
    banned(world)
    hold = Holding(world.desk("fred")).hold(MAYA, "details_unclear", None).held()
    disputes = Disputes(world.desk("fay"), MemoryVault())
    dispute = Disputes(world.desk("x"), MemoryVault()).open(MAYA, wish)
    ruling = Ruling("granted", "evidence_found", "payment_details")
    Resolving(world.desk("fay"), disputes, world.flow).resolve(dispute.dispute_id, ruling, None)
    assert mine(world).state == "returned"
    stop = world.one(PayoutStop)
    assert (tuple(stop.causes), list(stop.bans)) == (hold, [PROGRAM])
    Holding(world.desk("fred")).lift(MAYA, hold[0], "other", None)
    gone(world)


@pytest.mark.parametrize("why", ["earned before", "lifted"])
def test_what_no_ban_covers_is_payable_again(world: Payday, why: str) -> None:
    paid(world)
    banned(world, CUTOFF_MS if why == "earned before" else EARLY_MS)
    if why == "lifted":
        change = Change()
        Bans(world.desk("fay")).lift(change, MAYA, PROGRAM, "mistake_of_ours")
        world.store.commit(change)
    back(world)
    assert (reward(world).state, world.one(Ban).voiding) == ("due", False)
    assert read_stop(world.store, MAYA).reason is None


def test_what_was_reversed_in_it_is_not_won_back(world: Payday) -> None:
    paid(world)
    banned(world)
    world.take_back(reward(world), 500)
    assert (reward(world).state, reward(world).ceiling_minor) == ("reversed", 500)
    back(world)
    assert reward(world).ceiling_minor == 0
    assert swept(world).voiding is False


def test_what_the_ban_left_of_other_payments_stays_so(world: Payday) -> None:
    paid(world)
    other = world.due(300)
    world.clock.at_ms = LATER[1] + DAY_MS
    world.sent(*LATER)
    assert banned(world).paid_before == 2
    world.take_back(other, 100)
    back(world)
    world.clock.advance(MINUTE_MS)
    ban = swept(world)
    assert (ban.voided, ban.paid_before) == (1, 1)
    assert (world.at(other).remaining_minor, world.at(other).ceiling_minor) == (200, 300)


def test_a_ban_that_is_carried_out_just_then_begins_again(
    world: Payday, monkeypatch: pytest.MonkeyPatch
) -> None:
    paid(world)
    with monkeypatch.context() as cut:
        cut.setattr(Bans, "carry_out", lambda *_: world.one(Ban))
        banned(world)
    change = Change()
    change.replace(world.one(Ban).but(cursor="R#~", paid_before=1))
    world.store.commit(change)
    back(world)
    ban = world.one(Ban)
    assert (ban.cursor, ban.voiding, ban.again) == (None, True, False)
    gone(world)
