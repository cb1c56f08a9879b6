"""Counts new clicks per advocate and programme as they come in; names those that failed."""

from typing import Any

from goodword_aws import observe, wiring
from goodword_aws.tracking import count_records

wiring.require("core_table")
log = observe.logger("tracking_stream")


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """One batch of the arrivals stream."""
    return count_records(event, wiring.store(), log)
