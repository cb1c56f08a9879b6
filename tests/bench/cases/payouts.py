"""The cost of a payout cycle.

A programme of so many advocates, one in a hundred with something due, goes through every step of
`payout_cycle`: cut-off, list, audit, two people, every chunk of the map, comparison with the rail.
Counted is what the steps ask of their store, which here is SQLite on disk, not DynamoDB; the rail
answers at once. `python -m tests.bench.payout_cycle` does the same by itself.
"""

import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.bench.__main__ import Bench
from tests.bench.payout_cycle import COLUMNS, SHARE, STATE_BYTES_MAX, Measured, measure
from tests.bench.report import Table

SIZES = (10_000, 1_000_000)


def run(bench: Bench) -> Sequence[Table]:
    """One row a size."""
    rows = [_measured(size, bench) for size in (SIZES[:1] if bench.quick else SIZES)]
    reads = [row.asked["items read"] / row.due for row in rows]
    flat = max(reads) < 1.2 * min(reads)
    fits = all(row.state_bytes < STATE_BYTES_MAX for row in rows)
    return [
        Table(
            "One cycle, by the number of advocates",
            COLUMNS,
            [row.row() for row in rows],
            f"{'Reads follow the due ones.' if flat else 'READS GROW FASTER THAN THE DUE ONES.'}"
            f" {'The state fits.' if fits else 'THE STATE DOES NOT FIT.'}",
        )
    ]


def _measured(size: int, bench: Bench) -> Measured:
    with tempfile.TemporaryDirectory() as home:
        return measure(size, size // SHARE, Path(home), bench.say)
