"""The ledger's proof with its real adapters: a KMS key that signs, a bucket that forgets nothing.

The stream's part is here too: it notes the leaf of every new journal item for the sealer. A batch
is noted whole or reported from its first item on; noting an item twice makes one leaf.
"""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from aws_lambda_powertools import Logger
from botocore.exceptions import ClientError
from goodword.errors import Conflict, NotFound
from goodword.ledger.completeness import Completeness, note
from goodword.ledger.leaves import Items, Plain, leaf_for
from goodword.ledger.proof import Proof, own_entries, prove
from goodword.ledger.seal import Seal, Sealer, SealHeader, SealKey, read_head, seal_key_key
from goodword.ledger.seal import seal_page as read_page
from goodword.ports import Page, Store
from goodword.records import Value
from goodword.rewards.model import Reward

from goodword_aws import observe, wiring
from goodword_aws.aws import client
from goodword_aws.calls import Call
from goodword_aws.items import plain_of
from goodword_aws.settings import settings

READERS = frozenset({"finance", "admin"})  # who may see the proof of any reward
ALGORITHM = "ECDSA_SHA_256"
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # SP 800-186
PEM_LINE = 64  # characters of a line of PEM (RFC 7468)
Failures = dict[str, list[dict[str, str]]]


@dataclass(frozen=True)
class KmsSigner:
    """The Signer port over one asymmetric KMS key (ECC_NIST_P256)."""

    kms: Any
    key_arn: str

    @cached_property
    def _der(self) -> bytes:
        der: bytes = self.kms.get_public_key(KeyId=self.key_arn)["PublicKey"]
        return der

    def fingerprint(self) -> str:
        """SHA-256 over the public key's DER, in hex."""
        return hashlib.sha256(self._der).hexdigest()

    def pem(self) -> str:
        """The public key."""
        return pem_of(self._der)

    def sign(self, message: bytes) -> bytes:
        """KMS hashes the message itself. Of the two signatures that fit, the one with the lower s.

        KMS gives either; with one spelling alone, nobody can make another signature of a signed
        seal, and the verifier takes no other.
        """
        signature: bytes = self.kms.sign(
            KeyId=self.key_arn, Message=message, MessageType="RAW", SigningAlgorithm=ALGORITHM
        )["Signature"]
        return low_s(signature)


def low_s(signature: bytes) -> bytes:
    """A DER signature of P-256 in the one spelling that the verifier takes."""
    from cryptography.hazmat.primitives.asymmetric.utils import (  # noqa: PLC0415 - slow to import
        decode_dss_signature,
        encode_dss_signature,
    )

    r, s = decode_dss_signature(signature)
    return encode_dss_signature(r, min(s, P256_ORDER - s))


def pem_of(der: bytes) -> str:
    """A public key as text."""
    text = base64.b64encode(der).decode()
    lines = [text[start : start + PEM_LINE] for start in range(0, len(text), PEM_LINE)]
    return "\n".join(["-----BEGIN PUBLIC KEY-----", *lines, "-----END PUBLIC KEY-----", ""])


@dataclass(frozen=True)
class LockedBucket:
    """The Archive port over a bucket whose objects are locked by default."""

    s3: Any
    bucket: str

    def keep(self, name: str, content: bytes) -> None:
        """Put it if nothing is there; what is there must be the same."""
        try:
            self.s3.put_object(Bucket=self.bucket, Key=name, Body=content, IfNoneMatch="*")
        except ClientError as refused:
            if refused.response["Error"]["Code"] != "PreconditionFailed":
                raise
            if self.s3.get_object(Bucket=self.bucket, Key=name)["Body"].read() != content:
                raise Conflict("copy_differs", f"another content was kept as {name}") from refused


class Noter:
    """Brings the journal's new items to the sealer."""

    def __init__(self, store: Store, log: Logger) -> None:
        self._store = store
        self._log = log

    def take(self, records: Sequence[Mapping[str, Any]]) -> Failures:
        """Stream records of events and entries -> the first that failed, or none."""
        items: list[Plain] = []
        unread = None
        for index, record in enumerate(records):
            try:
                item = plain_of(record["dynamodb"]["NewImage"])
                leaf_for(item)
                items.append(item)
            except Exception as error:  # noqa: BLE001 - whatever is wrong with it, it is set aside
                observe.failure(self._log, "a stream record is no item of the journal", error)
                unread = index
                break
        failed = unread
        if items:
            try:
                note(self._store, items)
            except Exception as error:  # noqa: BLE001 - the outermost of this batch: all of it again
                observe.failure(self._log, "leaves were not noted", error)
                failed = 0
        if failed is None:
            return {"batchItemFailures": []}
        number = records[failed].get("dynamodb", {}).get("SequenceNumber", "")
        return {"batchItemFailures": [{"itemIdentifier": number}]}


def sealer() -> Sealer:
    """One run's sealer; needs SEAL_KEY_ARN and SEALS_BUCKET."""
    own = settings()
    return Sealer(
        wiring.desk("ledger_sealer"),
        KmsSigner(client("kms"), own.seal_key_arn),
        LockedBucket(client("s3"), own.seals_bucket),
    )


def completeness() -> Completeness:
    """The nightly check of the seals."""
    return Completeness(wiring.desk("ledger_check"), wiring.store(), wiring.store())


def owner_to_be(call: Call) -> str | None:
    """Whose a reward must be for the caller to see its proof; None where any will do."""
    return None if call.principal.groups & READERS else call.advocate_id


def reward_proof(store: Store, items: Items, reward: Reward, advocate_id: str | None) -> Proof:
    """The proof of a reward, its payout's movements with it; for staff or for its advocate.

    NotFound `unknown_reward` if it is somebody else's.
    """
    if advocate_id not in (None, reward.advocate_id):
        raise NotFound("unknown_reward", "there is no such reward")
    more = [reward.payout_id] if reward.payout_id else []
    may_read = own_entries(advocate_id) if advocate_id else lambda _item: True
    return prove(store, items, reward.reward_id, more, may_read)


class SealAnswer(Value):
    """One seal with the leaves under its root, in order."""

    header: SealHeader
    leaves: tuple[str, ...]
    signature: str


class SealKeyAnswer(Value):
    """The key that signed the last seal, and where the chain ends."""

    fingerprint: str
    pem: str
    number: int
    hash: str
    total: int


def seal_page(store: Store, limit: int, cursor: str | None) -> Page[SealAnswer]:
    """Seals in order, the first one first."""

    def shown(seal: Seal) -> SealAnswer:
        return SealAnswer(header=seal.header, leaves=seal.leaves, signature=seal.signature)

    page = read_page(store, limit, cursor)
    return Page([shown(seal) for seal in page.rows], page.cursor)


def seal_key_answer(store: Store) -> SealKeyAnswer:
    """The public key. NotFound `never_sealed` before the first seal."""
    head = read_head(store)
    page = store.query(Seal, "journal", "SEALS", limit=1, newest_first=True)
    if not page.rows:
        raise NotFound("never_sealed", "nothing has been sealed yet")
    fingerprint = page.rows[0].header.key
    found = store.get(SealKey, seal_key_key(fingerprint))
    assert found is not None  # published before anything is signed
    return SealKeyAnswer(
        fingerprint=fingerprint,
        pem=found.pem,
        number=head.number,
        hash=head.hash,
        total=head.total,
    )
