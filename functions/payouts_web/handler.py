"""What rails tell of payments is verified, kept once and answered; no more."""

from typing import Any

from goodword_aws import observe, wiring
from goodword_aws.payouts_notices import answer

wiring.require("arrivals_table", "rail_signs_arn")
log = observe.logger("payouts_web")


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """`POST /v1/rails/{rail}/notices` (docs/payouts.md)."""
    return answer(event, context.aws_request_id, log)
