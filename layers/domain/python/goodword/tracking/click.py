"""A click id says by itself when and over which link somebody came, and proves that we made it.

base64url without padding of: version (1 byte) | time in ms (6) | nonce (8) | code (ASCII) | first
16 bytes of the HMAC-SHA256 of all before. Attribution therefore needs no row, and the redirect may
go on while the store is down. Standard library only: the redirect imports this.
"""

import binascii
import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from typing import NamedTuple

from goodword.errors import NotAuthentic
from goodword.ids import ENTROPY_BYTES, new_id

VERSION = 1
NONCE_BYTES = 8  # bytes; two clicks of one millisecond share a nonce once in 10**19
_MAC_BYTES = 16
_HEAD_BYTES = 1 + 6 + NONCE_BYTES
_TEXT_MAX = 120  # characters; a code of 20 gives 68


class Click(NamedTuple):
    """A verified click: when, over which code, and the nonce under which its row is stored."""

    at_ms: int
    code: str
    nonce_hex: str

    @property
    def touch_id(self) -> str:
        """The id of the touch that this click is: made of its time and nonce, always the same."""
        nonce = bytes.fromhex(self.nonce_hex)
        return new_id("tch", self.at_ms, nonce + bytes(ENTROPY_BYTES - NONCE_BYTES))


def sign_click(at_ms: int, code: str, nonce: bytes, secret: bytes) -> str:
    """The click id of a visit at `at_ms` over the folded `code`; `nonce` is 8 bytes of chance."""
    if len(nonce) != NONCE_BYTES:
        raise ValueError(f"a click takes {NONCE_BYTES} bytes of nonce")
    body = bytes([VERSION]) + at_ms.to_bytes(6) + nonce + code.encode("ascii")
    return urlsafe_b64encode(body + _mac(body, secret)).rstrip(b"=").decode("ascii")


def read_click(text: str, secrets: Sequence[bytes]) -> Click:
    """The click behind an id, if a live secret signed it. Raises NotAuthentic `bad_click_id`."""
    raw = _decode(text)
    body, mac = raw[:-_MAC_BYTES], raw[-_MAC_BYTES:]
    good = [hmac.compare_digest(mac, _mac(body, secret)) for secret in secrets]
    if len(body) <= _HEAD_BYTES or body[0] != VERSION or not any(good):
        raise NotAuthentic("bad_click_id", "this click id was not made here")
    return Click(
        at_ms=int.from_bytes(body[1:7]),
        code=body[_HEAD_BYTES:].decode("ascii"),
        nonce_hex=body[7:_HEAD_BYTES].hex(),
    )


def _decode(text: str) -> bytes:
    """The bytes of the one canonical spelling of an id; every other spelling is refused."""
    try:
        if len(text) > _TEXT_MAX:
            raise ValueError("too long")
        raw = urlsafe_b64decode(text + "=" * (-len(text) % 4))
        if urlsafe_b64encode(raw).rstrip(b"=").decode("ascii") != text:
            raise ValueError("not canonical")
    except (ValueError, binascii.Error) as bad:
        raise NotAuthentic("bad_click_id", "this click id was not made here") from bad
    return raw


def _mac(body: bytes, secret: bytes) -> bytes:
    return hmac.new(secret, body, hashlib.sha256).digest()[:_MAC_BYTES]
