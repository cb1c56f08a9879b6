"""Whoever is below the minimum is noted once, and read again only when that may have changed."""

import pytest
from goodword.ledger.model import Balance, small_index
from goodword.limits import DUE_SHARDS
from goodword.payouts.freezing import Freezing
from goodword.payouts.model import Exclusion, Payout, PayoutRun
from goodword.ports import Change
from goodword.times import DAY_MS

from tests.support.payday import ANNA, CARL, CUTOFF_MS, Payday
from tests.support.scene import BEN, MAYA, PROGRAM


def crowd(people: int, minimum_minor: int = 5_000) -> Payday:
    """Ben is due 60.00; so many others, and Maya, wait with 1.00 each."""
    world = Payday(cadence="on_minimum", minimum_minor=minimum_minor)
    world.due(6_000, BEN)
    world.due(100)
    for number in range(people):
        world.enrol(f"adv_{number}", f"CODE{number}")
        world.pay_to(f"adv_{number}")
        world.due(100, f"adv_{number}")
    return world


def day(world: Payday, number: int) -> PayoutRun:
    """The run of the n-th day, paid if anything is due."""
    period, cutoff_ms = f"day-{number}", CUTOFF_MS + number * DAY_MS
    world.clock.at_ms = max(world.clock.at_ms, cutoff_ms + 1)
    run = world.listed(period, cutoff_ms)
    if run.state == "draft":
        world.approving.request(run.run_id, ANNA, run.run_hash)
        world.approving.release(run.run_id, CARL, run.run_hash, run.total_minor)
        for chunk in world.cycle.begin(run.run_id).chunks:
            world.cycle.send(run.run_id, chunk, 0)
        world.cycle.settle(run.run_id)
    return world.run(run.run_id)


def noted(world: Payday) -> dict[str, str]:
    return {one.advocate_id: one.run_id for one in world.all(Exclusion)}


def cost(people: int, monkeypatch: pytest.MonkeyPatch) -> tuple[int, int]:
    """Items read and transactions of the second day's run, with so many below the minimum."""
    world, read = crowd(people), [0]
    day(world, 0)
    commits, real = len(world.store.commits), world.store._read

    def counted(keys: object) -> object:
        found = real(keys)  # type: ignore[arg-type]  # passed on as they came
        read[0] += len(found)
        return found

    with monkeypatch.context() as patched:
        patched.setattr(world.store, "_read", counted)
        assert day(world, 1).count == 0
    assert len(noted(world)) == people + 1
    return read[0], len(world.store.commits) - commits


def test_whoever_waits_below_the_minimum_costs_later_runs_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert cost(3, monkeypatch) == cost(40, monkeypatch)


def test_it_is_noted_once_and_paid_when_it_has_grown() -> None:
    world = crowd(0)
    first = day(world, 0)
    assert (first.count, first.excluded["below_minimum"].count) == (1, 1)
    assert noted(world) == {MAYA: first.run_id}
    assert day(world, 1).excluded == {}
    world.due(4_899)
    assert day(world, 2).count == 0
    assert noted(world) == {MAYA: first.run_id}
    world.due(1)
    assert day(world, 3).total_minor == 5_000
    world.due(70)
    assert (day(world, 4).count, world.purse().payable_minor) == (0, 70)


@pytest.mark.parametrize(("minimum_minor", "count"), [(101, 0), (100, 1), (0, 1)])
def test_a_lower_minimum_finds_whoever_reaches_it(minimum_minor: int, count: int) -> None:
    world = crowd(0)
    day(world, 0)
    opened = world.cycle.open(PROGRAM, "lower", CUTOFF_MS + DAY_MS - 1)
    change_minimum(world, opened.run_id, minimum_minor)
    while opened.route == "freeze":
        opened = world.cycle.freeze(opened.run_id, opened.cursor)
    world.cycle.close_list(opened.run_id)
    assert world.run(opened.run_id).count == count


def change_minimum(world: Payday, run_id: str, minimum_minor: int) -> None:
    change = Change()
    change.replace(world.run(run_id).but(minimum_minor=minimum_minor))
    world.store.commit(change)


