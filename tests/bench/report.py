"""Figures leave a bench as tables, and reach docs/performance.md by the command alone.

Every bench owns the part of the page between its two marks; a run of one bench rewrites that part
and leaves the others as they were measured.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

Cell = str | int | float
TARGETS = "targets"  # the part of the page that sums up
HEAD = """# What it costs

Written by `make bench`; nothing on this page is typed by hand. `make bench ONLY=decision` measures
one part again. Requests and units are counted, times are ratios taken in one run: a laptop's
milliseconds say little about AWS.
"""


@dataclass(frozen=True)
class Table:
    """Rows under their columns; a column whose cells are all text is words, others are figures."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    note: str = ""

    def text(self) -> str:
        """For a terminal: aligned."""
        cells = [list(self.columns), *(list(map(shown, row)) for row in self.rows)]
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        words = [all(isinstance(cell, str) for cell in row) for row in zip(*self.rows, strict=True)]
        lines = [
            "  ".join(
                cell.ljust(width) if is_words else cell.rjust(width)
                for cell, width, is_words in zip(row, widths, words, strict=True)
            ).rstrip()
            for row in cells
        ]
        rule = "  ".join("-" * width for width in widths)
        body = [self.title, "", lines[0], rule, *lines[1:], *self._note()]
        return "\n".join(f"  {line}".rstrip() for line in body)

    def markdown(self) -> str:
        """For the page."""
        words = [all(isinstance(cell, str) for cell in row) for row in zip(*self.rows, strict=True)]
        sides = ["---" if is_words else "---:" for is_words in words]
        rows = [self.columns, sides, *(list(map(shown, row)) for row in self.rows)]
        body = [f"| {' | '.join(row)} |" for row in rows]
        return "\n".join([f"### {self.title}", "", *body, *self._note()])

    def _note(self) -> list[str]:
        return ["", *self.note.splitlines()] if self.note else []


@dataclass(frozen=True)
class Target:
    """A figure and the most that it may be. `number` is the target's in the design, or a word.

    `why` says what keeps it there if it is missed, and `floor` how low that lets it come, if known.
    """

    number: str
    what: str
    measured: float
    most: float
    why: str = ""
    floor: float | None = None

    @property
    def held(self) -> bool:
        """Whether it is kept."""
        return self.measured <= self.most


@dataclass(frozen=True)
class Kept:
    """What the last run of each bench has found, beside the page: targets, and when and where."""

    path: Path

    def write(self, name: str, targets: Sequence[Target], machine: str) -> None:
        """Replace what the last run of this bench has found."""
        found = self._read() | {
            name: {"measured": machine, "targets": [asdict(one) for one in targets]}
        }
        self.path.parent.mkdir(exist_ok=True)
        self.path.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n")

    def targets(self, order: Sequence[str]) -> list[Target]:
        """Of all benches in this order; the design's numbers first."""
        found = self._read()
        every = [Target(**one) for name in order if name in found for one in found[name]["targets"]]
        return sorted(every, key=lambda one: (not one.number.isdigit(), one.number.zfill(3)))

    def _read(self) -> dict[str, Any]:
        if not self.path.exists():
            return {}
        found: dict[str, Any] = json.loads(self.path.read_text())
        return found


def summary(targets: Sequence[Target]) -> Table:
    """The one table of everything that is held to something."""
    rows: list[list[Cell]] = [
        [one.number, one.what, one.measured, one.most, _floor(one), _verdict(one)]
        for one in targets
    ]
    missed = [f"* {one.what}: {one.why}" for one in targets if not one.held and one.why]
    return Table(
        "Everything that is held to a figure",
        ("target", "what", "measured", "at most", "floor", "is"),
        rows,
        "\n".join([f"{sum(one.held for one in targets)} of {len(targets)} are held.", "", *missed]),
    )


def _floor(target: Target) -> Cell:
    return "" if target.floor is None else target.floor


def _verdict(target: Target) -> str:
    return "held" if target.held else "MISSED"


def shown(cell: Cell) -> str:
    """A figure as people read it."""
    if isinstance(cell, float):
        return f"{cell:,.2f}" if abs(cell) < 100 else f"{cell:,.0f}"
    return f"{cell:,}" if isinstance(cell, int) else cell


def section(name: str, about: str, tables: Sequence[Table], machine: str) -> str:
    """What a bench writes: its first sentence as the heading, the rest as text, its tables."""
    title, _, text = about.strip().partition("\n")
    parts = [f"## {title.rstrip('.')}", text.strip(), *(each.markdown() for each in tables)]
    parts.append(f"Measured {machine}." if machine else "")
    inside = "\n\n".join(part for part in parts if part)
    return f"{_mark(name)}\n{inside}\n{_end(name)}\n"


def write(page: Path, sections: Mapping[str, str], order: Sequence[str]) -> None:
    """Put the sections into the page, each in its place; others stay as they are."""
    there = page.read_text() if page.exists() else ""
    every = [TARGETS, *order]
    kept = {name: found for name in every if (found := _read(there, name))}
    parts = {**kept, **sections}
    page.write_text("\n".join([HEAD, *(parts[name] for name in every if name in parts)]))


def _read(text: str, name: str) -> str:
    pattern = f"{re.escape(_mark(name))}\n.*?{re.escape(_end(name))}\n"
    found = re.search(pattern, text, re.DOTALL)
    return found.group() if found else ""


def _mark(name: str) -> str:
    return f"<!-- bench {name} -->"


def _end(name: str) -> str:
    return f"<!-- end of {name} -->"
