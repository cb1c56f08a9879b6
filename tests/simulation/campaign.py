"""Many seeds in two processes, and what they add up to."""

import os
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context

from tests.simulation.playing import Outcome, play

CHUNK = 10  # seeds that a process plays before it tells
WORKERS = max(1, min(2, os.cpu_count() or 1))


@dataclass
class Totals:
    """The figures of a campaign. `found` is what went wrong, by seed."""

    seeds: int = 0
    calls: int = 0
    days: float = 0.0
    seconds: float = 0.0
    faults: Counter[str] = field(default_factory=Counter)
    reached: Counter[str] = field(default_factory=Counter)
    found: dict[int, list[str]] = field(default_factory=dict)

    def add(self, outcome: Outcome) -> None:
        """One seed more."""
        self.seeds += 1
        self.calls += outcome.calls
        self.days += outcome.days
        self.faults += outcome.faults
        self.reached += outcome.reached
        if outcome.found:
            self.found[outcome.seed] = outcome.found

    def lines(self) -> Iterator[str]:
        """What is printed, and kept in docs/proof.md."""
        yield f"{self.seeds:,} seeds in {self.seconds:.0f} s; {self.days / 365:.1f} simulated years"
        yield f"{self.calls:,} calls to the outside; {sum(self.faults.values()):,} faults reached"
        for seed, found in sorted(self.found.items()):
            yield f"seed {seed}: {'; '.join(found[:3])}"
            yield f"    replay: .venv/bin/python -m tests.simulation {seed}"


def play_some(first: int, count: int) -> list[Outcome]:
    """Some seeds one after the other, in a process of their own."""
    return [play(seed) for seed in range(first, first + count)]


def campaign(seconds: float, first: int = 0) -> Totals:
    """As many seeds from `first` on as fit into the time; the seeds begun are finished."""
    begun, totals, following = time.monotonic(), Totals(), first
    with ProcessPoolExecutor(WORKERS, mp_context=get_context("spawn")) as pool:
        pending: list[Future[list[Outcome]]] = []
        while pending or time.monotonic() - begun < seconds:
            while len(pending) < WORKERS + 1 and time.monotonic() - begun < seconds:
                pending.append(pool.submit(play_some, following, CHUNK))
                following += CHUNK
            for outcome in pending.pop(0).result():
                totals.add(outcome)
    totals.seconds = time.monotonic() - begun
    return totals
