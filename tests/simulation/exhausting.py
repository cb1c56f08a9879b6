"""Every single fault of the golden flows, and pairs of faults: nothing is left to a seed.

A flow is played once without faults, which lists its places: every call, with what may strike it.
Then it is played once for each place and kind. Pairs are all of them in `python -m
tests.simulation --pairs`, and a sample that the seed says in every `make test`.
"""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from multiprocessing import get_context
from random import Random

from tests.simulation.golden import FLOWS
from tests.simulation.outside import READS, Plan
from tests.simulation.playing import many, play

CHUNK = 40  # runs that a process plays before it tells
# A read that dies, is throttled or lost ends the invocation alike: in pairs one stands for all.
ALIKE = frozenset(READS) - {"die_before_read"}


@dataclass
class Exhausted:
    """What playing every fault came to."""

    runs: int = 0
    struck: int = 0
    found: dict[str, list[str]] = field(default_factory=dict)


def faults_of(flow: int, first: Plan | None = None) -> list[tuple[int, str]]:
    """Every (place, kind) of a flow; after the first fault of a plan, those that then follow."""
    begun = max(first or {}, default=-1)
    outcome = play(flow, lane="golden", plan=first or {})
    return [
        (place, kind)
        for place, kinds in enumerate(outcome.places)
        if place > begun
        for kind in kinds
        if first is None or kind not in ALIKE
    ]


def singles() -> Iterator[tuple[int, Plan]]:
    """Every fault of every flow."""
    for flow in range(len(FLOWS)):
        for place, kind in faults_of(flow):
            yield flow, {place: kind}


def pairs_of(flow: int, place: int, kind: str) -> list[tuple[int, Plan]]:
    """Every second fault after a first one."""
    first = {place: kind}
    return [(flow, first | {second: other}) for second, other in faults_of(flow, first)]


def some_pairs(count: int, seed: int) -> Iterator[tuple[int, Plan]]:
    """So many pairs by chance: the first fault anywhere, the second anywhere after it."""
    chance = Random(f"pairs {seed}")
    firsts = [(flow, *fault) for flow in range(len(FLOWS)) for fault in faults_of(flow)]
    for flow, place, kind in chance.choices(firsts, k=max(1, count // 8)):
        able = pairs_of(flow, place, kind)
        yield from chance.sample(able, min(8, len(able)))


def play_plans(plans: Sequence[tuple[int, Plan]]) -> list[tuple[str, int, list[str]]]:
    """Some plans one after the other, in a process of their own."""
    told = []
    with many():
        for flow, plan in plans:
            outcome = play(flow, lane="golden", plan=plan, digested=False)
            told.append((named(flow, plan), sum(outcome.faults.values()), outcome.found))
    return told


def named(flow: int, plan: Plan) -> str:
    """As `python -m tests.simulation --flow` takes it: `2 17:die_after 40:conflict`."""
    return " ".join([str(flow), *(f"{place}:{kind}" for place, kind in sorted(plan.items()))])


def exhaust(plans: Iterable[tuple[int, Plan]], workers: int) -> Exhausted:
    """Play all of them in two processes."""
    total, waiting = Exhausted(), iter(plans)
    chunks = iter(lambda: list(islice(waiting, CHUNK)), [])
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        for told in pool.map(play_plans, chunks):
            for name, struck, found in told:
                total.runs += 1
                total.struck += struck
                if found:
                    total.found[name] = found
    return total
