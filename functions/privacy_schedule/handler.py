"""The clock of privacy: exports that stand still go on, people whose days are over are erased."""

from typing import Any

from goodword_aws import observe, wiring
from goodword_aws.privacy_worker import sweep

wiring.require("core_table", "journal_table", "keys_table", "vault_key_arn", "index_secret_arn")
wiring.require("public_url", "user_pool_id")
log = observe.logger("privacy")


def handler(_event: dict[str, Any], _context: object) -> dict[str, int]:
    """Answers how many exports went on, how many people were erased, how many wait for a repeat."""
    counts = sweep()
    observe.metric("ErasuresFailed", counts["failed"])
    log.info("swept", extra=counts)
    return counts
