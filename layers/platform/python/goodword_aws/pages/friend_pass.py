"""A friend without an account gets a link by mail: one page, for one address, for half an hour.

The link names a programme, the keyed number of the address (never the address) and an end, signed
with the page secret. It opens the friend's page and its three forms, and nothing else: whoever
holds it is whoever reads that mailbox. An address is written to at most a few times an hour,
however often it is typed into the form, and the answer is the same whether we know it or not.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from typing import ClassVar

from goodword.errors import NotFound
from goodword.limits import FRIEND_LETTERS_PER_HOUR, FRIEND_PASS_SECONDS
from goodword.ports import Change, Desk
from goodword.records import Key, Record
from goodword.times import HOUR_MS, SECOND_MS

VERSION = "f1"


class Written(Record):
    """When letters with a pass went to one address lately; expires by itself."""

    KIND: ClassVar[str] = "friend_written"

    program_id: str
    mac: str
    at_ms: tuple[int, ...] = ()

    @property
    def key(self) -> Key:
        return written_key(self.program_id, self.mac)

    @property
    def expires_s(self) -> int:
        return (max(self.at_ms, default=0) + 2 * HOUR_MS) // SECOND_MS


def written_key(program_id: str, mac: str) -> Key:
    """Where it is."""
    return Key("core", f"PASS#{program_id}#{mac}", "WRITTEN")


def may_write(desk: Desk, program_id: str, mac: str) -> bool:
    """Count one more letter to the address; False if it had enough of them within the hour."""
    now_ms = desk.clock.now_ms()
    before = desk.store.get(Written, written_key(program_id, mac))
    lately = [one for one in (before.at_ms if before else ()) if one > now_ms - HOUR_MS]
    if len(lately) >= FRIEND_LETTERS_PER_HOUR:
        return False
    known = before or Written(program_id=program_id, mac=mac)
    change = Change()
    change.save(known.but(at_ms=(*lately, now_ms)))
    desk.store.commit(change)
    return True


def friend_pass(secret: bytes, program_id: str, mac: str, now_ms: int) -> str:
    """The last part of the link."""
    text = f"{program_id}.{mac}.{now_ms // SECOND_MS + FRIEND_PASS_SECONDS}"
    body = base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")
    return f"{VERSION}-{body}-{_sign(secret, text)}"


def passed(secrets: Sequence[bytes], program_id: str, token: str, now_ms: int) -> str:
    """The keyed number of the address that a good pass names. NotFound `pass_over` for others."""
    version, _, rest = token.partition("-")
    body, _, sign = rest.rpartition("-")
    try:
        padded = body + "=" * (-len(body) % 4)
        text = base64.b64decode(padded, altchars=b"-_", validate=True).decode("ascii")
    except (ValueError, binascii.Error, UnicodeDecodeError):
        text = ""
    good = [hmac.compare_digest(_sign(one, text).encode(), sign.encode()) for one in secrets]
    rest, _, ends_s = text.rpartition(".")
    about, _, mac = rest.rpartition(".")
    if version != VERSION or not any(good) or about != program_id:
        raise NotFound("pass_over", "this link has ended; ask for a new one")
    if int(ends_s) * SECOND_MS < now_ms:
        raise NotFound("pass_over", "this link has ended; ask for a new one")
    return mac


def _sign(secret: bytes, text: str) -> str:
    return hmac.new(secret, f"friend\0{text}".encode(), hashlib.sha256).hexdigest()
