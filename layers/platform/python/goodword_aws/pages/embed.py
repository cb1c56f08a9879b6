"""An embedded view is for whoever holds its token, for some minutes, and can do nothing.

The company's own backend asks for a token (`POST /v1/advocates/<id>/embed`, admins only) and puts
`/embed/<token>` into a frame of its own page. The token names an advocate and an end, signed with
the page secret; the view has no form, no cookie and no session, and stands only in the frames of
the origins that the installation lists.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence

from goodword.errors import NotFound
from goodword.limits import EMBED_SECONDS

VERSION = "e1"


def embed_token(secret: bytes, advocate_id: str, now_ms: int) -> tuple[str, int]:
    """The token and the ms at which it ends."""
    ends_s = now_ms // 1_000 + EMBED_SECONDS
    text = f"{advocate_id}.{ends_s}"
    body = base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")
    return f"{VERSION}-{body}-{_mac(secret, text)}", ends_s * 1_000


def embedded(secrets: Sequence[bytes], token: str, now_ms: int) -> str:
    """The advocate that a good token names. NotFound `embed_over` for any other text."""
    version, _, rest = token.partition("-")
    body, _, mac = rest.rpartition("-")
    try:
        text = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)).decode("ascii")
    except (ValueError, binascii.Error, UnicodeDecodeError):
        text = ""
    good = [hmac.compare_digest(_mac(one, text).encode(), mac.encode()) for one in secrets]
    advocate_id, _, ends_s = text.rpartition(".")
    if version != VERSION or not any(good) or int(ends_s) * 1_000 < now_ms:
        raise NotFound("embed_over", "this view has ended; reload the page around it")
    return advocate_id


def _mac(secret: bytes, text: str) -> str:
    return hmac.new(secret, f"embed\0{text}".encode(), hashlib.sha256).hexdigest()
