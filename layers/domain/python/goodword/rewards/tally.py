"""What an advocate's orders come to, kept as state that moves with each order and refund.

A conversion adds what is left of it: its net after refunds, and one order unless all of it came
back. `moved` replaces what it added before by what it adds now, so it is exact in any order of
refunds and reinstatements, and nothing is counted twice.
"""

from collections.abc import Iterable
from typing import ClassVar, NamedTuple, Self

from goodword.conversions.model import Conversion
from goodword.limits import TALLY_MONTHS_MAX
from goodword.programs.tiers import TierPeriod, Tiers
from goodword.records import Key, Record, Value
from goodword.rewards.reversal import refunded_share
from goodword.times import as_datetime


class Sum(Value):
    """Orders and their net in minor units."""

    orders: int = 0
    net_minor: int = 0

    def plus(self, other: Self, sign: int = 1) -> Self:
        """Both together, or the difference."""
        orders = self.orders + sign * other.orders
        return self.but(orders=orders, net_minor=self.net_minor + sign * other.net_minor)


class Tally(Record):
    """The totals of one advocate in one programme; `by_month` (`2026-11`) keeps the newest."""

    KIND: ClassVar[str] = "tally"

    advocate_id: str
    program_id: str
    in_all: Sum = Sum()
    by_month: dict[str, Sum] = {}

    @property
    def key(self) -> Key:
        return tally_key(self.advocate_id, self.program_id)

    def moved(self, at_ms: int, before: Sum, after: Sum) -> Self:
        """With an order of that time that counted as `before` and counts as `after` now."""
        month = month_of(at_ms)
        more = after.plus(before, -1)
        months = self.by_month | {month: self.by_month.get(month, Sum()).plus(more)}
        kept = sorted(months)[-TALLY_MONTHS_MAX:]
        return self.but(
            in_all=self.in_all.plus(more), by_month={name: months[name] for name in kept}
        )

    def total(self, tiers: Tiers, at_ms: int) -> int:
        """What counts for the level at that time."""
        found = self.in_all
        if tiers.period != "lifetime":
            found = _summed(self.by_month.get(name) for name in months_of(tiers.period, at_ms))
        return found.orders if tiers.measure == "orders" else found.net_minor


class Placed(NamedTuple):
    """Whose totals a conversion is in, and with what."""

    advocate_id: str
    counts: Sum


def tally_key(advocate_id: str, program_id: str) -> Key:
    """Where an advocate's totals are."""
    return Key("core", f"ADV#{advocate_id}", f"TALLY#{program_id}")


def placed(conversion: Conversion) -> Placed | None:
    """What the conversion adds as it stands; None if it adds nothing to anybody."""
    if conversion.advocate_id is None or conversion.action != "sale" or not conversion.decisions:
        return None
    if conversion.claims is not None and conversion.claims.wholes:
        return Placed(conversion.advocate_id, Sum())
    refunded = (conversion.refunded_net_minor, conversion.refunded_gross_minor)
    totals = (conversion.net_minor, conversion.gross_minor)
    net_minor = conversion.net_minor
    if conversion.rate is not None:
        net_minor = conversion.rate.change(net_minor)
    left = net_minor - refunded_share(net_minor, refunded, totals)
    whole = any(totals) and not left and net_minor > 0
    counts = Sum(orders=0 if whole else 1, net_minor=left if _is_home(conversion) else 0)
    return Placed(conversion.advocate_id, counts)


def _is_home(conversion: Conversion) -> bool:
    """Whether its net is in the programme's currency; any other is never added to it."""
    if conversion.rate is not None:
        return True
    home = conversion.place.counted_in if conversion.place else None
    abroad = conversion.reason in ("waiting_for_rate", "currency_mismatch")
    return not abroad and home in (None, conversion.currency)


def month_of(at_ms: int) -> str:
    """`2026-11`."""
    return f"{as_datetime(at_ms):%Y-%m}"


def months_of(period: TierPeriod, at_ms: int) -> tuple[str, ...]:
    """The months of the period that the instant is in."""
    at = as_datetime(at_ms)
    size = {"month": 1, "quarter": 3, "year": 12}[period]
    first = (at.month - 1) // size * size + 1
    return tuple(f"{at.year}-{month:02d}" for month in range(first, first + size))


def _summed(sums: Iterable[Sum | None]) -> Sum:
    total = Sum()
    for one in sums:
        total = total.plus(one) if one else total
    return total
