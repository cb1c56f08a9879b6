"""The payout clock: starts runs whose period has closed, takes up what was left behind (I13)."""

from typing import Any

from goodword_aws import observe, wiring
from goodword_aws.payouts import payout_clock

wiring.require("core_table", "arrivals_table", "payout_cycle_arn")
log = observe.logger("payouts_schedule")


def handler(_event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Answers which runs were started and mended; what failed or stays unclear is a metric too."""
    tick = payout_clock("payout_clock").tick()
    observe.metric("PayoutStartsFailed", len(tick.failed))
    observe.metric("ComparisonsOverdue", tick.overdue)
    told = tick.model_dump(mode="json")
    log.info("ticked", extra={"tick": told})
    return told
