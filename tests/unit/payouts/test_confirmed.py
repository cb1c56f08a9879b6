"""What two people confirmed is what is sent, whoever edits what stands in between."""

import pytest
from goodword.errors import Conflict
from goodword.payouts.hashing import payout_digest
from goodword.payouts.model import RunChunk, RunLine
from goodword.ports import Change

from tests.support.payday import Payday


def due() -> Payday:
    world = Payday()
    world.due(500)
    world.due(700)
    return world


def test_lines_that_are_not_what_was_hashed_are_noticed() -> None:
    world = Payday()
    world.due(500)
    run = world.released()
    change = Change()
    change.replace(world.one(RunLine).but(amount_minor=501))
    world.store.commit(change)
    with pytest.raises(Conflict, match="run_changed"):
        world.sending.begin(run.run_id)
    assert world.run().state == "released"


@pytest.mark.parametrize("kind", ["another", "gone", "one more"])
def test_chunks_that_are_not_what_was_hashed_are_noticed(kind: str) -> None:
    world = Payday()
    world.due(500)
    run = world.released()
    chunk, change = world.one(RunChunk), Change()
    if kind == "another":
        change.replace(chunk.but(rows=(chunk.rows[0].but(digest="0" * 64),)))
    elif kind == "gone":
        change.delete(chunk)
    else:
        change.replace(world.run().but(chunks=2))
        change.create(chunk.but(number=1, version=0))
    world.store.commit(change)
    with pytest.raises(Conflict, match="run_changed"):
        world.sending.begin(run.run_id)
    assert world.run().state == "released"


def test_a_payout_that_is_not_what_was_released_is_not_paid() -> None:
    world = due()
    world.released()
    change = Change()
    change.replace(world.payout.but(amount_minor=9_000, carry_minor=7_800))
    world.store.commit(change)
    world.sent()
    assert (world.payout.state, world.payout.reason) == ("failed", "changed_after_release")
    assert world.rail.paid == []
    assert (world.purse().payable_minor, world.purse().in_payout_minor) == (1_200, 0)
    assert world.ledger_differences() == []


def test_an_edited_payout_that_the_journal_does_not_know_waits_for_a_person() -> None:
    world = due()
    run = world.released()
    change = Change()
    change.replace(world.payout.but(amount_minor=9_000, cutoff_ms=0))
    world.store.commit(change)
    world.sent()
    assert (world.payout.state, world.rail.paid) == ("draft", [])
    assert world.cycle.settle(run.run_id).route == "left"


def test_what_is_sent_is_what_the_lines_say_and_not_only_the_chunk() -> None:
    """Somebody changes the payout, and what the chunk says of it, while the run is being sent."""
    world = due()
    run = world.released()
    world.cycle.begin(run.run_id)
    forged = world.payout.but(amount_minor=900)
    chunk = world.one(RunChunk)
    row = chunk.rows[0].but(digest=payout_digest(forged))
    change = Change()
    change.replace(forged)
    change.replace(chunk.but(rows=(row,)))
    world.store.commit(change)
    world.cycle.send(run.run_id, 0, 0)
    assert (world.payout.state, world.payout.reason) == ("failed", "changed_after_release")
    assert world.rail.paid == []
