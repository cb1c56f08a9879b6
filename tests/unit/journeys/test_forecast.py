"""The bounds of a forecast hold what they say, by counting every outcome in a way of its own."""

import random
from fractions import Fraction
from itertools import product

import pytest
from goodword.journeys.forecast import EVEN, FEW, SOME, bounds
from hypothesis import given
from hypothesis import strategies as st

Outcomes = dict[int, Fraction]


def outcomes(amounts: list[int], alpha: int, beta: int) -> Outcomes:
    """Every sum with its probability: deal after deal, by the wins and losses so far."""
    found: Outcomes = {}
    for pick in product((0, 1), repeat=len(amounts)):
        likely, won, lost = Fraction(1), alpha, beta
        for is_won in pick:
            likely *= Fraction(won if is_won else lost, won + lost)
            won, lost = won + is_won, lost + 1 - is_won
        brought = sum(amount for amount, is_won in zip(amounts, pick, strict=True) if is_won)
        found[brought] = found.get(brought, Fraction(0)) + likely
    return found


def between(found: Outcomes, low: int, high: int) -> Fraction:
    return sum((likely for at, likely in found.items() if low <= at <= high), Fraction(0))


@given(
    st.lists(st.integers(min_value=0, max_value=10**7), max_size=8),
    st.integers(min_value=1, max_value=60),
    st.integers(min_value=1, max_value=60),
)
def test_of_few_deals_the_bounds_are_the_quantiles_themselves(
    amounts: list[int], alpha: int, beta: int
) -> None:
    found = outcomes(amounts, alpha, beta)
    low, high = bounds(amounts, alpha, beta)
    assert between(found, low, high) >= Fraction(8, 10)
    assert between(found, 0, low) > Fraction(1, 10)  # a higher one would leave out too much
    assert between(found, high, sum(amounts)) > Fraction(1, 10)
    assert {low, high} <= found.keys()


@pytest.mark.parametrize(("alpha", "beta"), [(11, 11), (51, 51), (4, 4)])
def test_two_equal_deals_are_not_taken_for_a_bell(alpha: int, beta: int) -> None:
    assert bounds([100, 100], alpha, beta) == (0, 200)
    assert bounds([100, 100], 3, 9) == (0, 100)


def test_rounded_sums_are_rounded_outwards(monkeypatch: pytest.MonkeyPatch) -> None:
    draw = random.Random(7)
    for _ in range(5):
        amounts = [draw.randint(1, 10**6) for _ in range(FEW)]
        exact = bounds(amounts, 5, 9)
        with monkeypatch.context() as some:
            some.setattr("goodword.journeys.forecast.FEW", 0)
            low, high = bounds(amounts, 5, 9)
        assert low <= exact[0] <= exact[1] <= high <= sum(amounts)
        assert exact[0] - low <= FEW * sum(amounts) / 4_000 + 1
        assert high - exact[1] <= FEW * sum(amounts) / 4_000 + 1


def covered(amounts: list[int], alpha: int, beta: int, runs: int = 1_500) -> float:
    """How often the sum lies between the bounds when it is played."""
    draw, (low, high) = random.Random(11), bounds(amounts, alpha, beta)
    inside = 0
    for _ in range(runs):
        rate = draw.betavariate(alpha, beta)
        inside += low <= sum(one for one in amounts if draw.random() < rate) <= high
    return inside / runs


@pytest.mark.parametrize(("alpha", "beta"), [(1, 1), (3, 9), (101, 51)])
@pytest.mark.parametrize(
    "amounts",
    [
        [100] * 30,
        [random.Random(n).randint(1, 10**5) for n in range(35)],
        [100] * (SOME + 20),
        [random.Random(n).randint(1, 10**5) for n in range(120)],
        [10**7, 10**7, *[1_000] * 60],
        [3 * 10**5, *[random.Random(n).randint(1, 10**4) for n in range(90)]],
    ],
    ids=["equal", "uneven", "many equal", "many", "two great ones", "one great one"],
)
def test_of_more_deals_they_hold_when_they_are_played(
    amounts: list[int], alpha: int, beta: int
) -> None:
    assert covered(amounts, alpha, beta) > 0.77  # 0.8, less three times the noise of so many runs


def test_very_many_deals_are_no_more_work_than_a_moment() -> None:
    amounts = [random.Random(n).randint(1, 10**6) for n in range(5_000)]
    assert max(amounts) * EVEN < sum(amounts)
    low, high = bounds(amounts, 2_001, 2_001)
    assert 0.45 < low / sum(amounts) < 0.5 < high / sum(amounts) < 0.55
    assert bounds([], 1, 1) == bounds([0, 0], 1, 1) == (0, 0)
