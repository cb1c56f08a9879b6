"""`make bench` runs every bench, prints its tables and writes them into docs/performance.md.

    --only NAME ...   those benches only (a bench is a file of tests/bench/cases)
    --list            their names
    --dry             print, and leave the page alone
    --quick           small histories and few repeats: to try a bench, not to publish

A bench that fails ends the command, and its part of the page stays as it was. To add one, put a
file into tests/bench/cases: its docstring explains it, `run(bench)` answers its tables.
"""

import argparse
import importlib
import os
import platform
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.bench.report import Table, section, write

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "performance.md"
CASES = Path(__file__).parent / "cases"


@dataclass(frozen=True)
class Bench:
    """What a bench is given: whether to be quick, and a way to say how far it is."""

    quick: bool
    say: Callable[[str], None]


def names() -> list[str]:
    """Every bench, in the order of the page."""
    return sorted(path.stem for path in CASES.glob("[a-z]*.py"))


def machine() -> str:
    """Where and when."""
    day = time.strftime("%Y-%m-%d", time.gmtime())
    cores = os.cpu_count() or 1
    return f"on {day}, Python {platform.python_version()}, {cores} cores, {platform.machine()}"


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
    bench = Bench(asked.quick, lambda text: print(f"    … {text}", flush=True))
    for name in asked.only:
        print(f"\n  [{name}]", flush=True)
        about, tables = run(name, bench)
        print("\n\n".join(table.text() for table in tables), flush=True)
        if not asked.dry and not asked.quick:
            write(PAGE, {name: section(name, about, tables, machine())}, names())
            print(f"\n  written to {PAGE.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
