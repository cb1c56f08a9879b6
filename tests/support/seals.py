"""A journal to seal in memory: items of every sort, a real key, a locked shelf."""

import hashlib
import io
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from goodword.errors import Conflict
from goodword.events import Event, system
from goodword.ledger.completeness import chunks, note
from goodword.ledger.leaves import KINDS, Leaf, content
from goodword.ledger.model import Entry, Leg
from goodword.ledger.seal import Seal, Sealed, Sealer
from goodword.ports import Change
from goodword.records import Record
from goodword_aws.ledger import P256_ORDER, low_s

from tests.support.desk import NOW_MS, World

Json = dict[str, Any]


class KeyOfTests:
    """A P-256 key in this process."""

    def __init__(self, number: int = 20_251_122) -> None:
        self._key = ec.derive_private_key(number, ec.SECP256R1())
        self.der = self._key.public_key().public_bytes(
            Encoding.DER, PublicFormat.SubjectPublicKeyInfo
        )

    def fingerprint(self) -> str:
        return hashlib.sha256(self.der).hexdigest()

    def pem(self) -> str:
        spki = PublicFormat.SubjectPublicKeyInfo
        return self._key.public_key().public_bytes(Encoding.PEM, spki).decode()

    def sign(self, message: bytes) -> bytes:
        return low_s(self._key.sign(message, ec.ECDSA(hashes.SHA256())))


@dataclass
class Shelf:
    """An archive that takes each name once."""

    kept: dict[str, bytes] = field(default_factory=dict)

    def keep(self, name: str, content: bytes) -> None:
        if self.kept.setdefault(name, content) != content:
            raise Conflict("copy_differs", "another content was kept")


def event(number: int, subject: str = "rwd_1", at_ms: int = NOW_MS) -> Event:
    """One event."""
    return Event(
        event_id=f"evt_{number}",
        type="reward.due",
        subject=subject,
        at_ms=at_ms + number,
        actor=system("tests"),
        data={"amount_minor": number, "note": None, "over": number > 3},
    )


def entry(number: int, reward_id: str = "rwd_1", advocate_id: str = "adv_1") -> Entry:
    """One entry of `number` + 1 cents for an advocate."""
    return Entry(
        entry_id=f"ent_{number}",
        what="reward_earned",
        at_ms=NOW_MS + number,
        program_id="prg_1",
        currency="EUR",
        legs=(
            Leg(account="program:prg_1:expense", amount_minor=number + 1),
            Leg(account=f"advocate:{advocate_id}:pending", amount_minor=-number - 1),
        ),
        refs={"reward_id": reward_id},
    )


@dataclass
class Vaulted:
    """A world whose journal is sealed."""

    world: World = field(default_factory=World)
    key: KeyOfTests = field(default_factory=KeyOfTests)
    shelf: Shelf = field(default_factory=Shelf)

    def write(self, *records: Record, noted: bool = True) -> None:
        """Put journal items; `noted` says that the stream brought them."""
        for record in records:
            change = Change()
            change.create(record)
            self.world.store.commit(change)
        if noted:
            self.bring()

    def bring(self) -> None:
        """What the stream does: note every journal item, also those it has brought before."""
        for chunk in chunks(self.world.store.scan_plain("journal", KINDS)):
            note(self.world.store, chunk)

    def seal(self, rounds: int = 20) -> Sealed:
        """One run of the sealer."""
        return Sealer(self.world.desk("sealer"), self.key, self.shelf).run(rounds)

    def items(self) -> list[Json]:
        """The journal as it is exported: in the order of the seals, what waits at the end."""
        places = {
            leaf.item_key: (leaf.number or 1 << 60, leaf.position or 0)
            for leaf in self.world.all(Leaf)
        }
        found = {
            key: content(item)
            for key, item in self.world.store.items.items()
            if key.table == "journal" and item["kind"] in KINDS
        }
        last = (1 << 61, 0)
        return [found[key] for key in sorted(found, key=lambda key: (places.get(key, last), key))]

    def seals(self) -> list[Json]:
        """The signed seals as they are exported."""
        return [one.model_dump(mode="json", exclude={"version"}) for one in self.world.all(Seal)]


class Kms:
    """The two operations of KMS that the sealer uses."""

    def __init__(self) -> None:
        self.key = KeyOfTests()
        self.asked: list[dict[str, Any]] = []

    def get_public_key(self, **request: Any) -> dict[str, Any]:
        return {"PublicKey": self.key.der}

    def sign(self, **request: Any) -> dict[str, Any]:
        self.asked.append(request)
        r, s = decode_dss_signature(self.key.sign(request["Message"]))
        return {"Signature": encode_dss_signature(r, P256_ORDER - s)}  # KMS gives the higher s, too


class Bucket:
    """Objects that are put once."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.fails = ""

    def put_object(self, **request: Any) -> None:
        assert request["IfNoneMatch"] == "*"
        if self.fails or request["Key"] in self.objects:
            code = self.fails or "PreconditionFailed"
            raise ClientError({"Error": {"Code": code, "Message": "x"}}, "PutObject")
        self.objects[request["Key"]] = request["Body"]

    def get_object(self, **request: Any) -> dict[str, Any]:
        return {"Body": io.BytesIO(self.objects[request["Key"]])}
