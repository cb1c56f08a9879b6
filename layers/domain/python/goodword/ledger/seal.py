"""Every minute what the journal has gained is sealed: a signed root, chained to the one before.

Seals are numbered from 1 without a gap, and one record decides which is next: whoever replaces the
head makes the seal, everybody else has lost. The leaves and the head move in one transaction, so an
item is in exactly one seal. A number is signed only once it can no longer be given to another
content:

    1. leaves get their number and position, the head holds the unsigned seal as `pending`
    2. the pending seal is signed; the signed seal is put in the journal, the head lets go of it
    3. signed seals are copied to the locked archive; the head remembers how far

A run that ends anywhere between is finished by the next one, before it makes anything new.
"""

import base64
import hashlib
from dataclasses import dataclass, field
from typing import ClassVar, Literal, Protocol

from goodword.errors import Stale
from goodword.ledger.leaves import Leaf, canonical, root_of, unsealed
from goodword.limits import (
    READ_KEYS_MAX,
    SEAL_COPIES_MAX,
    SEAL_LEAVES_MAX,
    SEAL_ROUNDS_MAX,
    SEAL_SHARDS,
)
from goodword.ports import Change, Collision, Desk, GuardFailed, Page, Store
from goodword.records import Key, Record, Table, Value

NOTHING_BEFORE = "0" * 64
SEALS = "SEALS"
FORMAT: Literal["goodword-seal-1"] = "goodword-seal-1"


class Signer(Protocol):
    """The signing key; whoever holds it never shows it."""

    def fingerprint(self) -> str:
        """SHA-256 over the public key's DER, in hex."""
        ...

    def pem(self) -> str:
        """The public key."""
        ...

    def sign(self, message: bytes) -> bytes:
        """An ECDSA signature over SHA-256 of the message, in DER."""
        ...


class Archive(Protocol):
    """Copies out of reach: what was kept can neither be changed nor deleted for its time."""

    def keep(self, name: str, content: bytes) -> None:
        """Keep it once; a repeat is fine. Conflict `copy_differs` if there is another content."""
        ...


class SealHeader(Value):
    """What is signed. `total` counts all leaves sealed so far, these included."""

    format: Literal["goodword-seal-1"] = FORMAT
    number: int
    previous: str
    root: str
    count: int
    total: int
    first: str
    last: str
    sealed_at_ms: int
    key: str

    @property
    def signed_bytes(self) -> bytes:
        """The bytes under the signature, whose SHA-256 is what the next seal names."""
        return canonical(self.model_dump())

    @property
    def hash(self) -> str:
        """What the next seal calls `previous`."""
        return hashlib.sha256(self.signed_bytes).hexdigest()


class Seal(Record):
    """A signed seal with the leaves under its root, in order; in the journal, put once."""

    TABLE: ClassVar[Table] = "journal"
    KIND: ClassVar[str] = "seal"

    header: SealHeader
    leaves: tuple[str, ...]
    signature: str

    @property
    def key(self) -> Key:
        return seal_key(self.header.number)

    @property
    def published(self) -> bytes:
        """The seal as it is copied and exported: one JSON object."""
        return canonical(self.model_dump(mode="json", exclude={"version"}))


class SealKey(Record):
    """A public key that has signed seals."""

    TABLE: ClassVar[Table] = "journal"
    KIND: ClassVar[str] = "seal_key"

    fingerprint: str
    pem: str
    since_ms: int

    @property
    def key(self) -> Key:
        return seal_key_key(self.fingerprint)


class Pending(Value):
    """A seal whose content is decided and which is not signed yet."""

    header: SealHeader
    leaves: tuple[str, ...]


class SealHead(Record):
    """Where the chain ends. `copied` is the last seal whose copy is in the archive."""

    KIND: ClassVar[str] = "seal_head"

    number: int = 0
    hash: str = NOTHING_BEFORE
    total: int = 0
    copied: int = 0
    pending: Pending | None = None

    @property
    def key(self) -> Key:
        return HEAD


HEAD = Key("core", "LEDGER#SEAL", "HEAD")


class Sealed(Value):
    """What one run did. `lost` says that another run was faster, which is fine."""

    seals: int
    leaves: int
    copied: int
    lost: bool
    more: bool


def seal_key(number: int) -> Key:
    """Where a seal is."""
    return Key("journal", SEALS, f"{number:012d}")


def seal_key_key(fingerprint: str) -> Key:
    """Where a public key is."""
    return Key("journal", "SEAL_KEYS", fingerprint)


def read_head(store: Store) -> SealHead:
    """The end of the chain; a fresh one before the first seal."""
    return store.get(SealHead, HEAD) or SealHead()


def seal_page(store: Store, limit: int, cursor: str | None) -> Page[Seal]:
    """Signed seals, the first one first."""
    return store.query(Seal, "journal", SEALS, limit=limit, cursor=cursor)


