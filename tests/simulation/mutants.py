"""Mistakes that nobody chose: random one-line changes in the money's own code; each must die.

    python -m tests.simulation SEED --mutants 20 [--seeds 300] [--write]

A mutant is one change of one line (`changing`) of any file of the money's paths (`moneypaths`). It
is made in memory when the module is loaded, in a process of its own; the tree is never touched.
Then what `make test` plays is played against it, as far as `--seeds` says: flows, seeds of the fast
and of the brief lane, duels. Whoever survives is shown with its line, to be explained or caught;
what changes nothing that can be seen is told apart in `EQUIVALENT`, by argument and by name.
"""

import importlib.machinery
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from typing import Any

from tests.simulation.changing import Mutant, mutants_of
from tests.simulation.moneypaths import ROOT, money_paths

SECONDS_MAX = 7_200  # seconds that one mutant may take; then it lives, however slow the machine
PLAY_SECONDS_MAX = 120.0  # seconds of the processor after which one play does not end


@dataclass(frozen=True)
class Fate:
    """What became of a mutant; `killed_by` is "" if it lives."""

    mutant: Mutant
    killed_by: str
    what: str
    seconds: float


def chosen(count: int, seed: int | str) -> list[Mutant]:
    """So many mutants by chance: every line of the money paths is as likely as any other."""
    chance = Random(f"mutants {seed}")
    by_line: dict[tuple[str, int], list[Mutant]] = {}
    for path in money_paths():
        for one in mutants_of(path):
            by_line.setdefault((one.path, one.line), []).append(one)
    lines = chance.sample(sorted(by_line), count)
    return [chance.choice(by_line[line]) for line in lines]


# --- in the process of a mutant ---------------------------------------------------------------


def plant(mutant: Mutant) -> None:
    """From now on the file is loaded with the change; must come before the product is imported."""
    target = str(ROOT / mutant.path)
    real: Callable[..., Any] = importlib.machinery.SourceFileLoader.get_code

    def get_code(self: Any, fullname: str) -> Any:
        if str(Path(self.path).resolve()) != target:
            return real(self, fullname)
        return compile(mutant.text(Path(target).read_text()), target, "exec")

    importlib.machinery.SourceFileLoader.get_code = get_code  # type: ignore[method-assign]


def judge(given: str) -> str:
    """Play against one mutant, given as JSON with `seeds`; JSON of who killed it and how."""
    told = json.loads(given)
    mutant = Mutant(**told["mutant"])
    plant(mutant)
    begun = time.monotonic()
    try:
        killed, what = _hunt(told["seeds"])
    except Exception as error:  # noqa: BLE001 - what breaks when it is loaded is dead
        killed, what = "the import", f"{type(error).__name__}: {error}"
    return json.dumps([killed, what, time.monotonic() - begun])


def _hunt(seeds: int) -> tuple[str, str]:
    from tests.simulation.duels import DUELS, meet_all  # noqa: PLC0415 - after planting
    from tests.simulation.golden import FLOWS  # noqa: PLC0415
    from tests.simulation.playing import many, play  # noqa: PLC0415

    def flows() -> Iterator[tuple[str, list[str]]]:
        for number in range(len(FLOWS)):
            yield f"flow {number}", play(number, lane="golden", plan={}).found

    def duels() -> Iterator[tuple[str, list[str]]]:
        for number in range(len(DUELS)):
            yield from meet_all(number)[1].items()

    def seeded(first: int, end: int) -> Iterator[tuple[str, list[str]]]:
        for seed in range(first, end):
            yield f"seed {seed}", play(seed, digested=False).found
            yield f"seed {seed} --brief", play(seed, lane="brief", digested=False).found

    with many():
        for hunt in (flows(), seeded(0, seeds), duels()):
            _watched()
            for name, found in hunt:
                if found:
                    return name, found[0]
                _watched()
    return "", ""


def _watched() -> None:
    """What does not end is dead: told by the time of the processor, which no other work takes."""
    signal.signal(signal.SIGVTALRM, _endless)
    signal.setitimer(signal.ITIMER_VIRTUAL, PLAY_SECONDS_MAX)


def _endless(*_: object) -> None:
    print(json.dumps(["the clock", "it does not end", PLAY_SECONDS_MAX]), flush=True)
    os._exit(0)


# --- all of them --------------------------------------------------------------------------------


def fates(mutants: Sequence[Mutant], seeds: int, workers: int) -> Iterator[Fate]:
    """What becomes of each, a few at a time."""
    with ThreadPoolExecutor(workers) as pool:
        yield from pool.map(lambda one: _fate(one, seeds), mutants)


def _fate(mutant: Mutant, seeds: int) -> Fate:
    given = json.dumps({"mutant": asdict(mutant), "seeds": seeds})
    words = [sys.executable, "-m", "tests.simulation", "--judge", given]
    begun = time.monotonic()
    try:
        done = subprocess.run(
            words,
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=SECONDS_MAX,
            check=False,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        )
    except subprocess.TimeoutExpired:
        return Fate(mutant, "", "not played to its end", time.monotonic() - begun)
    try:
        killed, what, seconds = json.loads(done.stdout.splitlines()[-1])
    except (ValueError, IndexError):
        what = (done.stderr.strip().splitlines() or ["?"])[-1]
        return Fate(mutant, "the end of the process", what, time.monotonic() - begun)
    return Fate(mutant, killed, what, seconds)
