"""What open sourced deals may bring, with an interval: one win rate, learnt from those that ended.

The model is stated and simple. Each open deal is won with the same unknown probability. Before any
deal has ended it may be anything (Beta(1, 1)); each one won or lost sharpens it. The forecast of
a currency is the mean of what its open deals then bring. Its bounds leave at most 10 in 100 on
either side, and have the mean between them: that of one deal which is seldom won would lie outside.

Of deals that share one unknown win rate (Beta(alpha, beta)) every set of `k` out of `n` is won with
the same probability, which is known exactly: alpha(alpha+1)... k times, beta(beta+1)... the other
times, over alpha+beta likewise. So the sums are counted, not guessed: two deals of 100 bring 0, 100
or 200, and nothing else. `low` is the greatest sum below which at most 10 in 100 lie, `high` the
smallest above which at most 10 in 100 do.

Work is bounded. Up to 12 deals every set is looked at, up to 40 sums are rounded to one of 4,000
steps, outwards. Of more, how many are won is still exact, and which ones is taken as normal, as
long as none is a twentieth of all; else the smallest are taken together until 40 are left.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from heapq import heapify, heappop, heappush
from itertools import accumulate
from math import exp, gcd, lgamma
from statistics import NormalDist
from struct import unpack

from goodword.journeys.crediting import Credited
from goodword.records import Value

TAIL = 10  # one in so many may lie below, and one above
FEW, SOME = 12, 40  # deals whose sets are all looked at; deals whose sums are counted
STEPS_MAX = 4_000  # steps of the sum, for more than a few deals
EVEN = 20  # no deal is more than this part of all: which ones are won is then as good as normal
WORD = 8  # bytes of a count of sets, which is at most 2 ** SOME

Chances = Sequence[tuple[int, int]]  # a sum and how often it comes, sums rising


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
    total, rate = sum(amounts), Fraction(alpha, alpha + beta)
    expected = round(total * rate)
    low, high = bounds(amounts, alpha, beta)
    return Forecast(
        currency=currency,
        open_deals=len(amounts),
        open_minor=total,
        won=won,
        lost=lost,
        rate_bp=round(rate * 10_000),
        expected_minor=expected,
        low_minor=min(low, expected),
        high_minor=max(high, expected),
    )


def bounds(amounts: Iterable[int], alpha: int, beta: int) -> tuple[int, int]:
    """At most one in `TAIL` bring less than the first, at most as many more than the other.

    In the unit of the amounts; both 0 if there is nothing to win.
    """
    deals = sorted(one for one in amounts if one)
    total = sum(deals)
    if len(deals) > SOME and deals[-1] * EVEN <= total:
        return _of_many(deals, alpha, beta)
    deals = _together(deals)
    if not deals:
        return 0, 0
    ways = [_chance(won, len(deals), alpha, beta) for won in range(len(deals) + 1)]
    if len(deals) <= FEW:
        found = _each(deals, ways)
        return _low(found), _high(found)
    unit = gcd(*deals)
    if total // unit > STEPS_MAX:
        unit = -(-total // STEPS_MAX)
    low = _low(_counted([one // unit for one in deals], ways)) * unit
    high = _high(_counted([-(-one // unit) for one in deals], ways)) * unit
    return low, min(total, high)


def _together(deals: Sequence[int]) -> list[int]:
    """At most `SOME`: the two smallest become one until so few are left."""
    heap = list(deals)
    heapify(heap)
    while len(heap) > SOME:
        heappush(heap, heappop(heap) + heappop(heap))
    return heap


def _chance(won: int, deals: int, alpha: int, beta: int) -> int:
    """How often one set of so many is won, as a part of something that is the same for all."""
    ways = 1
    for one in range(won):
        ways *= alpha + one
    for one in range(deals - won):
        ways *= beta + one
    return ways


def _each(deals: Sequence[int], ways: Sequence[int]) -> Chances:
    """Every sum, by looking at every set."""
    sets = Counter({(0, 0): 1})
    for deal in deals:
        more = Counter({(won + 1, at + deal): many for (won, at), many in sets.items()})
        sets.update(more)
    found: Counter[int] = Counter()
    for (won, at), many in sets.items():
        found[at] += many * ways[won]
    return sorted(found.items())


def _counted(steps: Sequence[int], ways: Sequence[int]) -> Chances:
    """Every sum in steps: for each number won one long integer has a word for each sum."""
    size = sum(steps) + 1
    sets = [1] + [0] * len(steps)
    for step in steps:
        for won in range(len(steps), 0, -1):
            sets[won] += sets[won - 1] << (8 * WORD * step)
    words = [unpack(f"<{size}Q", one.to_bytes(WORD * size, "little")) for one in sets]
    return [
        (at, sum(way * row[at] for way, row in zip(ways, words, strict=True) if row[at]))
        for at in range(size)
    ]


def _low(found: Chances) -> int:
    """The first sum up to which more than one in `TAIL` lie."""
    whole = sum(many for _at, many in found)
    passed = accumulate(many for _at, many in found)
    return next(one[0] for one, sofar in zip(found, passed, strict=True) if sofar * TAIL > whole)


def _high(found: Chances) -> int:
    return -_low([(-at, many) for at, many in reversed(found)])


def _of_many(deals: Sequence[int], alpha: int, beta: int) -> tuple[int, int]:
    """How many are won is exact; which of them they are shifts the sum as a normal does."""
    count, total = len(deals), sum(deals)
    spread = (count * sum(one * one for one in deals) - total * total) / count / count
    parts = []
    for won in range(count + 1):
        ways = _log_ways(won, count) + _log_beta(alpha + won, beta + count - won)
        likely = exp(ways - _log_beta(alpha, beta))
        deviation = (spread * won * (count - won) / (count - 1)) ** 0.5
        parts.append((likely, NormalDist(total * won / count, max(deviation, 0.5))))

    def below(brought: int) -> float:
        return sum(likely * at.cdf(brought) for likely, at in parts)

    low = _first(lambda one: below(one) * TAIL > 1, total)
    return max(0, low - 1), _first(lambda one: (1 - below(one)) * TAIL <= 1, total)


def _log_ways(won: int, count: int) -> float:
    return lgamma(count + 1) - lgamma(won + 1) - lgamma(count - won + 1)


def _log_beta(one: int, other: int) -> float:
    return lgamma(one) + lgamma(other) - lgamma(one + other)


def _first(holds: Callable[[int], bool], last: int) -> int:
    """The smallest of `0..last` for which it holds, as for all above; `last` if for none."""
    low, high = 0, last
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle + 1, high)
    return low
