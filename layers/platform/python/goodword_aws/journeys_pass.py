"""A letter's link opens one request: to answer it, or to be asked for nothing more.

The link names the request and an end, signed with the page secret, and holds nothing of a person.
It works a month longer than the request, so that whoever reads the letter late can still say that
they want no more of them.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence

from goodword.errors import NotFound
from goodword.limits import ASK_PASS_DAYS
from goodword.times import DAY_MS, SECOND_MS

VERSION = "a1"


def ask_pass(secret: bytes, ask_id: str, expires_ms: int) -> str:
    """The last part of the link."""
    text = f"{ask_id}.{(expires_ms + ASK_PASS_DAYS * DAY_MS) // SECOND_MS}"
    body = base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")
    return f"{VERSION}-{body}-{_sign(secret, text)}"


def passed(secrets: Sequence[bytes], token: str, now_ms: int) -> str:
    """The request that a good link names. NotFound `pass_over` for others."""
    version, _, rest = token.partition("-")
    body, _, sign = rest.rpartition("-")
    try:
        padded = body + "=" * (-len(body) % 4)
        text = base64.b64decode(padded, altchars=b"-_", validate=True).decode("ascii")
    except (ValueError, binascii.Error):
        text = ""
    good = [hmac.compare_digest(_sign(one, text).encode(), sign.encode()) for one in secrets]
    ask_id, _, ends_s = text.rpartition(".")
    if version != VERSION or not any(good) or int(ends_s) * SECOND_MS < now_ms:
        raise NotFound("pass_over", "this link has ended")
    return ask_id


def _sign(secret: bytes, text: str) -> str:
    return hmac.new(secret, f"ask\0{text}".encode(), hashlib.sha256).hexdigest()
