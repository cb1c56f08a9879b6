"""What every sample event of the intake is framed in: an HTTP call that a source has signed."""

import base64
import json
import time
from collections.abc import Mapping

from infra.local.payloads import Json
from infra.local.signing import (
    sign_generic,
    sign_hubspot,
    sign_salesforce,
    sign_segment,
    sign_shopify,
    sign_stripe,
    sign_typeform,
    sign_zendesk,
)

AT_S = 1_763_800_000  # 2025-11-22T08:26:40Z
SOURCES = {
    "generic": "src_0000000000000000000generic",
    "stripe": "src_00000000000000000000stripe",
    "shopify": "src_0000000000000000000shopify",
    "typeform": "src_000000000000000000typeform",
    "zendesk": "src_0000000000000000000zendesk",
    "segment": "src_0000000000000000000segment",
    "hubspot": "src_0000000000000000000hubspot",
    "salesforce": "src_0000000000000000salesforce",
}
SECRETS = {
    "generic": f"whsec_{base64.b64encode(b'sample key, 32 bytes, no secret!').decode()}",
    "stripe": "whsec_sample_of_stripe_0001",
    "shopify": "sample-of-shopify-0001",
    "typeform": "sample-of-typeform-0001",
    "zendesk": "sample-of-zendesk-00001",
    "segment": "sample-of-segment-00001",
    "hubspot": "sample-of-hubspot-00001",
    "salesforce": "sample-of-salesforce-00000000001",
}
CLICK = "AQGaqB5dgAECAwQFBgcITUFZQTctLSBhIHNhbXBsZSAtLQ"  # the form of a click id, signed by nobody
API = "https://api.example.com"
TRACK, BY_SOURCE = "POST /v1/track/sale", "POST /v1/sources/{source_id}"
SALE: Json = {
    "order_id": "1001",
    "amount": 4900,
    "gross_amount": 5831,
    "currency": "EUR",
    "code": "MAYA7",
    "customer_id": "u-4711",
    "customer_email": "robin.friend@example.com",
    "occurred_at": "2025-11-22T09:20:00+01:00",
    "metadata": {"plan": "yearly"},
}


def http_event(
    route: str,
    headers: Mapping[str, str],
    body: bytes,
    *,
    source_id: str = "",
    encoded: bool = False,
) -> Json:
    """What the HTTP API (payload 2.0) hands to a function."""
    path = route.split(" ")[1].replace("{source_id}", source_id)
    event: Json = {
        "version": "2.0",
        "routeKey": route,
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"host": "api.example.com", "content-length": str(len(body)), **headers},
        "requestContext": {
            "accountId": "000000000000",
            "apiId": "sample",
            "domainName": "api.example.com",
            "http": {
                "method": "POST",
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "192.0.2.1",
                "userAgent": "sample",
            },
            "requestId": "sample",
            "routeKey": route,
            "stage": "$default",
            "timeEpoch": AT_S * 1000,
        },
        "body": base64.b64encode(body).decode() if encoded else body.decode(),
        "isBase64Encoded": encoded,
    }
    if "{source_id}" in route:
        event["pathParameters"] = {"source_id": source_id}
    return event


def compact(body: Json | list[Json]) -> bytes:
    """The bytes that are signed and sent."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def generic(
    body: Json | bytes,
    webhook_id: str,
    *,
    route: str = TRACK,
    at_s: int = AT_S,
    source_id: str = SOURCES["generic"],
    encoded: bool = False,
) -> Json:
    """A delivery in our own form."""
    raw = body if isinstance(body, bytes) else compact(body)
    headers = sign_generic(SECRETS["generic"], webhook_id, at_s, raw)
    if route != BY_SOURCE:
        headers["goodword-source"] = source_id
    return http_event(route, headers, raw, source_id=source_id, encoded=encoded)


def stripe(event: Json | bytes, *, at_s: int = AT_S, encoded: bool = False) -> Json:
    """A delivery of Stripe's."""
    raw = event if isinstance(event, bytes) else json.dumps(event, indent=2).encode()
    headers = sign_stripe(SECRETS["stripe"], at_s, raw)
    return http_event(BY_SOURCE, headers, raw, source_id=SOURCES["stripe"], encoded=encoded)


def shopify(topic: str, webhook_id: str, body: Json | bytes, *, encoded: bool = False) -> Json:
    """A delivery of Shopify's."""
    raw = body if isinstance(body, bytes) else compact(body)
    headers = sign_shopify(SECRETS["shopify"], topic, webhook_id, raw)
    return http_event(BY_SOURCE, headers, raw, source_id=SOURCES["shopify"], encoded=encoded)


def forged(event: Json) -> Json:
    """The same event with one byte of the body changed after it was signed."""
    return event | {"body": event["body"].replace("1001", "1002", 1)}


def noticed(kind: str, body: Json | list[Json] | bytes, name: str = "inv-1") -> Json:
    """A delivery of a system that notices customers."""
    raw, secret = body if isinstance(body, bytes) else compact(body), SECRETS[kind]
    at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(AT_S))
    headers = {
        "typeform": lambda: sign_typeform(secret, raw),
        "zendesk": lambda: sign_zendesk(secret, at, name, raw),
        "segment": lambda: sign_segment(secret, raw),
        "hubspot": lambda: sign_hubspot(secret, f"{API}/v1/sources/{SOURCES[kind]}", AT_S, raw),
        "salesforce": lambda: sign_salesforce(secret),
    }[kind]()
    return http_event(BY_SOURCE, headers, raw, source_id=SOURCES[kind])
