"""The sweep of programmes: replays, announcements and extracts that nobody works on (I13)."""

from collections.abc import Mapping
from typing import Any

from goodword_aws import observe, wiring
from goodword_aws.programs_worker import sweep

wiring.require("core_table", "journal_table", "exports_bucket")
log = observe.logger("programs")


def handler(_event: dict[str, Any], _context: object) -> Mapping[str, int]:
    """Answers how many of each there were."""
    counts = sweep()
    log.info("swept", extra=dict(counts))
    return counts