@dataclass
class Sealer:
    """One run of the sealer; a fresh object each time."""

    desk: Desk
    signer: Signer
    archive: Archive
    _taken: set[Key] = field(default_factory=set)

    def run(self, rounds: int = SEAL_ROUNDS_MAX) -> Sealed:
        """Finish what is unfinished, seal what waits, copy what is signed."""
        seals = leaves = copied = 0
        lost, more = False, True
        try:
            self._publish_key()
            self._sign()
            while more and seals < rounds:
                made = self._make()
                more = made > 0
                if made:
                    self._sign()
                    seals, leaves = seals + 1, leaves + made
            copied = self._copy()
        except (Stale, Collision, GuardFailed):
            lost = True
        return Sealed(seals=seals, leaves=leaves, copied=copied, lost=lost, more=more)

    def _publish_key(self) -> None:
        fingerprint = self.signer.fingerprint()
        if self.desk.store.get(SealKey, seal_key_key(fingerprint)) is None:
            change = Change()
            now_ms = self.desk.clock.now_ms()
            change.create(SealKey(fingerprint=fingerprint, pem=self.signer.pem(), since_ms=now_ms))
            self.desk.store.commit(change)

    def _make(self) -> int:
        """Give the oldest leaves that wait their places; how many. 0 if none waits."""
        head = read_head(self.desk.store)
        if head.pending is not None:  # another run made it a moment ago, and signs it
            raise Stale("stale", "another sealer is at work")
        leaves = self._waiting()
        if not leaves:
            return 0
        hashes = tuple(leaf.leaf for leaf in leaves)
        header = SealHeader(
            number=head.number + 1,
            previous=head.hash,
            root=root_of([bytes.fromhex(one) for one in hashes]).hex(),
            count=len(leaves),
            total=head.total + len(leaves),
            first=_name(leaves[0]),
            last=_name(leaves[-1]),
            sealed_at_ms=self.desk.clock.now_ms(),
            key=self.signer.fingerprint(),
        )
        change = Change()
        change.save(head.but(pending=Pending(header=header, leaves=hashes)))
        for position, leaf in enumerate(leaves):
            change.replace(leaf.but(number=header.number, position=position))
        self.desk.store.commit(change)
        self._taken |= {leaf.key for leaf in leaves}
        return len(leaves)

    def _waiting(self) -> list[Leaf]:
        """The oldest leaves that no seal holds. The index may lag, so each is read again."""
        listed: list[Leaf] = []
        for shard in range(SEAL_SHARDS):
            page = self.desk.store.query_index(Leaf, "core", unsealed(shard), limit=READ_KEYS_MAX)
            listed += page.rows
        keys = [leaf.key for leaf in sorted(listed, key=lambda leaf: leaf.order)]
        wanted = [key for key in keys if key not in self._taken][:SEAL_LEAVES_MAX]
        fresh = self.desk.store.get_many(Leaf, wanted) if wanted else {}
        found = (fresh[key] for key in wanted if key in fresh)
        return [leaf for leaf in found if leaf.number is None]

    def _sign(self) -> None:
        """Sign what is pending and put it in the journal."""
        head = read_head(self.desk.store)
        pending = head.pending
        if pending is None:
            return
        header = pending.header.but(key=self.signer.fingerprint())  # it may be another one by now
        signature = self.signer.sign(header.signed_bytes)
        change = Change()
        change.create(
            Seal(
                header=header,
                leaves=pending.leaves,
                signature=base64.b64encode(signature).decode(),
            )
        )
        change.replace(
            head.but(number=header.number, hash=header.hash, total=header.total, pending=None)
        )
        self.desk.store.commit(change)

    def _copy(self) -> int:
        """Copy signed seals that have no copy yet, oldest first; how many."""
        head = read_head(self.desk.store)
        upto = min(head.number, head.copied + SEAL_COPIES_MAX)
        kept: set[str] = set()
        for number in range(head.copied + 1, upto + 1):
            seal = self.desk.store.get(Seal, seal_key(number))
            assert seal is not None  # written in the transaction that moved the head
            self.archive.keep(f"seals/{number:012d}.json", seal.published)
            if seal.header.key not in kept:
                signed_by = self.desk.store.get(SealKey, seal_key_key(seal.header.key))
                assert signed_by is not None  # published before anything is signed
                self.archive.keep(f"keys/{signed_by.fingerprint}.pem", signed_by.pem.encode())
                kept.add(signed_by.fingerprint)
        if upto > head.copied:
            change = Change()
            change.replace(head.but(copied=upto))
            self.desk.store.commit(change)
        return upto - head.copied


def _name(leaf: Leaf) -> str:
    return f"{leaf.item_pk}|{leaf.item_sk}"
