"""How many random changes die, by kind and by place, with what chance has to do with it; written.

The section of docs/proof.md about them is written by `--mutants N --write` alone; `make proof`
keeps what stands there.
"""

import json
import subprocess
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from math import sqrt
from pathlib import Path

from tests.simulation.changing import Mutant
from tests.simulation.judging import Fate
from tests.simulation.moneypaths import LEFT_OUT, ROOT, area, money_paths
from tests.simulation.scale import BRIEF, FAST

PAGE = Path(__file__).parents[2] / "docs" / "proof.md"
TITLE = "## Random one-line changes, chosen by nobody"
FATES = Path(__file__).with_name("fates.json")
SEEDS = FAST + BRIEF
SURE = 1.96  # standard deviations of 95 %
SHOWN = 110  # letters of a cell
# What changes nothing that anybody could see: by file and change, with the reason.
EQUIVALENT: dict[str, str] = {
    'layers/domain/python/goodword/rewards/model.py: "reversed": None,: "reversed" -> "expired"': (
        "what is reversed has nothing left, so nobody asks for its account"
    ),
}


def interval(killed: int, count: int) -> tuple[float, float]:
    """Between which shares the true one is in 95 of 100 measurements (Wilson), in percent."""
    if not count:
        return 0.0, 100.0
    share, square = killed / count, SURE * SURE
    middle = (share + square / (2 * count)) / (1 + square / count)
    spread = SURE * sqrt(share * (1 - share) / count + square / (4 * count * count))
    spread /= 1 + square / count
    return max(0.0, 100 * (middle - spread)), min(100.0, 100 * (middle + spread))


def unseen(fate: Fate) -> str:
    """Why nobody could see the change; "" if somebody could."""
    mutant = fate.mutant
    line = (ROOT / mutant.path).read_text().splitlines()[mutant.line - 1].strip()
    return EQUIVALENT.get(f"{mutant.path}: {line}: {mutant.old} -> {mutant.new}", "")


def summary(fates: Sequence[Fate]) -> list[str]:
    """The figures, as lines."""
    alike = [one for one in fates if not one.killed_by and unseen(one)]
    judged = [one for one in fates if one not in alike]
    killed = [one for one in judged if one.killed_by]
    low, high = interval(len(killed), len(judged))
    share = 100 * len(killed) / len(judged) if judged else 100.0
    return [
        f"{len(killed)} of {len(judged)} killed: {share:.0f} %"
        f" (between {low:.0f} % and {high:.0f} % in 95 of 100 such measurements)",
        f"{len(alike)} more change nothing that can be seen, by argument",
        *_by("kind", judged, [one.mutant.kind for one in judged]),
        *_by("place", judged, [area(one.mutant.path) for one in judged]),
    ]


def section(fates: Sequence[Fate], seed: str) -> str:
    """The section of the page."""
    words = ("git", "rev-parse", "--short", "HEAD")
    commit = subprocess.run(words, capture_output=True, text=True, check=False).stdout.strip()
    day = time.strftime("%Y-%m-%d", time.gmtime())
    reasons = Counter(LEFT_OUT.values())
    rows = [
        f"| `{_cell(one.mutant.name)}` | {one.mutant.kind} | {_by_what(one)} | {_cell(one.what)} |"
        for one in fates
    ]
    return "\n".join(
        [
            TITLE,
            f"Measured on {day} at {commit} by"
            f" `python -m tests.simulation {seed} --mutants {len(fates)} --write`:"
            f" the number {seed} was drawn for this measurement and used for nothing before. Of"
            f" {len(money_paths())} files (all of the money's folders but"
            f" {sum(reasons.values())} patterns of files: {', '.join(sorted(reasons))}) every line"
            " is as likely as any other; how long texts and lists may be, and what a deployment"
            " must be set up with, is no money. Each change met what `make test` plays: of the"
            f" {SEEDS:,} seeds those that it makes a difference in, the flows and the duels.\n",
            *[f"* {line}" for line in summary(fates)],
            "\n| change | kind | by | found |\n|---|---|---|---|",
            *rows,
            "",
        ]
    )


def remember(fates: Sequence[Fate], seed: str) -> None:
    """Keep what became of each, so that the page can be written anew from it."""
    told = {"seed": seed, "fates": [asdict(one) for one in fates]}
    FATES.write_text(json.dumps(told, indent=1) + "\n")


def remembered() -> tuple[list[Fate], str]:
    """The last measurement."""
    told = json.loads(FATES.read_text())
    found = [Fate(**(one | {"mutant": Mutant(**one["mutant"])})) for one in told["fates"]]
    return found, told["seed"]


def put(text: str) -> None:
    """Write the section, in place of the one that stood there."""
    before, _, after = PAGE.read_text().partition(TITLE)
    _, mark, rest = after.partition("\n## ")
    PAGE.write_text(f"{before}{text}{mark}{rest}")


def standing() -> str:
    """The section as it stands on the page; nothing where its measurement is not kept."""
    if not FATES.exists():
        return ""
    _, mark, after = PAGE.read_text().partition(TITLE)
    return f"{mark}{after.partition(f'{chr(10)}## ')[0]}" if mark else ""


def _by(name: str, fates: Sequence[Fate], words: Sequence[str]) -> list[str]:
    met, killed = Counter(words), Counter[str]()
    for fate, word in zip(fates, words, strict=True):
        killed[word] += bool(fate.killed_by)
    rows = ", ".join(f"{word} {killed[word]}/{count}" for word, count in sorted(met.items()))
    return [f"by {name}: {rows}"]


def _by_what(fate: Fate) -> str:
    if fate.killed_by:
        return fate.killed_by
    why = unseen(fate)
    return f"equivalent: {why}" if why else "SURVIVES"


def _cell(text: str) -> str:
    return text.replace("|", "/").replace("\n", " ")[:SHOWN]
