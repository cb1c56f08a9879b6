"""What grows with the history, from a hundred to a million.

Real handlers and adapters over the strict fake of DynamoDB, whose items lie in a file: one advocate
with so many referrals, one link with so many clicks, one programme with so many advocates. The
histories are copies of what one real operation has left, under other ids; beyond 10,000 only of
those of its items that share a partition with others (tests/bench/big_town.py says why that is
enough), clicks aside, which are all there. Before anything is counted the advocate has brought as
many rewarded orders as the checks remember of one. Counted is one operation each, warm: requests to
DynamoDB, and what they read and write in units.
"""

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from goodword.limits import PACE_MAX

from tests.bench.__main__ import Bench
from tests.bench.big_town import BigTown, Specimen, big_town, specimen
from tests.bench.cases.work import Operation, operations
from tests.bench.history import SPECIMEN
from tests.bench.meter import Count
from tests.bench.plot import plot
from tests.bench.report import Cell, Table, Target

SIZES = (100, 1_000, 10_000, 100_000, 1_000_000)
FULL = 200  # referrals that an advocate has on the axes of other things
FLAT = 1.05  # the most by which the largest may exceed the smallest
QUERIES_MAX, READ_UNITS_MAX = 1, 2  # design/performance.md, target 7
SUMMARY = "dashboard summary"


@dataclass(frozen=True)
class Axis:
    """What there is more and more of. `grown` makes the specimen of one."""

    of: str
    grown: Callable[[BigTown, str], Specimen]


def run(bench: Bench) -> Sequence[Table]:
    """A table and a plot for each axis."""
    sizes = SIZES[:3] if bench.quick else SIZES
    axes = (
        Axis("referrals of one advocate", _referral),
        Axis("clicks on one link", _click),
        Axis("advocates of one programme", _advocate),
    )
    return [_measured(axis, sizes, bench) for axis in axes]


def _measured(axis: Axis, sizes: Sequence[int], bench: Bench) -> Table:
    counts: dict[str, list[Count]] = {}
    with tempfile.TemporaryDirectory() as home, big_town(Path(home)) as town:
        town.open()
        code = town.joins("maya")
        every = [*operations(town, code), _listing(town), _joining(town)]
        _busy(town, every)
        made, there = axis.grown(town, code), 0
        if axis.grown is not _referral:  # a full page of rewards, so that ours do not fill it
            town.grow(_referral(town, code), 0, FULL)
        for turn, size in enumerate(sizes):
            bench.say(f"{size:,} {axis.of}")
            town.grow(made, there, size)
            there = size
            for one in every:
                counts.setdefault(one.name, []).append(_counted(town, one, turn))
    _judge(bench, axis, sizes[-1], counts)
    return _table(axis, sizes, counts, bench)


def _counted(town: BigTown, one: Operation, turn: int) -> Count:
    """Twice, the second time counted: the first one finds caches that are too old."""
    for again in (0, 1):
        ready = one.prepare(2_000 + turn * 10 + again)
        town.meter.take()
        one.act(ready)
    return town.meter.take()


def _busy(town: BigTown, every: Sequence[Operation]) -> None:
    """The advocate has brought as many rewarded orders as the checks remember of one."""
    (approval,) = (one for one in every if one.name == "reward approval")
    for number in range(PACE_MAX):
        town.clock.advance(3_600)
        approval.prepare(number)


def _referral(town: BigTown, code: str) -> Specimen:
    before = town.before()
    town.decide(town.order(SPECIMEN, town.click(code), "specimen"))
    return specimen(town, before)


def _click(town: BigTown, code: str) -> Specimen:
    before = town.before()
    town.click(code)
    return specimen(town, before, whole=True)


def _advocate(town: BigTown, _code: str) -> Specimen:
    before = town.before()
    code = town.joins("specimen")
    links = town.api("advocates_api", "specimen", "GET", "/v1/me/links")["data"]
    after = sorted({row[1] for row in town.store.rows() if row[:3] not in before})
    (advocate,) = {pk.removeprefix("ADV#") for pk in after if pk.startswith("ADV#")}
    return specimen(town, before, code, str(links[0]["id"]), advocate)


def _listing(town: BigTown) -> Operation:
    def rewards(_: object) -> object:
        return town.api("advocates_api", "maya", "GET", "/v1/me/rewards")

    return Operation("page of rewards", 512, True, lambda _: None, rewards)


def _joining(town: BigTown) -> Operation:
    return Operation(
        "joining", 512, True, lambda number: f"new{number}", lambda name: town.joins(str(name))
    )


def _requests(count: Count) -> int:
    return count.reads + count.writes


def _grows(values: Sequence[float]) -> bool:
    return max(values) > FLAT * values[0]


def _judge(bench: Bench, axis: Axis, size: int, counts: Mapping[str, Sequence[Count]]) -> None:
    growing = [
        name
        for name, every in counts.items()
        if _grows([_requests(one) for one in every])
        or _grows([one.read_units + one.write_units for one in every])
    ]
    why = f"these grow: {', '.join(growing)}" if growing else ""
    bench.target(Target("growth", f"operations that grow with {axis.of}", len(growing), 0, why))
    if axis.grown is _referral:
        last = counts[SUMMARY][-1]
        queries = last.requests["dynamodb:Query"]
        at = f"summary of the dashboard at {size:,} referrals"
        bench.target(
            Target("7", f"{at}: queries", queries, QUERIES_MAX),
            Target("7", f"{at}: other requests", last.reads - queries, 0),
            Target("7", f"{at}: read units", last.read_units, READ_UNITS_MAX),
        )


def _table(
    axis: Axis, sizes: Sequence[int], counts: Mapping[str, Sequence[Count]], bench: Bench
) -> Table:
    rows: list[list[Cell]] = []
    for name, every in counts.items():
        for what, values in (
            ("requests", [float(_requests(one)) for one in every]),
            ("read units", [one.read_units for one in every]),
            ("write units", [one.write_units for one in every]),
        ):
            said = "GROWS" if _grows(values) else "flat"
            rows.append([name, what, *(f"{value:g}" for value in values), said])
    lines = {
        name: [(size, _requests(one)) for size, one in zip(sizes, every, strict=True)]
        for name, every in counts.items()
    }
    units = {
        name: [
            (size, one.read_units + one.write_units) for size, one in zip(sizes, every, strict=True)
        ]
        for name, every in counts.items()
    }
    file = f"growth-{axis.of.split()[0]}"
    shown = [
        bench.plot(
            f"{file}-requests",
            plot(f"Requests, by {axis.of}", axis.of, "requests", lines),
            f"requests to DynamoDB of each operation, by {axis.of}",
        ),
        bench.plot(
            f"{file}-units",
            plot(f"Units, by {axis.of}", axis.of, "read and write units", units),
            f"read and write units of each operation, by {axis.of}",
        ),
    ]
    return Table(
        f"By the {axis.of}",
        ("operation", "counted", *(f"{size:,}" for size in sizes), "is"),
        rows,
        "\n".join(shown),
    )
