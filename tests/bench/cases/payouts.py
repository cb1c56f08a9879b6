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

from tests.bench.__main__ import Bench
from tests.bench.payout_cycle import COLUMNS, SHARE, Measured, measure, verdicts
from tests.bench.plot import plot
from tests.bench.prices import prices
from tests.bench.report import Table, Target

SIZES = (100, 1_000, 10_000, 100_000, 1_000_000)
TRANSITIONS_MAX, WRITE_UNITS_MAX, DOLLARS_MAX = 0.05, 5.0, 5.0  # of the design, target 8
LOOKS_TWICE = (
    "a payout is frozen, sent and settled in transactions of their own, each with its\n"
    "journal items and the balance, and is looked at by two people and compared with the rail"
)
IN_CHUNKS = "a chunk of the map has 25 payouts, and is a child of several states of its own"


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
        )
    ]


def _lines(rows: Sequence[Measured]) -> dict[str, list[tuple[float, float]]]:
    return {
        "requests": [(row.due, sum(row.count.requests.values())) for row in rows],
        "read units": [(row.due, row.count.read_units) for row in rows],
        "write units": [(row.due, row.count.write_units) for row in rows],
        "transitions": [(row.due, row.transitions) for row in rows],
    }


def _judge(bench: Bench, row: Measured) -> None:
    read, written, transitions = row.per_due
    each = prices()["per_million"]
    dollars = (
        read * each["dynamodb:read_unit"]
        + written * each["dynamodb:write_unit"]
        + transitions * each["states:transition"]
    )
    bench.target(
        Target("8", "payout, transitions per due", transitions, TRANSITIONS_MAX, IN_CHUNKS),
        Target("8", "payout, write units per due", written, WRITE_UNITS_MAX, LOOKS_TWICE),
        Target("8", "dollars for a million due (units, transitions)", dollars, DOLLARS_MAX),
    )


def _measured(size: int, bench: Bench) -> Measured:
    with tempfile.TemporaryDirectory() as home:
        return measure(size, size // SHARE, Path(home), bench.say)
