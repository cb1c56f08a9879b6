"""The Store port in memory, strict: one lock, serialisable, refuses what DynamoDB refuses."""

import json
import threading
from collections.abc import Mapping, Sequence
from typing import Any

from goodword.ports import Change, Collision, Guard, GuardFailed, Page, R
from goodword.errors import Stale
from goodword.records import Key, Record, Table

Stored = dict[str, Any]


class MemoryStore:
    """Records as plain items by key. `items` may be read by tests, `commits` counts transactions."""

    def __init__(self) -> None:
        self.items: dict[Key, Stored] = {}
        self.commits: list[Change] = []
        self._lock = threading.RLock()

    def get(self, kind: type[R], key: Key) -> R | None:
        found = self.get_mixed({key: kind})
        return found.get(key)  # type: ignore[return-value]

    def get_many(self, kind: type[R], keys: Sequence[Key]) -> dict[Key, R]:
        return self.get_mixed(dict.fromkeys(keys, kind))  # type: ignore[return-value]

    def get_mixed(self, wanted: Mapping[Key, type[Record]]) -> dict[Key, Record]:
        if len(wanted) > 100:
            raise ValueError("at most 100 keys in one request")
        with self._lock:
            return {
                key: _decode(kind, self.items[key])
                for key, kind in wanted.items()
                if key in self.items
            }

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
        with self._lock:
            keys = sorted(
                key
                for key in self.items
                if key.table == table and key.pk == pk and key.sk.startswith(prefix)
            )
            if newest_first:
                keys.reverse()
            if cursor is not None:
                keys = [key for key in keys if (key.sk < cursor if newest_first else key.sk > cursor)]
            rows = [_decode(kind, self.items[key]) for key in keys[:limit]]
            return Page(rows, keys[limit - 1].sk if len(keys) > limit else None)

    def query_index(
        self,
        kind: type[R],
        table: Table,
        pk: str,
        *,
        until: str | None = None,
        limit: int = 100,
        cursor: str | None = None,
    ) -> Page[R]:
        with self._lock:
            places = sorted(
                (f"{item['gsi1sk']}\n{key.pk}\n{key.sk}", key)
                for key, item in self.items.items()
                if key.table == table
                and item.get("gsi1pk") == pk
                and (until is None or item["gsi1sk"] <= until)
            )
            if cursor is not None:
                places = [place for place in places if place[0] > cursor]
            rows = [_decode(kind, self.items[key]) for _, key in places[:limit]]
            return Page(rows, places[limit - 1][0] if len(places) > limit else None)

    def commit(self, change: Change) -> None:
        change.check()
        with self._lock:
            self._refuse(change)
            for record in change.created:
                self.items[record.key] = encode(record.but(version=1))
            for record, _ in change.replaced:
                self.items[record.key] = encode(record.but(version=record.version + 1))
            for record in change.deleted:
                del self.items[record.key]
            self.commits.append(change)

    def _refuse(self, change: Change) -> None:
        collided = [record.key for record in change.created if record.key in self.items]
        stale = [
            record.key
            for record in (*(record for record, _ in change.replaced), *change.deleted)
            if self.items.get(record.key, {}).get("version") != record.version
        ]
        failed = [
            key
            for key, guard in (*((r.key, g) for r, g in change.replaced), *change.required)
            if key not in stale and not _holds(self.items.get(key), guard)
        ]
        failed += [key for key in change.absent if key in self.items]
        if collided:
            raise Collision(collided)
        if stale:
            raise Stale("stale", "; ".join(f"{key.pk}/{key.sk}" for key in stale))
        if failed:
            raise GuardFailed(failed)


def encode(record: Record) -> Stored:
    """The item as DynamoDB would hold it, with key, kind and index attributes."""
    item: Stored = json.loads(record.model_dump_json(exclude_none=True))
    item |= {"pk": record.key.pk, "sk": record.key.sk, "kind": record.KIND}
    if entry := record.index_entry:
        item |= {"gsi1pk": entry.pk, "gsi1sk": entry.sk}
    if (expires_s := record.expires_s) is not None:
        item["expires_s"] = expires_s
    return item


def _decode(kind: type[R], item: Stored) -> R:
    if item["kind"] != kind.KIND:
        raise TypeError(f"{item['pk']}/{item['sk']} is a {item['kind']}, not a {kind.KIND}")
    plain = {k: v for k, v in item.items() if k in kind.model_fields}
    return kind.model_validate_json(json.dumps(plain))


def _holds(item: Stored | None, guard: Guard) -> bool:
    if item is None:
        return False
    return all(item.get(name) == value for name, value in guard.equals.items()) and all(
        name in item and item[name] != value for name, value in guard.differs.items()
    )
