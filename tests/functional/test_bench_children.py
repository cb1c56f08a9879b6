"""A bench that is stopped leaves nothing behind, neither what it started nor what that started."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BENCH = """
import signal, time
from tests.bench import children
signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background ignores it
with children.ended():
    one = children.begin(["sh", "-c", "sleep 60 & echo $!; sleep 60"], stdout=-1, text=True)
    print(one.pid, one.stdout.readline().strip(), flush=True)
    {then}
"""


def runs(pid: int) -> bool:
    """Whether it does anything still; a zombie that nobody has waited for does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM, None])
def test_children_and_theirs_end_with_the_bench(stop: signal.Signals | None) -> None:
    then = "time.sleep(60)" if stop else "pass"
    command = [sys.executable, "-c", BENCH.format(then=then)]
    how = {"cwd": ROOT, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL, "text": True}
    with subprocess.Popen(command, **how) as bench:  # type: ignore[call-overload]  # as said above
        begun = [int(pid) for pid in bench.stdout.readline().split()]
        assert len(begun) == 2
        if stop:
            assert all(map(runs, begun))
            os.kill(bench.pid, stop)  # to the bench alone, as `kill` and `timeout` do
        bench.wait(20)
    until = time.monotonic() + 10
    while any(map(runs, begun)) and time.monotonic() < until:
        time.sleep(0.02)
    assert not any(map(runs, begun))
