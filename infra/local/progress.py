"""One line per step with the seconds it took; colour only on a terminal that wants it."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

WIDTH = 58  # columns of the step's name, so that the seconds stand below each other


class Progress:
    """Prints to `out` (standard output unless told otherwise)."""

    def __init__(self, out: TextIO | None = None) -> None:
        self.out = out or sys.stdout
        self.colour = self.out.isatty() and not os.environ.get("NO_COLOR")
        self.begun = time.monotonic()

    @contextmanager
    def step(self, what: str) -> Iterator[list[str]]:
        """Time one step. What is appended to the list given is printed behind the line."""
        since = time.monotonic()
        notes: list[str] = []
        if self.colour:
            self.out.write(f"  … {what}")
            self.out.flush()
        try:
            yield notes
        except BaseException:
            self._line("✗", "31", what, since, notes)
            raise
        self._line("✓", "32", what, since, notes)

    def say(self, text: str = "") -> None:
        """A line as it is."""
        self.out.write(f"{text}\n")
        self.out.flush()

    def _line(self, sign: str, code: str, what: str, since: float, notes: list[str]) -> None:
        if self.colour:
            self.out.write("\r\033[K")
            sign = f"\033[{code}m{sign}\033[0m"
        behind = f"  {' '.join(notes)}" if notes else ""
        self.say(f"  {sign} {what:<{WIDTH}} {time.monotonic() - since:5.1f} s{behind}")


class Silent(Progress):
    """Prints nothing: for tests."""

    @contextmanager
    def step(self, what: str) -> Iterator[list[str]]:
        """Just run it."""
        del what
        yield []

    def say(self, text: str = "") -> None:
        """Nothing."""
