"""The progress of a run is that of its whole list, however long it is."""

from typing import Any

import pytest
from goodword.payouts.model import ChunkRow, Payout, PayoutRun, PayoutState, RunChunk
from goodword.ports import Change
from goodword_aws.pages.console import runs
from goodword_aws.pages.reader import Reader

from tests.support.desk import World

RUN_ID, AT = "run_prg_test_2025-10", 1_763_800_000_000


def sending(world: World, states: list[PayoutState]) -> PayoutRun:
    """A run of a chunk of two payments for each state."""
    run = PayoutRun(
        run_id=RUN_ID,
        program_id="prg_test",
        period="2025-10",
        cutoff_ms=AT,
        rail="simulator",
        currency="EUR",
        minimum_minor=0,
        state="sending",
        listing="hashed",
        created_ms=AT,
        changed_ms=AT,
        count=2 * len(states),
        chunks=len(states),
    )
    for number, state in enumerate(states):
        rows = []
        for each in range(2):
            who, payout_id = f"adv_{number}_{each}", f"pay_{number:04d}{each}"
            fields: dict[str, Any] = {"cutoff_ms": AT, "created_ms": AT, "changed_ms": AT}
            payout = Payout(
                payout_id=payout_id,
                run_id=RUN_ID,
                advocate_id=who,
                program_id="prg_test",
                rewards=(),
                carry_minor=0,
                amount_minor=100,
                currency="EUR",
                rail="simulator",
                destination_hash="0" * 64,
                state=state,
                **fields,
            )
            change = Change()
            change.create(payout)
            world.store.commit(change)
            rows.append(ChunkRow(payout_id=payout_id, advocate_id=who, digest="0" * 64))
        change = Change()
        change.create(RunChunk(run_id=RUN_ID, number=number, rows=tuple(rows)))
        world.store.commit(change)
    return run


def test_a_short_run_is_counted_to_the_last_payment() -> None:
    world = World()
    run = sending(world, ["paid", "failed", "draft", "unknown"])
    found = runs.progress(world.store, run)
    assert found["counts"] == {"paid": 2, "failed": 2, "released": 2, "unknown": 2}
    assert (found["ended"], found["total"], found["percent"]) == (4, 8, 50)
    assert not found["partly"]


@pytest.mark.parametrize(("done", "percent"), [(0, 0), (30, 30), (50, 50), (99, 90), (100, 99)])
def test_a_long_run_is_not_done_when_its_first_payments_are(done: int, percent: int) -> None:
    """Ten chunks of a hundred are read; until the run has ended it never says 100 %."""
    world = World()
    states: list[PayoutState] = ["paid"] * done + ["draft"] * (100 - done)  # type: ignore[assignment]
    run = sending(world, states)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runs, "COUNTED_MAX", 20)
        patch.setattr(runs, "RUN_CHUNK_PAYOUTS", 2)
        found = runs.progress(world.store, run)
    assert (found["percent"], found["looked"], found["total"]) == (percent, 20, 200)
    assert found["partly"]
    said = Reader("de", "UTC").text(found["said"], ended="60", total="200")
    assert said == "Von etwa 60 der 200 Zahlungen ist der Ausgang bekannt"
