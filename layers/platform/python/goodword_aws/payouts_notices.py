"""The door of rails' webhooks: verify, put once, answer; money is out of its reach.

It reads signing secrets, not the keys that pay, and may only put into `arrivals`. Why a call is
refused is in the log by its code, and in the answer not at all.
"""

import urllib.request
from collections.abc import Mapping
from typing import Any, NoReturn

from aws_lambda_powertools import Logger
from botocore.exceptions import BotoCoreError, ClientError
from goodword.errors import GoodwordError, NotFound, Unavailable
from goodword.limits import RAIL_ANSWER_BYTES_MAX
from goodword.payouts.notices import RailNotice

from goodword_aws import observe, problems, wiring
from goodword_aws.aws import client
from goodword_aws.calls import raw_body
from goodword_aws.items import to_item
from goodword_aws.rails.notices import Told, verified
from goodword_aws.rails.setup import signs_of
from goodword_aws.settings import settings

SECONDS = 5  # seconds for a certificate
_certificates: dict[str, bytes] = {}
CERTIFICATES_MAX = 8


def answer(event: Mapping[str, Any], request_id: str, log: Logger) -> dict[str, Any]:
    """204 for what is kept, now or before; a problem for everything else."""
    try:
        notice = _take(event)
    except GoodwordError as refused:
        status, body = problems.problem_of(refused, request_id)
        log.info("notice_refused", extra={"code": refused.code, "status": status})
        return _refusal(status, body)
    except Exception as unexpected:  # noqa: BLE001 - its text may quote a person: log its frames
        observe.failure(log, "notice_failed", unexpected)
        return _refusal(
            500, problems.problem(500, "internal", "not kept; send it again", request_id)
        )
    log.info("notice_kept", extra={"rail": notice.rail, "event_id": notice.event_id})
    return {"statusCode": 204}


def certificate(address: str) -> bytes:
    """PayPal's certificate, remembered for the process; `address` was checked. No redirects."""
    if address not in _certificates:
        opener = urllib.request.build_opener(_Stay)
        try:
            with opener.open(address, timeout=SECONDS) as reply:
                found: bytes = reply.read(RAIL_ANSWER_BYTES_MAX)
        except OSError as failed:
            raise Unavailable("certificate_unavailable", "try again later") from failed
        if len(_certificates) >= CERTIFICATES_MAX:
            _certificates.clear()
        _certificates[address] = found
    return _certificates[address]


def _take(event: Mapping[str, Any]) -> RailNotice:
    rail = (event.get("pathParameters") or {}).get("rail", "")
    signs = signs_of(wiring.secrets().read(settings().rail_signs_arn)[0].decode())
    if not signs.get(rail):
        raise NotFound("unknown_rail", "no such rail tells anything here")
    told = Told(
        {name.lower(): one for name, one in (event.get("headers") or {}).items()},
        raw_body(event),
        wiring.clock().now_ms(),
    )
    notice = verified(rail, told, signs, certificate)
    _put(notice)
    return notice


def _put(notice: RailNotice) -> None:
    """Store it once; the same event again is there already."""
    try:
        client("dynamodb").put_item(
            TableName=settings().arrivals_table,
            Item=to_item(notice, version=1),
            ConditionExpression="attribute_not_exists(pk)",
        )
    except ClientError as refused:
        if refused.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise Unavailable("store_busy", "it could not be kept; send it again") from refused
    except BotoCoreError as failed:
        raise Unavailable("store_busy", "it could not be kept; send it again") from failed


def _refusal(status: int, body: Mapping[str, Any]) -> dict[str, Any]:
    headers = {"Content-Type": problems.PROBLEM_TYPE, "Cache-Control": "no-store"}
    return {"statusCode": status, "headers": headers, "body": problems.as_json(body)}


class _Stay(urllib.request.HTTPRedirectHandler):
    """Goes nowhere else than where it was sent."""

    def redirect_request(self, *_: Any, **__: Any) -> NoReturn:
        raise OSError("a certificate does not move")
