"""The strict fake of DynamoDB's client over a file, and what its answers would be charged.

`tests/fakes/dynamo.py` judges every request; only where items lie is different: a million of them
fit. Queries are answered row by row in the order of the keys, so that a partition of a million
takes no longer than its page. Write units are counted by DynamoDB's own rules: a KB each, twice in
a transaction, and the index's entries like items.
"""

import json
import math
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from goodword.records import Key, Table

from tests.bench.meter import size_of
from tests.bench.texts import closed, opened
from tests.fakes.dynamo import INDEX, PAGE_BYTES_MAX, FakeDynamo, Stored
from tests.fakes.expressions import Expression, Item, Unknown

SCHEMA = """
pragma journal_mode = off; pragma synchronous = off; pragma cache_size = -64000;
create table items (tbl text, pk text, sk text, ipk text, isk text, body text,
    primary key (tbl, pk, sk)) without rowid;
create index sparse on items (tbl, ipk, isk, pk, sk) where ipk is not null;
"""
WRITE_BYTES = 1_024  # bytes of one write unit
TOKENS_KEPT = 50  # newest transactions that a repeat would meet; nobody here repeats later
Row = tuple[str, str, str, str | None, str | None, str]


class _Items(dict[Key, Stored]):
    """Items by key, in the file; a dict for its type, and never filled."""

    def __init__(self, base: sqlite3.Connection) -> None:
        super().__init__()
        self._base = base

    def get(self, key: Key, default: Any = None) -> Any:
        row = self._base.execute(
            "select body from items where tbl = ? and pk = ? and sk = ?", tuple(key)
        ).fetchone()
        return default if row is None else Stored(closed(json.loads(row[0])))


class DiskDynamo(FakeDynamo):
    """A client whose items lie in `path`. `write_units` adds up what the writes would cost."""

    def __init__(
        self, path: Path, tables: Mapping[str, Table], seconds: Callable[[], float]
    ) -> None:
        super().__init__(tables, seconds)
        self._base = sqlite3.connect(path, isolation_level=None)
        self._base.executescript(SCHEMA)
        self._wire = _Items(self._base)
        self.write_units = 0.0

    def fill(self, rows: Iterable[Row]) -> None:
        """Store what was there before, in one go and uncharged."""
        self._base.execute("begin")
        self._base.executemany("insert or replace into items values (?, ?, ?, ?, ?, ?)", rows)
        self._base.execute("commit")

    def let_go(self) -> None:
        """Hold a few MB of the file from now on, so that what the process grows by is not this."""
        self._base.executescript("pragma cache_size = -4000; pragma shrink_memory;")

    def rows(self) -> Iterator[Row]:
        """Everything, in no order."""
        yield from self._base.execute("select tbl, pk, sk, ipk, isk, body from items")

    def transact_write_items(
        self, *, TransactItems: Sequence[Mapping[str, Any]], ClientRequestToken: str
    ) -> Any:
        """As the fake's; what is written in it costs twice, and a mere check as much as a write."""
        before = self.write_units
        answer = super().transact_write_items(
            TransactItems=TransactItems, ClientRequestToken=ClientRequestToken
        )
        while len(self._tokens) > TOKENS_KEPT:  # with the whole request of each: the oldest first
            del self._tokens[next(iter(self._tokens))]
        self.write_units += self.write_units - before
        for one in TransactItems:
            if asked := one.get("ConditionCheck"):
                found = self._wire.get(self._key(asked["TableName"], asked["Key"]))
                self.write_units += 2 * _units(found or {})
        return answer

    def query(
        self,
        *,
        TableName: str,
        KeyConditionExpression: str,
        ExpressionAttributeValues: Mapping[str, Any],
        ExpressionAttributeNames: Mapping[str, str] | None = None,
        IndexName: str = "",
        ConsistentRead: bool = False,
        ScanIndexForward: bool = True,
        Limit: int = 0,
        ExclusiveStartKey: Item | None = None,
    ) -> Any:
        if IndexName and (ConsistentRead or IndexName != INDEX):
            raise Unknown("a consistent read of an index")
        values = ExpressionAttributeValues
        asked = Expression(KeyConditionExpression, ExpressionAttributeNames or {}, values)
        order = ("isk", "pk", "sk") if IndexName else ("sk",)
        where, given = _where(KeyConditionExpression, values)
        if ExclusiveStartKey is not None:
            names = {"isk": "gsi1sk"}
            start = [ExclusiveStartKey[names.get(one, one)]["S"] for one in order]
            beyond = ">" if ScanIndexForward else "<"
            where += f" and ({', '.join(order)}) {beyond} ({', '.join('?' * len(order))})"
            given += start
        turn = "asc" if ScanIndexForward else "desc"
        rows = self._base.execute(
            f"select body from items where tbl = ? and {where}"
            f" order by {', '.join(f'{one} {turn}' for one in order)}",
            [self._tables[TableName], *given],
        )
        return _page(
            rows, asked, Limit, ("gsi1pk", "gsi1sk", "pk", "sk") if IndexName else ("pk", "sk")
        )

    def _write(self, writes: Sequence[tuple[Key, Item | None]]) -> None:
        for key, item in writes:
            old = self._wire.get(key)
            self.write_units += _charged(old, item)
            if item is None:
                self._base.execute(
                    "delete from items where tbl = ? and pk = ? and sk = ?", tuple(key)
                )
            else:
                self._base.execute(
                    "insert or replace into items values (?, ?, ?, ?, ?, ?)", row_of(key, item)
                )


