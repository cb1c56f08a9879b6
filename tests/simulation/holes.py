"""Which one-line changes of some files no seed shows, and why: no story for them, or no oracle.

    python -m tests.simulation --holes rewards/reversal payouts/choice [--seeds 300]

All changes of the files are put in at once and seeds are played, which tells the seeds that each
infects (`infecting`); then those are played against it (`forking`). So thousands of changes are
judged in minutes. A hole is told with its line: `no story` if no seed infects it, else `no oracle`.
"""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tests.simulation.changing import Mutant
from tests.simulation.infecting import Probe, all_mutants, instrument
from tests.simulation.moneypaths import ROOT, money_paths

BRIEF = 6  # seeds of the brief lane for one of the fast


@dataclass(frozen=True)
class Hole:
    """A change that lives. `infected` is how many of the seeds it makes a difference in."""

    mutant: Mutant
    infected: int

    def __str__(self) -> str:
        line = (ROOT / self.mutant.path).read_text().splitlines()[self.mutant.line - 1].strip()
        why = f"no oracle ({self.infected})" if self.infected else "no story"
        return f"{why:<15} {self.mutant.name}    | {line}"


def chosen_paths(words: Sequence[str]) -> list[str]:
    """The files of the money whose path has one of the words."""
    return [path for path in money_paths() if any(word in path for word in words)]


def infected(given: str) -> str:
    """In a process of its own, before the product is loaded: JSON in, seeds by mutant out."""
    told = json.loads(given)
    probe = Probe(all_mutants(told["paths"]))
    instrument(probe, range(len(probe.mutants)))
    from tests.simulation.baton import Baton  # noqa: PLC0415 - after the instruments
    from tests.simulation.outside import Outside  # noqa: PLC0415
    from tests.simulation.playing import Lane, many, play  # noqa: PLC0415

    for owner, name in ((Outside, "turn"), (Outside, "strikes"), (Baton, "pause")):
        setattr(owner, name, probe.keeps_out(getattr(owner, name)))
    with many():
        for seed in range(told["seeds"] * BRIEF):
            lanes: tuple[Lane, ...] = ("brief", "fast") if seed < told["seeds"] else ("brief",)
            for lane in lanes:
                probe.begin((lane, seed))
                play(seed, lane=lane, digested=False)
    return json.dumps(probe.seeds)


def fates(words: Sequence[str], seeds: int) -> Iterator[tuple[Mutant, int, str, str]]:
    """Each mutant of the files: how many seeds it infects, who kills it, and what is found."""
    from tests.simulation.forking import Bench  # noqa: PLC0415 - loads the product

    paths = chosen_paths(words)
    given = json.dumps({"paths": paths, "seeds": seeds})
    asked = [sys.executable, "-m", "tests.simulation", "--infected", given]
    done = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True)
    bench = Bench()
    mutants = all_mutants(paths)
    for mutant, found in zip(mutants, json.loads(done.stdout.splitlines()[-1]), strict=True):
        plays = sorted(((lane, seed) for lane, seed in found if lane != "import"))
        killed, what = bench.fate(mutant, plays) if plays else ("", "")
        yield mutant, len(plays), killed, what


def show(words: Sequence[str], seeds: int) -> int:
    """Print every hole, and the sums; how many there are."""
    holes = killed = other = 0
    for mutant, count, by, _ in fates(words, seeds):
        if by == "?":
            other += 1
        elif by:
            killed += 1
        else:
            holes += 1
            print(Hole(mutant, count), flush=True)
    print(f"{killed} killed, {holes} holes, {other} not in a function")
    return holes
