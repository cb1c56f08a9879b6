"""Cold starts, as ratios to a bare handler in the same run.

Every function starts in a fresh process under the real Lambda runtime client (awslambdaric) with
its locked packages and its layers, bytecode valid as in a deployment. What is measured is processor
time until it is ready for its first event; for the redirect also until the first click is answered
by a stubbed AWS on loopback. Rounds visit all of them in turn, and the median counts.
"""

import statistics
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from goodword_aws.settings import Settings

from infra.local.places import ROOT
from tests.bench.__main__ import Bench
from tests.bench.lambda_host import Host, Json, host
from tests.bench.report import Cell, Table
from tests.functional.test_tracking_web import LINK, keep
from tests.support.aws_stub import aws_stub
from tests.support.functions import sample

ROUNDS = 5
LAYERS = [ROOT / "layers" / name / "python" for name in ("domain", "platform")]
BARE = "def handler(event, context):\n    return {}\n"
ORDINARY = (
    "import boto3\nfrom aws_lambda_powertools import Logger\n"
    "client = boto3.client('dynamodb')\nlog = Logger()\n"
) + BARE
REDIRECT, REDIRECT_MAX = "tracking_web", 2.0  # design/performance.md, target 1
ORDINARY_MAX = 1.25  # times boto3 client and Logger, target 11; pages and APIs are excepted there
EXCEPTED = ("_api", "_web", "_drafts")
EXCEPTED_MAX = 13.0  # times bare


@dataclass(frozen=True)
class Start:
    """One thing to start. `events` are answered before the run ends."""

    name: str
    directory: Path
    layers: Sequence[Path]
    settings: Mapping[str, str]
    events: Sequence[Json] = ()


def run(bench: Bench) -> Sequence[Table]:
    """The one table: every function's start."""
    rounds = 3 if bench.quick else ROUNDS
    with tempfile.TemporaryDirectory() as place, aws_stub() as stub:
        keep(stub, LINK)
        settings = _settings(stub.environment)
        starts = _starts(Path(place), settings)
        with host(Path(place) / "packages") as there:
            spent = _measured(there, starts, rounds, bench)
    return [_table(spent)]


def _settings(stubbed: Mapping[str, str]) -> dict[str, str]:
    """Every setting has a value; a start asks AWS for nothing, the redirect's secret aside."""
    own = {
        each.variable: f"none-{each.variable.lower().replace('_', '-')}"
        for each in vars(Settings).values()
        if hasattr(each, "variable")
    }
    return {
        **own,
        "PUBLIC_URL": "https://go.example",
        "CLOCK_FILE": "",
        "RAIL_SIMULATOR_URL": "",
        "AWS_DEFAULT_REGION": stubbed["AWS_REGION"],
        **stubbed,
    }


def _starts(place: Path, settings: Mapping[str, str]) -> list[Start]:
    baselines = []
    for name, text in (("a bare handler", BARE), ("boto3 client + Logger", ORDINARY)):
        directory = place / name.split()[0] / name.split()[1]
        directory.mkdir(parents=True)
        (directory / "handler.py").write_text(text)
        baselines.append(Start(name, directory, (), settings))
    bare = baselines[0]
    click = sample(REDIRECT, "good_click")
    functions = [
        Start(path.parent.name, path.parent, LAYERS, settings)
        for path in sorted((ROOT / "functions").glob("*/handler.py"))
    ]
    redirect = Start(f"{REDIRECT}, first click", ROOT / "functions" / REDIRECT, LAYERS, settings)
    return [
        *baselines,
        Start("a bare handler, first event", bare.directory, (), settings, (click,)),
        Start(redirect.name, redirect.directory, LAYERS, settings, (click,)),
        *functions,
    ]


def _measured(
    there: Host, starts: Sequence[Start], rounds: int, bench: Bench
) -> dict[str, list[float]]:
    """Processor ms by name; the first round compiles and does not count."""
    spent: dict[str, list[float]] = {one.name: [] for one in starts}
    for number in range(rounds + 1):
        bench.say(f"round {number} of {rounds}")
        for one in starts:
            ms = there.cpu_ms(one.directory, one.layers, one.settings, one.events)
            if number:
                spent[one.name].append(ms)
    return spent


def _table(spent: Mapping[str, Sequence[float]]) -> Table:
    middle = {name: statistics.median(every) for name, every in spent.items()}
    bare, ordinary = middle["a bare handler"], middle["boto3 client + Logger"]
    answered = middle["a bare handler, first event"]
    rows: list[list[Cell]] = []
    for name, ms in middle.items():
        floor = answered if "first" in name else bare
        rows.append([name, ms, ms / floor, ms / ordinary, _target(name, ms, bare, ordinary, floor)])
    return Table(
        "Processor time of a start",
        ("function", "ms", "to bare", "to boto3 + Logger", "target"),
        rows,
        "`first` rows include answering one event and are compared with a bare handler's.\n"
        "Targets are those of the design; a start says nothing of the clients that a function makes"
        " at its first event.",
    )


def _target(name: str, ms: float, bare: float, ordinary: float, floor: float) -> str:
    if name == f"{REDIRECT}, first click":
        return _held(ms / floor, REDIRECT_MAX, "bare")
    if name == REDIRECT or "handler" in name or "Logger" in name:
        return ""
    if name.endswith(EXCEPTED):
        return _held(ms / bare, EXCEPTED_MAX, "bare")
    return _held(ms / ordinary, ORDINARY_MAX, "boto3 + Logger")


def _held(ratio: float, most: float, of: str) -> str:
    return f"{'held' if ratio <= most else 'MISSED'}: at most {most:g} x {of}"
