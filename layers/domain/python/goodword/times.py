"""Time is an int of milliseconds since 1970-01-01T00:00:00Z, named `*_ms`; text at the edge."""

import re
from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from goodword.errors import InvalidInput

SECOND_MS = 1_000
MINUTE_MS = 60 * SECOND_MS
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_MS = -62_135_596_800_000  # 0001-01-01T00:00:00Z, the first instant a calendar can say
_LAST_MS = 253_402_300_799_999  # 9999-12-31T23:59:59.999Z, the last instant RFC 3339 can say
READ_UNTIL_MS = 7_258_118_400_000  # 2200-01-01T00:00:00Z: nobody who types a later one means it
_RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)")


def months_later(at_ms: int, months: int) -> int:
    """The same day and minute (UTC) so many months later; the 31st becomes a shorter month's last.

    31 January and one month are 28 or 29 February.
    """
    at = as_datetime(at_ms)
    year, month = divmod(at.year * 12 + at.month - 1 + months, 12)
    last = monthrange(year, month + 1)[1]
    later = at.replace(year=year, month=month + 1, day=min(at.day, last))
    return at_ms + round((later - at).total_seconds()) * SECOND_MS


def month_start(at_ms: int) -> int:
    """When the UTC month of the instant began."""
    first = as_datetime(at_ms).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return (first - _EPOCH) // timedelta(milliseconds=1)


def month_end(at_ms: int) -> int:
    """When the UTC month after that of the instant begins."""
    return months_later(month_start(at_ms), 1)


def rfc3339(at_ms: int) -> str:
    """`1_700_000_000_123` -> `2023-11-14T22:13:20.123Z`. Always UTC, always three decimals."""
    return as_datetime(at_ms).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def as_datetime(at_ms: int) -> datetime:
    """The instant as an aware UTC datetime; exact, because it never goes through a float.

    Never raises: what no calendar can say is its first or last instant, so that one bad row of a
    list breaks nothing. What comes from outside is bounded where it is read (`parse_rfc3339`).
    """
    return _EPOCH + timedelta(milliseconds=min(max(at_ms, _FIRST_MS), _LAST_MS))


def is_plausible(at_ms: int) -> bool:
    """Whether the instant is one that people mean: from 1970 up to the year 2199."""
    return 0 <= at_ms < READ_UNTIL_MS


def parse_rfc3339(text: str) -> int:
    """`2026-11-22T10:00:00+01:00` -> ms. Raises InvalidInput `bad_time`; needs a zone.

    For what comes from outside: before 1970 and after 2199 is a slip of the pen, not a time.
    """
    return _plausible(ms_of(text))


def ms_of(text: str) -> int:
    """The same for what `rfc3339` wrote, whatever its year. Raises InvalidInput `bad_time`."""
    if not _RFC3339.fullmatch(text):
        raise InvalidInput("bad_time", "a time must look like 2026-11-22T10:00:00Z")
    try:
        at = datetime.fromisoformat(text)
        return (at - _EPOCH) // timedelta(milliseconds=1)
    except (ValueError, OverflowError) as bad:
        raise InvalidInput("bad_time", "no such date or time") from bad


def parse_day(text: str) -> date:
    """`2026-11-22` -> the date. Raises InvalidInput `bad_time`, also before 1970 and after 2199."""
    try:
        day = date.fromisoformat(text)
    except ValueError as bad:
        raise InvalidInput("bad_time", "no such date or time") from bad
    _plausible((datetime.combine(day, time(0), UTC) - _EPOCH) // timedelta(milliseconds=1))
    return day


def noon_ms(day: str, zone: str) -> int:
    """A day's noon in the zone. Raises InvalidInput `bad_time`."""
    return _day_ms(day, time(12), zone)


def start_ms(day: str, zone: str) -> int:
    """A day's first instant in the zone. Raises InvalidInput `bad_time`."""
    return _day_ms(day, time(0), zone)


def end_ms(day: str, zone: str) -> int:
    """The first instant after the day in the zone. Raises InvalidInput `bad_time`."""
    after = parse_day(day) + timedelta(days=1)
    return _ms_at(after, time(0), zone)


def _day_ms(day: str, clock: time, zone: str) -> int:
    return _ms_at(parse_day(day), clock, zone)


def _ms_at(day: date, clock: time, zone: str) -> int:
    at = datetime.combine(day, clock, ZoneInfo(zone))
    return max((at - _EPOCH) // timedelta(milliseconds=1), 0)


def _plausible(at_ms: int) -> int:
    if not is_plausible(at_ms):
        raise InvalidInput("bad_time", "a time is between the years 1970 and 2199")
    return at_ms


def newest_first(at_ms: int) -> str:
    """The instant as 15 digits that sort a later one before an earlier one."""
    return f"{10**15 - at_ms:015d}"
