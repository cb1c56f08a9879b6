"""A payment is compared with the advocate's whole past in the programme, however it is mixed."""

import pytest
from goodword.payouts.findings import RunFinding
from goodword.payouts.model import Payout, PayoutRun, payout_id_of
from goodword.ports import Change
from goodword.times import DAY_MS

from tests.support.payday import CUTOFF_MS, Payday
from tests.support.scene import BEN, MAYA

LATER = ("2025-11", CUTOFF_MS + 30 * DAY_MS)


def paid_before(amount_minor: int = 20_000, rewards: int = 1) -> Payday:
    """Maya was paid that a month ago, in so many rewards; the run was a large one."""
    world = Payday()
    for _ in range(rewards):
        world.due(amount_minor // rewards)
    world.due(1_000_000, BEN)
    run = world.sent()
    world.cycle.settle(run.run_id)
    world.clock.at_ms = LATER[1] + DAY_MS
    world.due(1_000_000, BEN)
    return world


def found(world: Payday, run: PayoutRun) -> list[RunFinding]:
    return [one for one in world.all(RunFinding) if one.run_id == run.run_id]


def elsewhere(world: Payday, count: int) -> None:
    """Maya is paid so many times in another programme, after the payment in this one."""
    base = next(one for one in world.all(Payout) if one.advocate_id == MAYA)
    for number in range(count):
        run_id, cutoff_ms = f"run_prg_other_{number}", CUTOFF_MS + number
        other = base.but(
            payout_id=payout_id_of(run_id, cutoff_ms, MAYA, 0),
            run_id=run_id,
            program_id="prg_other",
            cutoff_ms=cutoff_ms,
            version=0,
        )
        change = Change()
        change.create(other)
        world.store.commit(change)


@pytest.mark.parametrize("rewards", [1, 40, 41, 200])
def test_a_spike_is_one_in_however_many_payouts(rewards: int) -> None:
    world = paid_before()
    for _ in range(rewards):
        world.due(480_000 // rewards)
    run = world.listed(*LATER)
    parts = -(-rewards // 40)
    spikes = found(world, run)
    assert [one.check for one in spikes] == ["own_spike"] * parts
    assert {one.figures["times"] for one in spikes} == {480_000 // rewards * rewards // 20_000}
    assert run.open_findings == parts


def test_who_always_gets_many_payouts_gets_no_spike_by_that() -> None:
    world = paid_before(200_000, rewards=200)
    for _ in range(200):
        world.due(2_000)
    assert found(world, world.listed(*LATER)) == []


@pytest.mark.parametrize("others", [0, 23, 24, 90])
def test_payments_of_another_programme_hide_no_history(others: int) -> None:
    world = paid_before()
    elsewhere(world, others)
    world.due(200_000)
    (spike,) = found(world, world.listed(*LATER))
    assert (spike.figures["usual_minor"], spike.figures["compared_with"]) == (20_000, 1)


def test_the_history_is_read_only_so_far(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("goodword.payouts.history.AUDIT_HISTORY_PAGES", 1)
    world = paid_before()
    elsewhere(world, 24)
    world.due(200_000)
    assert found(world, world.listed(*LATER)) == []


def test_only_the_last_runs_of_the_advocate_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("goodword.payouts.history.AUDIT_HISTORY", 1)
    world = paid_before()
    world.due(20_500)
    run = world.sent(*LATER)
    world.cycle.settle(run.run_id)
    world.clock.at_ms += 31 * DAY_MS
    world.due(200_000)
    again = world.listed("2025-12", LATER[1] + 31 * DAY_MS)
    (spike,) = (one for one in found(world, again) if one.check == "own_spike")
    assert (spike.figures["usual_minor"], spike.figures["compared_with"]) == (20_500, 1)
