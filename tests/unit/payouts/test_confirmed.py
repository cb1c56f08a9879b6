"""What two people confirmed is what is sent, whoever edits what stands in between."""

from collections.abc import Callable

import pytest
from goodword.errors import Conflict
from goodword.payouts.deciding import Deciding
from goodword.payouts.findings import RunFinding
from goodword.payouts.hashing import payout_digest
from goodword.payouts.model import Payout, RunChunk, RunLine
from goodword.persons import Person
from goodword.ports import Change
from goodword.records import Record
from goodword.times import HOUR_MS, MINUTE_MS

from tests.support.payday import ANNA, CARL, Payday
from tests.support.scene import BEN


def due() -> Payday:
    world = Payday()
    world.due(500)
    world.due(700)
    return world


def payouts(world: Payday) -> list[Payout]:
    return sorted(world.all(Payout), key=lambda one: one.amount_minor, reverse=True)


def edit(world: Payday, *records: Record) -> None:
    """Write to the table as somebody does who goes round the software."""
    change = Change()
    for record in records:
        change.replace(record)
    world.store.commit(change)


EDITS: dict[str, Callable[[Payday], Record]] = {
    "amount": lambda world: payouts(world)[0].but(amount_minor=1_300),
    "place": lambda world: payouts(world)[0].but(destination_hash="a" * 64),
    "cut-off": lambda world: payouts(world)[0].but(cutoff_ms=1),
    "state": lambda world: payouts(world)[0].but(state="paid"),
    "line": lambda world: world.all(RunLine)[0].but(amount_minor=1_300),
    "chunk": lambda world: world.one(RunChunk).but(rows=world.one(RunChunk).rows[:1]),
    "total": lambda world: world.run().but(total_minor=9_999),
    "count": lambda world: world.run().but(count=1),
    "currency": lambda world: world.run().but(currency="USD"),
    "rail": lambda world: world.run().but(rail="csv"),
    "checkers": lambda world: world.run().but(two_checkers_from_minor=None),
    "held": lambda world: world.run().but(held=None),
    "decisions": lambda world: world.run().but(decisions=0),
}


def held_one() -> Payday:
    """Three payouts, one of which was taken out of the run; two checkers are asked for."""
    world = Payday(two_checkers_from_minor=1_000)
    world.due(1_000, BEN)
    world.due(700)
    world.enrol("adv_zoe", "ZOE")
    world.pay_to("adv_zoe")
    world.due(400, "adv_zoe")
    run = world.listed()
    zoe = payouts(world)[-1]
    open_finding = RunFinding(
        run_id=run.run_id,
        check="shared_payee",
        subject=zoe.payout_id,
        advocate_id=zoe.advocate_id,
        figures={},
        state="open",
        found_ms=1,
    )
    change = Change()
    change.create(open_finding)
    change.replace(run.but(open_findings=1))
    world.store.commit(change)
    Deciding(world.desk("fin")).decide(
        run.run_id, "shared_payee", zoe.payout_id, "hold", "other", ANNA
    )
    return world


def release(world: Payday, person: Person = CARL) -> None:
    run = world.run()
    world.approving.release(run.run_id, person, run.run_hash, run.total_minor)


def test_what_was_not_edited_is_released() -> None:
    world = held_one()
    world.approving.request(world.run().run_id, ANNA, world.run().run_hash)
    release(world)
    release(world, Person("usr_dora", None))
    world.cycle.begin(world.run().run_id)
    assert (world.run().state, world.run().count, world.run().total_minor) == ("sending", 2, 1_700)


@pytest.mark.parametrize("what", EDITS)
def test_an_edit_after_the_request_makes_the_release_fail(what: str) -> None:
    world = held_one()
    world.approving.request(world.run().run_id, ANNA, world.run().run_hash)
    edit(world, EDITS[what](world))
    with pytest.raises(Conflict, match="run_changed"):
        release(world)
    assert (world.run().state, world.run().checked_by) == ("requested", None)


