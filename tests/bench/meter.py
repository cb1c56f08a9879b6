"""Counts what an operation asks of AWS: requests by name, and DynamoDB's units by its own rules.

The counting sits in the clients (botocore's events, and the redirect's own client), so nothing that
is sent can be forgotten. Write units are those that the emulator answers with, which follow item
sizes, transactions and index entries as DynamoDB does. Read units are computed here from the sizes
of what came back, because the emulator charges every read the same.
"""

import math
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import boto3
import pytest
from goodword_aws import aws, wiring
from goodword_aws.hot.client import Client

READ_BYTES, WRITE_BYTES = 4_096, 1_024  # bytes of one unit
READS = ("GetItem", "BatchGetItem", "Query", "Scan")
WRITES = ("PutItem", "DeleteItem", "UpdateItem", "TransactWriteItems", "BatchWriteItem")


@dataclass
class Count:
    """What was asked since the meter was read last. `events` are those written for the bus.

    `records` are items that were put, changed or deleted, and `record_units` what they alone cost:
    the write units without those of index entries and of conditions on other items.
    """

    requests: Counter[str] = field(default_factory=Counter)
    read_units: float = 0.0
    write_units: float = 0.0
    items_written: int = 0
    records: int = 0
    record_units: float = 0.0
    events: int = 0
    trace: list[tuple[str, str]] = field(default_factory=list)

    @property
    def reads(self) -> int:
        """Requests to DynamoDB that read."""
        return sum(self.requests[f"dynamodb:{name}"] for name in READS)

    @property
    def transactions(self) -> int:
        """Requests to DynamoDB that write several items at once."""
        return self.requests["dynamodb:TransactWriteItems"]

    @property
    def writes(self) -> int:
        """Requests to DynamoDB that write, transactions included."""
        return sum(self.requests[f"dynamodb:{name}"] for name in WRITES)

    @property
    def others(self) -> str:
        """Requests to other services, in words."""
        rest = {k: n for k, n in sorted(self.requests.items()) if not k.startswith("dynamodb:")}
        return ", ".join(f"{n} {name}" for name, n in rest.items()) or "none"


class Meter:
    """Counts from the moment it is made; `take` reads it and begins anew."""

    def __init__(self) -> None:
        self._count = Count()

    @cached_property
    def _session(self) -> boto3.Session:
        """Of the credentials at the first use; the process's own would keep those of an earlier."""
        return boto3.Session()

    def take(self) -> Count:
        """What was counted since the last time."""
        taken, self._count = self._count, Count()
        return taken

    def client(self, service: str, **options: Any) -> Any:
        """A boto3 client that is counted; what `goodword_aws.aws` makes its clients with."""
        made = self._session.client(service, **options)  # type: ignore[call-overload]  # named at run time
        about = made.meta.service_model.service_id.hyphenize()
        sent: dict[str, Any] = {}

        def before(params: dict[str, Any], model: Any, **_: Any) -> None:
            if "ReturnConsumedCapacity" in model.input_shape.members:
                params["ReturnConsumedCapacity"] = "INDEXES"
            sent.clear()
            sent.update(params)

        def after(model: Any, parsed: dict[str, Any], **_: Any) -> None:
            self.note(service, model.name, sent, parsed)

        made.meta.events.register(f"provide-client-params.{about}.*", before)
        made.meta.events.register(f"after-call.{about}.*", after)
        return made

    def note(
        self, service: str, operation: str, sent: Mapping[str, Any], got: Mapping[str, Any]
    ) -> None:
        """One request that was answered."""
        self._count.requests[f"{service}:{operation}"] += 1
        if service != "dynamodb":
            return
        self._count.trace.append((operation, places(sent)))
        if operation in READS:
            self._count.read_units += read_units(operation, sent, got)
        else:
            self._count.write_units += _consumed(got)
            self._count.items_written += len(sent.get("TransactItems", "x"))
            self._count.events += sum(map(_is_event, sent.get("TransactItems", ())))
            kept = [each for each in _writes(sent) if "ConditionCheck" not in each]
            self._count.records += len(kept)
            twice = 2 if "TransactItems" in sent else 1
            self._count.record_units += twice * sum(map(_units_of, kept))

    def redirect_call(self) -> Callable[..., dict[str, Any]]:
        """The same for the redirect's own client: what its `call` becomes."""

        def call(client: Client, operation: str, **request: object) -> dict[str, Any]:
            service = client._service
            asked = {"ReturnConsumedCapacity": "INDEXES"} if service == "dynamodb" else {}
            got = _call(client, operation, **request, **asked)
            self.note(service, operation, request, got)
            return got

        return call


