"""Names of time zones come from outside: from browsers, forms and bodies."""

import re
from functools import lru_cache
from zoneinfo import ZoneInfo

REMEMBERED_MAX = 256  # names


@lru_cache(REMEMBERED_MAX)
def is_zone(name: str) -> bool:
    """Whether the name is a time zone of the tz database."""
    if not re.fullmatch(r"[A-Za-z]+(/[A-Za-z0-9_+-]+){0,2}", name) or len(name) > 40:
        return False
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True