def test_a_higher_minimum_puts_more_aside() -> None:
    world = crowd(0)
    day(world, 0)
    world.due(4_900)
    opened = world.cycle.open(PROGRAM, "higher", CUTOFF_MS + DAY_MS - 1)
    change_minimum(world, opened.run_id, 9_000)
    world.cycle.freeze(opened.run_id, "")
    assert (world.purse().least_minor, world.purse().payable_minor) == (9_000, 5_000)
    assert world.purse().index_entry.pk.startswith("SMALL#")  # type: ignore[union-attr]  # it has one


def dies_at(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """The n-th part that is looked at from now on is the last of its worker."""
    looked, real = [0], Freezing._freeze_part

    def look(self: Freezing, run: PayoutRun, seen: Balance) -> bool:
        looked[0] += 1
        if looked[0] == number:
            raise InterruptedError
        return real(self, run, seen)

    monkeypatch.setattr(Freezing, "_freeze_part", look)


def half_frozen(monkeypatch: pytest.MonkeyPatch, minimum_minor: int, cursor: str) -> Payday:
    """Maya, whom a run has put aside with 0.80, has earned 3.00; a payment has one reward.

    The worker that gathers what is hers dies after the first payment, and is asked once more.
    """
    monkeypatch.setattr("goodword.payouts.choice.PAYOUT_REWARDS_MAX", 1)
    world = Payday(cadence="on_minimum", minimum_minor=100)
    world.due(30)
    world.due(50)
    day(world, 0)
    world.due(300)
    opened = world.cycle.open(PROGRAM, "day-1", CUTOFF_MS + DAY_MS - 1)
    change_minimum(world, opened.run_id, minimum_minor)
    dies_at(monkeypatch, 2)
    with pytest.raises(InterruptedError):
        world.cycle.freeze(opened.run_id, cursor)
    assert world.purse().payable_minor == 80
    assert world.cycle.freeze(opened.run_id, cursor).route != "freeze"
    return world


def test_what_is_left_when_a_freeze_died_is_noted_when_it_is_repeated(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = half_frozen(monkeypatch, 100, "")
    said = {one.run_id: (one.reason, one.amount_minor) for one in world.all(Exclusion)}
    assert len(said) == 2
    assert set(said.values()) == {("below_minimum", 80)}
    assert world.purse().index_entry.pk.startswith("SMALL#")  # type: ignore[union-attr]  # it has one


def test_what_is_left_then_is_paid_also_if_only_the_last_call_is_repeated(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The minimum was lowered; that call has the places of those put aside behind it."""
    world = half_frozen(monkeypatch, 40, f"0:0:{DUE_SHARDS}:")
    assert sorted(one.amount_minor for one in world.all(Payout)) == [50, 300]
    assert world.purse().payable_minor == 30


def test_whoever_owes_is_noted_once_too() -> None:
    world = Payday(cadence="on_minimum")
    reward = world.due(500)
    day(world, 0)
    world.take_back(reward, 300)
    assert day(world, 1).excluded["negative_balance"].amount_minor == -300
    assert day(world, 2).excluded == {}
    world.due(400)
    assert day(world, 3).total_minor == 100


def test_what_is_due_but_held_back_otherwise_is_noted_by_each_run() -> None:
    world = Payday(cadence="on_minimum")
    world.due(500)
    world.set_enrolment(MAYA, "paused")
    assert [day(world, n).excluded["enrolment_paused"].count for n in range(2)] == [1, 1]


def test_the_largest_that_wait_come_first_and_who_owes_last() -> None:
    balance = Balance(advocate_id=MAYA, program_id=PROGRAM, currency="EUR", least_minor=100)
    places = [balance.but(payable_minor=amount).index_entry for amount in (99, 5, 1, -1, -700)]
    keys = [place.sk for place in places if place is not None]
    assert len(keys) == 5
    assert keys == sorted(keys)
    assert {place.pk for place in places if place} <= {
        small_index(PROGRAM, "EUR", shard) for shard in range(8)
    }
    grown = balance.but(payable_minor=100).index_entry
    assert grown is not None
    assert grown.pk.startswith("DUE#")
