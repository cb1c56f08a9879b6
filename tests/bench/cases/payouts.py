"""The cost of a payout cycle.

A programme of so many advocates, one in a hundred of them with something due, goes through every
state of `payout_cycle` as it is defined: cut-off, list, audit, two people, every chunk of the map,
comparison with the rail. Requests and units are counted at DynamoDB's client (the strict fake over
a file), and transitions are the states that were entered, those of the map's children included. The
rail answers at once. `python -m tests.bench.payout_cycle` does the same by itself.
"""

import tempfile
from collections.abc import Sequence
from pathlib import Path

from goodword.limits import RECONCILE_CHUNKS, RUN_CHUNK_PAYOUTS

from tests.bench.__main__ import Bench
from tests.bench.payout_cycle import COLUMNS, SHARE, Measured, measure, verdicts
from tests.bench.plot import plot
from tests.bench.prices import prices
from tests.bench.report import Cell, Table, Target

SIZES = (100, 1_000, 10_000, 100_000, 1_000_000)
PLAIN = 2  # which of them is shown step by step
TRANSITIONS_MAX, WRITE_UNITS_MAX, DOLLARS_MAX = 0.05, 5.0, 5.0  # of the design, target 8
LOOKS_TWICE = (
    "the floor are the {records:.1f} records that are written for one payment, each in a\n"
    "transaction, which costs twice: freezing puts the payout, its place, the line, the entry\n"
    "and the event, and moves reward and balance; sending notes the payout and an event; the end\n"
    "moves payout, reward and balance, with entry and event; the rest are a payment's share of\n"
    "the run's own. What is above the floor are conditions on the run, so that none is frozen\n"
    "or sent in a run that was stopped, and index entries. The target was set for one\n"
    "transaction for each payment;\n"
    "[why there are three](decisions/2026-11-27-a-payment-takes-three-transactions.md)."
)
IN_CHUNKS = (
    "the floor is one state for the {sent} payouts of a chunk and one for the {compared} that are"
    " compared in one\ngo, and with these sizes it is the target itself. What is above: each child"
    " of the map asks whether the\nrail has answered, which may take hours, and says that it ends;"
    " the list is frozen and audited in parts.\nLarger chunks would outlast a function with a slow"
    " rail."
)
DOLLARS = "dollars for a million due (units, transitions)"
IN_DOLLARS = (
    "of the floor {records:.2f} are the records, {states:.2f} the states and {reads:.2f} what is"
    " read: each\nstep reads what it moves, as it stands, and audit, release and comparison read"
    " every payment once\nmore, because what is paid must be what two people saw. The records alone"
    " are above the target."
)


def run(bench: Bench) -> Sequence[Table]:
    """One row a size."""
    rows = [_measured(size, bench) for size in (SIZES[:3] if bench.quick else SIZES)]
    said = " ".join(verdicts(rows))
    _judge(bench, rows[-1])
    shown = bench.plot(
        "payouts",
        plot("A payout cycle, by who is due", "advocates who are due", "", _lines(rows)),
        "requests, units and transitions of a payout cycle, by the advocates who are due",
    )
    return [
        Table(
            "One cycle, by the number of advocates",
            COLUMNS,
            [row.row() for row in rows],
            f"{said}\n{shown}",
        ),
        Table(
            f"Where the units of a cycle with {rows[PLAIN].due} due go, by step of the machine",
            ("step", "requests", "read per due", "written per due", "its usual transactions"),
            _by_step(rows[PLAIN]),
            "A transaction costs twice the units of its items, and a condition as much as a write.",
        ),
    ]


def _by_step(row: Measured) -> list[list[Cell]]:
    found: list[list[Cell]] = []
    for step, count in row.steps.items():
        written = row.transactions[step]
        most = max(written.values(), default=0)
        usual = "; ".join(what for what, times in written.items() if 2 * times > most)
        per_due = count.read_units / row.due, count.write_units / row.due
        found.append([step, sum(count.requests.values()), *per_due, usual])
    return found


def _lines(rows: Sequence[Measured]) -> dict[str, list[tuple[float, float]]]:
    return {
        "requests": [(row.due, sum(row.count.requests.values())) for row in rows],
        "read units": [(row.due, row.count.read_units) for row in rows],
        "write units": [(row.due, row.count.write_units) for row in rows],
        "transitions": [(row.due, row.transitions) for row in rows],
    }


def _judge(bench: Bench, row: Measured) -> None:
    read, written, transitions = row.per_due
    records, least = row.count.records / row.due, row.count.record_units / row.due
    compared = RUN_CHUNK_PAYOUTS * RECONCILE_CHUNKS
    states = 1 / RUN_CHUNK_PAYOUTS + 1 / compared
    chunks = IN_CHUNKS.format(sent=RUN_CHUNK_PAYOUTS, compared=compared)
    units = LOOKS_TWICE.format(records=records)
    whole = _dollars(read, written, transitions)
    parts = {
        "records": _dollars(0, least, 0),
        "states": _dollars(0, 0, states),
        "reads": _dollars(read, 0, 0),
    }
    why, floor = IN_DOLLARS.format(**parts), sum(parts.values())
    bench.target(
        Target("8", "payout, transitions per due", transitions, TRANSITIONS_MAX, chunks, states),
        Target("8", "payout, write units per due", written, WRITE_UNITS_MAX, units, least),
        Target("8", DOLLARS, whole, DOLLARS_MAX, why, floor),
    )


def _dollars(read: float, written: float, transitions: float) -> float:
    """Of a million who are due, by what one of them takes."""
    each = prices()["per_million"]
    return float(
        read * each["dynamodb:read_unit"]
        + written * each["dynamodb:write_unit"]
        + transitions * each["states:transition"]
    )


def _measured(size: int, bench: Bench) -> Measured:
    with tempfile.TemporaryDirectory() as home:
        return measure(size, size // SHARE, Path(home), bench.say)
