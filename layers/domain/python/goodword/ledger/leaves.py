"""A leaf is the hash of one journal item exactly as it is stored; a root is a tree over leaves.

The tree is that of RFC 6962: a leaf is `sha256(00 || item)`, a node `sha256(01 || left || right)`,
and the left side holds the largest power of two that is smaller than the whole. The item is written
as JSON with sorted names, no spaces and no escapes beyond those that JSON demands, in UTF-8, so
that anybody with an export gets the same bytes. Where the item stands in an index, when it may
expire and how often it was written are not part of it.

A `Leaf` record is made once per item, from the journal's stream or by the nightly check; it stands
in a sparse index until a seal has taken it in. From then on that of an entry stands under its day,
which is how the entries of a period are found.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar, Literal, Protocol

from goodword.ids import shard_of
from goodword.limits import SEAL_SHARDS
from goodword.records import IndexEntry, Key, Record, Table
from goodword.times import as_datetime

Plain = dict[str, Any]
Of = Literal["event", "entry"]
KINDS: tuple[Of, ...] = ("event", "entry")
LEFT_OUT = frozenset({"version", "gsi1pk", "gsi1sk", "expires_s"})


class Items(Protocol):
    """Stored items as they are, not as today's models would write them."""

    def plain_many(self, keys: Sequence[Key]) -> dict[Key, Plain]:
        """Those of up to 100 keys that exist, strongly consistent."""
        ...

    def scan_plain(self, table: Table, kinds: Sequence[str]) -> Iterator[Plain]:
        """Every item of these kinds, in no order, strongly consistent; for nightly checks only."""
        ...


class Leaf(Record):
    """One journal item, its hash, and where it was sealed: seal `number`, at `position` in it."""

    KIND: ClassVar[str] = "leaf"

    subject: str
    of: Of
    item_pk: str
    item_sk: str
    at_ms: int
    leaf: str
    number: int | None = None
    position: int | None = None

    @property
    def key(self) -> Key:
        return Key("core", leaves_of(self.subject), f"{self.item_pk}|{self.item_sk}")

    @property
    def item_key(self) -> Key:
        """Where the item itself is."""
        return Key("journal", self.item_pk, self.item_sk)

    @property
    def day(self) -> str:
        """The UTC day that it is of."""
        return f"{as_datetime(self.at_ms):%Y-%m-%d}"

    @property
    def order(self) -> tuple[int, str, str]:
        """The order inside a seal: by time, then by key."""
        return (self.at_ms, self.item_pk, self.item_sk)

    @property
    def index_entry(self) -> IndexEntry | None:
        if self.number is not None:
            at = f"{self.at_ms:015d}#{self.item_pk}|{self.item_sk}"
            return IndexEntry(booked_on(self.day), at) if self.of == "entry" else None
        shard = shard_of(self.item_pk + self.item_sk, SEAL_SHARDS)
        return IndexEntry(unsealed(shard), f"{self.at_ms:015d}#{self.item_pk}|{self.item_sk}")


def leaves_of(subject: str) -> str:
    """The partition of the leaves about one reward, payout or other subject."""
    return f"LEAF#{subject}"


def unsealed(shard: int) -> str:
    """The index partition of leaves that no seal holds yet (0 <= shard < SEAL_SHARDS)."""
    return f"UNSEALED#{shard}"


def booked_on(day: str) -> str:
    """The index partition of the sealed entries of a UTC day (`2026-11-22`), oldest first.

    The sealer alone writes there, some 200 a second at most, so it needs no shards.
    """
    return f"ENTRIES#{day}"


def subject_of(item: Mapping[str, Any]) -> str:
    """What the item is about: an event's subject; an entry's reward, else its payout, else it."""
    if item["kind"] == "event":
        return str(item["subject"])
    refs = item.get("refs") or {}
    return str(refs.get("reward_id") or refs.get("payout_id") or item["entry_id"])


def leaf_for(item: Mapping[str, Any]) -> Leaf:
    """The record of a stored item (attributes as JSON-like values). ValueError if it has none."""
    if item["kind"] not in KINDS:
        raise ValueError("only events and entries are sealed")
    return Leaf(
        subject=subject_of(item),
        of=item["kind"],
        item_pk=item["pk"],
        item_sk=item["sk"],
        at_ms=item["at_ms"],
        leaf=leaf_hash(item).hex(),
    )


def canonical(value: Mapping[str, Any]) -> bytes:
    """The one spelling of a JSON object: names sorted, no spaces, UTF-8."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode()


def content(item: Mapping[str, Any]) -> Plain:
    """What of a stored item is hashed."""
    return {name: value for name, value in item.items() if name not in LEFT_OUT}


def leaf_hash(item: Mapping[str, Any]) -> bytes:
    """The leaf of a stored item."""
    return hashlib.sha256(b"\x00" + canonical(content(item))).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """A node over two others."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_of(leaves: Sequence[bytes]) -> bytes:
    """The root over one or more leaves."""
    if len(leaves) == 1:
        return leaves[0]
    split = _split(len(leaves))
    return node_hash(root_of(leaves[:split]), root_of(leaves[split:]))


def path_of(position: int, leaves: Sequence[bytes]) -> list[bytes]:
    """The nodes beside the way from the leaf at `position` to the root, nearest first."""
    if len(leaves) == 1:
        return []
    split = _split(len(leaves))
    if position < split:
        return [*path_of(position, leaves[:split]), root_of(leaves[split:])]
    return [*path_of(position - split, leaves[split:]), root_of(leaves[:split])]


def root_from(leaf: bytes, position: int, count: int, path: Sequence[bytes]) -> bytes:
    """The root that a leaf and its path give. ValueError unless the path is as long as it must."""
    if count == 1:
        if path:
            raise ValueError("the path is too long")
        return leaf
    if not path:
        raise ValueError("the path is too short")
    split = _split(count)
    if position < split:
        return node_hash(root_from(leaf, position, split, path[:-1]), path[-1])
    return node_hash(path[-1], root_from(leaf, position - split, count - split, path[:-1]))


def _split(count: int) -> int:
    """The largest power of two that is smaller than `count`; ValueError below two."""
    if count < 2:
        raise ValueError("nothing to split")
    return int(1 << ((count - 1).bit_length() - 1))
