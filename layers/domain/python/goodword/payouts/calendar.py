"""A period ends at a local midnight and is named after its last day; it is paid at its cut-off.

    cadence        ends at 00:00 local on              name of the period
    daily          every day                           2026-11-21
    weekly         the ISO weekday `anchor`            2026-W47
    monthly        the day of the month `anchor`       2026-11
    every_n_days   every n-th day from `starts_on`     2026-11-21
    on_minimum     every day                           2026-11-21

The cut-off is the end of the period plus `net_days`, moved to a business day if the terms say
so, at local midnight. What was earned before the end and is due by the cut-off is paid. Example:
monthly, NET-30, next business day: November 2026 ends on 1 December and is paid on 31 December.

A midnight that a change to summer time skips is the instant of the change; one that comes twice is
the first of the two. A period is thus 23, 24 or 25 hours times its days, and no instant is in none.
Several periods may have one cut-off (a weekend of a daily cadence): the last of them is paid then,
and the money of all with it.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from goodword.limits import BUSINESS_SHIFT_DAYS_MAX
from goodword.programs.payment import Payment, is_closed
from goodword.times import as_datetime

_DAY = timedelta(days=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Period(NamedTuple):
    """A period that may be paid: what was earned before `ended_ms` and is due by `cutoff_ms`."""

    name: str
    cutoff_ms: int
    ended_ms: int


def closed_period(payment: Payment, now_ms: int) -> Period:
    """The last period whose cut-off has been."""
    return _period(payment, _last_end(payment, now_ms))


def next_payout(payment: Payment, now_ms: int) -> int:
    """The next cut-off (ms): the next time that money is gathered for paying."""
    return _cutoff_ms(payment, _following(payment, _last_end(payment, now_ms)))


def payout_of(payment: Payment, earned_ms: int, due_ms: int, now_ms: int) -> int:
    """The first cut-off from now on that takes what was earned and becomes due then (ms)."""
    end = _following(payment, _last_end(payment, max(due_ms, now_ms)))
    zone = payment.time_zone
    while _midnight_ms(end, zone) <= earned_ms:
        end = _following(payment, end)
    return _cutoff_ms(payment, end)


def _period(payment: Payment, end: date) -> Period:
    return Period(
        _name(payment, end - _DAY),
        _cutoff_ms(payment, end),
        _midnight_ms(end, payment.time_zone),
    )


def _last_end(payment: Payment, now_ms: int) -> date:
    """The last day of all on which a period ended whose cut-off has been."""
    local = as_datetime(now_ms).astimezone(ZoneInfo(payment.time_zone)).date()
    # Only a cut-off that is moved forward to Friday may be days before the period's end.
    before = BUSINESS_SHIFT_DAYS_MAX if payment.business_day == "previous" else 0
    latest = local + (1 + before - payment.net_days) * _DAY
    day = _on_or_before(payment, latest)
    while _cutoff_ms(payment, day) > now_ms:
        day = _on_or_before(payment, day - _DAY)
    return day


def _on_or_before(payment: Payment, day: date) -> date:
    """The nearest end of a period that is not after `day`."""
    if payment.cadence == "weekly":
        return day - timedelta(days=(day.isoweekday() - payment.anchor) % 7)
    if payment.cadence == "monthly":
        if day.day >= payment.anchor:
            return day.replace(day=payment.anchor)
        return (day.replace(day=1) - _DAY).replace(day=payment.anchor)
    return day - timedelta(days=(day - _start(payment)).days % _step(payment))


def _following(payment: Payment, day: date) -> date:
    """The end after the end `day`."""
    if payment.cadence == "weekly":
        return day + 7 * _DAY
    if payment.cadence == "monthly":
        return (day.replace(day=28) + 4 * _DAY).replace(day=payment.anchor)
    return day + _step(payment) * _DAY


def _step(payment: Payment) -> int:
    return payment.every_days or 1


def _start(payment: Payment) -> date:
    return date.fromisoformat(payment.starts_on) if payment.starts_on else date(1970, 1, 1)


def _cutoff_ms(payment: Payment, end: date) -> int:
    """When the period that ended with the midnight of this day is paid."""
    day = end + payment.net_days * _DAY
    if payment.business_day != "none":
        closed = frozenset(date.fromisoformat(each) for each in payment.holidays)
        step = _DAY if payment.business_day == "next" else -_DAY
        while is_closed(day, payment.weekend, closed):
            day += step
    return _midnight_ms(day, payment.time_zone)


def _name(payment: Payment, last: date) -> str:
    if payment.cadence == "weekly":
        year, week, _ = last.isocalendar()
        return f"{year}-W{week:02d}"
    return f"{last:%Y-%m}" if payment.cadence == "monthly" else f"{last:%Y-%m-%d}"


def _midnight_ms(day: date, zone: str) -> int:
    local = datetime.combine(day, time(), tzinfo=ZoneInfo(zone))
    return (local - _EPOCH) // timedelta(milliseconds=1)
