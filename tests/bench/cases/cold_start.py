"""Cold starts, as ratios to a bare handler in the same run.

Every function starts in a fresh process under the real Lambda runtime client (awslambdaric) with
its locked packages, and with layers copied and compiled as for a deployment. What is measured is
processor time (the kernel's own count) until it is ready for its first event; for the redirect also
until the first click is answered: the secret, the link and the click over TLS. Rounds visit all of
them in turn, so that the machine's other load meets all alike, and the median counts.
"""

import re
import statistics
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.bench.__main__ import Bench
from tests.bench.lambda_host import Host, host
from tests.bench.report import Cell, Table, Target
from tests.bench.starts import REDIRECT, Start, Starts, click, fields_of_models, starts, without_us

ROUNDS, ROUNDS_CLOSE = 5, 21  # of everything; of what the redirect is held to
FIRST = "first event"
BARE, ORDINARY = "a bare handler", "boto3 client + Logger"
OURS = ("goodword", "handler")  # beginnings of modules
CLOSE = (BARE, f"{BARE}, {FIRST}", REDIRECT, f"{REDIRECT}, {FIRST}")
REDIRECT_MAX, MEMORY_MB_MAX, MODULES_MAX = 2.0, 26.0, 145  # design/performance.md, targets 1 and 2
ORDINARY_MAX = 1.25  # times boto3 client and Logger, target 11; pages and APIs are excepted there
EXCEPTED = ("_api", "_web", "_drafts")
EXCEPTED_MAX = 13.0  # times bare
FLOOR = (
    "the floor is a handler that imports the packages of others that this one imports, and builds\n"
    "{models} models of as many plain texts as its own {models} have fields, measured beside it:\n"
    "the target leaves next to nothing for rules of fields, dataclasses and code. Building models\n"
    "at their first use was tried: a tenth off the start, put into the first event, where Lambda\n"
    "gives a function less processor."
)
TOP = 10
IMPORT = re.compile(r"^import time:\s+(\d+) \|\s+\d+ \|\s*(\S+)$", re.MULTILINE)


def run(bench: Bench) -> Sequence[Table]:
    """Every function's start, and what it imports."""
    with tempfile.TemporaryDirectory() as place, starts(Path(place)) as there:
        named = there.by_name
        every = [
            *named.values(),
            named[BARE].answering(click()),
            named["Powertools + boto3 resource, get and put"].answering(click()),
            named[REDIRECT].answering(click()),
        ]
        with host(Path(place) / "packages") as lambdas:
            spent = _measured(lambdas, every, bench)
            imports = [_imports(lambdas, one) for one in there.functions()]
            held = lambdas.run(*_words(every[-1]))
            middle = {name: statistics.median(all_of) for name, all_of in spent.items()}
            least = [
                _least(lambdas, there, name, against)
                for name, against in zip(_dearest(middle), (BARE, ORDINARY), strict=True)
            ]
    modules = {str(row[0]): int(row[1]) for row in imports}
    table = _table(spent)
    bench.target(
        Target(
            "1", "redirect, cold processor time to a bare handler", _ratio(middle), REDIRECT_MAX
        ),
        Target("2", "redirect, modules imported", modules[REDIRECT], MODULES_MAX),
        Target("2", "redirect, MB held at most", held.peak_mb, MEMORY_MB_MAX),
        *_worst(middle, least),
    )
    return [table, _without_us(least), _imported(imports)]


def _words(
    one: Start,
) -> tuple[Path, Sequence[Path], Mapping[str, str], Sequence[dict[str, object]]]:
    return one.directory, one.layers, one.settings, one.events


