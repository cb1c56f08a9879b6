"""Staff find whom to look after, page by page, and nobody who has recovered or is gone."""

import pytest
from goodword.advocates.model import Enrolment, enrolment_key
from goodword.errors import InvalidInput
from goodword.journeys.asked import Asked
from goodword.journeys.asking import AskBook, book_key
from goodword.journeys.caring import Caring, Strained, Which, which_of
from goodword.journeys.experience import Experience
from goodword.journeys.signal import Subject
from goodword.limits import LAPSED_DAYS, WEAR_PAGE
from goodword.ports import Change
from goodword.rewards.tally import Sum, Tally, month_of
from goodword.times import DAY_MS

from tests.support.people import BEN
from tests.support.walks import Path
from tests.unit.journeys.test_experience import questioned


@pytest.fixture
def path() -> Path:
    return Path()


def found(path: Path, which: Which) -> list[Strained]:
    return list(Caring(path.desk()).page(path.program_id, which).rows)


def put(path: Path, *records: AskBook | Subject | Tally | Enrolment) -> None:
    change = Change()
    for one in records:
        change.save(one)
    path.store.commit(change)


def ask(path: Path, number: int, days_ago: int, state: str = "declined") -> Asked:
    at_ms = path.clock.at_ms - days_ago * DAY_MS
    return Asked.model_validate(
        {
            "ask_id": f"ask_{number}",
            "journey_id": "jrn_1",
            "motion": "story",
            "at_ms": at_ms,
            "state": state,
            "moved_ms": at_ms,
        }
    )


def book(path: Path, subject_id: str, *asks: Asked, advocate_id: str = "") -> AskBook:
    return AskBook(
        subject_id=subject_id,
        program_id=path.program_id,
        advocate_id=advocate_id,
        asks=asks,
    )


def noes(path: Path) -> list[Asked]:
    return [ask(path, n, 150 - 40 * n) for n in range(3)]


def subject(path: Path, subject_id: str, **more: object) -> Subject:
    known = next(one for one in path.all(Subject))
    return known.but(version=0, subject_id=subject_id, marks=(), **more)


def test_whoever_found_it_bad_is_seen_at_once(path: Path) -> None:
    _, question = questioned(path)
    assert found(path, "worn_out") == []
    Experience(path.asks).rate(question.ask_id, 1)
    (one,) = found(path, "worn_out")
    assert (one.subject_id, one.advocate_id) == (question.subject_id, path.anna)
    assert (one.strains, one.rating, one.asked) == (("unhappy",), 1, 2)
    assert one.last_ms == path.clock.at_ms
    path.later(days=180)
    assert found(path, "worn_out")[0].strains == ("lapsed",)
    assert found(path, "lapsed") == []  # on one list, not on both


def test_whoever_was_silent_for_long_has_fallen_away(path: Path) -> None:
    _, question = questioned(path)
    path.asks.answer(question.ask_id, "declined")
    path.later(days=179)
    assert found(path, "lapsed") == []
    path.later(days=1)
    assert [one.strains for one in found(path, "lapsed")] == [("lapsed",)]
    now = month_of(path.clock.at_ms)
    tally = Tally(advocate_id=path.anna, program_id=path.program_id)
    put(path, tally.but(by_month={now: Sum(orders=1, net_minor=100)}))
    assert found(path, "lapsed") == []  # brought an order
    (kept,) = path.all(Tally)
    put(path, kept.but(by_month={now: Sum(), "2020-01": Sum(orders=3)}))
    assert len(found(path, "lapsed")) == 1


