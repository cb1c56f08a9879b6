"""The sweep of CRMs: what could not be written is written again when its time has come (I13)."""

from typing import Any

from goodword_aws import observe, wiring
from goodword_aws.journeys_crm import sweep

wiring.require("core_table", "journal_table", "keys_table", "vault_key_arn", "crm_keys_arn")
log = observe.logger("journeys")


def handler(_event: dict[str, Any], _context: object) -> dict[str, int]:
    """Answers how many were looked at."""
    counts = {"records": sweep()}
    log.info("swept", extra=counts)
    return counts
