"""What open sourced deals may bring, with an interval: one win rate, learnt from those that ended.

The model is stated and simple. Each open deal is won with the same unknown probability. Before any
deal has ended it may be anything (Beta(1, 1)); each one won or lost sharpens it. The forecast of
a currency is the mean of what its open deals then bring, and the bounds are 1.2816 standard
deviations either way (80 in 100, were it normal), never below 0 nor above all of it. Whole numbers
throughout: the same deals give the same forecast.
"""

from collections.abc import Iterable
from fractions import Fraction
from math import isqrt

from goodword.journeys.crediting import Credited
from goodword.records import Value

Z_PER_10000 = 12_816  # two-sided 80 %


class Forecast(Value):
    """Of one currency. `rate_bp` is the mean win rate in basis points."""

    currency: str
    open_deals: int
    open_minor: int
    won: int
    lost: int
    rate_bp: int
    expected_minor: int
    low_minor: int
    high_minor: int


def forecast(deals: Iterable[Credited]) -> tuple[Forecast, ...]:
    """One for each currency that has an open sourced deal; the rate is of all currencies."""
    sourced = [one.deal for one in deals if one.credit and one.credit.owed == "sourced"]
    won = sum(1 for deal in sourced if deal.state == "won")
    lost = sum(1 for deal in sourced if deal.state == "lost")
    open_: dict[str, list[int]] = {}
    for deal in sourced:
        if deal.state == "open":
            open_.setdefault(deal.currency, []).append(deal.amount_minor or 0)
    return tuple(_of(currency, open_[currency], won, lost) for currency in sorted(open_))


def _of(currency: str, amounts: list[int], won: int, lost: int) -> Forecast:
    alpha, beta = won + 1, lost + 1
    total, count = sum(amounts), alpha + beta
    rate = Fraction(alpha, count)
    spread = Fraction(alpha * beta, count * count * (count + 1))  # how unsure the rate is
    each = rate - rate * rate - spread  # how unsure one deal is, the rate being what it is
    squares = sum(amount * amount for amount in amounts)
    variance = squares * each + total * total * spread
    expected = round(total * rate)
    width = isqrt(int(variance)) * Z_PER_10000 // 10_000
    return Forecast(
        currency=currency,
        open_deals=len(amounts),
        open_minor=total,
        won=won,
        lost=lost,
        rate_bp=round(rate * 10_000),
        expected_minor=expected,
        low_minor=max(0, expected - width),
        high_minor=min(total, expected + width),
    )
