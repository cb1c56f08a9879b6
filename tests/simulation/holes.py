"""Which one-line changes no seed shows, and why: no story for them, or no oracle.

`show` judges all changes of some files, `plant` one that a person has thought of.
"""

from collections import Counter
from collections.abc import Callable, Sequence

from tests.simulation.changing import mutants_of, replaced
from tests.simulation.judging import FAST, Fate, fates, infected_by
from tests.simulation.moneypaths import money_paths
from tests.simulation.mutants import judged_alone

BRIEF = 6  # seeds of the brief lane for one of the fast


def show(words: Sequence[str], seeds: int, tell: Callable[[str], None]) -> int:
    """Every change of the files whose path has one of the words, and the sums; how many live."""
    paths = [path for path in money_paths() if any(word in path for word in words)]
    mutants = [one for path in paths for one in mutants_of(path)]
    met = infected_by(mutants, seeds, seeds * BRIEF)
    sums = Counter[str]()
    for fate in fates(mutants, met):
        name = {"": "live", "?": "are not in a function"}.get(fate.killed_by, "die")
        sums[name] += 1
        if name == "live":
            tell(str(fate))
    tell(", ".join(f"{count:,} {name}" for name, count in sums.items()))
    return sums["live"]


def plant(path: str, old: str, new: str, tell: Callable[[str], None]) -> Fate:
    """One change against all seeds of `make test` that it infects, and the flows and duels."""
    mutant = replaced(path, old, new)
    met = infected_by([mutant], enough=FAST * 100)
    tell(f"{len(met[0]):,} of the seeds are infected")
    (fate,) = fates([mutant], met, beyond=True)
    return judged_alone(mutant) if fate.killed_by == "?" else fate
