"""A process is known by its pid *and* its command line: a pid alone may be another's by now."""

import os
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

POLL_SECONDS = 0.05
KILLED_SECONDS = 20.0  # within which even a busy machine has ended what was killed


def command_line(pid: int) -> str:
    """The command of a live process, or "" if there is none. Reads /proc, or asks ps (macOS)."""
    proc = Path("/proc")
    if (proc / "self").exists():
        try:
            words = (proc / str(pid) / "cmdline").read_bytes()
        except OSError:
            return ""
        return words.replace(b"\0", b" ").decode(errors="replace").strip()
    answer = subprocess.run(
        ["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return answer.stdout.strip()


def is_alive(pid: int, words: str) -> bool:
    """Whether the pid is a live process whose command line contains `words`."""
    return words in command_line(pid)


def end(pid: int, words: str, grace_seconds: float) -> bool:
    """Terminate the process group led by `pid` if it is still the one meant; True once it is gone.

    SIGTERM first; what is left of the group after `grace_seconds` is killed. The group exists
    because the child was started as a session leader, so it holds nothing but its own children.
    """
    if not is_alive(pid, words):
        return True
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
    _gone(pid, words, grace_seconds)
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
    return _gone(pid, words, KILLED_SECONDS)


def _gone(pid: int, words: str, seconds: float) -> bool:
    """Whether it ends within so many seconds."""
    deadline = time.monotonic() + seconds
    while is_alive(pid, words):
        if time.monotonic() >= deadline:
            return False
        time.sleep(POLL_SECONDS)
    return True