def row_of(key: Key, item: Item) -> Row:
    """What is stored of an item."""
    entry = (item["gsi1pk"]["S"], item["gsi1sk"]["S"]) if "gsi1pk" in item else (None, None)
    return (*key, *entry, opened(item))


def _where(condition: str, values: Mapping[str, Any]) -> tuple[str, list[str]]:
    """A key condition in SQL: one partition, and at most the beginning or the end of a sort key."""
    where, given = [], []
    for term in condition.split(" AND "):
        match term.replace("(", " ").replace(",", "").replace(")", "").split():
            case [("pk" | "gsi1pk") as name, "=", value]:
                where.append(f"{'ipk' if name == 'gsi1pk' else 'pk'} = ?")
                given.append(values[value]["S"])
            case ["begins_with", "sk", value]:
                where.append("sk >= ? and sk < ?")
                given += [values[value]["S"], values[value]["S"] + "\U0010ffff"]
            case ["gsi1sk", "<=", value]:
                where.append("isk <= ?")
                given.append(values[value]["S"])
            case _:
                raise Unknown(f"a key condition like {term!r}")
    return " and ".join(where), given


def _page(
    rows: Iterable[tuple[str]], asked: Expression, limit: int, place: Sequence[str]
) -> dict[str, Any]:
    """Up to `limit` items and up to 1 MB of them, and where to go on."""
    kept: list[Item] = []
    size = 0
    for (body,) in rows:
        item = closed(json.loads(body))
        assert asked.holds(item), "the SQL found what the condition does not hold for"
        kept.append(item)
        size += len(body)
        if len(kept) == limit or size > PAGE_BYTES_MAX:
            end = {name: item[name] for name in place}
            return {"Items": kept, "Count": len(kept), "LastEvaluatedKey": end}
    return {"Items": kept, "Count": len(kept)}


def _charged(old: Item | None, new: Item | None) -> float:
    """Units of one write outside a transaction, the sparse index included."""
    units = float(max(_units(old or {}), _units(new or {})))
    places = [None if item is None else _entry(item) for item in (old, new)]
    if places[0] == places[1]:
        return units + (_units(new or {}) if places[1] else 0)
    return units + sum(
        _units(item) for item, at in zip((old, new), places, strict=True) if at and item
    )


def _entry(item: Item) -> tuple[str, str] | None:
    return (item["gsi1pk"]["S"], item["gsi1sk"]["S"]) if "gsi1pk" in item else None


def _units(item: Item) -> int:
    return max(1, math.ceil(size_of(item) / WRITE_BYTES))
