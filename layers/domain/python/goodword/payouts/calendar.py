"""A period ends at a local midnight and is named after its last day; the cut-off is that midnight.

    cadence   cut-off at 00:00 local on          name of the period
    daily     every day                          2026-11-21
    weekly    the ISO weekday `anchor`           2026-W47
    monthly   the day of the month `anchor`      2026-11

A midnight that a change to summer time skips is the instant of the change; one that comes twice is
the first of the two. A period is thus 23, 24 or 25 hours times its days, and no instant is in none.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from goodword.programs.model import Payment
from goodword.times import as_datetime

_DAY = timedelta(days=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Period(NamedTuple):
    """A period that has ended; everything due before `cutoff_ms` belongs to it."""

    name: str
    cutoff_ms: int


def closed_period(payment: Payment, now_ms: int) -> Period:
    """The last period that has ended by now."""
    day = _closing_day(payment, now_ms)
    return Period(_name(payment, day - _DAY), _midnight_ms(day, payment.time_zone))


def next_payout(payment: Payment, now_ms: int) -> int:
    """When the running period ends (ms): the next time that money is gathered for paying."""
    return _midnight_ms(_following(payment, _closing_day(payment, now_ms)), payment.time_zone)


def _closing_day(payment: Payment, now_ms: int) -> date:
    """The latest cut-off day whose midnight has been."""
    local = as_datetime(now_ms).astimezone(ZoneInfo(payment.time_zone)).date()
    day = _on_or_before(payment, local + _DAY)
    while _midnight_ms(day, payment.time_zone) > now_ms:
        day = _on_or_before(payment, day - _DAY)
    return day


def _on_or_before(payment: Payment, day: date) -> date:
    """The nearest cut-off day that is not after `day`."""
    if payment.cadence == "daily":
        return day
    if payment.cadence == "weekly":
        return day - timedelta(days=(day.isoweekday() - payment.anchor) % 7)
    if day.day >= payment.anchor:
        return day.replace(day=payment.anchor)
    return (day.replace(day=1) - _DAY).replace(day=payment.anchor)


def _following(payment: Payment, day: date) -> date:
    """The cut-off day after the cut-off day `day`."""
    if payment.cadence == "daily":
        return day + _DAY
    if payment.cadence == "weekly":
        return day + 7 * _DAY
    return (day.replace(day=28) + 4 * _DAY).replace(day=payment.anchor)


def _name(payment: Payment, last: date) -> str:
    if payment.cadence == "daily":
        return f"{last:%Y-%m-%d}"
    if payment.cadence == "weekly":
        year, week, _ = last.isocalendar()
        return f"{year}-W{week:02d}"
    return f"{last:%Y-%m}"


def _midnight_ms(day: date, zone: str) -> int:
    local = datetime.combine(day, time(), tzinfo=ZoneInfo(zone))
    return (local - _EPOCH) // timedelta(milliseconds=1)
