"""Time is an int of milliseconds since 1970-01-01T00:00:00Z, named `*_ms`; text at the edge."""

import re
from calendar import monthrange
from datetime import UTC, datetime, timedelta

from goodword.errors import InvalidInput

SECOND_MS = 1_000
MINUTE_MS = 60 * SECOND_MS
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST_MS = 253_402_300_799_999  # 9999-12-31T23:59:59.999Z, the last instant RFC 3339 can say
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
    at = as_datetime(at_ms)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at_ms % 1000:03d}Z"


def as_datetime(at_ms: int) -> datetime:
    """The instant as an aware UTC datetime; exact, because it never goes through a float."""
    if not 0 <= at_ms <= _LAST_MS:
        raise InvalidInput(
            "time_out_of_range", f"{at_ms} ms is not between the years 1970 and 9999"
        )
    return _EPOCH + timedelta(milliseconds=at_ms)


def parse_rfc3339(text: str) -> int:
    """`2026-11-22T10:00:00+01:00` -> ms. Raises InvalidInput `bad_time`; needs a zone."""
    if not _RFC3339.fullmatch(text):
        raise InvalidInput("bad_time", "a time must look like 2026-11-22T10:00:00Z")
    try:
        at = datetime.fromisoformat(text)
        return (at - _EPOCH) // timedelta(milliseconds=1)
    except (ValueError, OverflowError) as bad:
        raise InvalidInput("bad_time", "no such date or time") from bad
