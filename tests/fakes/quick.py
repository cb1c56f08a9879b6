"""The Store port in memory without a copy of anything, for suites that play thousands of stories.

It keeps the records themselves: they are frozen, and nobody writes into what they hold. So it does
not see what DynamoDB would refuse of a value; `MemoryStore` does, and both pass the suite of
stores (`tests/adapters/test_store.py`).
"""

import threading
from bisect import bisect_left, insort
from collections.abc import Mapping, Sequence
from typing import TypeVar

from goodword.errors import InvalidInput, Unavailable
from goodword.limits import READ_KEYS_MAX, SUMMARY_ITEMS_MAX
from goodword.ports import Change, Guard, Page
from goodword.records import Key, Record, Table
from goodword_aws.items import check_storable, pack_cursor, to_plain, unpack_cursor

from tests.fakes.store import MemoryStore, Stored, holds

R = TypeVar("R", bound=Record)
END = "\U0010ffff"


class QuickStore(MemoryStore):
    """Records by key, and the sort keys of each partition in order."""

    def __init__(self) -> None:
        self.records: dict[Key, Record] = {}
        self.commits: list[Change] = []
        self._lock = threading.RLock()
        self._rows: dict[tuple[Table, str], list[str]] = {}

    @property
    def items(self) -> dict[Key, Stored]:  # type: ignore[override]  # made when asked for
        """The items that DynamoDB would hold."""
        return {key: to_plain(record) for key, record in self.records.items()}

    def get(self, kind: type[R], key: Key) -> R | None:
        found = self.records.get(key)
        return None if found is None else _of(kind, found)

    def get_many(self, kind: type[R], keys: Sequence[Key]) -> dict[Key, R]:
        return {key: _of(kind, one) for key, one in self._found(keys).items()}

    def get_mixed(self, wanted: Mapping[Key, type[Record]]) -> dict[Key, Record]:
        return {key: _of(wanted[key], one) for key, one in self._found(list(wanted)).items()}

    def all(self, kind: type[R]) -> list[R]:
        found = sorted((key, one) for key, one in self.records.items() if isinstance(one, kind))
        return [one for _, one in found]

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
        names = self._names(table, pk, prefix)
        if newest_first:
            names = names[::-1]
        if cursor is not None:
            after = unpack_cursor(cursor, 1)[0]
            if not after.startswith(prefix):
                raise InvalidInput("bad_cursor", "this is not the cursor of this page")
            names = [one for one in names if (one < after if newest_first else one > after)]
        rows = [_of(kind, self.records[Key(table, pk, one)]) for one in names[:limit]]
        return Page(rows, pack_cursor(names[limit - 1]) if len(names) > limit else None)

    def query_mixed(
        self, kinds: Sequence[type[Record]], table: Table, pk: str, prefix: str = ""
    ) -> Sequence[Record]:
        names = self._names(table, pk, prefix)
        if len(names) > SUMMARY_ITEMS_MAX:
            raise Unavailable("store_busy", "the partition is too large for one summary")
        found = (self.records[Key(table, pk, one)] for one in names)
        known = {kind.KIND for kind in kinds}
        return [one for one in found if one.KIND in known]

    def commit(self, change: Change) -> None:
        change.check()
        check_storable(change)
        self._refuse(change)
        for record in (*change.created, *(one for one, _ in change.replaced)):
            self._put(record)
        for record in change.deleted:
            del self.records[record.key]
            self._rows[record.key.table, record.key.pk].remove(record.key.sk)
        self.commits.append(change)

    def _put(self, record: Record) -> None:
        key = record.key
        if key not in self.records:
            insort(self._rows.setdefault((key.table, key.pk), []), key.sk)
        self.records[key] = record.model_copy(update={"version": record.version + 1})

    def _version(self, key: Key) -> int | None:
        found = self.records.get(key)
        return None if found is None else found.version

    def _holds(self, key: Key, guard: Guard) -> bool:
        if not guard.equals and not guard.differs:
            return key in self.records
        item = to_plain(self.records[key]) if key in self.records else None
        return holds(item, guard)

    def _found(self, keys: Sequence[Key]) -> dict[Key, Record]:
        if len(set(keys)) > READ_KEYS_MAX:
            raise ValueError(f"at most {READ_KEYS_MAX} keys in one request")
        return {key: self.records[key] for key in keys if key in self.records}

    def _names(self, table: Table, pk: str, prefix: str) -> list[str]:
        rows = self._rows.get((table, pk), [])
        return rows[bisect_left(rows, prefix) : bisect_left(rows, prefix + END)]


def _of(kind: type[R], record: Record) -> R:
    if record.KIND != kind.KIND or not isinstance(record, kind):
        raise TypeError(f"{record.key.pk}/{record.key.sk} is not a {kind.KIND}")
    return record
