"""Bodies signed as each provider signs them, written apart from the code that verifies.

Standard library only. Each function answers the headers to send with exactly these bytes. The time
is the receiver's: on a laptop whose clock was moved forward, add the same seconds.
"""

import base64
import hashlib
import hmac


def sign_generic(secret: str, webhook_id: str, at_s: int, body: bytes) -> dict[str, str]:
    """Standard Webhooks: `v1,<base64>` over `id.timestamp.body`; `whsec_` marks base64."""
    prefix, _, encoded = secret.partition("whsec_")
    key = base64.b64decode(encoded) if encoded and not prefix else secret.encode()
    message = f"{webhook_id}.{at_s}.".encode() + body
    return {
        "content-type": "application/json",
        "webhook-id": webhook_id,
        "webhook-timestamp": str(at_s),
        "webhook-signature": f"v1,{_base64(key, message)}",
    }


def sign_stripe(secret: str, at_s: int, body: bytes) -> dict[str, str]:
    """Stripe: hexadecimal over `t.body`, the whole secret as key, also its `whsec_`."""
    mac = hmac.new(secret.encode(), f"{at_s}.".encode() + body, hashlib.sha256).hexdigest()
    return {
        "content-type": "application/json; charset=utf-8",
        "stripe-signature": f"t={at_s},v1={mac}",
    }


def sign_shopify(secret: str, topic: str, webhook_id: str, body: bytes) -> dict[str, str]:
    """Shopify: base64 over the body alone; topic and id are headers that nobody signs."""
    return {
        "content-type": "application/json",
        "x-shopify-topic": topic,
        "x-shopify-webhook-id": webhook_id,
        "x-shopify-hmac-sha256": _base64(secret.encode(), body),
    }


def sign_typeform(secret: str, body: bytes) -> dict[str, str]:
    """Typeform's header: over the body alone."""
    mac = _base64(secret.encode(), body)
    return {"content-type": "application/json", "typeform-signature": f"sha256={mac}"}


def sign_zendesk(secret: str, at: str, invocation: str, body: bytes) -> dict[str, str]:
    """Zendesk's headers: over its own time and the body, with nothing between them."""
    signed = _base64(secret.encode(), at.encode() + body)
    return {
        "content-type": "application/json",
        "x-zendesk-webhook-signature": signed,
        "x-zendesk-webhook-signature-timestamp": at,
        "x-zendesk-webhook-invocation-id": invocation,
    }


def sign_segment(secret: str, body: bytes) -> dict[str, str]:
    """Segment's header: SHA-1 over the body, which is what it sends."""
    mac = hmac.new(secret.encode(), body, hashlib.sha1).hexdigest()
    return {"content-type": "application/json", "x-signature": mac}


def sign_hubspot(secret: str, url: str, at_s: int, body: bytes) -> dict[str, str]:
    """HubSpot's third signature: over method, whole address, body and its time in ms."""
    at_ms = str(at_s * 1_000)
    signed = _base64(secret.encode(), f"POST{url}".encode() + body + at_ms.encode())
    return {
        "content-type": "application/json",
        "x-hubspot-signature-v3": signed,
        "x-hubspot-request-timestamp": at_ms,
    }


def sign_salesforce(key: str) -> dict[str, str]:
    """What an EventBridge connection adds: the key alone, because Salesforce signs nothing."""
    return {"content-type": "application/json; charset=utf-8", "goodword-key": key}


def _base64(key: bytes, message: bytes) -> str:
    return base64.b64encode(hmac.new(key, message, hashlib.sha256).digest()).decode()
