"""`make bench` runs every bench, prints its tables and writes them into docs/performance.md.

    --only NAME ...   those benches only (a bench is a file of tests/bench/cases)
    --list            their names
    --dry             print, and leave the page alone
    --quick           small histories and few repeats: to try a bench, not to publish

A bench that fails ends the command, and its part of the page stays as it was. Nothing that it has
started stays behind, also on Ctrl-C. To add one, put a
file into tests/bench/cases: its docstring explains it, `run(bench)` answers its tables.
"""

import argparse
import importlib
import os
import platform
import re
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench import children
from tests.bench.report import TARGETS, Kept, Table, Target, section, summary, write

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "performance.md"
PLOTS = ROOT / "docs" / "bench"
KEPT = Kept(PLOTS / "targets.json")
CASES = Path(__file__).parent / "cases"


SUMMARY = """In one table.

Targets with numbers are those of the design. Each figure is explained in its part below. Where a
target cannot be reached, the floor is what is left of the figure without all that is not necessary.
"""


@dataclass
class Bench:
    """What a bench is given: whether to be quick, how to say how far it is, where results go."""

    quick: bool
    say: Callable[[str], None]
    targets: list[Target] = field(default_factory=list)
    plots: dict[str, str] = field(default_factory=dict)

    def target(self, *targets: Target) -> None:
        """Figures that are held to something."""
        self.targets += targets

    def plot(self, name: str, svg: str, alt: str) -> str:
        """A picture for the page; the line that shows it."""
        self.plots[f"{name}.svg"] = svg
        return f"![{alt}]({PLOTS.name}/{name}.svg)"


def names() -> list[str]:
    """Every bench, in the order of the page."""
    return sorted(path.stem for path in CASES.glob("[a-z]*.py"))


def machine() -> str:
    """Where and when."""
    day = time.strftime("%Y-%m-%d", time.gmtime())
    cores = os.cpu_count() or 1
    model = re.search(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text())
    kind = model.group(1) if model else platform.machine()
    load = f"load {os.getloadavg()[0]:.1f}"
    return f"on {day}, Python {platform.python_version()}, {cores} cores ({kind}), {load}"


def run(name: str, bench: Bench) -> tuple[str, Sequence[Table]]:
    """One bench: what it is about, and its tables."""
    case = importlib.import_module(f"tests.bench.cases.{name}")
    tables: Sequence[Table] = case.run(bench)
    return case.__doc__ or name, tables


def main(arguments: Sequence[str]) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("--only", nargs="+", choices=names(), default=names(), metavar="NAME")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--dry", action="store_true")
    parser.add_argument("--quick", action="store_true")
    asked = parser.parse_args(arguments)
    if asked.list:
        print("\n".join(names()))
        return 0
    whole_begun = time.monotonic()
    for name in asked.only:
        print(f"\n  [{name}]", flush=True)
        begun, where = time.monotonic(), machine()
        bench = Bench(asked.quick, lambda text: print(f"    … {text}", flush=True))
        about, tables = run(name, bench)
        print("\n\n".join(table.text() for table in tables), flush=True)
        if asked.dry or asked.quick:
            print("\n" + summary(bench.targets).text() if bench.targets else "")
            continue
        KEPT.write(name, bench.targets, where)
        for file, svg in bench.plots.items():
            (PLOTS / file).write_text(svg)
        write(PAGE, {name: section(name, about, tables, where)}, names())
        print(f"\n  {time.monotonic() - begun:.0f} s, written to {PAGE.relative_to(ROOT)}")
    if not asked.dry and not asked.quick:
        whole = summary(KEPT.targets(names()))
        write(PAGE, {TARGETS: section(TARGETS, SUMMARY, [whole], "")}, names())
        print("\n" + whole.text())
    print(f"\n  {time.monotonic() - whole_begun:.0f} s in all")
    return 0


if __name__ == "__main__":
    with children.ended():
        sys.exit(main(sys.argv[1:]))
