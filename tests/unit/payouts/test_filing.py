"""The bank's file is written anew for as long as the bank owes an answer, and holds just those."""

import pytest
from goodword.errors import Conflict
from goodword.limits import BANK_FILE_DAYS, BANK_FILE_MINUTES
from goodword.payouts.filing import (
    Asking,
    Filing,
    is_being_written,
    kept_until_ms,
    waits_for_bank,
)
from goodword.payouts.model import PayoutRun
from goodword.times import DAY_MS, MINUTE_MS

from tests.support.payday import ANNA, Payday
from tests.support.scene import MAYA
from tests.unit.payouts.test_confirming import of, world

__all__ = ["world"]


def asked(world: Payday) -> PayoutRun:
    return Asking(world.desk("usr_fay")).ask(world.run().run_id)


def written(world: Payday) -> list[str]:
    world.cycle.write_file(world.run().run_id)
    return world.hands.files[world.run().run_id]


def test_it_holds_what_the_bank_has_not_answered_in_the_order_of_the_list(world: Payday) -> None:
    run = world.sent()
    with pytest.raises(Conflict, match="no_file_needed"):
        asked(world)
    world.cycle.settle(run.run_id)
    first = written(world)
    made_ms = world.run().file_made_ms
    assert (len(first), world.run().file_parts, made_ms) == (2, 1, world.clock.at_ms)
    assert kept_until_ms(world.run()) == world.clock.at_ms + BANK_FILE_DAYS * DAY_MS
    world.clock.advance(20 * DAY_MS)
    assert is_being_written(asked(world), world.clock.at_ms)
    assert written(world) == first
    assert (world.run().file_asked_ms, world.run().file_made_ms) == (None, world.clock.at_ms)
    paid = of(world, MAYA).payout_id
    world.confirming.one(paid, ANNA, "paid", run_id=run.run_id, reference="SEPA-1")
    asked(world)
    assert written(world) == [one for one in first if one != paid]
    assert [one.actor.id for one in world.events("payout_run.file_asked")] == ["usr_fay"] * 2
    assert len(world.events("payout_run.file_written")) == 2


def test_it_is_asked_for_once_until_it_should_be_there(world: Payday) -> None:
    run = world.sent()
    world.cycle.settle(run.run_id)
    at_ms = asked(world).file_asked_ms
    world.clock.advance(MINUTE_MS)
    assert asked(world).file_asked_ms == at_ms
    world.clock.advance(BANK_FILE_MINUTES * MINUTE_MS)
    assert asked(world).file_asked_ms == world.clock.at_ms
    assert len(world.events("payout_run.file_asked")) == 2


def test_nothing_is_written_that_nobody_asked_for(world: Payday) -> None:
    run = world.sent()
    world.cycle.settle(run.run_id)
    world.hands.files.clear()
    assert world.cycle.write_file(run.run_id).route == "settled"
    assert world.hands.files == {}
    asked(world)
    world.confirming.all(run.run_id, ANNA, "SEPA-1")
    assert not waits_for_bank(world.run())
    Filing(world.desk(), world.hands).write(run.run_id)
    assert world.hands.files == {}
