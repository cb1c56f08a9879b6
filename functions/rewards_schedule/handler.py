"""The sweep of the rewards: whatever an execution did not move on is moved on here (I13)."""

from typing import Any

from goodword_aws import observe, wiring
from goodword_aws.rewards import approval

wiring.require("core_table", "journal_table")
log = observe.logger("rewards")


def handler(_event: dict[str, Any], _context: object) -> dict[str, int]:
    """Answers how many were assessed, posted and lapsed."""
    counts = approval("rewards_sweep").sweep()
    log.info("swept", extra=counts)
    return counts
