"""A write of the API happens once per idempotency key: the Claim keeps what was answered.

The claim is written in the transaction of the change where the use case takes it; the same key with
another request is refused. The key itself is stored as a digest only, since people put all sorts of
things into keys, and it salts the digest of the request for the same reason.
"""

import hashlib
from typing import ClassVar

from goodword.records import Key, Record

CLAIM_SECONDS = 7 * 86_400  # seconds a claim is kept; longer than any client goes on repeating


class Claim(Record):
    """One answered write. `answer` is the JSON text that was sent, without any personal data."""

    KIND: ClassVar[str] = "claim"

    principal: str
    key_hash: str
    request_hash: str
    status: int
    answer: str
    keep_s: int

    @property
    def key(self) -> Key:
        return Key("core", f"IDEM#{self.principal}#{self.key_hash}", "CLAIM")

    @property
    def expires_s(self) -> int:
        return self.keep_s


def claim_key(principal: str, idempotency_key: str) -> Key:
    """Where the claim of a principal's key is."""
    return Key("core", f"IDEM#{principal}#{key_hash(idempotency_key)}", "CLAIM")


def key_hash(idempotency_key: str) -> str:
    """The digest under which a key is known."""
    return hashlib.sha256(idempotency_key.encode()).hexdigest()


def request_hash(idempotency_key: str, method: str, path: str, body: bytes) -> str:
    """The digest of a whole request; two requests under one key are the same if it is equal."""
    digest = hashlib.sha256()
    for part in (idempotency_key.encode(), method.encode(), path.encode(), body):
        digest.update(len(part).to_bytes(8) + part)
    return digest.hexdigest()
