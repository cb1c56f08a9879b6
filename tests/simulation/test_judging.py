"""Changes are judged by the seeds that they make a difference in, and by no others."""

import ast
from pathlib import Path
from typing import Any

import pytest

from tests.simulation import infecting
from tests.simulation.changing import Mutant, replaced
from tests.simulation.infecting import Probe, instrumented
from tests.simulation.judging import fates, infected_by
from tests.simulation.moneypaths import DOMAIN

SOURCE = """
LEAST = 5


class Scale:
    @property
    def least(self):
        return LEAST


def passes(sum_, scale):
    if sum_ < scale.least:
        return "no"
    kept = sum_ - 1
    return "yes"
"""


def of_source(old: str, new: str) -> Mutant:
    start = SOURCE.index(old)
    line = SOURCE.count("\n", 0, start) + 1
    return Mutant("scale.py", line, start, start + len(old), old, new, "by hand")


def test_a_change_is_met_where_it_makes_a_difference(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "scale.py"
    path.write_text(SOURCE)
    changes = {"edge": of_source("<", "<="), "sign": of_source("- 1", "+ 1")}
    changes |= {"left out": of_source("    kept = sum_ - 1\n", ""), "load": of_source("5", "6")}
    probe = Probe([*changes.values()], enough=2)
    names = {"_look_": probe.look, "_reach_": probe.reach}
    space: dict[str, Any] = dict(names)
    tree = instrumented(str(path), list(enumerate(probe.mutants)))
    exec(compile(tree, str(path), "exec"), space)
    said = []
    for seed, sum_ in enumerate((4, 5, 6, 5, 5, 5)):
        probe.begin(("fast", seed))
        said.append(space["passes"](sum_, space["Scale"]()))
    assert said == ["no", "yes", "yes", "yes", "yes", "yes"]
    met = dict(zip(changes, probe.seeds, strict=True))
    assert met["edge"] == [("fast", 1), ("fast", 3)]
    assert met["sign"] == [("fast", 1), ("fast", 2)]
    assert met["left out"] == [("fast", 0), ("fast", 1)]  # its function was called
    assert met["load"] == []


def test_nothing_is_done_twice_by_looking() -> None:
    called = ast.parse("change.create(one)", mode="eval").body
    plain = ast.parse("min(one.earned_minor, 3)", mode="eval").body
    assert infecting.acts(called)
    assert not infecting.acts(plain)


def test_a_slip_dies_and_what_is_the_same_lives() -> None:
    path = f"{DOMAIN}/rewards/reversal.py"
    slip = replaced(path, "share_minor - already", "share_minor + already")
    same = replaced(
        path, "max(0, most - reward.remaining_minor)", "max(most - reward.remaining_minor, 0)"
    )
    once = replaced(f"{DOMAIN}/rewards/arithmetic.py", "weight: int", "weight:  int")
    met = infected_by([slip, same, once], fast=12, brief=60)
    assert met[0]
    assert met[1:] == [[], []]
    killed, lives, loaded = fates([slip, same, once], met)
    assert killed.killed_by.startswith("seed ")
    assert lives.killed_by == ""
    assert loaded.killed_by == "?"
