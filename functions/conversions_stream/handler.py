"""New deliveries are attributed and decided as they come in; the answer says which ones failed."""

from typing import Any

from goodword_aws import observe, wiring
from goodword_aws.conversions import settle_records

wiring.require("arrivals_table", "journal_table", "core_table", "vault_key_arn")
wiring.require("click_secret_arn", "index_secret_arn")
log = observe.logger("conversions_stream")


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """One batch of the arrivals stream."""
    return settle_records(event, log)
