"""A person's fields open only under that person's data key, and the key exists in one place.

AES-256-GCM; KMS makes and unwraps the data keys and is told whose they are (encryption context), so
that every use is in its trail. A person's plain key is never kept between calls: after `forget` no
process can read the person any more. The key for raw deliveries is kept for a while, because each
shop order would otherwise cost a call.
"""

import base64
import binascii
import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from goodword.errors import NotAuthentic
from goodword.privacy.model import PersonalFields, VaultItem
from goodword.privacy.ports import Forgotten

FORMAT = b"\x01"
NONCE_BYTES = 12
KEPT_SECONDS = 300  # seconds one envelope key may be used
USES_MAX = 1_000  # seals under one envelope key
OPENED_KEYS_MAX = 64  # unwrapped envelope keys that one process remembers


class Vault:
    """The PersonalVault port over KMS and the `keys` table."""

    def __init__(self, kms: Any, dynamodb: Any, key_arn: str, keys_table: str) -> None:
        self._kms = kms
        self._dynamodb = dynamodb
        self._key_arn = key_arn
        self._table = keys_table

    def seal(
        self, person_id: str, fields: PersonalFields, replaces: VaultItem | None = None
    ) -> VaultItem:
        version = 0 if replaces is None else replaces.version
        wrapped = self._wrapped(person_id)
        data_key = self._unwrap(person_id, wrapped) if wrapped else self._make(person_id)
        about = _about(person_id, version + 1)
        sealed = _seal(data_key, fields.model_dump_json().encode(), about)
        text = base64.b64encode(FORMAT + sealed).decode()
        return VaultItem(person_id=person_id, sealed=text, version=version)

    def open(self, item: VaultItem) -> PersonalFields:
        wrapped = self._wrapped(item.person_id)
        if wrapped is None:
            raise Forgotten
        raw = _decoded(item.sealed)
        about = _about(item.person_id, item.version)
        content = _open(self._unwrap(item.person_id, wrapped), raw[1:], about)
        return PersonalFields.model_validate_json(content)

    def seal_text(self, person_id: str, text: str, about: str) -> str:
        wrapped = self._wrapped(person_id)
        if wrapped is None:
            raise Forgotten
        key, name = self._unwrap(person_id, wrapped), _about_text(person_id, about)
        return base64.b64encode(FORMAT + _seal(key, text.encode(), name)).decode()

    def open_text(self, person_id: str, sealed: str, about: str) -> str:
        wrapped = self._wrapped(person_id)
        if wrapped is None:
            raise Forgotten
        raw, key = _decoded(sealed), self._unwrap(person_id, wrapped)
        return _open(key, raw[1:], _about_text(person_id, about)).decode()

    def forget(self, person_id: str) -> None:
        self._dynamodb.delete_item(TableName=self._table, Key=_place(person_id))

    def _wrapped(self, person_id: str) -> bytes | None:
        """The wrapped key that is stored, always asked for anew."""
        answer = self._dynamodb.get_item(
            TableName=self._table, Key=_place(person_id), ConsistentRead=True
        )
        return bytes(answer["Item"]["wrapped"]["B"]) if "Item" in answer else None

    def _make(self, person_id: str) -> bytes:
        """Store a new key unless there is one by now; the stored one counts. Gives it in plain."""
        answer = self._kms.generate_data_key(
            KeyId=self._key_arn, KeySpec="AES_256", EncryptionContext={"person": person_id}
        )
        plain: bytes = answer["Plaintext"]
        try:
            self._dynamodb.put_item(
                TableName=self._table,
                Item={**_place(person_id), "wrapped": {"B": answer["CiphertextBlob"]}},
                ConditionExpression="attribute_not_exists(pk)",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except ClientError as refused:
            if refused.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise
            item: Any = refused.response.get("Item")
            # Someone was quicker, or it was this very put and only its reply was lost.
            stored = bytes(item["wrapped"]["B"]) if item else self._wrapped(person_id)
            if stored is None:
                raise Forgotten from refused
            return self._unwrap(person_id, stored)
        return plain

    def _unwrap(self, person_id: str, wrapped: bytes) -> bytes:
        answer = self._kms.decrypt(
            KeyId=self._key_arn, CiphertextBlob=wrapped, EncryptionContext={"person": person_id}
        )
        key: bytes = answer["Plaintext"]
        return key


@dataclass
class _EnvelopeKey:
    plain: bytes
    wrapped: bytes
    made_s: float
    uses: int = 0


class Envelope:
    """The Sealer port: the wrapped data key travels with the content.

    `purpose` is in the encryption context, so what was sealed for one purpose opens for no other.
    `seconds` is a clock that only moves forward.
    """

    def __init__(
        self, kms: Any, key_arn: str, seconds: Callable[[], float], purpose: str = "arrival"
    ) -> None:
        self._kms = kms
        self._key_arn = key_arn
        self._seconds = seconds
        self._context = {"purpose": purpose}
        self._current: _EnvelopeKey | None = None
        self._opened: OrderedDict[bytes, tuple[float, bytes]] = OrderedDict()

    def seal_bytes(self, content: bytes, about: str) -> str:
        key = self._sealing_key()
        key.uses += 1
        head = FORMAT + len(key.wrapped).to_bytes(2) + key.wrapped
        return base64.b64encode(head + _seal(key.plain, content, head + about.encode())).decode()

    def open_bytes(self, sealed: str, about: str) -> bytes:
        raw = _decoded(sealed)
        end = 3 + int.from_bytes(raw[1:3])
        return _open(self._unwrap(raw[3:end]), raw[end:], raw[:end] + about.encode())

    def _sealing_key(self) -> _EnvelopeKey:
        now, key = self._seconds(), self._current
        if key is None or key.uses >= USES_MAX or now - key.made_s >= KEPT_SECONDS:
            answer = self._kms.generate_data_key(
                KeyId=self._key_arn, KeySpec="AES_256", EncryptionContext=self._context
            )
            key = _EnvelopeKey(answer["Plaintext"], answer["CiphertextBlob"], now)
            self._current = key
        return key

    def _unwrap(self, wrapped: bytes) -> bytes:
        now = self._seconds()
        kept = self._opened.pop(wrapped, None)
        if kept is None or now - kept[0] >= KEPT_SECONDS:
            try:
                answer = self._kms.decrypt(
                    KeyId=self._key_arn, CiphertextBlob=wrapped, EncryptionContext=self._context
                )
            except ClientError as refused:
                code = refused.response["Error"]["Code"]
                if code not in ("InvalidCiphertextException", "ValidationException"):
                    raise
                raise NotAuthentic("seal_broken", "the wrapped key is not ours") from refused
            kept = (now, answer["Plaintext"])
        self._opened[wrapped] = kept
        if len(self._opened) > OPENED_KEYS_MAX:
            self._opened.popitem(last=False)
        return kept[1]


def _place(person_id: str) -> dict[str, Any]:
    return {"pk": {"S": f"PER#{person_id}"}, "sk": {"S": "KEY"}}


def _about(person_id: str, version: int) -> bytes:
    """Binds a seal to its place: another person's item or an older version does not open there."""
    return f"{person_id}#{version}".encode()


def _about_text(person_id: str, about: str) -> bytes:
    """Binds a text to its person and its place; no version of a vault item looks like it."""
    return f"{person_id}#text#{about}".encode()


def _seal(key: bytes, content: bytes, about: bytes) -> bytes:
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, content, about)


def _open(key: bytes, sealed: bytes, about: bytes) -> bytes:
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], about)
    except (InvalidTag, ValueError) as bad:
        raise NotAuthentic("seal_broken", "this was not sealed here, or not about this") from bad


def _decoded(text: str) -> bytes:
    try:
        raw = base64.b64decode(text, validate=True)
    except binascii.Error as bad:
        raise NotAuthentic("seal_broken", "this was not sealed here") from bad
    if raw[:1] != FORMAT:
        raise NotAuthentic("seal_broken", "this was sealed in an unknown way")
    return raw
