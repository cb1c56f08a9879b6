"""The memory store's rules over a file, with every request and item counted.

It is SQLite with an index on the sparse index's keys, not DynamoDB: what is counted is what the
product asks for, and no time is meant to be DynamoDB's. A million advocates fit into some hundred
megabytes of disk, so that what the process holds is what the product holds.
"""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, MutableMapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from goodword.ports import Change, Page
from goodword.records import Key, Record, Table
from goodword_aws.items import from_plain, pack_cursor, to_plain, unpack_cursor

from tests.fakes.store import MemoryStore

R = TypeVar("R", bound=Record)
SCHEMA = """
pragma journal_mode = off; pragma synchronous = off; pragma cache_size = -16000;
create table items (tbl text, pk text, sk text, ipk text, isk text, body text,
    primary key (tbl, pk, sk)) without rowid;
create index sparse on items (tbl, ipk, isk, pk, sk) where ipk is not null;
"""


class _Items(MutableMapping[Key, dict[str, Any]]):
    """Items by key, in the file."""

    def __init__(self, base: sqlite3.Connection) -> None:
        self.base = base

    def __getitem__(self, key: Key) -> dict[str, Any]:
        row = self.base.execute(
            "select body from items where tbl = ? and pk = ? and sk = ?", tuple(key)
        ).fetchone()
        if row is None:
            raise KeyError(key)
        found: dict[str, Any] = json.loads(row[0])
        return found

    def __setitem__(self, key: Key, item: dict[str, Any]) -> None:
        place = (item.get("gsi1pk"), item.get("gsi1sk"))
        self.base.execute(
            "insert or replace into items values (?, ?, ?, ?, ?, ?)",
            (*key, *place, json.dumps(item)),
        )

    def __delitem__(self, key: Key) -> None:
        self.base.execute("delete from items where tbl = ? and pk = ? and sk = ?", tuple(key))

    def __iter__(self) -> Iterator[Key]:
        for row in self.base.execute("select tbl, pk, sk from items"):
            yield Key(*row)

    def __len__(self) -> int:
        return int(self.base.execute("select count(*) from items").fetchone()[0])

    def __ior__(self, other: dict[Key, dict[str, Any]]) -> "_Items":
        self.update(other)
        return self


class DiskStore(MemoryStore):
    """The Store port over a file. `asked` counts requests and items since it was cleared."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.base = sqlite3.connect(path, isolation_level=None)
        self.base.executescript(SCHEMA)
        self.items = _Items(self.base)  # type: ignore[assignment]  # a mapping is all that is used
        self.asked: Counter[str] = Counter()

    def fill(self, records: Iterable[Record]) -> None:
        """Store what was there before, in one go and uncounted."""
        self.base.execute("begin")
        for record in records:
            self.items[record.key] = to_plain(record.but(version=1))
        self.base.execute("commit")

    def commit(self, change: Change) -> None:
        self.asked["transactions"] += 1
        self.asked["items written"] += len(change.keys) - len(change.required)
        super().commit(change)
        self.commits.clear()

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
        after = unpack_cursor(cursor, 1)[0] if cursor is not None else ""
        order, beyond = ("desc", "<") if newest_first else ("asc", ">")
        sql = "select sk, body from items where tbl = ? and pk = ? and sk >= ? and sk < ?"
        given: list[object] = [table, pk, prefix, f"{prefix}\U0010ffff"]
        if after:
            sql, given = f"{sql} and sk {beyond} ?", [*given, after]
        rows = self.base.execute(f"{sql} order by sk {order} limit ?", [*given, limit + 1])
        return self._page(kind, [(row[:1], row[1]) for row in rows], limit)

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
        after = unpack_cursor(cursor, 3) if cursor is not None else ("", "", "")
        rows = self.base.execute(
            "select isk, pk, sk, body from items where tbl = ? and ipk = ? and isk <= ?"
            " and (isk, pk, sk) > (?, ?, ?) order by isk, pk, sk limit ?",
            (table, pk, until or "\U0010ffff", *after, limit + 1),
        )
        return self._page(kind, [(row[:3], row[3]) for row in rows], limit)

    def _page(
        self, kind: type[R], rows: Sequence[tuple[tuple[str, ...], str]], limit: int
    ) -> Page[R]:
        self.asked["queries"] += 1
        self.asked["items read"] += len(rows[:limit])
        more = pack_cursor(*rows[limit - 1][0]) if len(rows) > limit else None
        return Page([from_plain(kind, json.loads(body)) for _, body in rows[:limit]], more)

    def _read(self, keys: Sequence[Key]) -> dict[Key, dict[str, Any]]:
        found = super()._read(keys)
        self.asked["gets"] += 1
        self.asked["items read"] += len(found)
        return found
