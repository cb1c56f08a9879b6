"""Who is worn out by requests, or has fallen away, is seen from the asks alone."""

import pytest
from goodword.journeys.asked import Asked, AskState
from goodword.journeys.asking import AskBook
from goodword.journeys.wear import last_ms, strains, unhappy_until, worn_out
from goodword.times import DAY_MS

from tests.support.journeys import NOW
from tests.unit.journeys.test_ladder import asked

NO: AskState = "declined"
SILENT: AskState = "expired"


def row(*states: AskState, every: int = 40) -> list[Asked]:
    """Asks of these states, so many days apart, the last one a week ago."""
    days = [7 + every * (len(states) - 1 - n) for n in range(len(states))]
    return [asked("story", state, day) for state, day in zip(states, days, strict=True)]


@pytest.mark.parametrize(
    ("states", "found"),
    [
        ((NO, NO, NO), ("declined_in_a_row",)),
        ((NO, SILENT, NO), ("unanswered_in_a_row",)),
        ((SILENT, SILENT, SILENT), ("unanswered_in_a_row",)),
        ((NO, NO), ()),
        ((NO, NO, NO, "rewarded"), ()),
        ((NO, NO, "accepted"), ()),
        (("rewarded", NO, NO, NO), ("declined_in_a_row",)),
        ((NO, NO, NO, "sent"), ("declined_in_a_row",)),
    ],
)
def test_several_in_a_row_that_came_to_nothing(
    states: tuple[AskState, ...], found: tuple[str, ...]
) -> None:
    assert strains(row(*states), NOW) == found


def test_a_yes_for_which_no_buyer_came_is_no_silence() -> None:
    yes = asked("reference", SILENT, 7, taken_ms=NOW - 8 * DAY_MS)
    earlier = row(NO, SILENT, SILENT)[:2]
    assert strains([*earlier, yes], NOW) == ()
    assert strains([*earlier, yes.but(taken_ms=None)], NOW) == ("unanswered_in_a_row",)
    assert strains([*earlier, yes.but(motion="story")], NOW) == ("unanswered_in_a_row",)


def test_being_asked_too_much_is_counted_in_the_last_days() -> None:
    often = [asked("story", "rewarded", 87 - 20 * n) for n in range(5)]
    assert strains(often, NOW) == ("asked_much",)
    assert strains(often[1:], NOW) == ()
    assert strains(often, NOW + 4 * DAY_MS) == ()


def test_a_bad_answer_counts_until_a_better_one_or_half_a_year() -> None:
    bad = asked("feedback", "accepted_work", 10, rating=2)
    assert strains([bad], NOW) == ("unhappy",)
    assert unhappy_until([bad], NOW) == bad.moved_ms + 180 * DAY_MS
    assert unhappy_until([bad], bad.moved_ms + 180 * DAY_MS) is None
    assert unhappy_until([asked("feedback", "declined", 5)], NOW) is None
    assert unhappy_until([bad, asked("feedback", "accepted_work", 5, rating=3)], NOW) is None


def test_half_a_year_of_silence_is_falling_away() -> None:
    assert last_ms([]) == 0
    assert strains([], NOW) == ()
    assert last_ms(row(SILENT, "sent")) == NOW - 47 * DAY_MS
    old = asked("referral", "rewarded", 181)
    assert strains([old], NOW) == ("lapsed",)
    assert strains([asked("referral", "rewarded", 180)], NOW) == ()
    assert strains([old, asked("story", NO, 20)], NOW) == ()
    assert strains([old, asked("story", SILENT, 20)], NOW) == ("lapsed",)


def test_a_book_stands_in_the_list_that_it_belongs_to() -> None:
    book = AskBook(subject_id="sbj_1", asks=tuple(row(NO, NO, NO)))
    assert book.index_entry is None
    mine = book.but(program_id="prg_1")
    assert mine.index_entry == ("WORN#prg_1", f"{mine.asks[-1].moved_ms:015d}#sbj_1")
    assert worn_out(mine.asks)
    calm = mine.but(asks=mine.asks[:1])
    assert calm.index_entry is not None
    assert calm.index_entry.pk == "ASKED#prg_1"
    assert mine.but(asks=()).index_entry is None
    assert not worn_out([])
