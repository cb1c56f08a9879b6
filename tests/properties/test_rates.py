"""Changing money by a rate: the nearest amount, in order, never a unit off, over all exponents."""

from fractions import Fraction
from typing import get_args

from goodword.money import Rounding, exponent
from goodword.programs.rates import AppliedRate, fraction_of
from hypothesis import given
from hypothesis import strategies as st

CURRENCIES = st.sampled_from(("EUR", "USD", "JPY", "KWD"))
AMOUNTS = st.integers(0, 10**9)


@st.composite
def rates(draw: st.DrawFn) -> AppliedRate:
    of = draw(CURRENCIES)
    return AppliedRate(
        of=of,
        into=draw(CURRENCIES.filter(lambda code: code != of)),
        day="2025-11-22",
        rate=f"{draw(st.integers(0, 999))}.{draw(st.integers(1, 10**6)):07d}",
        source="ECB",
        inverse=draw(st.booleans()),
        rounding=draw(st.sampled_from(get_args(Rounding))),
    )


@given(rates(), AMOUNTS)
def test_it_is_the_nearest_amount_or_the_one_below(rate: AppliedRate, amount: int) -> None:
    stated = fraction_of(rate.rate)
    whole = Fraction(amount, 10 ** exponent(rate.of)) * (1 / stated if rate.inverse else stated)
    exact = whole * 10 ** exponent(rate.into)
    changed = rate.change(amount)
    off = changed - exact
    assert abs(off) <= Fraction(1, 2) if rate.rounding != "down" else -1 < off <= 0


@given(rates(), AMOUNTS, AMOUNTS)
def test_more_money_is_never_less_of_the_other(rate: AppliedRate, one: int, two: int) -> None:
    low, high = sorted((one, two))
    assert rate.change(low) <= rate.change(high)


@given(rates(), st.lists(AMOUNTS, max_size=6))
def test_parts_are_off_the_whole_by_less_than_a_unit_each(
    rate: AppliedRate, parts: list[int]
) -> None:
    total = sum(rate.change(part) for part in parts)
    assert abs(total - rate.change(sum(parts))) <= len(parts)
