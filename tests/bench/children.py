"""What a bench starts ends with it: at its end, on Ctrl-C, and when it is told to terminate.

Every process gets a group of its own, so that its children go with it.
"""

import os
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any

_begun: "dict[int, subprocess.Popen[Any]]" = {}
_STOPS = {signal.SIGINT, signal.SIGTERM}


def begin(command: Sequence[str], **how: Any) -> "subprocess.Popen[Any]":
    """A process of the bench; `how` is what Popen takes."""
    held = signal.pthread_sigmask(signal.SIG_BLOCK, _STOPS)  # not begun, or known
    try:
        process = subprocess.Popen(command, start_new_session=True, **how)
        _begun[process.pid] = process
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, held)
    return process


def kill(process: "subprocess.Popen[Any]") -> None:
    """Its whole group, at once; it is still to be waited for."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    _begun.pop(process.pid, None)


@contextmanager
def ended() -> Iterator[None]:
    """Whatever was begun inside has ended behind it, however it is left."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        held = signal.pthread_sigmask(signal.SIG_BLOCK, _STOPS)
        for process in list(_begun.values()):
            kill(process)
            process.wait()
        signal.signal(signal.SIGTERM, before)
        signal.pthread_sigmask(signal.SIG_SETMASK, held)