def _measured(there: Host, every: Sequence[Start], bench: Bench) -> dict[str, list[float]]:
    """Processor ms by name; the first round warms the disk and does not count."""
    spent: dict[str, list[float]] = {one.name: [] for one in every}
    rounds, close = (1, 5) if bench.quick else (ROUNDS, ROUNDS_CLOSE)
    for number in range(close + 1):
        wide = number % (close // rounds) == 0 and number // (close // rounds) <= rounds
        bench.say(f"round {number} of {close}{', of everything' if wide else ''}")
        for one in every:
            if wide or one.name in CLOSE:
                ms = there.run(*_words(one)).cpu_ms
                if number:
                    spent[one.name].append(ms)
    return spent


@dataclass(frozen=True)
class _Least:
    """What is left of a function's start without us, and how many models of ours were counted."""

    name: str
    models: int
    modules: int
    ms: float
    ratio: float


def _least(lambdas: Host, there: Starts, name: str, against: str) -> _Least:
    """Measure it beside what it is compared with, taking turns."""
    named = there.by_name
    taken = [each for each, _ in _took(lambdas, named[name]) if not each.startswith(OURS)]
    fields = fields_of_models(named[name])
    alone, other = without_us(named[name], taken, fields), named[against]
    spent: dict[str, list[float]] = {one.name: [] for one in (other, alone)}
    for number in range(ROUNDS + 1):
        for one in (other, alone):
            ms = lambdas.run(*_words(one)).cpu_ms
            if number:
                spent[one.name].append(ms)
    ms = statistics.median(spent[alone.name])
    return _Least(name, len(fields), len(taken), ms, ms / statistics.median(spent[other.name]))


def _without_us(least: Sequence[_Least]) -> Table:
    return Table(
        "What is left of the dearest starts without us",
        ("function", "models of its own", "modules of others", "ms", "ratio"),
        [[one.name, one.models, one.modules, one.ms, one.ratio] for one in least],
        f"The first in the ratio to {BARE}, the second to {ORDINARY}; each measured beside that."
        "\nSo many models of plain texts are built in it as the function has models, with as many"
        " fields.",
    )


def _ratio(middle: Mapping[str, float]) -> float:
    return middle[f"{REDIRECT}, {FIRST}"] / middle[f"{BARE}, {FIRST}"]


def _table(spent: Mapping[str, Sequence[float]]) -> Table:
    middle = {name: statistics.median(every) for name, every in spent.items()}
    bare, ordinary = middle[BARE], middle[ORDINARY]
    rows: list[list[Cell]] = []
    for name, ms in middle.items():
        floor = middle[f"{BARE}, {FIRST}"] if name.endswith(FIRST) else bare
        ratios = [ms / floor, ms / middle["botocore client"], ms / ordinary]
        rows.append([name, ms, min(spent[name]), *ratios, _target(name, ms / bare, ms / ordinary)])
    return Table(
        "Processor time of a start",
        ("started", "ms", "least", "to bare", "to botocore", "to boto3 + Logger", "target"),
        rows,
        "`first event` rows include answering one event and are compared with a bare handler's.\n"
        f"Medians of {len(spent[REDIRECT])} starts of the redirect and the bare handler, and of"
        f" {len(spent['botocore client'])} of each other.\nA start says nothing of the clients that"
        " a function makes at its first event.",
    )


def _target(name: str, to_bare: float, to_ordinary: float) -> str:
    if FIRST in name or name == REDIRECT or " " in name:
        return ""
    if name.endswith(EXCEPTED):
        return _held(to_bare, EXCEPTED_MAX, "bare")
    return _held(to_ordinary, ORDINARY_MAX, "boto3 + Logger")


def _held(ratio: float, most: float, of: str) -> str:
    return f"{'held' if ratio <= most else 'MISSED'}: at most {most:g} x {of}"


def _dearest(middle: Mapping[str, float]) -> tuple[str, str]:
    """Of each class of functions the dearest: of those that people wait for, and of the others."""
    ours = [name for name in middle if " " not in name and name != REDIRECT]
    front = [name for name in ours if name.endswith(EXCEPTED)]
    behind = [name for name in ours if name not in front]
    return max(front, key=middle.__getitem__), max(behind, key=middle.__getitem__)


def _worst(middle: Mapping[str, float], least: Sequence[_Least]) -> list[Target]:
    front, behind = least
    return [
        Target(
            "11",
            f"worst page or API ({front.name}), to bare",
            middle[front.name] / middle[BARE],
            EXCEPTED_MAX,
            FLOOR.format(models=front.models),
            front.ratio,
        ),
        Target(
            "11",
            f"worst worker ({behind.name}), to boto3 + Logger",
            middle[behind.name] / middle[ORDINARY],
            ORDINARY_MAX,
            FLOOR.format(models=behind.models),
            behind.ratio,
        ),
    ]


def _took(there: Host, one: Start) -> list[tuple[str, int]]:
    """Every module that a start imports, in this order, and its own microseconds."""
    settings = {**one.settings, "PYTHONPROFILEIMPORTTIME": "1"}
    printed = there.run(one.directory, one.layers, settings, one.events).printed
    return [(name, int(micros)) for micros, name in IMPORT.findall(printed)]


def _imports(there: Host, one: Start) -> list[Cell]:
    """How many modules, and which packages took most of the time of importing them."""
    took: Counter[str] = Counter()
    modules = set()
    for name, micros in _took(there, one):
        modules.add(name)
        took[name.partition(".")[0]] += micros
    whole = sum(took.values())
    shares = [f"{name} {100 * micros / whole:.0f}" for name, micros in took.most_common(TOP)]
    return [one.name, len(modules), ", ".join(shares)]


def _imported(rows: Sequence[Sequence[Cell]]) -> Table:
    return Table(
        "What a start imports",
        ("function", "modules", f"the {TOP} dearest packages, in hundredths of all importing"),
        rows,
        "Modules include those of the runtime client itself. Which packages a function may load and"
        " how many\nmodules is kept by tests/functional/test_import_budget.py.",
    )
