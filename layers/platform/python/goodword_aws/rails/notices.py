"""Rails tell of changes by webhooks; each is verified over the raw bytes before it is believed.

    stripe       `Stripe-Signature: t=...,v1=hex`: HMAC-SHA256 of `t.body`, at most 300 s old
    tremendous   `Tremendous-Webhook-Signature: sha256=hex`: HMAC-SHA256 of the body
    paypal       RSA-SHA256 of `id|time|webhook id|crc32(body)` under a certificate of PayPal's,
                 fetched from PayPal's own host only

What is verified says only that something happened to a payment: what, is asked of the rail.
"""

import base64
import binascii
import hashlib
import hmac
import json
import re
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from goodword.errors import Malformed, NotAuthentic
from goodword.limits import SIGNATURE_AGE_SECONDS_MAX
from goodword.payouts.notices import RailNotice

from goodword_aws.rails.paypal import paypal_ids
from goodword_aws.rails.stripe import stripe_ids
from goodword_aws.rails.wire import part, reference

CERT_HOSTS = frozenset(
    {"api.paypal.com", "api.sandbox.paypal.com", "api-m.paypal.com", "api-m.sandbox.paypal.com"}
)
CERT_PATH = "/v1/notifications/certs/"
_HEX = re.compile(r"[0-9a-f]{64}")
_EVENT = re.compile(r"[A-Za-z0-9_.-]{1,128}")


@dataclass(frozen=True)
class Told:
    """A webhook as it came: the header's names in small letters."""

    headers: Mapping[str, str]
    raw: bytes
    now_ms: int


def verified(
    rail: str,
    told: Told,
    secrets: Mapping[str, Sequence[str]],
    certificate: Callable[[str], bytes],
) -> RailNotice:
    """The notice of a webhook that is the rail's own.

    `secrets` are the live signing secrets by rail (PayPal: the webhook's id). Raises NotAuthentic
    `bad_signature` or `unknown_rail`, Malformed.
    """
    check = _CHECKS.get(rail)
    if check is None or not secrets.get(rail):
        raise NotAuthentic("unknown_rail", "no such rail tells anything here")
    if not check(told, secrets[rail], certificate):
        raise NotAuthentic("bad_signature", "the signature did not verify")
    try:
        body = json.loads(told.raw)
    except ValueError as bad:
        raise Malformed("malformed_body", "the body is no JSON") from bad
    return _notice(rail, body, told.now_ms)


def certificate_address(url: str) -> str | None:
    """The address if it is a certificate of PayPal's own host, else None."""
    parts = urlsplit(url)
    plain = url.isascii() and not any(ord(one) <= 32 or one in "\\@%" for one in url)
    inside = parts.path.startswith(CERT_PATH) and ".." not in parts.path
    same = parts.scheme == "https" and parts.netloc in CERT_HOSTS and inside
    return url if plain and same and not parts.query and not parts.fragment else None


def _stripe(told: Told, secrets: Sequence[str], _: Callable[[str], bytes]) -> bool:
    fields = [one.partition("=") for one in told.headers.get("stripe-signature", "").split(",")]
    at = next((value for name, _, value in fields if name.strip() == "t"), "")
    given = [value.strip() for name, _, value in fields if name.strip() == "v1"]
    if not re.fullmatch(r"[0-9]{1,12}", at):
        return False
    if abs(told.now_ms // 1_000 - int(at)) > SIGNATURE_AGE_SECONDS_MAX:
        return False
    return _one_of(given, [_hmac(one, f"{at}.".encode() + told.raw) for one in secrets])


def _tremendous(told: Told, secrets: Sequence[str], _: Callable[[str], bytes]) -> bool:
    kind, _sign, given = told.headers.get("tremendous-webhook-signature", "").partition("=")
    return kind == "sha256" and _one_of([given], [_hmac(one, told.raw) for one in secrets])


def _paypal(told: Told, secrets: Sequence[str], certificate: Callable[[str], bytes]) -> bool:
    names = ("paypal-transmission-id", "paypal-transmission-time", "paypal-transmission-sig")
    identifier, at, signature = (told.headers.get(name, "") for name in names)
    address = certificate_address(told.headers.get("paypal-cert-url", ""))
    algorithm = told.headers.get("paypal-auth-algo", "SHA256withRSA")
    if not (identifier and at and signature and address) or algorithm != "SHA256withRSA":
        return False
    key = _public_key(certificate(address), told.now_ms)
    if key is None:
        return False
    messages = [f"{identifier}|{at}|{one}|{zlib.crc32(told.raw)}".encode() for one in secrets]
    return any(_signed(key, signature, message) for message in messages)


_CHECKS: Mapping[str, Callable[[Told, Sequence[str], Callable[[str], bytes]], bool]] = {
    "stripe": _stripe,
    "tremendous": _tremendous,
    "paypal": _paypal,
}


def _hmac(secret: str, message: bytes) -> str:
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()


def _one_of(given: Sequence[str], wanted: Sequence[str]) -> bool:
    return any(
        hmac.compare_digest(one, other) for one in given if _HEX.fullmatch(one) for other in wanted
    )


def _public_key(pem: bytes, now_ms: int) -> RSAPublicKey | None:
    """The key of the first certificate, if it is valid now and PayPal's."""
    try:
        found = x509.load_pem_x509_certificate(pem)
    except ValueError:
        return None
    from_ms = found.not_valid_before_utc.timestamp() * 1_000
    until_ms = found.not_valid_after_utc.timestamp() * 1_000
    key = found.public_key()
    good = from_ms <= now_ms <= until_ms and isinstance(key, RSAPublicKey)
    return key if good and isinstance(key, RSAPublicKey) else None


def _signed(key: RSAPublicKey, signature: str, message: bytes) -> bool:
    try:
        key.verify(base64.b64decode(signature, validate=True), message, PKCS1v15(), SHA256())
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


def _notice(rail: str, body: Any, now_ms: int) -> RailNotice:
    event = part(body, "uuid") if rail == "tremendous" else part(body, "id")
    if not isinstance(event, str) or not _EVENT.fullmatch(event):
        raise Malformed("malformed_body", "the body names no event")
    found = {"stripe": stripe_ids, "paypal": paypal_ids}.get(rail)
    kind = reference(part(body, "payload", "resource", "type"))
    resource = reference(part(body, "payload", "resource", "id"))
    return RailNotice(
        rail=rail,  # type: ignore[arg-type]  # a key of _CHECKS is a rail's name
        event_id=event,
        payout_ids=tuple(found(body)) if found else (),
        resource=f"{kind}:{resource}" if rail == "tremendous" and kind and resource else "",
        received_ms=now_ms,
    )