_call = Client.call


@contextmanager
def metered() -> Iterator[Meter]:
    """Every client of the product, made from now on, is counted."""
    meter = Meter()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(aws, "_make", meter.client)
        patch.setattr(Client, "call", meter.redirect_call())
        wiring.forget()
        yield meter
    wiring.forget()


def read_units(operation: str, sent: Mapping[str, Any], got: Mapping[str, Any]) -> float:
    """Units of one read: 4 KB each, half of that where the answer may lag; nothing is free."""
    if operation == "BatchGetItem":
        units = 0.0
        for table, wanted in sent["RequestItems"].items():
            found = got.get("Responses", {}).get(table, [])
            missing = len(wanted["Keys"]) - len(found)
            weight = 1.0 if wanted.get("ConsistentRead") else 0.5
            units += weight * (missing + sum(_pages(size_of(item)) for item in found))
        return units
    weight = 1.0 if sent.get("ConsistentRead") else 0.5
    if operation == "GetItem":
        return weight * _pages(size_of(got.get("Item", {})))
    return weight * _pages(sum(size_of(item) for item in got.get("Items", [])))


def places(sent: Mapping[str, Any]) -> str:
    """Which kinds of records a request is about, by the beginnings of their keys."""
    keys: list[Mapping[str, Any]] = []
    for asked in sent.get("RequestItems", {}).values():
        keys += asked["Keys"]
    for part in sent.get("TransactItems", ()):
        ((_, inside),) = part.items()
        keys.append(inside.get("Key") or inside["Item"])
    keys += [each for name in ("Key", "Item") if (each := sent.get(name))]
    names = [f"{_begin(key['pk'])} {_begin(key['sk'])}".strip() for key in keys]
    if values := sent.get("ExpressionAttributeValues", {}) if not keys else {}:
        names = [" ".join(_begin(value) for value in values.values())]
    counted = Counter(names)
    return ", ".join(f"{name} ({n})" if n > 1 else name for name, n in counted.items())


def _begin(value: Mapping[str, str]) -> str:
    """`PROG#prg_01m...` -> `PROG`; `A#BAL#prg_...` -> `A#BAL`; a time or id alone -> nothing."""
    text = value["S"]
    return "#".join(re.findall(r"[A-Z]+(?=#|$)", text)[:2])


def _is_event(write: Mapping[str, Any]) -> bool:
    """Whether it puts an event into the journal, which the outbox will hand to the bus."""
    item = write.get("Put", {}).get("Item", {})
    return str(item.get("pk", {}).get("S", "")).startswith("EVT#")


def _writes(sent: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The parts of a request that writes, each as one of a transaction."""
    if "RequestItems" in sent:
        for several in sent["RequestItems"].values():
            yield from several
    else:
        yield from sent.get("TransactItems", [{"": sent}])


def _units_of(write: Mapping[str, Any]) -> int:
    """Write units of one part by itself; a change without its whole item is taken for one KB."""
    ((_, inside),) = write.items()
    return max(1, math.ceil(size_of(inside.get("Item", {})) / WRITE_BYTES))


def size_of(item: Mapping[str, Any]) -> int:
    """Bytes of an item as DynamoDB counts them: names, values, and three for each container."""
    return sum(len(name.encode()) + _size(value) for name, value in item.items())


def _size(value: Mapping[str, Any]) -> int:
    ((sort, inside),) = value.items()
    if sort == "S":
        return len(inside.encode())
    if sort == "N":
        return math.ceil(len(inside.lstrip("-").strip("0") or "0") / 2) + 1
    if sort == "B":
        return len(inside)
    if sort == "M":
        return 3 + size_of(inside) + len(inside)
    if sort == "L":
        return 3 + sum(_size(one) + 1 for one in inside)
    return 1


def _pages(size: int) -> int:
    return max(1, math.ceil(size / READ_BYTES))


def _consumed(got: Mapping[str, Any]) -> float:
    """Write units of an answer; a refusal has none that it tells."""
    found = got.get("ConsumedCapacity") or []
    rows = [found] if isinstance(found, dict) else found
    return float(sum(row["CapacityUnits"] for row in rows))
