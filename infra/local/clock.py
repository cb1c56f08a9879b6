"""Local time travel: one file holds the seconds that the functions add to the real time.

The functions read it (setting CLOCK_FILE) at every look at the clock. On AWS the setting is empty
and there is nothing to read. Time only goes forward: what was decided cannot become the future.
"""

import os
from pathlib import Path


class LocalClock:
    """The offset file of one emulator run; a missing file means no offset."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def offset_seconds(self) -> int:
        """What is added at present."""
        return int(self.path.read_text()) if self.path.exists() else 0

    def advance(self, seconds: int) -> int:
        """Move all functions forward; the new offset. The file is replaced in one step."""
        if seconds < 0:
            raise ValueError("time goes forward only")
        ahead = self.offset_seconds + seconds
        self.path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self.path.with_suffix(".new")
        fresh.write_text(str(ahead))
        os.replace(fresh, self.path)
        return ahead
