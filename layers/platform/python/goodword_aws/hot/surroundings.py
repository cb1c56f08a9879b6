"""The clock and the metric of the redirect, without what the other functions load for them."""

import json
import sys
import time
from collections.abc import Callable


def clock(clock_file: str) -> Callable[[], int]:
    """Now in ms, moved by the seconds in `clock_file` (local time travel; empty on AWS)."""

    def now_ms() -> int:
        return time.time_ns() // 1_000_000 + _ahead_s(clock_file) * 1_000

    return now_ms


def _ahead_s(clock_file: str) -> int:
    if not clock_file:
        return 0
    try:
        with open(clock_file, encoding="ascii") as file:
            return int(file.read().strip() or 0)
    except (OSError, ValueError):
        return 0


def lost_counter(stage: str, now_ms: Callable[[], int]) -> Callable[[str], None]:
    """What writes the metric `ClicksUnrecorded`: one line in CloudWatch's embedded format."""

    def count_lost(reason: str) -> None:
        metrics = {
            "Namespace": "Goodword",
            "Dimensions": [["stage"]],
            "Metrics": [{"Name": "ClicksUnrecorded", "Unit": "Count"}],
        }
        line = {
            "_aws": {"Timestamp": now_ms(), "CloudWatchMetrics": [metrics]},
            "stage": stage,
            "reason": reason,
            "ClicksUnrecorded": 1,
        }
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()

    return count_lost
