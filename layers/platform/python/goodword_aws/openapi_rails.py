"""The published description of the door for rails' webhooks: whose, signed how, answered how.

A rail sends its own document; of its body only the ids are read, and the rail is asked for the
rest. So the schema says no more than that it is an object.
"""

from collections.abc import Mapping
from typing import Any

Document = dict[str, Any]
PATH = "/v1/rails/{rail}/notices"
# The headers by which each rail signs; their values are its own (docs/payouts.md).
SIGNED_BY: Mapping[str, tuple[str, ...]] = {
    "stripe": ("stripe-signature",),
    "paypal": (
        "paypal-auth-algo",
        "paypal-cert-url",
        "paypal-transmission-id",
        "paypal-transmission-sig",
        "paypal-transmission-time",
    ),
    "tremendous": ("tremendous-webhook-signature",),
}
REFUSED: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "400": ("The body is no JSON object, or names no event", ("malformed_body",)),
    "401": ("The rail did not sign these bytes lately", ("bad_signature",)),
    "404": ("No such rail is set up here", ("unknown_rail",)),
    "413": ("The body is too large", ("body_too_large",)),
    "503": (
        "Not kept: send the same again",
        ("store_busy", "certificate_unavailable"),
    ),
}


def described() -> Document:
    """The `paths` and `schemas` of the door, in the form that `openapi.merged` takes."""
    rails = {"type": "string", "enum": list(SIGNED_BY)}
    place = {"in": "path", "name": "rail", "required": True, "schema": rails}
    headers = [
        {
            "in": "header",
            "name": name,
            "required": False,
            "schema": {"type": "string"},
            "description": f"Sent by {rail}",
        }
        for rail, names in SIGNED_BY.items()
        for name in names
    ]
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    answers: Document = {"204": {"description": "Kept, now or before"}}
    for status, (why, codes) in REFUSED.items():
        said = f"{why}: {', '.join(f'`{code}`' for code in codes)}"
        answers[status] = {"description": said, "content": problem}
    answers["default"] = {"description": "Not kept: send the same again", "content": problem}
    body = {"$ref": "#/components/schemas/RailNoticeBody"}
    operation = {
        "operationId": "post_rail_notice",
        "summary": "A payout rail tells that something has happened to a payment.",
        "tags": ["payouts"],
        "security": [],
        "parameters": [place, *headers],
        "requestBody": {"required": True, "content": {"application/json": {"schema": body}}},
        "responses": answers,
    }
    schema = {
        "type": "object",
        "description": "The rail's own event, as it is; its signature is over these very bytes.",
    }
    return {"paths": {PATH: {"post": operation}}, "schemas": {"RailNoticeBody": schema}}
