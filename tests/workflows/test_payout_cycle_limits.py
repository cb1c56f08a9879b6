"""The largest run there may be stays within what Step Functions carries, by the machine's own way.

Events of history are counted as AWS writes them: entering and leaving a state, for a task also that
it was scheduled, started and succeeded, for a distributed map that it and its run began and ended.
What the executions of a map do is in their own histories.
"""

import json
from collections import Counter

import pytest
from goodword.limits import (
    AUDIT_CHUNKS,
    FREEZE_CALLS_MAX,
    FREEZE_PAGE,
    FREEZE_PAGES,
    GIVE_BACK_PAGES,
    LEFT_OUT_PAGES,
    LOOKUP_TRIES_MAX,
    PAGE_ITEMS_MAX,
    RECONCILE_CHUNKS,
    RUN_CHUNK_PAYOUTS,
    RUN_CHUNKS_MAX,
)
from goodword.payouts.cycle import Step
from goodword.payouts.model import run_id_of

from tests.support.asl import STATE_BYTES_MAX, Execution, definition
from tests.support.payday import ANNA, CARL, CUTOFF_MS, PERIOD, Payday
from tests.support.scene import PROGRAM

HISTORY_MAX = 25_000
EVENTS = {"Task": 5, "Choice": 2, "Wait": 2, "Pass": 2, "Succeed": 2, "Fail": 2, "Map": 6}
RETRIES_SPARED = 500  # failed tries of three events each that a run may have besides
TASK, NAMES = 5, definition("payout_cycle")["States"]


def events(execution: Execution) -> Counter[str]:
    """The events of an execution by state, without those of a map's executions."""
    told: Counter[str] = Counter()
    for name in execution.path:
        if name in NAMES:
            told[name] += EVENTS[NAMES[name]["Type"]]
    return told


def walked(monkeypatch: pytest.MonkeyPatch, people: int) -> Counter[str]:
    """The history of a run whose every step takes one balance, chunk or payout at a time."""
    for place in ("freezing.FREEZE_PAGES", "freezing.FREEZE_PAGE", "listing.RUN_CHUNK_PAYOUTS"):
        monkeypatch.setattr(f"goodword.payouts.{place}", 1)
    monkeypatch.setattr("goodword.payouts.auditing.AUDIT_CHUNKS", 1)
    monkeypatch.setattr("goodword.payouts.reconciling.RECONCILE_CHUNKS", 1)
    world = Payday()
    for number in range(people):
        world.enrol(f"adv_{number}", f"CODE{number}")
        world.pay_to(f"adv_{number}")
        world.due(500, f"adv_{number}")
    given = {"task": "run", "program_id": PROGRAM, "period": PERIOD}
    execution = world.execute(**given, cutoff_ms=CUTOFF_MS, ended_ms=CUTOFF_MS, currency="EUR")
    run = world.run()
    world.approving.request(run.run_id, ANNA, run.run_hash)
    for turn in ("request", "release"):
        if turn == "release":
            world.approving.release(run.run_id, CARL, run.run_hash, run.total_minor)
        assert execution.waits is not None
        execution.succeed(execution.waits.token, {})
    assert (execution.status, execution.last) == ("SUCCEEDED", "Settled")
    assert len(world.rail.paid) == people
    return events(execution)


def test_the_history_of_the_largest_run_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    few, many = walked(monkeypatch, 5), walked(monkeypatch, 15)
    grown = {name: count - few[name] for name, count in many.items() if count != few[name]}
    # Only these go round, by a choice each time; all else, the comparison too, is once.
    assert set(grown) == {"Freeze what is due", "Audit the payments", "What comes next?"}
    assert grown["Audit the payments"] == 10 * TASK
    base, call = sum(few.values()), TASK + EVENTS["Choice"]
    audits = -(-RUN_CHUNKS_MAX // AUDIT_CHUNKS)
    back = -(-RUN_CHUNKS_MAX * RUN_CHUNK_PAYOUTS // (GIVE_BACK_PAGES * PAGE_ITEMS_MAX))
    left_out = -(
        -FREEZE_CALLS_MAX * FREEZE_PAGES * FREEZE_PAGE // (LEFT_OUT_PAGES * PAGE_ITEMS_MAX)
    )
    most = base + call * (FREEZE_CALLS_MAX + left_out + audits + back) + 3 * RETRIES_SPARED
    assert most < HISTORY_MAX


def test_the_history_of_one_chunk_fits() -> None:
    items = NAMES["Send the payments"]["ItemProcessor"]["States"]
    turn = sum(EVENTS[one["Type"]] for one in items.values())
    assert LOOKUP_TRIES_MAX * turn < HISTORY_MAX / 100


def test_the_state_of_the_largest_run_fits() -> None:
    """The numbers of the chunks are all that a map is given; its executions answer `{}`."""
    run_id = run_id_of(f"prg_{'z' * 26}", "2026-12-31")
    for chunks in (range(RUN_CHUNKS_MAX), range(0, RUN_CHUNKS_MAX, RECONCILE_CHUNKS)):
        step = Step(run_id=run_id, route="compare", chunks=tuple(chunks))
        assert len(step.model_dump_json()) < STATE_BYTES_MAX / 3
    for name in ("Send the payments", "Compare the payments"):
        states = NAMES[name]["ItemProcessor"]["States"]
        ends = [state for state in states.values() if "End" in state]
        assert [state["Result"] for state in ends] == [{}] * len(ends)
        assert len(json.dumps([{}] * RUN_CHUNKS_MAX)) < STATE_BYTES_MAX / 3


def test_the_list_is_closed_in_as_many_calls_as_it_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    for limit in ("LEFT_OUT_PAGES", "PAGE_ITEMS_MAX"):
        monkeypatch.setattr(f"goodword.payouts.listing.{limit}", 1)
    world = Payday(minimum_minor=1_000)
    world.due(1_000)
    for number in range(4):
        world.enrol(f"adv_{number}", f"CODE{number}")
        world.due(1, f"adv_{number}")
    given = {"task": "run", "program_id": PROGRAM, "period": PERIOD}
    execution = world.execute(**given, cutoff_ms=CUTOFF_MS, ended_ms=CUTOFF_MS, currency="EUR")
    assert execution.path.count("Close the list") == 4
    assert (world.run().listing, world.run().excluded["no_method"].count) == ("hashed", 4)
