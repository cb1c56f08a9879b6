"""An urgent case of one person stops asks to everybody of the company, until it has ended."""

from itertools import permutations
from typing import Any

import pytest
from goodword.journeys.cases import Case, UrgentCase
from goodword.journeys.scoring import Standing
from goodword.journeys.signal import CASES, Signal, Subject
from goodword.limits import CASE_ACCOUNTS_MAX, CASE_HOLDERS_MAX

from tests.support.walks import Path

KIM: dict[str, Any] = {"email": "kim@mail.example", "customer_id": "kim"}
AFTER_MS = 1_000


@pytest.fixture
def path() -> Path:
    """Anna and Kim belong to one company, and Anna has consented."""
    return office()


def office() -> Path:
    path = Path()
    path.hear("consent", 1, account_id="acme")
    path.hear("consent", 1, account_id="acme", **KIM)
    return path


def case(path: Path, kind: str, priority: int | None = None, **more: Any) -> str:
    """A step of Kim's case; whose it is kept under."""
    return path.hear(kind, priority, **{"about": "c-1", "account_id": "acme", **KIM, **more})


def anna(path: Path) -> Standing:
    person = path.subjects.read(path.hear("consent", 1))
    return path.subjects.standing(person)


def stopped(path: Path) -> list[tuple[str, str | None, int]]:
    return [(one.code, one.about, one.since_ms) for one in anna(path).suppressors]


def test_a_colleague_of_whoever_has_an_urgent_case_is_not_asked(path: Path) -> None:
    before = anna(path)
    kim = case(path, "case_opened", 1)
    now = anna(path)
    assert stopped(path) == [("open_urgent_case", "c-1", path.clock.at_ms)]
    assert not any(one.qualifies for one in now.motions)
    assert (now.score, now.contributions) == (before.score, before.contributions)
    own = path.subjects.standing(path.subjects.read(kim))
    assert [one.code for one in own.suppressors] == ["open_urgent_case"]
    company = next(one for one in path.all(Subject) if one.what == "account")
    codes = [one.code for one in path.subjects.standing(company).suppressors]
    assert "open_urgent_case" in codes
    path.hear("consent", 1, email="else@mail.example", account_id="other")
    other = path.subjects.read(path.hear("consent", 1, email="else@mail.example"))
    assert path.subjects.standing(other).suppressors == ()


@pytest.mark.parametrize("end", ["case_resolved", "case_dropped"])
def test_its_end_frees_colleagues_and_delights_none_of_them(path: Path, end: str) -> None:
    case(path, "case_opened", 1)
    path.clock.advance(AFTER_MS)
    case(path, end)
    now = anna(path)
    assert (stopped(path), now.score, path.all(UrgentCase)) == ([], 0, [])
    told = {one.subject_id for one in path.all(Signal) if one.kind in CASES}
    assert told == {path.hear("consent", 1, **KIM)}


STEPS: tuple[tuple[str, int | None, int, str | None], ...] = (
    ("case_opened", 3, 0, None),
    ("case_opened", 1, 1, "acme"),
    ("case_opened", 1, 1, None),
    ("case_resolved", None, 2, None),
)


@pytest.mark.parametrize(
    ("more", "since"),
    [
        ((), None),
        ((("case_opened", 1, 3, None),), 3),
        ((("case_opened", 2, 3, None),), None),
        ((("case_resolved", None, 1, "other"),), None),
    ],
)
def test_every_order_of_its_steps_ends_the_same(more: tuple[Any, ...], since: int | None) -> None:
    """Only one step needs to name the company, and the end need not be it."""
    for order in permutations((*STEPS, *more)):
        path = office()
        start = path.clock.at_ms
        path.clock.advance(10 * AFTER_MS)
        for kind, priority, at, account in order:
            case(path, kind, priority, occurred_ms=start + at * AFTER_MS, account_id=account)
        told = [] if since is None else [("open_urgent_case", "c-1", start + since * AFTER_MS)]
        assert stopped(path) == told, order
        assert {one.about for one in path.all(UrgentCase)} == {one for _, one, _ in told}


