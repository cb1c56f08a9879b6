"""DynamoDB in memory, at its client: the operations that the product uses, strictly, and no other.

It refuses what DynamoDB refuses: unknown parameters and expressions, empty keys, items over 400 KB,
transactions over 100 items or with one twice, tokens that come again with another body. An index is
eventually consistent on AWS; here it is current, and `tests/simulation` makes it lag. One thread at
a time; `tests/adapters` holds it against the emulator.
"""

import json
import marshal
from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from botocore.exceptions import ClientError
from goodword.records import Key, Table
from goodword_aws.items import plain_of

from tests.fakes.expressions import Expression, Item, Unknown

ITEM_BYTES_MAX = 400 * 1024
PAGE_BYTES_MAX = 1024 * 1024
TRANSACTION_MAX = 100
BATCH_MAX = 100
TOKEN_SECONDS = 600
SHORT = 256  # characters that are never more bytes than a key may have
INDEX = "gsi1"
PLACES = {"Put": "Item", "Delete": "Key", "ConditionCheck": "Key"}
PARAMETERS = (
    *("TableName", "ConditionExpression", "ReturnValuesOnConditionCheckFailure"),
    *("ExpressionAttributeNames", "ExpressionAttributeValues"),
)


def error(code: str, operation: str, **more: Any) -> ClientError:
    """A refusal as botocore raises it."""
    body = {"Error": {"Code": code, "Message": code}, "ResponseMetadata": {}, **more}
    return ClientError(body, operation)  # type: ignore[arg-type]  # the stubs want every field


class Carried(dict[str, dict[str, Any]]):
    """An item that brings its plain values along, so that nobody has to read them from it."""

    __slots__ = ("plain",)

    def __init__(self, item: Item, plain: dict[str, Any]) -> None:
        super().__init__(item)
        self.plain = plain


class Stored(dict[str, dict[str, Any]]):
    """An item as it was put, its plain values, and the records that somebody has read from it."""

    __slots__ = ("plain", "records")

    def __init__(self, item: Item) -> None:
        super().__init__(item)
        self.plain = item.plain if isinstance(item, Carried) else plain_of(item)
        self.records: dict[type, Any] = {}


Writes = list[tuple[Key, Stored | None, Stored | None]]  # a key, what stood there, what stands now


