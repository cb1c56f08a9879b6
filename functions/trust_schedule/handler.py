"""The clock of trust: disputes whose time is over, bans that were cut off (I13)."""

from typing import Any

from goodword_aws import observe, wiring
from goodword_aws.trust import sweep

wiring.require("core_table", "journal_table")
log = observe.logger("trust")


def handler(_event: dict[str, Any], _context: object) -> dict[str, int]:
    """Answers how many disputes were escalated or lapsed, and how many bans were finished."""
    counts = sweep("trust_sweep")
    observe.metric("DisputesEscalated", counts["escalated"])
    observe.metric("BansFailed", counts["bans_failed"])
    log.info("swept", extra=counts)
    return counts
