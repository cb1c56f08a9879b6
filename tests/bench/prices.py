"""Dollars come from one dated price table (prices.json) and from what was counted, nothing else.

Lambda's time on AWS cannot be measured here. It is taken as the processor time of this machine plus
a fixed wait per request to AWS, both in the table; the rest of a price is a count.
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tests.bench.meter import Count

TABLE = Path(__file__).with_name("prices.json")
MB_PER_GB = 1_024
BYTES_PER_GB = 10**9


@dataclass(frozen=True)
class Bill:
    """Dollars for a million of one operation, by what they are paid for."""

    front: float
    compute: float
    store: float
    rest: float

    @property
    def total(self) -> float:
        """All of it."""
        return self.front + self.compute + self.store + self.rest


@cache
def prices() -> dict[str, Any]:
    """The table."""
    found: dict[str, Any] = json.loads(TABLE.read_text())
    return found


def gb_ms(count: Count, memory_mb: int, cpu_ms: float) -> float:
    """What Lambda charges time by: processor time here, and a wait for each request to AWS."""
    waits_ms: float = prices()["assumed_ms_per_request"] * sum(count.requests.values())
    return (cpu_ms + waits_ms) * memory_mb / MB_PER_GB


def bill(
    count: Count,
    *,
    over_http: bool,
    memory_mb: int,
    cpu_ms: float,
    log_bytes: int,
    calls: float = 1,
    transitions: float = 0,
) -> Bill:
    """What a million of these cost; `calls` of functions each, and `transitions` of a machine."""
    each = prices()["per_million"]
    seconds = gb_ms(count, memory_mb, cpu_ms) * 10**6 / 1_000
    compute = calls * each["lambda:request"] + seconds * prices()["lambda_arm64_gb_second"]
    reads, writes = each["dynamodb:read_unit"], each["dynamodb:write_unit"]
    services = sum(
        n * each[f"{name.partition(':')[0]}:request"]
        for name, n in count.requests.items()
        if name.startswith(("kms:", "secretsmanager:"))
    )
    return Bill(
        front=each["http_api:request"] if over_http else 0.0,
        compute=compute,
        store=count.read_units * reads + count.write_units * writes,
        rest=services
        + transitions * each["states:transition"]
        + count.events * each["events:entry"]
        + log_bytes * 10**6 / BYTES_PER_GB * prices()["logs_gb"],
    )
