"""A cap is the most that somebody can earn in one period; several hold at once.

Whom it limits is its `scope`, how long it counts its `period`; it counts money or rewards. Days,
weeks and longer periods are those of the programme's time zone (`payment.time_zone`), weeks begin
on Monday. A conversion counts in the period in which it happened, whenever it is reported:
22 November 2025 is in `2025-11-22`, `2025-W47`, `2025-11`, `2025-Q4`, `2025` and `lifetime`.
"""

from datetime import date, datetime, timedelta
from typing import Literal, Self
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from goodword.money import PositiveIn, PositiveMinor
from goodword.records import Value
from goodword.times import SECOND_MS, as_datetime

CapScope = Literal["advocate", "friend", "programme"]
CountScope = Literal["advocate", "friend", "programme", "budget"]
CapPeriod = Literal["order", "day", "week", "month", "quarter", "year", "lifetime"]
BudgetPeriod = Literal["day", "week", "month", "quarter", "year", "lifetime"]
Measure = Literal["money", "rewards"]


class Cap(Value):
    """A limit on money (`amount_minor`, in the programme's currency) or on a count of `rewards`.

    Money of another accepted currency is counted by itself, against what `amount_in` says of it.
    Points, gifts, codes and store credit are no money: they count as rewards alone.

    Of the scope `friend` it limits what the orders of one friend can earn, of `programme` what all
    advocates together can.
    """

    scope: CapScope = "advocate"
    period: CapPeriod = "month"
    amount_minor: PositiveMinor | None = None
    amount_in: PositiveIn = {}
    rewards: int | None = Field(default=None, ge=1, le=1_000_000)

    @model_validator(mode="after")
    def _money_or_rewards(self) -> Self:
        if (self.amount_minor is None) == (self.rewards is None):
            raise ValueError("a cap has either amount_minor or rewards")
        if self.amount_minor is None and self.amount_in:
            raise ValueError("a count of rewards is the same in every currency: no amount_in")
        return self

    @property
    def measure(self) -> Measure:
        """What it counts."""
        return "rewards" if self.amount_minor is None else "money"

    @property
    def size(self) -> int:
        """How much it leaves when nothing is used: minor units or rewards."""
        return self.amount_minor or self.rewards or 0

    @property
    def name(self) -> str:
        """What tells it from the version's other caps: `advocate-month-money`."""
        return f"{self.scope}-{self.period}-{self.measure}"


class BudgetLimit(Value):
    """What a programme may give in one period, or in all; set beside the terms, by finance."""

    period: BudgetPeriod
    amount_minor: PositiveMinor
    amount_in: PositiveIn = {}


def period_name(period: CapPeriod, at_ms: int, zone: str) -> str:
    """What the period of an instant is called; no two periods have the same name."""
    day = day_of(at_ms, zone)
    if period == "week":
        year, week, _ = day.isocalendar()
        return f"{year}-W{week:02d}"
    names: dict[CapPeriod, str] = {
        "day": f"{day:%Y-%m-%d}",
        "month": f"{day:%Y-%m}",
        "quarter": f"{day.year}-Q{(day.month + 2) // 3}",
        "year": f"{day.year}",
    }
    return names.get(period, period)


def next_period(period: CapPeriod, at_ms: int, zone: str) -> date | None:
    """The first day after the period of an instant; None if it ends with no day."""
    day = day_of(at_ms, zone)
    if period in ("order", "lifetime"):
        return None
    if period == "day":
        return day + timedelta(days=1)
    if period == "week":
        return day + timedelta(days=7 - day.weekday())
    months = {"month": 1, "quarter": 3, "year": 12}[period]
    first = (day.month - 1) // months * months + months
    return date(day.year + first // 12, first % 12 + 1, 1)


def period_end_ms(period: CapPeriod, at_ms: int, zone: str) -> int | None:
    """The first instant after the period; None if it has no end."""
    day = next_period(period, at_ms, zone)
    if day is None:
        return None
    midnight = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone))
    return int(midnight.timestamp()) * SECOND_MS


def day_of(at_ms: int, zone: str) -> date:
    """The day of an instant in a time zone."""
    return as_datetime(at_ms).astimezone(ZoneInfo(zone)).date()