class FakeDynamo:
    """The client. `items` are plain values by key, to be looked at; `written` is told of each put,
    and `sent` of each transaction that holds, before it is written.

    `tables` maps the tables' names to the words of `goodword.records.Table`; `seconds` is the time.
    """

    def __init__(self, tables: Mapping[str, Table], seconds: Callable[[], float]) -> None:
        self._tables = dict(tables)
        self._seconds = seconds
        self.items: dict[Key, dict[str, Any]] = {}
        self._wire: dict[Key, Stored] = {}
        self._rows: dict[tuple[Table, str], list[str]] = defaultdict(list)
        self._index: dict[tuple[Table, str], list[tuple[str, str, str]]] = defaultdict(list)
        self._kinds: dict[str, dict[Key, Stored]] = defaultdict(dict)
        self._tokens: dict[str, tuple[float, Sequence[Mapping[str, Any]]]] = {}
        self.written: Callable[[Writes], None] = lambda _: None
        self.sent: Callable[[Sequence[Mapping[str, Any]]], None] = lambda _: None

    # --- reads ------------------------------------------------------------------------------

    def get_item(self, *, TableName: str, Key: Item, ConsistentRead: bool = False) -> Any:
        found = self._wire.get(self._key(TableName, Key))
        return {} if found is None else {"Item": found}

    def batch_get_item(self, *, RequestItems: Mapping[str, Any]) -> Any:
        answers: dict[str, list[Item]] = {}
        keys = [
            self._key(name, key) for name, asked in RequestItems.items() for key in asked["Keys"]
        ]
        if not keys or len(keys) > BATCH_MAX or len(set(keys)) != len(keys):
            raise error("ValidationException", "BatchGetItem")
        for name, asked in RequestItems.items():
            if not {*asked} <= {"Keys", "ConsistentRead"}:
                raise Unknown(f"batch_get_item with {[*asked]}")
            found = (self._wire.get(self._key(name, key)) for key in asked["Keys"])
            answers[name] = [item for item in found if item is not None]
        return {"Responses": answers, "UnprocessedKeys": {}}

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
            raise error("ValidationException", "Query")
        table = self._tables[TableName]
        names = ExpressionAttributeNames or {}
        asked = Expression(KeyConditionExpression, names, ExpressionAttributeValues)
        pk = "gsi1pk" if IndexName else "pk"
        wanted: str = ExpressionAttributeValues[_equal_to(asked, pk, names)]["S"]
        keys = self._places(table, wanted, bool(IndexName))
        if not keys:
            return {"Items": [], "Count": 0}
        if not ScanIndexForward:
            keys.reverse()
        if ExclusiveStartKey is not None:
            keys = self._after(keys, TableName, ExclusiveStartKey, bool(IndexName))
        items = [item for key in keys if asked.holds(item := self._wire[key])]
        return _page(items, Limit, ("gsi1pk", "gsi1sk", "pk", "sk") if IndexName else ("pk", "sk"))

    def scan(
        self,
        *,
        TableName: str,
        FilterExpression: str,
        ExpressionAttributeValues: Mapping[str, Any],
        ExpressionAttributeNames: Mapping[str, str] | None = None,
        ConsistentRead: bool = False,
        ExclusiveStartKey: Item | None = None,
    ) -> Any:
        asked = Expression(
            FilterExpression, ExpressionAttributeNames or {}, ExpressionAttributeValues
        )
        table = self._tables[TableName]
        keys = sorted(key for key in self._wire if key.table == table)
        if ExclusiveStartKey is not None:
            keys = keys[bisect_left(keys, self._key(TableName, ExclusiveStartKey)) + 1 :]
        page = _page([self._wire[key] for key in keys], 0, ("pk", "sk"))
        return page | {"Items": [item for item in page["Items"] if asked.holds(item)]}

    # --- writes -----------------------------------------------------------------------------

    def put_item(
        self,
        *,
        TableName: str,
        Item: Item,
        ConditionExpression: str = "",
        ExpressionAttributeNames: Mapping[str, str] | None = None,
        ExpressionAttributeValues: Mapping[str, Any] | None = None,
        ReturnValuesOnConditionCheckFailure: str = "NONE",
    ) -> Any:
        key = self._key(TableName, Item)
        _check_size(Item)
        old = self._wire.get(key)
        if ConditionExpression and not Expression(
            ConditionExpression, ExpressionAttributeNames or {}, ExpressionAttributeValues or {}
        ).holds(old or {}):
            shown = old is not None and ReturnValuesOnConditionCheckFailure == "ALL_OLD"
            more = {"Item": old} if shown else {}
            raise error("ConditionalCheckFailedException", "PutItem", **more)
        self._write([(key, Item)])
        return {}

    def transact_write_items(
        self, *, TransactItems: Sequence[Mapping[str, Any]], ClientRequestToken: str
    ) -> Any:
        if not 1 <= len(TransactItems) <= TRANSACTION_MAX:
            raise error("ValidationException", "TransactWriteItems")
        known = self._tokens.get(ClientRequestToken)
        if known is not None and self._seconds() - known[0] < TOKEN_SECONDS:
            if known[1] is not TransactItems and known[1] != TransactItems:
                raise error("IdempotentParameterMismatchException", "TransactWriteItems")
            return {}
        writes, reasons = [], []
        for one in TransactItems:
            ((action, asked),) = one.items()
            key, item, reason = self._judge(action, asked)
            reasons.append(reason)
            writes.append((key, item, action))
        if len({key for key, _, _ in writes}) != len(writes):
            raise error("ValidationException", "TransactWriteItems")
        if any(reason["Code"] != "None" for reason in reasons):
            raise error(
                "TransactionCanceledException", "TransactWriteItems", CancellationReasons=reasons
            )
        self.sent(TransactItems)
        self._write([(key, item) for key, item, action in writes if action != "ConditionCheck"])
        self._tokens[ClientRequestToken] = (self._seconds(), TransactItems)
        return {}

    def _judge(self, action: str, asked: Mapping[str, Any]) -> tuple[Key, Item | None, Any]:
        """The key, what is to stand there, and why not."""
        place = PLACES.get(action, "")
        if not place or not asked.keys() <= {place, *PARAMETERS}:
            raise Unknown(f"{action} with {[*asked]}")
        key = self._key(asked["TableName"], asked[place])
        item = asked["Item"] if action == "Put" else None
        if item is not None:
            _check_size(item)
        old = self._wire.get(key)
        holds = Expression(
            asked["ConditionExpression"],
            asked.get("ExpressionAttributeNames", {}),
            asked.get("ExpressionAttributeValues", {}),
        ).holds(old or {})
        if holds:
            return key, item, {"Code": "None"}
        shown = old is not None and asked.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD"
        return key, item, {"Code": "ConditionalCheckFailed"} | ({"Item": old} if shown else {})

    def _write(self, writes: Sequence[tuple[Key, Item | None]]) -> None:
        told: Writes = []
        for key, item in writes:
            old = self._wire.get(key)
            stored = None if item is None else Stored(item)
            told.append((key, old, stored))
            self._list(key, old, stored)
            if stored is None:
                self.items.pop(key, None)
                self._wire.pop(key, None)
            else:
                self.items[key], self._wire[key] = stored.plain, stored
        self.written(told)

    def _list(self, key: Key, old: Stored | None, new: Stored | None) -> None:
        """What stands in the partitions, in the index and among its kind, in order."""
        before, after = (None if one is None else _entry(key, one) for one in (old, new))
        if before != after:
            if before:
                self._index[key.table, before[0]].remove(before[1:])
            if after:
                insort(self._index[key.table, after[0]], after[1:])
        if old is None and new is not None:
            insort(self._rows[key.table, key.pk], key.sk)
        if old is not None and new is None:
            self._rows[key.table, key.pk].remove(key.sk)
        if old is not None:
            self._kinds[str(old.plain.get("kind"))].pop(key, None)
        if new is not None:
            self._kinds[str(new.plain.get("kind"))][key] = new

    def of_kind(self, kind: str) -> list[Stored]:
        """Every item of a kind, in key order."""
        found = self._kinds.get(kind, {})
        return [found[key] for key in sorted(found)]

    # --- places -----------------------------------------------------------------------------

    def _key(self, table: str, item: Item) -> Key:
        pk, sk = item["pk"]["S"], item["sk"]["S"]
        if not pk or not sk or len(pk) > SHORT or len(sk) > SHORT:
            _check_key(pk, sk)
        return Key(self._tables[table], pk, sk)

    def _places(self, table: Table, pk: str, by_index: bool) -> list[Key]:
        if by_index:
            return [Key(table, at, sk) for _, at, sk in self._index.get((table, pk), ())]
        return [Key(table, pk, sk) for sk in self._rows.get((table, pk), ())]

    def _after(self, keys: list[Key], table: str, start: Item, by_index: bool) -> list[Key]:
        """What follows the start key, which need not be there any more."""
        names = ("gsi1sk", "pk", "sk") if by_index else ("sk",)
        place = [start[name]["S"] for name in names]
        at = [[self._wire[key][name]["S"] for name in names] for key in keys]
        backwards = len(at) > 1 and at[0] > at[-1]
        return [
            key
            for key, here in zip(keys, at, strict=True)
            if (here < place if backwards else here > place)
        ]


