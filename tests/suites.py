"""`python -m tests.suites` is the gate: every check and every suite, a line each, a sum at last.

Suites are the directories of tests/ named in SUITES. One that holds no test, or ran none, fails the
gate; one that could not run here is called out, and fails it under `--strict`; one whose directory
is not in this tree is named at the end. Each suite runs in a process of its own and leaves
`.build/suites/<suite>.xml` and `.log`.

    --only NAME ...   those checks and suites only, without the coverage floors
    --check           the checks and the tidy suite: what `make check` runs
    --strict          nothing may be left out: what .ci/run asks for
"""

import argparse
import os
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tests.support.chromium import find_or_install

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / ".build" / "suites"
DATA = ROOT / ".build" / "coverage"
SUITE_SECONDS_MAX = 3_000  # a suite that takes longer hangs
LINES_MAX = 120  # lines of a failure that are shown; the log has them all
PROFILE = (
    "ci"  # Hypothesis's own: the same examples each time; `make soak` and plain pytest draw anew
)
AT_ONCE = max(1, min(2, os.cpu_count() or 1))

CHECKS = {
    "format": ("ruff", "format", "--check", "--quiet", "--output-format=concise", "."),
    "lint": ("ruff", "check", "--quiet", "--output-format=concise", "."),
    "types": ("mypy",),
}
# The longest first, so that the last to end is a short one.
SUITES = (
    "simulation",
    "e2e",
    "browser",
    "infra",
    "properties",
    "shuffles",
    "adapters",
    "workflows",
    "functional",
    "contract",
    "unit",
    "tidy",
)
NOT_SUITES = {
    "fakes",
    "support",
    "bench",
}  # support code, and measurements that `make bench` runs alone
PURE = ("unit", "functional")  # what must cover the domain by itself; properties ask other things
MEASURED = (*PURE, "adapters", "workflows", "contract")
FLOORS = (
    ("domain", PURE, "layers/domain/*", 100),
    ("platform and functions", MEASURED, "layers/platform/*,functions/*", 90),
)


@dataclass(frozen=True)
class Result:
    """What one check or suite came to. `left_out` says why it did not run at all."""

    name: str
    seconds: float = 0.0
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    left_out: str = ""
    output: str = ""

    @property
    def line(self) -> str:
        """One line of the summary."""
        if self.left_out:
            return f"  {self.name:<24} LEFT OUT: {self.left_out}"
        sign = "FAILED" if self.failed else "ok"
        counts = f"{self.passed:>6} passed {self.failed:>4} failed {self.skipped:>4} skipped"
        return f"  {self.name:<24} {sign:<7}{counts} {self.seconds:>7.1f} s"


def run(words: Sequence[str], log: Path) -> tuple[int, str, float]:
    """Run a command from the root; exit code, its output (also in `log`), seconds."""
    begun = time.monotonic()
    with log.open("w+") as out:
        try:
            code = subprocess.run(
                words,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                timeout=SUITE_SECONDS_MAX,
                check=False,
            ).returncode
        except subprocess.TimeoutExpired:
            out.write(f"\nended after {SUITE_SECONDS_MAX} s\n")
            code = 124
        out.flush()
        out.seek(0)
        return code, out.read(), time.monotonic() - begun


def run_check(name: str) -> Result:
    """One of CHECKS; it counts as one test."""
    tool, *rest = CHECKS[name]
    words = [str(Path(sys.executable).parent / tool), *rest]
    code, output, seconds = run(words, OUT / f"{name}.log")
    return Result(name, seconds, int(code == 0), int(code != 0), output=output)


def run_suite(name: str) -> Result:
    """One directory of tests, measured if its coverage counts."""
    if reason := why_left_out(name):
        return Result(name, left_out=reason)
    report = OUT / f"{name}.xml"
    report.unlink(missing_ok=True)
    data = DATA / name
    measure = ["-m", "coverage", "run", f"--data-file={data}"] if name in MEASURED else []
    words = [sys.executable, *measure, "-m", "pytest", f"tests/{name}", "-q"]
    words += [f"--junitxml={report}", "-o", "junit_family=xunit2", "-p", "no:cacheprovider"]
    words += [f"--hypothesis-profile={PROFILE}"]
    code, output, seconds = run(words, OUT / f"{name}.log")
    passed, failed, skipped = read_report(report)
    if code != 0 and failed == 0:
        failed = 1  # it broke before or after the tests: collection, a crash, a warning at the end
    if passed + failed == 0:
        failed, output = 1, f"{output}\nno test of this suite ran\n"
    return Result(name, seconds, passed, failed, skipped, output=output)


def why_left_out(name: str) -> str:
    """The reason why the suite cannot run here, or ""."""
    if name == "browser" and find_or_install() is None:
        return "no Chromium on this machine, and none could be installed (apt-get install chromium)"
    return ""


