"""The sealer: every minute what the journal has gained gets a signed root."""

from typing import Any

from goodword_aws import observe, wiring
from goodword_aws.ledger import sealer

wiring.require("core_table", "journal_table", "seals_bucket", "seal_key_arn")
log = observe.logger("ledger_schedule_seal")


def handler(_event: dict[str, Any], _context: object) -> dict[str, int]:
    """Answers how many seals over how many items were made and copied."""
    outcome = sealer().run()
    observe.metric("LedgerSealed", outcome.leaves)
    log.info("sealed", extra=outcome.model_dump())
    return outcome.model_dump()
