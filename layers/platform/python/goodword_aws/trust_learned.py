"""What checks held and what people said of it, for whoever tunes them: by check and by code."""

import re

from goodword.errors import FieldError, InvalidInput
from goodword.ports import Desk
from goodword.programs.effective import read_program
from goodword.records import Value
from goodword.trust.lessons import Lessons, OfCheck, OfCode, lessons
from goodword.trust.model import month_of

_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")


class CheckLearned(Value):
    """One check: rewards that it held, by what became of them, and the share of false holds.

    `recorded` are those that it only would have held (in shadow, or but for an exemption), and
    `recorded_upheld` those of them that a person refused all the same.
    """

    check: str
    held: int
    waiting: int
    overturned: int
    upheld: int
    unanswered: int
    false_hold_basis_points: int | None
    recorded: int
    recorded_upheld: int


class CodeLearned(Value):
    """One thing that disputes taught: how often, by outcome, and the checks that had held."""

    learned: str
    disputes: int
    granted: int
    partly: int
    upheld: int
    checks: dict[str, int]


class LearnedAnswer(Value):
    """A programme's month (UTC). `whole` is false if there was more than is counted."""

    program_id: str
    month: str
    check_sets: tuple[str, ...]
    checks: tuple[CheckLearned, ...]
    learned: tuple[CodeLearned, ...]
    whole: bool


def learned_answer(desk: Desk, program_id: str, month: str) -> LearnedAnswer:
    """The month that is named, or the present one for "". InvalidInput for what is no month."""
    month = month or month_of(desk.clock.now_ms())
    if not _MONTH.fullmatch(month):
        wrong = FieldError("month", "must be a month such as 2026-11", "no_month")
        raise InvalidInput("invalid_query", "this is no month", [wrong])
    read_program(desk.store, program_id)
    found = lessons(desk.store, program_id, month)
    return LearnedAnswer(
        program_id=program_id,
        month=month,
        check_sets=found.check_sets,
        checks=_checks(found),
        learned=tuple(
            _code(name, found.learned[name])
            for name in sorted(found.learned, key=lambda one: (-_sum(found.learned[one]), one))
        ),
        whole=found.whole,
    )


def _checks(found: Lessons) -> tuple[CheckLearned, ...]:
    """Those that held most first."""
    names = sorted(found.checks, key=lambda one: (-found.checks[one].held.total(), one))
    return tuple(_check(name, found.checks[name]) for name in names)


def _check(name: str, one: OfCheck) -> CheckLearned:
    return CheckLearned(
        check=name,
        held=one.held.total(),
        waiting=one.held["waiting"],
        overturned=one.held["overturned"],
        upheld=one.held["upheld"],
        unanswered=one.held["unanswered"],
        false_hold_basis_points=one.false_hold_basis_points,
        recorded=one.recorded.total(),
        recorded_upheld=one.recorded["upheld"],
    )


def _code(name: str, one: OfCode) -> CodeLearned:
    return CodeLearned(
        learned=name,
        disputes=_sum(one),
        granted=one.outcomes["granted"],
        partly=one.outcomes["partly"],
        upheld=one.outcomes["upheld"],
        checks=dict(sorted(one.checks.items())),
    )


def _sum(one: OfCode) -> int:
    return one.outcomes.total()
