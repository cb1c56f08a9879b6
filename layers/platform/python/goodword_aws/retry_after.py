"""What a busy server says of when to come again: the header `Retry-After` of RFC 9110, 10.2.3."""

import re
import time
from email.utils import parsedate_to_datetime

SECONDS_MAX = 999_999  # eleven days; who names more is not taken at the word
_SECONDS = re.compile(r"[0-9]{1,6}")


def seconds_named(told: str | None, now_s: float | None = None) -> int | None:
    """Seconds to wait, told as a number or as a date; None if it says neither.

    A date is taken from `now_s` (seconds, ours unless given); one that has passed is 0.
    """
    text = (told or "").strip()
    if _SECONDS.fullmatch(text):
        return int(text)
    try:
        at_s = parsedate_to_datetime(text).timestamp()
    except (ValueError, OverflowError):
        return None
    now_s = time.time() if now_s is None else now_s
    return min(max(0, round(at_s - now_s)), SECONDS_MAX)
