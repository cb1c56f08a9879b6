"""The Store port in memory, strict: one lock, serialisable, refuses what DynamoDB refuses."""

import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

from goodword.errors import InvalidInput, Stale, Unavailable
from goodword.limits import READ_KEYS_MAX, SUMMARY_ITEMS_MAX
from goodword.ports import Change, Collision, Guard, GuardFailed, Page
from goodword.records import Key, Record, Table
from goodword_aws.items import (
    attribute,
    check_storable,
    from_plain,
    marshal,
    pack_cursor,
    to_plain,
    unpack_cursor,
)

R = TypeVar("R", bound=Record)
Stored = dict[str, Any]


class MemoryStore:
    """Records as plain items by key. Tests may read `items`; `commits` are the transactions."""

    def __init__(self) -> None:
        self.items: dict[Key, Stored] = {}
        self.commits: list[Change] = []
        self._lock = threading.RLock()

    def get(self, kind: type[R], key: Key) -> R | None:
        return self.get_many(kind, [key]).get(key)

    def get_many(self, kind: type[R], keys: Sequence[Key]) -> dict[Key, R]:
        return {key: from_plain(kind, item) for key, item in self._read(keys).items()}

    def get_mixed(self, wanted: Mapping[Key, type[Record]]) -> dict[Key, Record]:
        found = self._read(list(wanted))
        return {key: from_plain(wanted[key], item) for key, item in found.items()}

    def query(
        self,
        kind: type[R],
        table: Table,
        pk: str,
        prefix: str = "",
        *,
        limit: int = 100,
        cursor: str | None = None,
        newest_first: bool = False,
    ) -> Page[R]:
        after = unpack_cursor(cursor, 1)[0] if cursor is not None else None
        if after is not None and not after.startswith(prefix):
            raise InvalidInput("bad_cursor", "this is not the cursor of this page")
        with self._lock:
            keys = sorted(
                key
                for key in self.items
                if key.table == table and key.pk == pk and key.sk.startswith(prefix)
            )
            if newest_first:
                keys.reverse()
            if after is not None:
                keys = [key for key in keys if (key.sk < after if newest_first else key.sk > after)]
            rows = [from_plain(kind, self.items[key]) for key in keys[:limit]]
            return Page(rows, pack_cursor(keys[limit - 1].sk) if len(keys) > limit else None)

    def query_mixed(
        self, kinds: Sequence[type[Record]], table: Table, pk: str, prefix: str = ""
    ) -> Sequence[Record]:
        known = {kind.KIND: kind for kind in kinds}
        with self._lock:
            keys = sorted(
                key
                for key in self.items
                if key.table == table and key.pk == pk and key.sk.startswith(prefix)
            )
            if len(keys) > SUMMARY_ITEMS_MAX:
                raise Unavailable("store_busy", "the partition is too large for one summary")
            items = [self.items[key] for key in keys]
        return [from_plain(known[item["kind"]], item) for item in items if item["kind"] in known]

    def query_index(
        self,
        kind: type[R],
        table: Table,
        pk: str,
        *,
        since: str = "",
        until: str | None = None,
        limit: int = 100,
        cursor: str | None = None,
    ) -> Page[R]:
        after = tuple(unpack_cursor(cursor, 3)) if cursor is not None else ()
        with self._lock:
            places = sorted(
                (item["gsi1sk"], key.pk, key.sk)
                for key, item in self.items.items()
                if key.table == table
                and item.get("gsi1pk") == pk
                and item["gsi1sk"] >= since
                and (until is None or item["gsi1sk"] <= until)
            )
            places = [place for place in places if place > after]
            rows = [
                from_plain(kind, self.items[Key(table, item_pk, sk)])
                for _, item_pk, sk in places[:limit]
            ]
            return Page(rows, pack_cursor(*places[limit - 1]) if len(places) > limit else None)

    def scan(self, kind: type[R], table: Table) -> Iterator[R]:
        with self._lock:
            rows = [item for key, item in self.items.items() if key.table == table]
        return (from_plain(kind, item) for item in rows if item["kind"] == kind.KIND)

    def scan_mixed(self, kinds: Sequence[type[Record]], table: Table) -> Iterator[Record]:
        known = {kind.KIND: kind for kind in kinds}
        with self._lock:
            rows = [item for key, item in self.items.items() if key.table == table]
        return (from_plain(known[item["kind"]], item) for item in rows if item["kind"] in known)

    def scan_plain(self, table: Table, kinds: Sequence[str]) -> Iterator[Stored]:
        with self._lock:
            rows = [item for key, item in self.items.items() if key.table == table]
        return (dict(item) for item in rows if item["kind"] in kinds)

    def all(self, kind: type[R]) -> list[R]:
        """Every record of a kind, in key order: for tests to look at."""
        found = sorted(self.items.items())
        return [from_plain(kind, item) for _, item in found if item["kind"] == kind.KIND]

    def plain_many(self, keys: Sequence[Key]) -> dict[Key, Stored]:
        return self._read(keys)

    def commit(self, change: Change) -> None:
        change.check()
        check_storable(change)
        written = {record.key: _encode(record.but(version=1)) for record in change.created}
        for record, _ in change.replaced:
            written[record.key] = _encode(record.but(version=record.version + 1))
        with self._lock:
            self._refuse(change)
            self.items |= written
            for record in change.deleted:
                del self.items[record.key]
            self.commits.append(change)

    def _read(self, keys: Sequence[Key]) -> dict[Key, Stored]:
        if len(set(keys)) > READ_KEYS_MAX:
            raise ValueError(f"at most {READ_KEYS_MAX} keys in one request")
        with self._lock:
            return {key: self.items[key] for key in keys if key in self.items}

    def _refuse(self, change: Change) -> None:
        collided = [one.key for one in change.created if self._version(one.key) is not None]
        stale = [
            record.key
            for record in (*(record for record, _ in change.replaced), *change.deleted)
            if self._version(record.key) != record.version
        ]
        failed = [
            key
            for key, guard in (*((r.key, g) for r, g in change.replaced), *change.required)
            if key not in stale and not self._holds(key, guard)
        ]
        failed += [key for key in change.absent if self._version(key) is not None]
        if collided:
            raise Collision(collided)
        if stale:
            raise Stale("stale", "; ".join(f"{key.pk}/{key.sk}" for key in stale))
        if failed:
            raise GuardFailed(failed)

    def _version(self, key: Key) -> int | None:
        """The version that is stored; None if nothing is."""
        item = self.items.get(key)
        return None if item is None else item["version"]

    def _holds(self, key: Key, guard: Guard) -> bool:
        return holds(self.items.get(key), guard)


def _encode(record: Record) -> Stored:
    """The item as DynamoDB would hold it; refuses the values that DynamoDB would refuse."""
    plain = to_plain(record)
    for value in plain.values():
        marshal(value)
    copied: Stored = json.loads(json.dumps(plain))
    return copied


def holds(item: Stored | None, guard: Guard) -> bool:
    """Whether the guard is true of the item."""
    if item is None:
        return False
    equal = all(
        attribute(name) in item and _same(item[attribute(name)], value)
        for name, value in guard.equals.items()
    )
    return equal and all(
        attribute(name) in item and not _same(item[attribute(name)], value)
        for name, value in guard.differs.items()
    )


def _same(stored: object, value: str | int) -> bool:
    """Equal in value and in type: to DynamoDB a number is never a truth value."""
    return type(stored) is type(value) and stored == value