def _entry(key: Key, item: Stored) -> tuple[str, str, str, str] | None:
    """Where an item stands in the index: the partition, and the place in it."""
    if "gsi1pk" not in item:
        return None
    return item["gsi1pk"]["S"], item["gsi1sk"]["S"], key.pk, key.sk


def _check_key(pk: str, sk: str) -> None:
    """DynamoDB's limits of a key, in bytes."""
    if not pk or not sk or len(pk.encode()) > 2048 or len(sk.encode()) > 1024:
        raise error("ValidationException", "Key")


def _equal_to(asked: Expression, attribute: str, names: Mapping[str, str]) -> str:
    """The placeholder of the partition that a key condition names; one must be named."""
    for kind, name, *values in asked.parts:
        if kind == "=" and names.get(name, name) == attribute:
            return values[0]
    raise error("ValidationException", "Query")


def _page(items: Sequence[Item], limit: int, place: Sequence[str]) -> dict[str, Any]:
    """Up to `limit` items and up to 1 MB of them, and where to go on."""
    kept, size = [], 0
    for item in items:
        kept.append(item)
        size += _size(item) if len(items) > 100 else 0
        if len(kept) == limit or size > PAGE_BYTES_MAX:
            break
    page: dict[str, Any] = {"Items": kept, "Count": len(kept)}
    if len(kept) < len(items) or (limit and len(kept) == limit):
        page["LastEvaluatedKey"] = {name: kept[-1][name] for name in place}
    return page


def _size(item: Item) -> int:
    return len(json.dumps(item, default=bytes.hex))  # what is packed is bytes


def _check_size(item: Item) -> None:
    """DynamoDB's limit; an item as JSON is never smaller than it is to DynamoDB."""
    for name in ("gsi1pk", "gsi1sk"):
        if name in item and not item[name].get("S"):
            raise error("ValidationException", "PutItem")
    plain = item.plain if isinstance(item, Carried) else item
    if len(marshal.dumps(plain, 2)) > ITEM_BYTES_MAX and _size(item) > ITEM_BYTES_MAX * 2:
        raise error("ValidationException", "PutItem")
