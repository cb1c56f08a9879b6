"""Warm processor time, as ratios to a bare handler with one bare client call in the same run.

Each handler runs in a process of its own under the real Lambda runtime client and answers one event
after the other; what is counted is the kernel's processor time from taking an event to asking for
the next, the runtime's own loop included. AWS is the local emulator, in another process and over
plain HTTP, so nothing of it is counted; TLS would add about a tenth of a millisecond to each call.
The first events of a process do not count. Processes take turns, and medians are compared.
"""

import statistics
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from infra.local.places import ROOT
from tests.bench.__main__ import Bench
from tests.bench.lambda_host import Host, Json, host
from tests.bench.report import Cell, Table, Target
from tests.bench.starts import Start, handlers
from tests.bench.town import Town, towns

EVENTS, ROUNDS, WARM_UP = 120, 3, 20
LAYERS = [ROOT / "layers" / name / "python" for name in ("domain", "platform")]
BARE, CALL = "a bare handler", "a bare handler and one boto3 put"
USUAL = "Powertools + boto3 resource, get and put"
REDIRECT, INTAKE, DECISION, DASHBOARD = "redirect", "conversion intake", "decision", "dashboard"
FUNCTIONS = {
    REDIRECT: "tracking_web",
    INTAKE: "conversions_web",
    DECISION: "conversions_stream",
    DASHBOARD: "advocates_api",
}
REDIRECT_MAX, DECISION_MS_MAX = 0.5, 3.0  # design/performance.md, targets 3 and 6


def run(bench: Bench) -> Sequence[Table]:
    """The one table."""
    count, rounds = (30, 1) if bench.quick else (EVENTS, ROUNDS)
    with tempfile.TemporaryDirectory() as place, towns() as all_towns, all_towns.town() as town:
        town.open()
        code = town.joins("maya")
        calls = _calls(town, code)
        every = {one.name: one for one in handlers(Path(place), _settings(town))}
        starts = [every[name] for name in (BARE, CALL, USUAL)] + [
            Start(name, ROOT / "functions" / function, LAYERS, _settings(town))
            for name, function in FUNCTIONS.items()
        ]
        spent: dict[str, list[float]] = {one.name: [] for one in starts}
        with host(Path(place) / "packages") as there:
            for number in range(rounds):
                bench.say(f"round {number + 1} of {rounds}, {count} events each")
                for one in starts:
                    events = _events(town, code, one.name, count, number)
                    spent[one.name] += _each(there, one, events)
    middle = {name: statistics.median(every_ms) for name, every_ms in spent.items()}
    bench.target(
        Target(
            "3",
            "redirect, warm, to a handler with one boto3 put",
            middle[REDIRECT] / middle[CALL],
            REDIRECT_MAX,
        ),
        Target(
            "6",
            "decision, warm, processor ms",
            middle[DECISION],
            DECISION_MS_MAX,
            WHY,
            calls[DECISION] * (middle[CALL] - middle[BARE]),
        ),
    )
    return [_table(middle, calls, len(spent[BARE]))]


WHY = (
    "the floor is as many bare boto3 calls in this run, each with one item. Above it is the"
    "\nmarshalling of about twenty items each way, and their models; a call took 1 ms in the design"
)


def _settings(town: Town) -> Mapping[str, str]:
    return {**town.settings, "RAIL_SIMULATOR_URL": "", "POWERTOOLS_LOG_LEVEL": "INFO"}


def _each(there: Host, one: Start, events: Sequence[Json]) -> Sequence[float]:
    done = there.run(one.directory, one.layers, one.settings, events)
    bad = [each for each in there.answers if each.get("statusCode", 200) >= 400]
    assert not bad, bad[0]
    assert not any(each.get("batchItemFailures") for each in there.answers), done.printed[-800:]
    return done.each_ms[min(WARM_UP, len(events) // 2) :]


def _events(town: Town, code: str, name: str, count: int, turn: int) -> list[Json]:
    """What a process gets; orders are new in each turn."""
    first = 40_000 + turn * 1_000
    if name == DASHBOARD:
        return [town.request("maya", "GET", "/v1/me")] * count
    if name == INTAKE:
        return [town.report(first + n, town.click(code), f"b{turn}.{n}")[1] for n in range(count)]
    if name == DECISION:
        kept = [
            town.order(first + 500 + n, town.click(code), f"d{turn}.{n}") for n in range(count // 2)
        ]
        return [town.arrival(delivery) for delivery in kept]
    return [town.visit(code)] * count


def _calls(town: Town, code: str) -> dict[str, int]:
    """Requests to AWS of each once it is warm, counted in this process."""
    counted = {BARE: 0, CALL: 1, USUAL: 2}
    for turn in (8, 9):  # the second one counts
        for name, function in FUNCTIONS.items():
            event = _events(town, code, name, 2, turn)[0]
            town.meter.take()
            town.invoke(function, event)
            counted[name] = sum(town.meter.take().requests.values())
    return counted


def _table(middle: Mapping[str, float], calls: Mapping[str, int], events: int) -> Table:
    bare, call = middle[BARE], middle[CALL] - middle[BARE]
    rows: list[list[Cell]] = [
        [name, calls[name], ms, ms / middle[CALL], ms / (bare + calls[name] * call)]
        for name, ms in middle.items()
    ]
    return Table(
        "Processor time of one event",
        ("answered by", "calls", "ms", "to bare + one call", "to bare + as many calls"),
        rows,
        f"`calls` are requests to AWS. Medians of {events} events (a decision: half of them).",
    )