def test_who_does_not_take_part_or_is_forgotten_is_not_listed(path: Path) -> None:
    name = path.delight()
    put(path, book(path, name, *noes(path), advocate_id=path.anna))
    assert [one.strains for one in found(path, "worn_out")] == [("declined_in_a_row",)]
    enrolment = path.store.get(Enrolment, enrolment_key(path.anna, path.program_id))
    assert enrolment is not None
    put(path, enrolment.but(state="left"))
    assert found(path, "worn_out") == []
    put(path, book(path, "sbj_other", *noes(path)))
    assert found(path, "worn_out") == []  # nobody knows whom that is
    put(path, subject(path, "sbj_other"))
    assert [one.subject_id for one in found(path, "worn_out")] == ["sbj_other"]
    (other,) = (one for one in path.all(Subject) if one.subject_id == "sbj_other")
    put(path, other.but(forgotten=True))
    assert found(path, "worn_out") == []


def test_of_two_who_are_one_the_whole_is_seen(path: Path) -> None:
    name = path.delight()
    put(path, book(path, "sbj_part", *noes(path)), subject(path, "sbj_part", merged_into=name))
    (head,) = (one for one in path.all(Subject) if one.subject_id == name)
    put(path, head.but(parts=("sbj_part",)))
    assert [one.subject_id for one in found(path, "worn_out")] == [name]
    put(path, book(path, name, ask(path, 9, 1, "accepted")))
    assert found(path, "worn_out") == []  # the person said yes yesterday
    kept = path.store.get(AskBook, book_key(name))
    assert kept is not None
    put(path, kept.but(asks=(ask(path, 9, 1),)))
    assert [one.asked for one in found(path, "worn_out")] == [2]


def test_many_are_shown_page_by_page(path: Path) -> None:
    path.delight()
    names = [f"sbj_{n:02d}" for n in range(WEAR_PAGE + 1)]
    for one in names:
        put(path, subject(path, one), book(path, one, *noes(path)))
    first = Caring(path.desk()).page(path.program_id, "worn_out")
    assert first.cursor is not None
    last = Caring(path.desk()).page(path.program_id, "worn_out", first.cursor)
    assert [one.subject_id for one in (*first.rows, *last.rows)] == names
    assert last.cursor is None


def test_the_lists_have_names() -> None:
    assert which_of("lapsed") == "lapsed"
    with pytest.raises(InvalidInput, match="unknown_list"):
        which_of("happy")


def test_whoever_joined_and_was_never_asked_falls_away_too(path: Path) -> None:
    person = path.delight()
    path.hear("nps", 10, email="kim@mail.example")  # a customer who takes no part
    path.later(days=LAPSED_DAYS - 1)
    assert found(path, "lapsed") == []
    path.later(days=2)
    (one,) = found(path, "lapsed")
    assert (one.subject_id, one.advocate_id, one.strains) == (person, path.anna, ("lapsed",))
    assert found(path, "worn_out") == []
    lately = Tally(
        advocate_id=path.anna,
        program_id=path.program_id,
        by_month={month_of(path.clock.at_ms): Sum(orders=1)},
    )
    put(path, lately)
    assert found(path, "lapsed") == []


def test_whoever_was_heard_of_or_joined_lately_has_not_fallen_away(path: Path) -> None:
    path.hear("nps", 9, email=BEN.email)
    path.later(days=LAPSED_DAYS + 1)
    path.joined(path.program_id, BEN)
    assert found(path, "lapsed") == []
    path.later(days=LAPSED_DAYS + 1)
    path.hear("nps", 9, email=BEN.email)
    assert found(path, "lapsed") == []


def test_those_never_asked_follow_behind_the_others_page_by_page(path: Path) -> None:
    for number in range(WEAR_PAGE + 3):
        path.hear("nps", 9, email=f"n{number}@mail.example")
    path.clock.advance(1)
    person = path.delight()
    path.later(days=LAPSED_DAYS + 1)
    asked = path.hear("consent", 1, email="old@mail.example")
    put(path, book(path, asked, ask(path, 1, LAPSED_DAYS + 1)))
    caring = Caring(path.desk())
    first = caring.page(path.program_id, "lapsed")
    assert [one.subject_id for one in first.rows] == [asked]
    last = caring.page(path.program_id, "lapsed", first.cursor)
    assert ([one.subject_id for one in last.rows], last.cursor) == ([person], None)
