"""Which one-line changes no seed shows, and why: no story for them, or no oracle.

`show` judges all changes of some files, `plant` those that a person has thought of.
"""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.simulation.changing import mutants_of, replaced
from tests.simulation.judging import fates, infected_by
from tests.simulation.moneypaths import money_paths
from tests.simulation.mutants import judged_alone
from tests.simulation.scale import BRIEF, FAST

TIMES = 6  # seeds of the brief lane for one of the fast


def show(words: Sequence[str], seeds: int, tell: Callable[[str], None]) -> int:
    """Every change of the files whose path has one of the words, and the sums; how many live."""
    paths = [path for path in money_paths() if any(word in path for word in words)]
    mutants = [one for path in paths for one in mutants_of(path)]
    met = infected_by(mutants, seeds, seeds * TIMES)
    sums = Counter[str]()
    for fate in fates(mutants, met):
        name = {"": "live", "?": "are not in a function"}.get(fate.killed_by, "die")
        sums[name] += 1
        if name == "live":
            tell(str(fate))
    tell(", ".join(f"{count:,} {name}" for name, count in sums.items()))
    return sums["live"]


def plant(changes: Sequence[tuple[str, str, str]], tell: Callable[[str], None]) -> int:
    """Changes that somebody has thought of, each a path, what stands there and what shall stand
    there, against all seeds of `make test` that they infect, tales, flows, duels; how many live."""
    mutants = [replaced(*one) for one in changes]
    lives = 0
    for fate in fates(mutants, infected_by(mutants, enough=FAST + BRIEF), beyond=True):
        last = judged_alone(fate.mutant) if fate.killed_by == "?" else fate
        lives += not last.killed_by
        tell(str(last))
    return lives


def listed(path: str) -> list[tuple[str, str, str]]:
    """The changes of a list: JSON of objects with `path`, `old` and `new`."""
    return [(one["path"], one["old"], one["new"]) for one in json.loads(Path(path).read_text())]
