"""The pots of a limit of the whole programme: never more than the limit, and the last cent too."""

import pytest
from goodword.limits import POOL_POTS
from goodword.rewards.model import Counted
from goodword.rewards.pools import Basin, Pool, Pot, measure_of, pot_number

PLACE = Counted(scope="budget", subject="budget-month-money", period="2025-11")


def basin(limit: int, free: int, *pots: int, over: int = 0) -> Basin:
    """A whole basin; what is neither free nor in pots is used."""
    pool = Pool(program_id="prg_1", counted=PLACE, limit=limit, free=free, over=over)
    found = {
        number: Pot(program_id="prg_1", counted=PLACE, number=number, left=left)
        for number, left in enumerate((*pots, *[0] * (POOL_POTS - len(pots))))
    }
    return Basin(pool, found)


def lefts(basin: Basin) -> list[int]:
    return [basin.pots[number].left for number in range(3)]


def test_a_pot_that_has_enough_is_all_that_moves() -> None:
    one = basin(1_000, 500, 100, 50)
    assert one.take(0, 60) == 0
    assert (one.pool.free, lefts(one), one.touched) == (500, [40, 50, 0], set())


def test_a_pot_that_is_short_gets_a_slice_of_what_is_free() -> None:
    one = basin(2_560, 1_000, 3)
    assert one.take(0, 5) == 0
    assert (one.pool.free, lefts(one)) == (990, [8, 0, 0])  # a slice is 2,560 / 256 = 10


def test_what_is_short_by_more_than_a_slice_is_moved_whole() -> None:
    one = basin(2_560, 1_000, 3)
    assert one.take(0, 503) == 0
    assert (one.pool.free, lefts(one)) == (500, [0, 0, 0])


def test_when_nothing_is_free_the_fullest_pots_are_emptied() -> None:
    one = basin(1_000, 0, 10, 30, 90)
    assert one.take(0, 50) == 0
    assert lefts(one) == [50, 30, 0]


def test_the_last_cent_can_be_spent_from_any_pot_and_marks_the_pool() -> None:
    one = basin(100, 0, 0, 30, 20)
    assert one.take(0, 50) == 0
    assert (one.left, one.used, one.pool.spent) == (0, 100, True)
    assert one.touched == set(range(POOL_POTS))


def test_what_is_owed_in_any_case_goes_over_the_limit_and_is_made_up_first() -> None:
    one = basin(100, 0, 20)
    assert one.take(0, 50) == 30
    assert (one.used, one.pool.over, one.pool.spent) == (130, 30, True)
    one.give_back(0, 10)
    assert (one.used, one.pool.over, one.left, one.pool.spent) == (120, 20, 0, True)
    one.give_back(0, 25)
    assert (one.used, one.pool.over, one.left, one.pool.spent) == (95, 0, 5, False)


def test_a_higher_limit_makes_up_what_is_owed_first() -> None:
    one = basin(100, 0, over=30)
    one.resize(120, 7)
    assert (one.used, one.pool.over, one.pool.free, one.pool.spent) == (130, 10, 0, True)
    one.resize(150, 7)
    assert (one.used, one.pool.over, one.pool.free, one.pool.spent) == (130, 0, 20, False)
    assert one.pool.version_number == 7


def test_a_lower_limit_takes_what_is_free_then_what_is_in_pots_and_nothing_given() -> None:
    one = basin(100, 20, 10, 10)
    one.resize(70, 0)
    assert (one.used, one.left, one.pool.over) == (60, 10, 0)
    one.resize(50, 0)
    assert (one.used, one.left, one.pool.over, one.pool.spent) == (60, 0, 10, True)


@pytest.mark.parametrize(
    ("name", "measure"), [("programme-day-rewards", "rewards"), ("budget-day-money", "money")]
)
def test_the_name_of_a_limit_says_what_it_counts(name: str, measure: str) -> None:
    assert measure_of(PLACE.but(subject=name)) == measure


def test_a_conversion_always_draws_on_the_same_pot() -> None:
    found = {pot_number(f"cnv_{number}") for number in range(200)}
    assert found == set(range(POOL_POTS))
    assert pot_number("cnv_1") == pot_number("cnv_1")
