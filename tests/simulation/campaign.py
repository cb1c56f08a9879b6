"""Many seeds in two processes, and what they add up to."""

import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context

from tests.simulation.playing import Lane, Outcome, many, play
from tests.simulation.scale import WORKERS

CHUNK = 40  # seeds that a process plays before it tells


@dataclass
class Totals:
    """The figures of a campaign. `found` is what went wrong, by seed."""

    lane: Lane = "fast"
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
        yield (
            f"{self.lane} lane: {self.seeds:,} seeds, {self.days / 365:,.0f} simulated years, "
            f"{self.calls:,} calls to the outside, {sum(self.faults.values()):,} faults"
        )
        lane = "" if self.lane == "fast" else f" --{self.lane}"
        for seed, found in sorted(self.found.items())[:10]:
            yield f"seed {seed}: {'; '.join(found[:3])}"
            yield f"    replay: .venv/bin/python -m tests.simulation {seed}{lane}"


def play_some(first: int, count: int, lane: Lane) -> list[Outcome]:
    """Some seeds one after the other, in a process of their own."""
    with many():
        outcomes = [play(seed, lane=lane, digested=False) for seed in range(first, first + count)]
    for one in outcomes:
        one.places = []  # nobody asks, and they are long
    return outcomes


def campaign(
    *, seeds: int = 0, seconds: float = 0.0, first: int = 0, lane: Lane = "fast"
) -> Totals:
    """So many seeds from `first` on, or as many as fit into the time; those begun are finished."""
    begun, totals, following = time.monotonic(), Totals(lane), first

    def more() -> bool:
        if seeds:
            return following < first + seeds
        return time.monotonic() - begun < seconds

    with ProcessPoolExecutor(WORKERS, mp_context=get_context("spawn")) as pool:
        pending: list[Future[list[Outcome]]] = []
        while pending or more():
            while len(pending) < WORKERS + 1 and more():
                count = min(CHUNK, first + seeds - following) if seeds else CHUNK
                pending.append(pool.submit(play_some, following, count, lane))
                following += count
            for outcome in pending.pop(0).result():
                totals.add(outcome)
    totals.seconds = time.monotonic() - begun
    return totals
