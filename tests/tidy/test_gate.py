"""The gate cannot be passed by running nothing, by leaving something out, or by breaking down."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests import suites
from tests.suites import Result
from tests.tidy.sources import ROOT

PASSING = "def test_a() -> None:\n    assert True\n"
FAILING = "def test_b() -> None:\n    assert False\n"
SKIPPED = "import pytest\n\n@pytest.mark.skip\ndef test_c() -> None:\n    assert False\n"
BROKEN = "import nothing_of_this_name\n"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty project whose gate is run in place of ours."""
    monkeypatch.setattr(suites, "ROOT", tmp_path)
    monkeypatch.setattr(suites, "OUT", tmp_path / ".build" / "suites")
    monkeypatch.setattr(suites, "DATA", tmp_path / ".build" / "coverage")
    (tmp_path / ".build" / "suites").mkdir(parents=True)
    return tmp_path


def write(place: Path, suite: str, text: str) -> None:
    """One test module of a suite."""
    (place / "tests" / suite).mkdir(parents=True, exist_ok=True)
    (place / "tests" / suite / "test_it.py").write_text(text)


def counted(result: Result) -> tuple[int, int, int]:
    """Passed, failed, skipped."""
    return result.passed, result.failed, result.skipped


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        (PASSING, (1, 0, 0)),
        (PASSING + FAILING, (1, 1, 0)),
        (PASSING + SKIPPED, (1, 0, 1)),
        (SKIPPED, (0, 1, 1)),  # a suite that skips all it has proves nothing
        (BROKEN, (0, 1, 0)),
        ("", (0, 1, 0)),
    ],
)
def test_a_suite_counts_what_it_ran(place: Path, text: str, counts: tuple[int, int, int]) -> None:
    write(place, "e2e", text)
    assert counted(suites.run_suite("e2e")) == counts


def test_a_suite_without_tests_fails(place: Path) -> None:
    (place / "tests" / "e2e").mkdir(parents=True)
    assert suites.run_suite("e2e").failed == 1


def test_a_suite_that_cannot_run_here_is_called_out_and_strictly_fails(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(place, "browser", PASSING)
    monkeypatch.setenv("PATH", str(place))
    result = suites.run_suite("browser")
    assert "Chromium" in result.left_out
    assert suites.summarize([result], 0.0, strict=False) == 0
    assert suites.summarize([result], 0.0, strict=True) == 1


def test_tests_in_no_suite_fail_the_gate(place: Path) -> None:
    write(place, "forgotten", PASSING)
    assert suites.unknown_directories() == ["forgotten"]
    assert suites.summarize([Result("unit", passed=1)], 0.0, strict=False) == 1


def test_coverage_below_its_floor_fails(place: Path) -> None:
    (place / "layers" / "domain").mkdir(parents=True)
    (place / "layers" / "domain" / "half.py").write_text("def f() -> int:\n    return 1\n")
    suites.DATA.mkdir(parents=True)
    words = [sys.executable, "-m", "coverage", "run", f"--data-file={suites.DATA / 'unit'}"]
    subprocess.run([*words, "layers/domain/half.py"], cwd=place, check=True)
    assert suites._floor("domain", ("unit",), "layers/domain/*", 100).failed == 1
    assert suites._floor("domain", ("unit",), "layers/domain/*", 50).failed == 0


def test_the_last_line_says_it_plainly(capsys: pytest.CaptureFixture[str]) -> None:
    found = [Result("unit", passed=3, skipped=1), Result("e2e", passed=1, failed=2)]
    assert suites.summarize(found, 7.0, strict=False) == 1
    assert capsys.readouterr().out.splitlines()[-1] == "4 passed, 2 failed, 1 skipped in 7 s"


def test_every_suite_of_the_gate_can_be_run_alone() -> None:
    makefile = (ROOT / "Makefile").read_text()
    assert all(f" {name}" in makefile for name in suites.SUITES)
    assert set(suites.MEASURED) <= set(suites.SUITES)
