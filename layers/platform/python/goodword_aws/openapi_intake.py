"""The published description of the intake: its bodies are the very models that refuse a delivery.

The routes carry no sign-in: a delivery is signed (Standard Webhooks). On `/v1/sources/{source_id}`
our own form says what it is by `type`; providers send there what they send, signed their own way.
What JSON Schema cannot say (lines that sum to more than the amount) is refused as `invalid_body`.
"""

from collections.abc import Mapping
from typing import Any

from pydantic.json_schema import models_json_schema

from goodword_aws.sources.generic import MODELS

Document = dict[str, Any]
PREFIX = "Intake"  # before the names of bodies, which others may have, too
EXAMPLES: Mapping[str, Mapping[str, Any]] = {
    "lead": {"customer_id": "u-4711", "code": "MAYA7", "event_name": "Sign up"},
    "sale": {
        "order_id": "1001",
        "amount": 4900,
        "gross_amount": 5831,
        "currency": "EUR",
        "code": "MAYA7",
        "customer_id": "u-4711",
        "customer_email": "robin@example.com",
        "occurred_at": "2026-11-22T09:20:00+01:00",
        "lines": [{"line_id": "1", "amount": 4900, "quantity": 2, "brand": "Acme"}],
        "coupons": ["SPRING"],
    },
    "refund": {"refund_id": "r-1", "order_id": "1001", "amount": 1200, "currency": "EUR"},
    "dispute": {
        "dispute_id": "d-1",
        "order_id": "1001",
        "status": "withdrawn",
        "gross_amount": 1400,
        "currency": "EUR",
    },
    "void": {"void_id": "v-1", "customer_id": "u-4711"},
    "cancellation": {"cancellation_id": "c-1", "order_id": "1001"},
    "signal": {"signal_id": "nps-1", "kind": "nps", "value": 10, "customer_id": "u-4711"},
    "deal": {"event_id": "e-1", "deal_id": "006A", "status": "won", "amount": 120000},
}
OWN = {
    "/v1/track/lead": ("lead", "Report a sign-up, or another step without an order."),
    "/v1/track/sale": ("sale", "Report a paid order."),
    "/v1/signals": ("signal", "Report what was noticed of a customer or an account."),
}
REFUSED = {
    "400": ("The body is no JSON object", ("malformed_json", "malformed_body")),
    "401": ("Not signed with a live secret over these bytes", ("bad_signature", "stale_signature")),
    "404": ("No such source, or disabled, or of another kind", ("unknown_source",)),
    "409": ("Another body came before under this webhook-id", ("delivery_id_reused",)),
    "413": ("The body is too large", ("body_too_large",)),
    "422": (
        "The body is refused, nothing of it is kept; `errors` name the fields",
        ("invalid_body", "unknown_program", "currency_mismatch"),
    ),
    "503": ("Not stored: send the same again", ("intake_unavailable", "store_busy")),
}
SIGNATURE = {
    "type": "apiKey",
    "in": "header",
    "name": "webhook-signature",
    "description": "HMAC-SHA256 of `id.timestamp.body` with the source's secret (docs/intake.md).",
}
_ID = "What names this delivery for ever: the same again is a duplicate"
_SENT = "When it was signed, in seconds since 1970; at most 300 off"
_SIGNED = "`v1,` and base64 of HMAC-SHA256 over `id.timestamp.body`; several are parted by blanks"


