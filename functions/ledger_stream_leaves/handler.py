"""Every new journal item is noted for the sealer; what it tells is the relay's business."""

from typing import Any

from goodword_aws import observe, wiring
from goodword_aws.ledger import Noter

wiring.require("core_table")
log = observe.logger("ledger_stream_leaves")


def handler(event: dict[str, Any], _context: object) -> dict[str, list[dict[str, str]]]:
    """A batch of the journal's new items -> the first record that failed, or none."""
    return Noter(wiring.store(), log).take(event["Records"])
