"""Deliveries that the stream has missed or could not settle are settled by the clock."""

from typing import Any

from goodword_aws import observe, wiring
from goodword_aws.conversions import sweep

wiring.require("arrivals_table", "journal_table", "core_table", "vault_key_arn")
wiring.require("click_secret_arn", "index_secret_arn")
log = observe.logger("conversions_schedule")


def handler(_event: dict[str, Any], context: Any) -> dict[str, int]:
    """One sweep; `{"found": 3, "failed": 0}`."""
    return sweep(context.get_remaining_time_in_millis, log)
