"""When a period ends and when it is paid, worked out a second time: day by day, in its zone.

The calendar of the product steps back and forth from a day; this one lists every day of the play
and keeps those on which something ends. It shares nothing with the product but the words.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache
from random import Random
from zoneinfo import ZoneInfo

FIRST_DAY = date(2025, 9, 1)  # long before the play begins
DAYS = 800  # of which the play is a part
EVERY_DAYS, STARTS_ON = 5, date(2025, 11, 3)  # of `every_n_days`
CHECKERS_MINOR = 600  # a total from which a run takes two checkers, in some stories
ODD = 0.2  # of the stories end their periods, and rest, on other days
HOLIDAYS = ("2025-12-01", "2025-12-24", "2025-12-25", "2025-12-26", "2026-01-01", "2025-11-27")
WEEKENDS = ((6, 7), (5, 6), (7,), ())
SHORT = ("daily", "daily", "weekly", "every_n_days", "on_minimum")


@dataclass(frozen=True)
class Paying:
    """How and when a programme pays. `checkers` is the total from which two people must check."""

    cadence: str
    minimum: int = 0
    net_days: int = 0
    business_day: str = "none"
    checkers: int | None = None
    zone: str = "UTC"
    anchor: int = 1  # the weekday, or the day of the month, on which a period ends
    weekend: tuple[int, ...] = (6, 7)
    holidays: tuple[str, ...] = ()


def drawn(chance: Random, *, often: bool) -> Paying:
    """Of any cadence, or of one that pays often."""
    cadence = chance.choice(SHORT if often else (*SHORT[1:], "monthly", "monthly"))
    lowest = 1 if cadence == "on_minimum" else 0
    return Paying(
        cadence=cadence,
        minimum=max(lowest, chance.choice((0, 0, 100, 700))),
        net_days=chance.choice((0, 0, 0, 2) if often else (0, 0, 0, 3, 30)),
        business_day=chance.choice(("none", "none", "next", "previous")),
        checkers=chance.choice((None, None, None, CHECKERS_MINOR)),
    )


def oddly(chance: Random, paying: Paying) -> Paying:
    """In some stories with other anchors, weekends and holidays than elsewhere."""
    if chance.random() > ODD:
        return paying
    days = {"weekly": (2, 3, 5, 6, 7), "monthly": (2, 14, 15, 27, 28)}.get(paying.cadence, (1,))
    return replace(
        paying,
        anchor=chance.choice(days),
        weekend=chance.choice(WEEKENDS),
        holidays=chance.choice((HOLIDAYS, HOLIDAYS[:4], ())),
        business_day=chance.choice(("next", "previous", paying.business_day)),
    )


def named(paying: Paying, ended_ms: int) -> str:
    """What a period is called: after its last day."""
    last = datetime.fromtimestamp(ended_ms // 1_000, ZoneInfo(paying.zone)).date()
    last -= timedelta(days=1)
    form = {"weekly": "%G-W%V", "monthly": "%Y-%m"}.get(paying.cadence, "%Y-%m-%d")
    return last.strftime(form)


def calendar(paying: Paying) -> dict[int, int]:
    """When a period ends (ms), by when it is paid: of several that are paid at once, the last."""
    return _calendar(replace(paying, minimum=0, checkers=None))


@cache
def _calendar(paying: Paying) -> dict[int, int]:
    zone = ZoneInfo(paying.zone)
    return {_ms(_paid_on(paying, day), zone): _ms(day, zone) for day in _ends(paying)}


def _ends(paying: Paying) -> Iterator[date]:
    for number in range(DAYS):
        day = FIRST_DAY + timedelta(days=number)
        ends = {
            "weekly": day.isoweekday() == paying.anchor,
            "monthly": day.day == paying.anchor,
            "every_n_days": (day - STARTS_ON).days % EVERY_DAYS == 0,
        }
        if ends.get(paying.cadence, True):
            yield day


def _paid_on(paying: Paying, end: date) -> date:
    day = end + timedelta(days=paying.net_days)
    if paying.business_day == "none":
        return day
    step = timedelta(days=1 if paying.business_day == "next" else -1)
    return next(
        one
        for each in range(20)
        if (one := day + each * step).isoweekday() not in paying.weekend
        and f"{one:%Y-%m-%d}" not in paying.holidays
    )


def _ms(day: date, zone: ZoneInfo) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp()) * 1_000
