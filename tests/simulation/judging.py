"""Many one-line changes against the seeds of `make test`: who infects what, and who kills whom.

First every change is put in beside the others and the seeds are played once (`infecting`), which
tells the seeds that each makes a difference in. Then only those are played against it, in forks of
a process that has the product loaded (`forking`). Both in processes of their own.
"""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from random import Random
from tempfile import TemporaryFile
from typing import Any

from tests.simulation.changing import Mutant
from tests.simulation.infecting import Probe, Seed, instrument
from tests.simulation.moneypaths import ROOT
from tests.simulation.scale import BRIEF, FAST, WORKERS

CUTS = (0, 60, 300, 1_500)  # plays after which what is known well enough is left out
MANY = 1_000  # mutants for which that pays


@dataclass(frozen=True)
class Fate:
    """What became of a mutant; `killed_by` is "" if it lives. `infected`: seeds it was met in."""

    mutant: Mutant
    killed_by: str
    what: str
    infected: int = 0

    def __str__(self) -> str:
        line = (ROOT / self.mutant.path).read_text().splitlines()[self.mutant.line - 1].strip()
        lives = f"no oracle ({self.infected})" if self.infected else "no story"
        return f"{self.killed_by or lives:<16} {self.mutant.name}    | {line}    {self.what[:90]}"


def order_of(fast: int, brief: int) -> list[Seed]:
    """The seeds of both lanes in an order of chance, so that any part is like the whole."""
    seeds: list[Seed] = [("fast", seed) for seed in range(fast)]
    seeds += [("brief", seed) for seed in range(brief)]
    Random("order").shuffle(seeds)
    return seeds


def infected_by(
    mutants: Sequence[Mutant], fast: int = FAST, brief: int = BRIEF, enough: int = 16
) -> list[list[Seed]]:
    """For each mutant seeds that it infects: all, or `enough` and a few more."""
    found: list[list[Seed]] = [[] for _ in mutants]
    plays = order_of(fast, brief)
    cuts = [one for one in CUTS if one < len(plays)] if len(mutants) > MANY else [0]
    for begin, end in zip(cuts, [*cuts[1:], len(plays)], strict=True):
        open_ = [n for n, seeds in enumerate(found) if len(seeds) < enough]
        told = {"mutants": [asdict(mutants[n]) for n in open_], "enough": enough}
        given = [told | {"plays": plays[begin:end][part::WORKERS]} for part in range(WORKERS)]
        with ThreadPoolExecutor(WORKERS) as pool:
            for answer in pool.map(lambda one: list(asked("--infected", one)), given):
                for number, seeds in zip(open_, answer[-1], strict=True):
                    found[number] += [(lane, seed) for lane, seed in seeds]
    return found


def infected(told: dict[str, Any]) -> list[list[Seed]]:
    """In a process of its own, before the product is loaded."""
    probe = Probe([Mutant(**one) for one in told["mutants"]], told["enough"])
    instrument(probe)
    from tests.simulation.baton import Baton  # noqa: PLC0415 - after the instruments
    from tests.simulation.outside import Outside  # noqa: PLC0415
    from tests.simulation.playing import many, play  # noqa: PLC0415

    for owner, name in ((Outside, "turn"), (Outside, "strikes"), (Baton, "pause")):
        setattr(owner, name, probe.keeps_out(getattr(owner, name)))
    with many():
        for lane, seed in told["plays"]:
            probe.begin((lane, seed))
            play(seed, lane=lane, digested=False)
    return probe.seeds


def fates(
    mutants: Sequence[Mutant], infections: Sequence[Sequence[Seed]], *, beyond: bool = False
) -> Iterator[Fate]:
    """What becomes of each, in this order; `beyond`: who lives meets tales, flows, duels, too."""
    told = [
        {"mutant": asdict(one), "seeds": [seed for seed in seeds if seed[0] != "import"]}
        for one, seeds in zip(mutants, infections, strict=True)
    ]
    parts = [{"told": told[part::WORKERS], "beyond": beyond} for part in range(WORKERS)]
    answers = [asked("--fates", part) for part in parts]
    for number, one in enumerate(mutants):
        killed, what = next(answers[number % WORKERS])
        yield Fate(one, killed, what, len(told[number]["seeds"]))


def judged(told: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """In a process of its own: one after the other."""
    from tests.simulation.forking import Bench  # noqa: PLC0415 - loads the product

    bench = Bench()
    for one in told["told"]:
        yield bench.fate(Mutant(**one["mutant"]), one["seeds"], beyond=told["beyond"])


def asked(what: str, told: dict[str, Any]) -> Iterator[Any]:
    """Another process is told this and answers line by line."""
    words = [sys.executable, "-m", "tests.simulation.inside", what]
    with TemporaryFile("w+") as given:
        json.dump(told, given)
        given.seek(0)
        child = subprocess.Popen(words, cwd=ROOT, stdin=given, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    with child:
        for line in child.stdout:
            yield json.loads(line)
    if child.returncode:
        raise RuntimeError(f"{what} ended with {child.returncode}")
