"""Records in DynamoDB: reads are strongly consistent, and a Change is one TransactWriteItems.

The token of a transaction is fresh for every `commit` and the same for all its re-sends. A lost
reply is therefore answered by DynamoDB's own memory of the token, while the same Change committed
again meets its own earlier write and gets a Collision or Stale, as in any other store: the caller's
next read decides. (A token made from the body alone would tell two workers that both created the
same claim that each of them had won.)

Nothing stands where no key can be: ids come out of addresses as they were typed, of any length.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as NotConnected
from goodword.errors import GoodwordError, InvalidInput, Stale, Unavailable
from goodword.limits import (
    CONFLICT_TRIES_MAX,
    PAGE_ITEMS_MAX,
    QUERY_PAGES_MAX,
    READ_KEYS_MAX,
    SCAN_PAGES_MAX,
    SUMMARY_ITEMS_MAX,
)
from goodword.ports import Change, Collision, GuardFailed, Page
from goodword.records import Key, Record, Table

from goodword_aws.items import (
    Item,
    Plain,
    from_item,
    marshal,
    pack_cursor,
    plain_of,
    storable,
    unpack_cursor,
)
from goodword_aws.transaction import transact_items

R = TypeVar("R", bound=Record)

INDEX = "gsi1"
_SAME_AGAIN = frozenset({"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"})
_BUSY = frozenset(
    {
        "InternalServerError",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ThrottlingException",
        "TransactionConflictException",
        "TransactionInProgressException",
    }
)
PAUSE_SECONDS = 0.02  # seconds before the second send at most; doubled for each further one
PAUSE_SECONDS_MAX = 1.0  # seconds; a function has to answer


class DynamoStore:
    """The Store port, `ledger.service.Scanner` and `ledger.leaves.Items` over one installation.

    `sleep` takes seconds, `chance` gives a float in [0, 1), `entropy(n)` n random bytes.
    """

    def __init__(
        self,
        client: Any,
        tables: Mapping[Table, str],
        *,
        sleep: Callable[[float], None],
        chance: Callable[[], float],
        entropy: Callable[[int], bytes],
    ) -> None:
        self._client = client
        self._tables = dict(tables)
        self._sleep = sleep
        self._chance = chance
        self._entropy = entropy

    def get(self, kind: type[R], key: Key) -> R | None:
        if not storable(key.pk, key.sk):
            return None
        answer = self._send(
            "get_item", TableName=self._tables[key.table], Key=_where(key), ConsistentRead=True
        )
        return from_item(kind, answer["Item"]) if "Item" in answer else None

    def get_many(self, kind: type[R], keys: Sequence[Key]) -> dict[Key, R]:
        found = self._fetch(list(dict.fromkeys(keys)))
        return {key: from_item(kind, item) for key, item in found.items()}

    def get_mixed(self, wanted: Mapping[Key, type[Record]]) -> dict[Key, Record]:
        found = self._fetch(list(wanted))
        return {key: from_item(wanted[key], item) for key, item in found.items()}

    def query(
        self,
        kind: type[R],
        table: Table,
        pk: str,
        prefix: str = "",
        *,
        limit: int = PAGE_ITEMS_MAX,
        cursor: str | None = None,
        newest_first: bool = False,
    ) -> Page[R]:
        if not storable(pk, prefix or "-"):
            return Page([], None)
        request = self._partition(table, pk, prefix) | {"ScanIndexForward": not newest_first}
        if cursor is not None:
            (sk,) = unpack_cursor(cursor, 1)
            if not sk.startswith(prefix):
                raise InvalidInput("bad_cursor", "this is not the cursor of this page")
            request["ExclusiveStartKey"] = {"pk": marshal(pk), "sk": marshal(sk)}
        items, more = self._rows(request, limit)
        end = pack_cursor(items[-1]["sk"]["S"]) if more else None
        return Page([from_item(kind, item) for item in items], end)

    def query_mixed(
        self, kinds: Sequence[type[Record]], table: Table, pk: str, prefix: str = ""
    ) -> Sequence[Record]:
        known = {kind.KIND: kind for kind in kinds}
        if not storable(pk, prefix or "-"):
            return []
        items, more = self._rows(self._partition(table, pk, prefix), SUMMARY_ITEMS_MAX)
        if more:
            raise Unavailable("store_busy", "the partition is too large for one summary")
        return [
            from_item(known[item["kind"]["S"]], item)
            for item in items
            if item["kind"]["S"] in known
        ]

    def query_index(
        self,
        kind: type[R],
        table: Table,
        pk: str,
        *,
        since: str = "",
        until: str | None = None,
        limit: int = PAGE_ITEMS_MAX,
        cursor: str | None = None,
    ) -> Page[R]:
        if until is not None and since > until:
            return Page([], None)  # DynamoDB refuses such a BETWEEN
        if not storable(pk, since or "-"):
            return Page([], None)
        condition, values = _between(pk, since, until)
        request: dict[str, Any] = {
            "TableName": self._tables[table],
            "IndexName": INDEX,
            "KeyConditionExpression": condition,
            "ExpressionAttributeValues": values,
        }
        if cursor is not None:
            place = zip(("gsi1sk", "pk", "sk"), unpack_cursor(cursor, 3), strict=True)
            start = {name: marshal(part) for name, part in place}
            request["ExclusiveStartKey"] = {"gsi1pk": marshal(pk), **start}
        items, more = self._rows(request, limit)
        end = (
            pack_cursor(*(items[-1][name]["S"] for name in ("gsi1sk", "pk", "sk")))
            if more
            else None
        )
        return Page([from_item(kind, item) for item in items], end)

    def scan(self, kind: type[R], table: Table) -> Iterator[R]:
        """Every record of the kind, in no order, strongly consistent page by page."""
        return (from_item(kind, item) for item in self._scan(table, [kind.KIND]))

    def scan_mixed(self, kinds: Sequence[type[Record]], table: Table) -> Iterator[Record]:
        """As `scan`, for records of any of these kinds, in one reading of the table."""
        known = {kind.KIND: kind for kind in kinds}
        items = self._scan(table, list(known))
        return (from_item(known[item["kind"]["S"]], item) for item in items)

    def scan_plain(self, table: Table, kinds: Sequence[str]) -> Iterator[Plain]:
        """Every item of these kinds as it is stored, as JSON-like values."""
        return (plain_of(item) for item in self._scan(table, kinds))

    def plain_many(self, keys: Sequence[Key]) -> dict[Key, Plain]:
        """Those of up to 100 keys that exist, as they are stored."""
        return {key: plain_of(item) for key, item in self._fetch(list(dict.fromkeys(keys))).items()}

    def _scan(self, table: Table, kinds: Sequence[str]) -> Iterator[Item]:
        values = {f":kind{number}": marshal(kind) for number, kind in enumerate(kinds)}
        request: dict[str, Any] = {
            "TableName": self._tables[table],
            "ConsistentRead": True,
            "FilterExpression": f"#kind IN ({', '.join(values)})",
            "ExpressionAttributeNames": {"#kind": "kind"},
            "ExpressionAttributeValues": values,
        }
        for _ in range(SCAN_PAGES_MAX):
            answer = self._send("scan", **request)
            yield from answer["Items"]
            if "LastEvaluatedKey" not in answer:
                return
            request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]
        raise Unavailable("store_busy", "the table is too large for one scan")

    def commit(self, change: Change) -> None:
        """As the port says; `outcome_unknown` is the one Unavailable after which it may be done."""
        change.check()
        items = transact_items(change, self._tables)
        token = self._entropy(18).hex()
        for sent in range(CONFLICT_TRIES_MAX):
            self._pause(sent)
            try:
                self._client.transact_write_items(TransactItems=items, ClientRequestToken=token)
                return
            except ClientError as refused:
                code = refused.response["Error"]["Code"]
                if code != "TransactionCanceledException" and code not in _BUSY:
                    raise
                if code == "TransactionCanceledException" and (
                    refusal := _refusal(change, refused.response.get("CancellationReasons", []))
                ):
                    raise refusal from refused
                last = code
            except (NotConnected, HTTPClientError) as lost:
                name = type(lost).__name__
                raise Unavailable("outcome_unknown", f"no reply ({name}): read again") from lost
        raise Unavailable("store_busy", f"the store did not take the change: {last}")

    def _fetch(self, keys: Sequence[Key]) -> dict[Key, Item]:
        """The items of up to 100 keys; asks again for those that the store left out."""
        if len(keys) > READ_KEYS_MAX:
            raise ValueError(f"at most {READ_KEYS_MAX} keys in one request, not {len(keys)}")
        named = {name: table for table, name in self._tables.items()}
        left: dict[str, Any] = {}
        for key in (one for one in keys if storable(one.pk, one.sk)):
            request = left.setdefault(self._tables[key.table], {"ConsistentRead": True, "Keys": []})
            request["Keys"].append(_where(key))
        found: dict[Key, Item] = {}
        for sent in range(CONFLICT_TRIES_MAX):
            if not left:
                return found
            self._pause(sent)
            answer = self._send("batch_get_item", RequestItems=left)
            for name, items in answer["Responses"].items():
                for item in items:
                    found[Key(named[name], item["pk"]["S"], item["sk"]["S"])] = item
            left = answer.get("UnprocessedKeys", {})
        if left:
            raise Unavailable("store_busy", "the store left out some of the keys")
        return found

    def _partition(self, table: Table, pk: str, prefix: str) -> dict[str, Any]:
        """The query for the items of a partition whose sort key begins with `prefix`."""
        return {
            "TableName": self._tables[table],
            "KeyConditionExpression": "pk = :pk" + (" AND begins_with(sk, :sk)" if prefix else ""),
            "ExpressionAttributeValues": {":pk": marshal(pk)}
            | ({":sk": marshal(prefix)} if prefix else {}),
            "ConsistentRead": True,
        }

    def _rows(self, request: dict[str, Any], limit: int) -> tuple[list[Item], bool]:
        """Up to `limit` items, and whether there are more; one more is asked for to know."""
        items: list[Item] = []
        for _ in range(QUERY_PAGES_MAX):
            answer = self._send("query", **request, Limit=limit + 1 - len(items))
            items += answer["Items"]
            if len(items) > limit or "LastEvaluatedKey" not in answer:
                return items[:limit], len(items) > limit
            request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]
        raise Unavailable("store_busy", "one page took too many requests")

    def _send(self, operation: str, **request: Any) -> Any:
        """One read; botocore has repeated it already when it fails, so that ends it."""
        try:
            return getattr(self._client, operation)(**request)
        except ClientError as refused:
            code = refused.response["Error"]["Code"]
            if code == "ValidationException" and "ExclusiveStartKey" in request:
                raise InvalidInput("bad_cursor", "this is not the cursor of this page") from refused
            if code not in _BUSY:
                raise
            raise Unavailable("store_busy", f"the store did not answer: {code}") from refused
        except (NotConnected, HTTPClientError) as lost:
            name = type(lost).__name__
            raise Unavailable("store_busy", f"the store did not answer: {name}") from lost

    def _pause(self, sent: int) -> None:
        """Wait before the next send: not before the first, then ever longer, never all at once."""
        if sent:
            longest = min(PAUSE_SECONDS_MAX, PAUSE_SECONDS * 2.0 ** (sent - 1))
            self._sleep(longest * (0.5 + self._chance() / 2))


def _where(key: Key) -> Item:
    return {"pk": marshal(key.pk), "sk": marshal(key.sk)}


def _refusal(change: Change, reasons: Sequence[Mapping[str, Any]]) -> GoodwordError | None:
    """Why the transaction was refused, or None if the same one may be sent again.

    Reasons come one per item, in the order of `Change.keys`. A condition that failed decides, also
    beside a conflict: what was read is old. A reason that is none of ours is a programming error.
    """
    codes = [reason.get("Code") or "None" for reason in reasons]
    failed = {index for index, code in enumerate(codes) if code == "ConditionalCheckFailed"}
    if not failed:
        foreign = set(codes) - _SAME_AGAIN - {"None"}
        if foreign:
            raise ValueError(f"the store refused the change: {sorted(foreign)}")
        return None
    keys, created = change.keys, len(change.created)
    written = [*(record for record, _ in change.replaced), *change.deleted]
    if collided := [keys[index] for index in sorted(failed) if index < created]:
        return Collision(collided)
    stale = [
        record.key
        for index, record in enumerate(written, start=created)
        if index in failed and _version(reasons[index]) != record.version
    ]
    if stale:
        return Stale("stale", "; ".join(f"{key.pk}/{key.sk}" for key in stale))
    return GuardFailed([keys[index] for index in sorted(failed)])


def _between(pk: str, since: str, until: str | None) -> tuple[str, Item]:
    """The key condition of an index read, with its values."""
    values = {":pk": marshal(pk)}
    values |= {":since": marshal(since)} if since else {}
    values |= {":until": marshal(until)} if until is not None else {}
    if until is None:
        return "gsi1pk = :pk" + (" AND gsi1sk >= :since" if since else ""), values
    bounds = " AND gsi1sk BETWEEN :since AND :until" if since else " AND gsi1sk <= :until"
    return f"gsi1pk = :pk{bounds}", values


def _version(reason: Mapping[str, Any]) -> int:
    """The version of the item that failed its condition; 0 if there was none."""
    return int(reason.get("Item", {}).get("version", {}).get("N", 0))