def described() -> Document:
    """The `paths` and `schemas` of the intake, in the form that `openapi.merged` takes."""
    ordered = [(MODELS[name], "validation") for name in MODELS]
    names, found = models_json_schema(
        ordered,  # type: ignore[arg-type]  # its modes are literals
        ref_template=f"#/components/schemas/{PREFIX}{{model}}",
    )
    schemas: Document = {f"{PREFIX}{name}": one for name, one in found["$defs"].items()}
    own = {topic: names[MODELS[topic], "validation"]["$ref"].rpartition("/")[2] for topic in MODELS}
    for topic, name in own.items():
        schemas[name]["examples"] = [dict(EXAMPLES[topic])]
        schemas[f"{name}Typed"] = _typed(schemas[name], topic)
    typed = {topic: _ref(f"{name}Typed") for topic, name in own.items()}
    schemas[f"{PREFIX}Own"] = {
        "oneOf": list(typed.values()),
        "discriminator": {
            "propertyName": "type",
            "mapping": {topic: one["$ref"] for topic, one in typed.items()},
        },
    }
    schemas[f"{PREFIX}Provider"] = {
        "type": ["object", "array"],
        "description": "What the source's provider sends (Shopify, Stripe, HubSpot ...), as it is.",
    }
    schemas[f"{PREFIX}Taken"] = _TAKEN
    paths = {path: {"post": _own(path, _ref(own[topic]))} for path, (topic, _) in OWN.items()}
    return {
        "paths": paths | {"/v1/sources/{source_id}": {"post": _source()}},
        "schemas": schemas,
    }


_TAKEN: Document = {
    "type": "object",
    "required": ["status", "delivery_id"],
    "properties": {
        "status": {"enum": ["accepted", "duplicate", "quarantined"]},
        "delivery_id": {"type": "string"},
    },
}


def _typed(schema: Document, topic: str) -> Document:
    """The body as it is sent where the path does not say what it is."""
    return {
        **schema,
        "title": f"{schema['title']}Typed",
        "properties": {"type": {"const": topic}, **schema["properties"]},
        "required": ["type", *schema.get("required", ())],
        "examples": [{"type": topic, **one} for one in schema["examples"]],
    }


def _own(path: str, schema: Document) -> Document:
    where = "The source whose secret signs; or `?source=` in the address"
    source = [
        _header("goodword-source", where, required=False),
        {**_header("source", where, required=False), "in": "query"},
    ]
    topic, summary = OWN[path]
    return _operation(
        f"post_{topic}", summary, schema, [*source, *_signed(required=True)], ("200", "202")
    )


def _source() -> Document:
    place = {"in": "path", "name": "source_id", "required": True, "schema": {"type": "string"}}
    schema = {"anyOf": [_ref(f"{PREFIX}Own"), _ref(f"{PREFIX}Provider")]}
    summary = "Deliver to a source: our own form with its `type`, or what the provider sends."
    parameters = [place, *_signed(required=False)]
    return _operation("post_source_delivery", summary, schema, parameters, ("200", "202"))


def _operation(
    name: str, summary: str, schema: Document, parameters: list[Document], good: tuple[str, ...]
) -> Document:
    taken = {"application/json": {"schema": _ref(f"{PREFIX}Taken")}}
    problem = {"application/problem+json": {"schema": _ref("Problem")}}
    meaning = {"200": "It came before, or is a provider's", "202": "Stored; it will be booked"}
    answers: Document = {
        status: {"description": meaning[status], "content": taken} for status in good
    }
    for status, (why, codes) in REFUSED.items():
        said = f"{why}: {', '.join(f'`{code}`' for code in codes)}"
        answers[status] = {"description": said, "content": problem}
    answers["default"] = {"description": "Not stored: send the same again", "content": problem}
    return {
        "operationId": name,
        "summary": summary,
        "tags": ["conversions"],
        "security": [{"signature": []}],
        "parameters": parameters,
        "requestBody": {"required": True, "content": {"application/json": {"schema": schema}}},
        "responses": answers,
    }


def _signed(*, required: bool) -> list[Document]:
    """The headers of our own form; a provider has others."""
    identity = _header("webhook-id", _ID, required=required)
    identity["schema"]["pattern"] = "^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$"
    sent = _header("webhook-timestamp", _SENT, required=required)
    sent["schema"]["pattern"] = "^[0-9]+$"
    return [identity, sent, _header("webhook-signature", _SIGNED, required=required)]


def _header(name: str, meaning: str, *, required: bool) -> Document:
    schema = {"type": "string"}
    told = {"required": required, "schema": schema, "description": meaning}
    return {"in": "header", "name": name, **told}


def _ref(name: str) -> Document:
    return {"$ref": f"#/components/schemas/{name}"}
