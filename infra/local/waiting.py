"""What happens by itself is waited for by looking, with a limit; nothing sleeps and hopes."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

LOOK_SECONDS = 0.1
PATIENCE_SECONDS = 240.0  # on a busy machine; what comes at once is waited for no longer


class NotYetError(AssertionError):
    """It did not happen in time; the text says what was waited for and what was last seen."""


def eventually(look: Callable[[], T], what: str, seconds: float = PATIENCE_SECONDS) -> T:
    """The first answer of `look` that is true, or NotYetError. Errors of `look` go through."""
    deadline = time.monotonic() + seconds
    while True:
        seen = look()
        if seen:
            return seen
        if time.monotonic() > deadline:
            raise NotYetError(f"{what}: not within {seconds:.0f} s, last seen {seen!r}")
        time.sleep(LOOK_SECONDS)
