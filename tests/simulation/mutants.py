"""Mistakes that nobody chose: random one-line changes in the money's own code; each must die.

    python -m tests.simulation SEED --mutants 200 [--write]

A mutant is one change of one line (`changing`) of any file of the money's paths (`moneypaths`). It
is made in memory; the tree is never touched. All seeds of `make test` that it infects are played
against it, then the flows and the duels (`judging`). Whoever survives is shown with its line, to be
explained or caught; what changes nothing that can be seen is told apart in `EQUIVALENT`
(`surviving`), by argument and by name.
"""

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from random import Random
from typing import Any

from tests.simulation.changing import Mutant, mutants_of
from tests.simulation.infecting import load_as
from tests.simulation.judging import Fate, asked, fates, infected_by, order_of
from tests.simulation.moneypaths import ROOT, money_paths

MET = 500  # infected seeds that are played against one mutant, and some more
ALONE = 60, 400  # seeds of the lanes against what cannot be put into a product that is loaded


def chosen(count: int, seed: int | str) -> list[Mutant]:
    """So many mutants by chance: every line of the money paths is as likely as any other."""
    chance = Random(f"mutants {seed}")
    by_line: dict[tuple[str, int], list[Mutant]] = {}
    for path in money_paths():
        for one in mutants_of(path):
            by_line.setdefault((one.path, one.line), []).append(one)
    lines = chance.sample(sorted(by_line), count)
    return [chance.choice(by_line[line]) for line in lines]


def fates_of(mutants: Sequence[Mutant]) -> Iterator[Fate]:
    """What becomes of each, by all that `make test` plays."""
    for fate in fates(mutants, infected_by(mutants, enough=MET), beyond=True):
        yield judged_alone(fate.mutant) if fate.killed_by == "?" else fate


def judged_alone(mutant: Mutant) -> Fate:
    """In a process of its own, which loads the product with the change."""
    try:
        ((killed, what),) = asked("--alone", asdict(mutant))
    except (RuntimeError, ValueError) as error:
        killed, what = "the end of the process", str(error)
    return Fate(mutant, killed, what, sum(ALONE))


# --- in the process of such a mutant ------------------------------------------------------------


def judge(told: dict[str, Any]) -> tuple[str, str]:
    """Play against one mutant; who killed it and how."""
    plant(Mutant(**told))
    try:
        return _hunt()
    except Exception as error:  # noqa: BLE001 - what breaks when it is loaded is dead
        return "the import", f"{type(error).__name__}: {error}"


def plant(mutant: Mutant) -> None:
    """From now on the file is loaded with the change."""
    target = ROOT / mutant.path
    load_as({str(target): lambda: mutant.text(target.read_text())})


def _hunt() -> tuple[str, str]:
    from tests.simulation.playing import many  # noqa: PLC0415 - after planting
    from tests.simulation.trials import duels, first_death, flows, seeded, tales  # noqa: PLC0415

    with many():
        return first_death((flows(), tales(), seeded(order_of(*ALONE)), duels()), _endless)


def _endless() -> None:
    print(json.dumps(["the clock", "it does not end"]), flush=True)
    os._exit(0)
