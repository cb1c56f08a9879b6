"""docs/proof.md is written by a command, from figures of the run that it describes."""

import time
from collections.abc import Callable
from pathlib import Path

from tests.simulation.campaign import WORKERS, Totals, campaign
from tests.simulation.exhausting import Exhausted, exhaust, singles, some_pairs
from tests.simulation.golden import FLOWS
from tests.simulation.killing import kill_all, remember

PAGE = Path(__file__).parents[2] / "docs" / "proof.md"
FAST_SEEDS = 20_000
WIRE_SEEDS = 120
PAIRS = 2_000

WORDS = Path(__file__).with_name("proof_page.md")


def write_proof(tell: Callable[[str], None]) -> int:
    """Play everything, write the page and `kills.json`; 1 if anything was found."""
    begun = time.monotonic()
    fast = campaign(seeds=FAST_SEEDS)
    tell("\n".join(fast.lines()))
    wire = campaign(seeds=WIRE_SEEDS, lane="wire")
    tell("\n".join(wire.lines()))
    alone = exhaust(singles(), WORKERS)
    tell(f"{alone.runs:,} single faults")
    pairs = exhaust(some_pairs(PAIRS, 0), WORKERS)
    tell(f"{pairs.runs:,} pairs")
    killed, survived = {}, []
    for name, seed, what in kill_all():
        tell(f"{name}: {'SURVIVES' if seed is None else f'seed {seed}: {what}'}")
        if seed is None:
            survived.append(name)
        else:
            killed[name] = (seed, what)
    remember({name: seed for name, (seed, _) in killed.items()})
    minutes = (time.monotonic() - begun) / 60
    PAGE.write_text(_page(fast, wire, alone, pairs, killed, survived, minutes))
    return bool(fast.found or wire.found or alone.found or pairs.found or survived)


def _page(
    fast: Totals,
    wire: Totals,
    alone: Exhausted,
    pairs: Exhausted,
    killed: dict[str, tuple[int, str]],
    survived: list[str],
    minutes: float,
) -> str:
    rows = [f"* {line}" for totals in (fast, wire) for line in totals.lines()]
    rows.append(f"* {alone.runs:,} runs with every single fault of: {'; '.join(FLOWS)}")
    rows.append(f"* {pairs.runs:,} runs with two faults, drawn from the same flows")
    rows.append(f"* {len(killed)} of {len(killed) + len(survived)} planted mistakes killed")
    for found in (alone.found, pairs.found):
        rows += [f"* FOUND {name}: {what[0]}" for name, what in found.items()]
    rows += [f"* SURVIVED: {name}" for name in survived]
    rows.append(f"* all of it in {minutes:.0f} minutes, in {WORKERS} processes")
    faults = [f"| {kind} | {count:,} |" for kind, count in sorted(fast.faults.items())]
    kills = [f"| {name} | {seed} | {_cell(what)} |" for name, (seed, what) in killed.items()]
    day = time.strftime("%Y-%m-%d", time.gmtime())
    figures = [
        *rows,
        "\n## Faults of the fast lane\n| kind | struck |\n|---|---|",
        *faults,
        "\n## Planted mistakes, and the first seed that killed each",
        "| mistake | seed | found |\n|---|---|---|",
        *kills,
    ]
    return WORDS.read_text().format(day=day, figures="\n".join(figures))


def _cell(text: str) -> str:
    return text.replace("|", "/").replace("\n", " ")[:110]
