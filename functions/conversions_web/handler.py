"""What shops and payment systems report is verified, stored once and answered; no more."""

from typing import Any

from goodword_aws import observe, wiring
from goodword_aws.arrivals import answer

wiring.require("arrivals_table", "core_table", "vault_key_arn", "public_url")
log = observe.logger("conversions_web")


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """`POST /v1/track/lead`, `/v1/track/sale` and `/v1/sources/{source_id}` (docs/intake.md)."""
    return answer(event, context.aws_request_id, log)
