"""Now is the machine's clock, moved forward by the local time travel when there is one.

`CLOCK_FILE` names a file with a whole number of seconds to add. It is read at every call, so that
`advance` on a laptop reaches functions that are already warm. On AWS it is empty.
"""

import time
from pathlib import Path


class SystemClock:
    """The Clock port. `clock_file` is a path or the empty string."""

    def __init__(self, clock_file: str = "") -> None:
        self._file = Path(clock_file) if clock_file else None

    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000 + self._ahead_s() * 1_000

    def _ahead_s(self) -> int:
        """Seconds to add; a file that is not there yet adds none."""
        if self._file is None:
            return 0
        try:
            return int(self._file.read_text().strip() or 0)
        except FileNotFoundError:
            return 0
