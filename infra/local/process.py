"""A process is known by its pid *and* its command line: a pid alone may be another's by now."""

import os
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

POLL_SECONDS = 0.05


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
    deadline = time.monotonic() + grace_seconds
    while time.monotonic() < deadline and is_alive(pid, words):
        time.sleep(POLL_SECONDS)
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
    return not is_alive(pid, words)
