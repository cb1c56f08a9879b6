"""The sweep of walks: whoever an execution did not move on is moved on here (I13)."""

from typing import Any

from goodword_aws import observe, wiring
from goodword_aws.journeys_walks import walking

wiring.require("core_table", "journal_table", "index_secret_arn")
log = observe.logger("journeys")


def handler(_event: dict[str, Any], _context: object) -> dict[str, int]:
    """Answers how many were looked at."""
    counts = {"walks": walking("journeys_sweep").sweep()}
    log.info("swept", extra=counts)
    return counts
