"""A delivery is genuine if its raw bytes carry a MAC under a live secret, in constant time.

Nothing is parsed before that. A text is compared as it was sent, never decoded first: several
base64 texts decode to the same bytes, and only one of them was signed.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping, Sequence

from goodword.errors import NotAuthentic
from goodword.limits import SIGNATURE_AGE_SECONDS_MAX

OFFERED_MAX = 8  # signatures looked at in one header; a sender that rotates sends two
_SECONDS = re.compile(r"[0-9]{1,12}")


def lowered(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers by lower-case name; one that came twice is joined by commas, as HTTP has it."""
    found: dict[str, str] = {}
    for name, value in headers.items():
        key = name.lower()
        found[key] = f"{found[key]},{value}" if key in found else value
    return found


def header(headers: Mapping[str, str], *names: str) -> str:
    """The first of these headers that is there, without surrounding blanks; else nothing."""
    for name in names:
        if name in headers:
            return headers[name].strip()
    return ""


def hex_mac(secret: bytes, message: bytes) -> str:
    """HMAC-SHA256 in lower-case hexadecimal."""
    return hmac.new(secret, message, hashlib.sha256).hexdigest()


def base64_mac(secret: bytes, message: bytes) -> str:
    """HMAC-SHA256 in standard base64."""
    return base64.b64encode(hmac.new(secret, message, hashlib.sha256).digest()).decode()


def require_match(expected: Iterable[str], offered: Sequence[str]) -> None:
    """Raise NotAuthentic `bad_signature` unless one offered text is one of the expected ones.

    Every pair is compared, so that the time taken does not tell which one it was.
    """
    matched = False
    for mac in expected:
        for text in offered[:OFFERED_MAX]:
            matched |= hmac.compare_digest(mac.encode(), text.encode("utf-8", "replace"))
    if not matched:
        raise NotAuthentic("bad_signature", "the signature does not match the body")


def require_fresh(sent_s: str, now_s: int) -> None:
    """Raise NotAuthentic `stale_signature` if the signed time is too far off, either way."""
    if abs(now_s - int(sent_s)) > SIGNATURE_AGE_SECONDS_MAX:
        raise NotAuthentic("stale_signature", "the signed time is too far from now")


def signed_seconds(text: str) -> str:
    """The text if it is a whole number of seconds; NotAuthentic `bad_signature` otherwise."""
    if not _SECONDS.fullmatch(text):
        raise NotAuthentic("bad_signature", "the signature carries no time")
    return text


def digest_of(raw: bytes) -> str:
    """SHA-256 of the bytes in hexadecimal; what tells one body from another."""
    return hashlib.sha256(raw).hexdigest()
