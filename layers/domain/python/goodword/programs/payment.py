"""When, how and under which conditions advocates are paid: the part of the terms payouts run on.

    cadence        cut-offs at 00:00 local on
    daily          every day
    weekly         the ISO weekday `anchor`
    monthly        the day of the month `anchor`
    every_n_days   `starts_on`, and every `every_days` days after (and before) it
    on_minimum     every day, for whoever has reached `minimum_minor`

NET-n: `net_days` after its end a period is paid. If that day is no business day, `business_day`
moves it; `weekend` and `holidays` say which days are none.
"""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, StringConstraints, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from goodword.errors import InvalidInput
from goodword.limits import BUSINESS_SHIFT_DAYS_MAX
from goodword.money import NaturalIn, NaturalMinor, PositiveIn, PositiveMinor
from goodword.records import Value
from goodword.times import parse_day

RailName = Literal[
    "csv", "simulator", "paypal", "stripe", "tremendous", "store_credit", "discount_code"
]
Cadence = Literal["daily", "weekly", "monthly", "every_n_days", "on_minimum"]
_DAY_TEXT = "^(19[7-9][0-9]|2[01][0-9]{2})-[0-9]{2}-[0-9]{2}$"


def _known_day(text: str) -> str:
    try:
        if re.match(_DAY_TEXT, text) is None:
            raise InvalidInput("bad_time", "no such date")
        parse_day(text)
    except InvalidInput as bad:
        raise PydanticCustomError("bad_time", "no such date between 1970 and 2199") from bad
    return text


Day = Annotated[
    str,
    AfterValidator(_known_day),
    WithJsonSchema({"type": "string", "pattern": _DAY_TEXT}),
]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
# Minor units in whose multiples a rail pays, where it takes no smaller part of the currency.
RAIL_STEPS: Mapping[RailName, Mapping[str, int]] = {
    "paypal": {"HUF": 100, "TWD": 100},
    "stripe": {"MGA": 100, "BHD": 10, "JOD": 10, "KWD": 10, "OMR": 10, "TND": 10},
}
CheckName = Literal[
    "own_spike",
    "program_spike",
    "one_network",
    "new_destination",
    "shared_payee",
    "refund_share",
]
Weekday = Annotated[int, Field(ge=1, le=7)]

_DAY = timedelta(days=1)


class AuditTerms(Value):
    """From where on a run's figures are unusual, and which checks stop what they find.

    A check in `stops` keeps a payment (`program_spike`: the run) until a person has decided; one in
    `off` is not made; any other only notes what it found. A floor that is not said of an accepted
    currency is 0 there.
    """

    own_spike_times: int = Field(default=5, ge=2, le=100)
    program_spike_times: int = Field(default=3, ge=2, le=100)
    spike_floor_minor: NaturalMinor = 10_000
    spike_floor_in: NaturalIn = {}
    network_percent: int = Field(default=50, ge=1, le=100)
    network_conversions: int = Field(default=5, ge=2, le=40)
    destination_days: int = Field(default=7, ge=0, le=90)
    refund_percent: int = Field(default=40, ge=1, le=100)
    refund_floor_minor: NaturalMinor = 5_000
    refund_floor_in: NaturalIn = {}
    stops: tuple[CheckName, ...] = Field(
        default=("own_spike", "program_spike", "one_network", "new_destination", "shared_payee"),
        max_length=6,
    )
    off: tuple[CheckName, ...] = Field(default=(), max_length=6)


class Payment(Value):
    """When and how advocates are paid; `anchor` is a day of month (1-28) or a weekday (1-7).

    Nobody in one of `barred_countries` is paid. A run of `two_checkers_from_minor` or more is
    released by two people, after a third one requested it.
    """

    cadence: Cadence = "monthly"
    anchor: int = Field(default=1, ge=1, le=28)
    every_days: int | None = Field(default=None, ge=1, le=366)
    starts_on: Day | None = None
    net_days: int = Field(default=0, ge=0, le=180)
    business_day: Literal["none", "next", "previous"] = "none"
    weekend: tuple[Weekday, ...] = Field(default=(6, 7), max_length=3)
    holidays: tuple[Day, ...] = Field(default=(), max_length=200)
    minimum_minor: NaturalMinor = 0
    minimum_in: NaturalIn = {}
    time_zone: str = "UTC"
    rail: RailName = "csv"
    barred_countries: tuple[Country, ...] = Field(default=("CU", "IR", "KP", "SY"), max_length=60)
    two_checkers_from_minor: PositiveMinor | None = None
    two_checkers_from_in: PositiveIn = {}
    audit: AuditTerms = AuditTerms()

    @model_validator(mode="after")
    def _calendar(self) -> Self:
        if self.cadence == "weekly" and self.anchor > 7:
            raise ValueError("a weekly cadence is anchored on a weekday, 1 (Monday) to 7")
        if self.cadence == "on_minimum" and 0 in (self.minimum_minor, *self.minimum_in.values()):
            raise ValueError("paying on reaching a minimum needs minimum_minor")
        counted = (self.every_days is not None, self.starts_on is not None)
        if counted != (self.cadence == "every_n_days",) * 2:
            raise ValueError("every_days and starts_on go with the cadence every_n_days")
        try:
            ZoneInfo(self.time_zone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as unknown:
            raise ValueError(f"{self.time_zone[:40]!r} is not a time zone") from unknown
        return self

    @model_validator(mode="after")
    def _working_days(self) -> Self:
        days = sorted(date.fromisoformat(each) for each in self.holidays)
        closed = frozenset(days)
        for one in days:
            day = one
            while is_closed(day, self.weekend, closed):
                day += _DAY
            opened = day
            while is_closed(day - _DAY, self.weekend, closed):
                day -= _DAY
            if (opened - day).days > BUSINESS_SHIFT_DAYS_MAX:
                raise ValueError(f"there is no business day for too long around {one}")
        return self


def strictest(payment: Payment) -> Payment:
    """As it is for money in a currency of which the terms (no longer) say anything.

    What is owed is paid, however little it is, and everything is looked at.
    """
    return payment.but(
        minimum_minor=1,
        minimum_in={},
        two_checkers_from_minor=payment.two_checkers_from_minor and 1,
        two_checkers_from_in={},
        audit=payment.audit.but(
            spike_floor_minor=0, spike_floor_in={}, refund_floor_minor=0, refund_floor_in={}
        ),
    )


def step_of(rail: RailName, currency: str) -> int:
    """The least that the rail can pay in the currency, in minor units, and what it pays is of."""
    return RAIL_STEPS.get(rail, {}).get(currency, 1)


def in_steps(payment: Payment, currency: str) -> Payment:
    """With the least minimum that the rail can pay in the currency, and is not below what is set.

    A minimum of 1.50 is 2 where no decimals are paid.
    """
    step = step_of(payment.rail, currency)
    if step == 1:
        return payment
    return payment.but(minimum_minor=-(-max(payment.minimum_minor, 1) // step) * step)


def is_closed(day: date, weekend: tuple[int, ...], holidays: frozenset[date]) -> bool:
    """Whether nothing is paid on this day."""
    return day.isoweekday() in weekend or day in holidays
