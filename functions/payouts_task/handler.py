"""The steps of `payout_cycle`: each asks the run's own record and answers the next route."""

from typing import Any

from goodword_aws import wiring
from goodword_aws.payouts import step

wiring.require(
    "core_table",
    "journal_table",
    "keys_table",
    "vault_key_arn",
    "index_secret_arn",
    "exports_bucket",
    "arrivals_table",
)


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """`{"step": "freeze", "run_id": ..., "cursor": ...}` -> a Step or ChunkStep as JSON."""
    return step(event)
