"""How an answer of a CRM is read: an object, a list of errors, or nothing at all after a success.

A write sets our own fields and may be repeated, so whatever is not clearly done is tried again.
"""

import json
from collections.abc import Mapping
from typing import Any

from goodword.journeys.copied import CrmAnswer
from goodword.limits import RAIL_ANSWER_BYTES_MAX

from goodword_aws.rails.wire import Reply, code

LISTED = "listed"  # under this name stands an answer that is a list


def read_body(raw: bytes, status: int) -> Mapping[str, Any]:
    """The answer as an object; ValueError for a success that is neither empty nor JSON."""
    if len(raw) > RAIL_ANSWER_BYTES_MAX:
        raise ValueError("the answer is too long")
    if not raw:
        return {}
    try:
        body = json.loads(raw)
    except ValueError:
        if status >= 400:
            return {}
        raise
    return body if isinstance(body, dict) else {LISTED: body}


def later(reply: Reply, reason: str) -> CrmAnswer:
    """Again after the time that the CRM names; it was not told why in words that are kept."""
    return CrmAnswer(outcome="later", reason=reason, wait_seconds=int(reply.wait_seconds))


def refused(told: object) -> CrmAnswer:
    """The CRM's own code of the refusal, if it looks like one."""
    return CrmAnswer(outcome="refused", reason=code(told, "refused_by_crm"))