def test_a_company_whose_note_changes_is_written_with_it(path: Path) -> None:
    """So that an ask which read the company before fails, whoever named it first."""
    case(path, "case_opened", 3)
    company = next(one for one in path.all(Subject) if one.what == "account")
    case(path, "case_opened", 1, account_id=None, occurred_ms=path.clock.at_ms + AFTER_MS)
    after = next(one for one in path.all(Subject) if one.what == "account")
    assert after.version > company.version


def test_a_case_remembers_so_many_companies(path: Path) -> None:
    for number in range(CASE_ACCOUNTS_MAX + 1):
        case(path, "case_opened", 1, account_id=f"a-{number}")
    (one,) = path.all(Case)
    assert len(one.accounts) == len(path.all(UrgentCase)) == CASE_ACCOUNTS_MAX


def test_two_cases_and_a_case_of_nobody(path: Path) -> None:
    case(path, "case_opened", 1)
    path.hear("case_opened", 1, about="c-2", email=None, account_id="acme")
    assert sorted(about or "" for _, about, _ in stopped(path)) == ["c-1", "c-2"]


ASKED: tuple[tuple[str, int | None, int, str], ...] = (
    ("case_opened", 1, 0, "kim"),
    ("case_opened", 1, 1, "lee"),
    ("case_opened", 1, 2, "kim"),
)


def of(path: Path, who: str) -> dict[str, int]:
    """The open urgent cases of somebody, and since when."""
    person = path.subjects.read(path.hear("consent", 1, **requester(who)))
    found = path.subjects.standing(person).suppressors
    return {str(one.about): one.since_ms for one in found if one.code == "open_urgent_case"}


def requester(who: str) -> dict[str, Any]:
    return {"email": None, "customer_id": who}


@pytest.mark.parametrize("end", [None, "case_resolved", "case_dropped"])
@pytest.mark.parametrize("many", [2, 3])
def test_a_case_is_open_for_whom_its_last_step_names(many: int, end: str | None) -> None:
    """An agent opens a ticket in one person's name and gives it to another, in any order."""
    last = ASKED[many - 1]
    steps = [*ASKED[:many], *([(end, None, many, last[3])] if end else [])]
    for order in permutations(steps):
        path = Path()
        start = path.clock.at_ms
        path.clock.advance(10 * AFTER_MS)
        for kind, priority, at, who in order:
            when = start + at * AFTER_MS
            path.hear(kind, priority, about="c-1", occurred_ms=when, **requester(who))
        for who in ("kim", "lee"):
            open_ = {"c-1": start + last[2] * AFTER_MS} if not end and who == last[3] else {}
            assert of(path, who) == open_, (who, order)


def test_a_case_that_moved_stays_open_for_two_who_turn_out_to_be_one(path: Path) -> None:
    path.hear("case_opened", 1, about="c-9", **requester("one"))
    path.clock.advance(AFTER_MS)
    path.hear("case_opened", 1, about="c-9", **requester("two"))
    assert (of(path, "one"), of(path, "two")) == ({}, {"c-9": path.clock.at_ms})
    for who in ("one", "two"):
        path.hear("consent", 1, email="both@mail.example", customer_id=who)
    assert of(path, "one") == of(path, "two") == {"c-9": path.clock.at_ms}
    path.clock.advance(AFTER_MS)
    path.hear("case_resolved", about="c-9", **requester("two"))
    assert of(path, "one") == {}


def test_a_case_remembers_so_many_people_and_frees_all(path: Path) -> None:
    for number in range(CASE_HOLDERS_MAX + 2):
        path.clock.advance(AFTER_MS)
        path.hear("case_opened", 1, about="c-5", **requester(f"p-{number}"))
    assert [len(one.holders) for one in path.all(Case)] == [CASE_HOLDERS_MAX]
    assert [of(path, f"p-{number}") for number in range(CASE_HOLDERS_MAX + 1)] == [{}] * 6
    path.hear("case_dropped", about="c-5", email=None, account_id="acme")
    assert of(path, f"p-{CASE_HOLDERS_MAX + 1}") == {}