@pytest.mark.parametrize("what", EDITS)
def test_an_edit_after_the_release_keeps_the_run_from_being_sent(what: str) -> None:
    world = held_one()
    world.approving.request(world.run().run_id, ANNA, world.run().run_hash)
    release(world)
    release(world, Person("usr_dora", None))
    edit(world, EDITS[what](world))
    assert world.code_of(world.sending.begin, world.run().run_id) == "run_changed"
    assert (world.run().state, world.rail.paid) == ("released", [])


def test_a_payout_that_is_gone_makes_the_release_fail() -> None:
    world = held_one()
    run = world.run()
    world.approving.request(run.run_id, ANNA, run.run_hash)
    change = Change()
    change.delete(payouts(world)[0])
    world.store.commit(change)
    assert world.code_of(release, world) == "run_changed"


def test_a_very_large_run_is_read_anew_where_it_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("goodword.payouts.approving.RELEASE_CHECKED_MAX", 0)
    world = due()
    run = world.listed()
    world.approving.request(run.run_id, ANNA, run.run_hash)
    edit(world, world.payout.but(amount_minor=1_300))
    release(world)
    assert world.code_of(world.sending.begin, run.run_id) == "run_changed"


def test_who_edits_everything_that_is_sent_does_not_edit_the_journal() -> None:
    world = due()
    run = world.released()
    world.cycle.begin(run.run_id)
    forged = world.payout.but(amount_minor=900)
    row = world.one(RunChunk).rows[0].but(digest=payout_digest(forged))
    line = world.one(RunLine).but(amount_minor=900, digest=payout_digest(forged))
    edit(world, forged, world.one(RunChunk).but(rows=(row,)), line)
    world.cycle.send(run.run_id, 0, 0)
    assert (world.payout.state, world.payout.reason) == ("failed", "changed_after_release")
    assert (world.rail.paid, world.purse().payable_minor) == ([], 1_200)


def test_a_repeat_is_of_what_was_frozen_too() -> None:
    world = due()
    world.rail.troubles = ["before"]
    world.sent()
    edit(world, world.payout.but(amount_minor=9_000))
    world.clock.advance(2 * MINUTE_MS)
    world.cycle.look_up()
    assert (world.payout.state, world.payout.reason) == ("unknown", "changed_after_release")
    world.clock.advance(HOUR_MS)
    world.cycle.look_up()
    assert (world.payout.state, world.payout.reason) == ("failed", "changed_after_release")
    assert (world.rail.paid, world.purse().payable_minor) == ([], 1_200)


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
    run = world.released()
    world.cycle.begin(run.run_id)
    edit(world, world.payout.but(amount_minor=9_000, carry_minor=7_800))
    world.cycle.send(run.run_id, 0, 0)
    assert (world.payout.state, world.payout.reason) == ("failed", "changed_after_release")
    assert world.rail.paid == []
    assert (world.purse().payable_minor, world.purse().in_payout_minor) == (1_200, 0)
    assert world.ledger_differences() == []


def test_in_another_currency_it_is_given_back_as_it_was_frozen() -> None:
    """It kept all others of its run from being sent."""
    world = due()
    run = world.released()
    world.cycle.begin(run.run_id)
    edit(world, world.payout.but(currency="USD", amount_minor=1_201, carry_minor=1))
    world.cycle.send(run.run_id, 0, 0)
    ended = world.payout
    assert (ended.state, ended.reason) == ("failed", "changed_after_release")
    assert (ended.currency, ended.amount_minor, ended.carry_minor) == ("EUR", 1_200, 0)
    assert (world.purse().payable_minor, world.purse().in_payout_minor) == (1_200, 0)
    assert world.cycle.settle(run.run_id).route != "left"


def test_an_edited_payout_that_the_journal_does_not_know_waits_for_a_person() -> None:
    world = due()
    run = world.released()
    world.cycle.begin(run.run_id)
    edit(world, world.payout.but(amount_minor=9_000, cutoff_ms=0))
    world.cycle.send(run.run_id, 0, 0)
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
    edit(world, forged, chunk.but(rows=(row,)))
    world.cycle.send(run.run_id, 0, 0)
    assert (world.payout.state, world.payout.reason) == ("failed", "changed_after_release")
    assert world.rail.paid == []
