"""docs/proof.md is written by a command, from figures of the run that it describes."""

import subprocess
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import islice
from multiprocessing import get_context
from pathlib import Path

from tests.simulation.campaign import Totals, campaign
from tests.simulation.duels import DUELS, meet_all
from tests.simulation.exhausting import Exhausted, exhaust, singles, some_pairs
from tests.simulation.golden import FLOWS
from tests.simulation.killing import Death, kill_all
from tests.simulation.scale import WORKERS
from tests.simulation.surviving import standing
from tests.simulation.tales.told import TALES, tell_all

PAGE = Path(__file__).parents[2] / "docs" / "proof.md"
WORDS = Path(__file__).with_name("proof_page.md")
FAST_SEEDS, BRIEF_SEEDS, WIRE_SEEDS, PAIRS = 20_000, 20_000, 150, 2_000


@dataclass(frozen=True)
class Proof:
    """All that was played; `small` is the part of the whole proof."""

    small: float
    fast: Totals
    brief: Totals
    wire: Totals
    alone: Exhausted
    step: int
    pairs: Exhausted
    meetings: int
    tellings: int
    surprised: dict[str, list[str]]
    deaths: Sequence[Death]
    minutes: float

    @property
    def survived(self) -> list[str]:
        """Planted mistakes that live."""
        return [one.name for one in self.deaths if not one.by]

    @property
    def found(self) -> dict[str, list[str]]:
        """Whatever was found in the product."""
        seeds = {f"seed {seed}": what for seed, what in self.fast.found.items()}
        seeds |= {f"seed {seed} --brief": what for seed, what in self.brief.found.items()}
        seeds |= {f"seed {seed} --wire": what for seed, what in self.wire.found.items()}
        return seeds | self.alone.found | self.pairs.found | self.surprised


def write_proof(tell: Callable[[str], None], *, small: float = 1.0) -> int:
    """Play all or a part of it and write the page; 1 if anything was found."""
    begun = time.monotonic()
    fast = campaign(seeds=round(FAST_SEEDS * small))
    tell("\n".join(fast.lines()))
    brief = campaign(seeds=round(BRIEF_SEEDS * small), lane="brief")
    tell("\n".join(brief.lines()))
    wire = campaign(seeds=round(WIRE_SEEDS * small), lane="wire")
    tell("\n".join(wire.lines()))
    step = max(1, round(1 / small))
    alone = exhaust(islice(singles(), 0, None, step), WORKERS)
    tell(f"{alone.runs:,} single faults")
    pairs = exhaust(some_pairs(round(PAIRS * small), 0), WORKERS)
    tell(f"{pairs.runs:,} pairs")
    with ProcessPoolExecutor(WORKERS, mp_context=get_context("spawn")) as pool:
        parts = list(pool.map(meet_all, range(len(DUELS))))
        told = list(pool.map(tell_all, range(len(TALES))))
    surprised = {name: what for _, part in (*parts, *told) for name, what in part.items()}
    counts, tellings = (sum(count for count, _ in some) for some in (parts, told))
    tell(f"{counts:,} meetings, {tellings:,} tellings")
    deaths = list(kill_all())
    tell(f"{sum(bool(one.by) for one in deaths)} of {len(deaths)} planted mistakes killed")
    minutes = (time.monotonic() - begun) / 60
    lanes = (fast, brief, wire)
    proof = Proof(small, *lanes, alone, step, pairs, counts, tellings, surprised, deaths, minutes)
    PAGE.write_text(_page(proof))
    return bool(proof.found or proof.survived)


def _page(proof: Proof) -> str:
    lanes = (proof.fast, proof.brief, proof.wire)
    rows = [f"* {line}" for totals in lanes for line in totals.lines()]
    killed = [one for one in proof.deaths if one.by]
    rows += [
        f"* {proof.alone.runs:,} runs with {_single(proof.step)} of: {'; '.join(FLOWS)}",
        f"* {proof.pairs.runs:,} runs with two faults, drawn from the same flows",
        f"* {proof.meetings:,} meetings of {len(DUELS)} pairs of invocations, at every call",
        f"* {proof.tellings:,} tellings of {len(TALES)} tales",
        f"* {len(killed)} of {len(proof.deaths)} planted mistakes killed",
        *(f"* FOUND {name}: {what[0]}" for name, what in proof.found.items()),
        *(f"* SURVIVED: {name}" for name in proof.survived),
        f"* all of it in {proof.minutes:.0f} minutes, in {WORKERS} processes",
    ]
    faults = [f"| {kind} | {count:,} |" for kind, count in sorted(proof.fast.faults.items())]
    kills = [f"| {one.name} | {one.by[0]} | {_cell(one.what)} |" for one in killed]
    figures = [
        *rows,
        "\n## Faults of the fast lane\n| kind | struck |\n|---|---|",
        *faults,
        "\n## Planted mistakes, and the first that was found to kill each",
        "| mistake | by | found |\n|---|---|---|",
        *kills,
        f"\n{standing()}",
    ]
    words = ("git", "rev-parse", "--short", "HEAD")
    commit = subprocess.run(words, capture_output=True, text=True, check=False).stdout.strip()
    day = time.strftime("%Y-%m-%d", time.gmtime())
    facts = {"day": day, "commit": commit, "small": proof.small, "figures": "\n".join(figures)}
    return WORDS.read_text().format(**facts)


def _single(step: int) -> str:
    return "every single fault" if step == 1 else f"one fault, one in {step} of all single faults,"


def _cell(text: str) -> str:
    return text.replace("|", "/").replace("\n", " ")[:110]
