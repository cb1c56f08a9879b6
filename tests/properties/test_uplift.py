"""What a journey brought is told with bounds that hold, also of few people and of none or all."""

from math import comb

import pytest
from goodword.journeys.uplift import WHOLE, Group, Uplift, uplift, wilson
from hypothesis import given
from hypothesis import strategies as st


@st.composite
def groups(draw: st.DrawFn) -> Group:
    people = draw(st.integers(1, 2_000))
    return Group(people=people, reached=draw(st.integers(0, people)))


def found(one: Group, other: Group) -> Uplift:
    made = uplift(one, other)
    assert made is not None
    return made


@given(one=groups(), other=groups())
def test_bounds_hold_the_difference_and_turn_with_the_groups(one: Group, other: Group) -> None:
    made, turned = found(one, other), found(other, one)
    assert -WHOLE <= made.low <= made.basis_points <= made.high <= WHOLE
    assert (turned.low, turned.high) == (-made.high, -made.low)
    exact = one.reached / one.people - other.reached / other.people
    assert abs(made.basis_points - exact * WHOLE) <= 1
    assert made.low < made.high
    low, high = wilson(one)
    assert 0 <= low <= one.reached / one.people + 1e-12
    assert one.reached / one.people - 1e-12 <= high <= 1


@given(one=groups(), other=groups(), times=st.integers(2, 20))
def test_more_people_know_more(one: Group, other: Group, times: int) -> None:
    more = [Group(people=x.people * times, reached=x.reached * times) for x in (one, other)]
    few, many = found(one, other), found(*more)
    assert many.high - many.low <= few.high - few.low + 1


def test_the_published_example_is_met() -> None:
    """Newcombe 1998, table II, (a) 56/70 and 48/80 by method 10: 0.0524 to 0.3339."""
    made = found(Group(people=70, reached=56), Group(people=80, reached=48))
    assert (made.basis_points, made.low, made.high) == (2_000, 524, 3_339)
    assert made.clear
    none = found(Group(people=10, reached=0), Group(people=10, reached=0))
    assert (none.low, none.high, none.clear) == (-2_776, 2_776, False)
    assert uplift(Group(people=0, reached=0), Group(people=9, reached=1)) is None
    assert uplift(Group(people=9, reached=1), Group(people=0, reached=0)) is None


@pytest.mark.parametrize("rates", [(0.1, 0.1), (0.3, 0.1), (0.5, 0.5), (0.05, 0.02), (0.9, 0.6)])
@pytest.mark.parametrize("people", [(30, 10), (60, 20)])
def test_of_all_that_could_come_the_bounds_hold_the_truth_as_often_as_they_say(
    rates: tuple[float, float], people: tuple[int, int]
) -> None:
    """Every outcome with its probability, none drawn."""
    truth, held = (rates[0] - rates[1]) * WHOLE, 0.0
    chances = [
        [comb(n, k) * rate**k * (1 - rate) ** (n - k) for k in range(n + 1)]
        for n, rate in zip(people, rates, strict=True)
    ]
    for k, first in enumerate(chances[0]):
        for m, second in enumerate(chances[1]):
            made = found(Group(people=people[0], reached=k), Group(people=people[1], reached=m))
            held += first * second * (made.low <= truth <= made.high)
    assert 0.93 <= held <= 1