def read_report(report: Path) -> tuple[int, int, int]:
    """Passed, failed, skipped of a JUnit report that pytest wrote; zeros if it wrote none."""
    if not report.exists():
        return 0, 0, 0
    suites = ET.parse(report).getroot().iter("testsuite")  # our own file, not a stranger's
    counts = [
        [int(s.get(k, 0)) for k in ("tests", "failures", "errors", "skipped")] for s in suites
    ]
    total, failures, errors, skipped = (sum(column) for column in zip(*counts, strict=True))
    return total - failures - errors - skipped, failures + errors, skipped


def check_floors() -> list[Result]:
    """Branch coverage against each floor, from the data that the suites left."""
    return [_floor(*floor) for floor in FLOORS]


def _floor(name: str, suites: Iterable[str], include: str, percent: int) -> Result:
    title = f"coverage, {name}"
    data = [str(DATA / suite) for suite in suites if (DATA / suite).exists()]
    combined = DATA / f"combined-{name.replace(' ', '-')}"
    if not data:
        return Result(title, left_out="no suite measured it")
    coverage = [sys.executable, "-m", "coverage"]
    log = OUT / f"{combined.name}.log"
    code, output, _ = run([*coverage, "combine", "--keep", f"--data-file={combined}", *data], log)
    if code == 0:
        code, output, seconds = run(
            [
                *(*coverage, "report", f"--data-file={combined}", f"--include={include}"),
                *("--show-missing", "--skip-covered", f"--fail-under={percent}"),
            ],
            log,
        )
    title = f"{title} {_total(output)} (floor {percent} %)"
    return Result(title, seconds, int(code == 0), int(code != 0), output=output)


def _total(output: str) -> str:
    lines = [line for line in output.splitlines() if line.startswith("TOTAL")]
    return lines[-1].split()[-1] if lines else "?"


def not_in_this_tree() -> list[str]:
    """Suites of the design that nobody has begun: there is nothing to leave out."""
    return [name for name in SUITES if not (ROOT / "tests" / name).is_dir()]


def unknown_directories() -> list[str]:
    """Directories of tests/ with tests that no one would run."""
    known = {*SUITES, *NOT_SUITES}
    found = {
        path.relative_to(ROOT / "tests").parts[0] for path in ROOT.glob("tests/*/**/test_*.py")
    }
    return sorted(found - known)


def gate(names: Sequence[str], *, floors: bool, strict: bool) -> int:
    """Run them, print as they end, and the sum; the exit code."""
    for directory in (OUT, DATA):
        directory.mkdir(parents=True, exist_ok=True)
    if floors:
        for old in DATA.iterdir():
            old.unlink()
    begun = time.monotonic()
    results = []
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for result in pool.map(_run_and_show, names):
            results.append(result)
    if floors:
        results += check_floors()
        for result in results[-len(FLOORS) :]:
            show(result)
    return summarize(results, time.monotonic() - begun, strict=strict)


def _run_and_show(name: str) -> Result:
    result = run_check(name) if name in CHECKS else run_suite(name)
    show(result)
    return result


def show(result: Result) -> None:
    """The line of the result, and the end of what it printed if it failed."""
    lines = [result.line]
    if result.failed:
        shown = result.output.rstrip().splitlines()[-LINES_MAX:]
        lines = ["", *lines, *(f"    {line}" for line in shown), f"    (logs: {OUT})", ""]
    print("\n".join(lines), flush=True)


def summarize(results: Sequence[Result], seconds: float, *, strict: bool) -> int:
    """Print what was left out or failed and the plain last line; the exit code."""
    left_out = [result.name for result in results if result.left_out]
    failed = [result.name for result in results if result.failed]
    unknown = unknown_directories()
    print()
    for title, names in (
        ("NOT RUN HERE", left_out),
        ("FAILED", failed),
        ("NOT IN THIS TREE", not_in_this_tree()),
        ("IN NO SUITE (tests/suites.py)", unknown),
    ):
        if names:
            print(f"  {title}: {', '.join(names)}")
    passed = sum(result.passed for result in results)
    skipped = sum(result.skipped for result in results)
    failures = sum(result.failed for result in results) + len(unknown)
    if strict:
        failures += len(left_out)
    print(f"{passed} passed, {failures} failed, {skipped} skipped in {seconds:.0f} s")
    return 1 if failures else 0


def main(arguments: Sequence[str]) -> int:
    """Choose what to run."""
    parser = argparse.ArgumentParser(prog="python -m tests.suites")
    parser.add_argument("--only", nargs="+", choices=[*CHECKS, *SUITES], default=[])
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--strict", action="store_true")
    said = parser.parse_args(arguments)
    there = [name for name in SUITES if name not in not_in_this_tree()]
    names = said.only or ([*CHECKS, "tidy"] if said.check else [*CHECKS, *there])
    try:
        return gate(names, floors=not said.only and not said.check, strict=said.strict)
    except KeyboardInterrupt:  # the suites got it too, and end by themselves
        print("\ninterrupted: nothing is proved")
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
