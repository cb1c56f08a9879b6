"""The journal leaves the emulator as anybody could take it from a table export, with its seals.

Files of one directory: `journal.jsonl` in the order of the seals, `seals.jsonl`, `public_key.pem`
and `balances.jsonl`; and `last`, the number and hash of the newest copy in the locked bucket.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from boto3.dynamodb.types import TypeDeserializer

from infra.local.stack import LocalStack
from infra.local.waiting import eventually

ITEMS = ("event", "entry")
NOT_HASHED = ("version", "gsi1pk", "gsi1sk", "expires_s")
SEALED_SECONDS_MAX = 60.0  # seconds until the stream has brought, and a seal has taken, every item
Json = dict[str, Any]


@dataclass(frozen=True)
class Exported:
    """Where the files are and what is in them."""

    directory: Path
    items: int
    seals: int
    last: str

    @property
    def journal(self) -> Path:
        """The items in the order of the seals."""
        return self.directory / "journal.jsonl"


def export(stack: LocalStack, directory: Path | None = None) -> Exported:
    """Write the files anew, once everything in the journal is sealed and copied.

    Without a directory, into `export/` of this stack's own home.
    """
    directory = directory or stack.emulator.home / "export"
    taken = eventually(lambda: _sealed(stack), "a seal over everything", SEALED_SECONDS_MAX)
    assert taken is not None
    directory.mkdir(parents=True, exist_ok=True)
    names = ("header", "leaves", "signature")
    shown = [{name: seal[name] for name in names} for seal in taken.seals]
    _write(directory / "journal.jsonl", taken.items)
    _write(directory / "seals.jsonl", shown)
    _write(directory / "balances.jsonl", taken.balances)
    last, pem = _locked(stack)
    (directory / "public_key.pem").write_text(pem, "ascii")
    (directory / "last").write_text(last + "\n", "ascii")
    return Exported(directory, len(taken.items), len(taken.seals), last)


def ring_sealer(stack: LocalStack) -> Json:
    """Do now what the schedule does every minute; what the run says it did."""
    name = json.loads(stack.deployed.output("Functions"))["ledger_schedule_seal"]
    answer = stack.client("lambda").invoke(FunctionName=name, Payload=b"{}")
    outcome: Json = json.loads(answer["Payload"].read())
    return outcome


@dataclass(frozen=True)
class _Taken:
    """Items in the order of the seals, the seals, and the balances of the same moment."""

    items: list[Json]
    seals: list[Json]
    balances: list[Json]


def _sealed(stack: LocalStack) -> _Taken | None:
    """What is there now; None while an item has no seal or a balance moves."""
    outcome = ring_sealer(stack)
    balances = _balances(stack)
    stored = list(_rows(stack, "JournalTable"))
    seals = sorted(
        (row for row in stored if row["kind"] == "seal"), key=lambda row: row["header"]["number"]
    )
    places = {leaf: place for place, leaf in enumerate(_leaves(seals))}
    items = [_content(row) for row in stored if row["kind"] in ITEMS]
    waits = [item for item in items if _leaf(item) not in places]
    if waits or outcome.get("lost") or outcome.get("more") or _balances(stack) != balances:
        return None
    return _Taken(sorted(items, key=lambda item: places[_leaf(item)]), seals, balances)


def _balances(stack: LocalStack) -> list[Json]:
    found = [row for row in _rows(stack, "CoreTable") if row["kind"] == "balance"]
    return sorted(found, key=lambda row: (row["pk"], row["sk"]))


def _rows(stack: LocalStack, output: str) -> Iterator[Json]:
    reader = TypeDeserializer()
    pages = stack.client("dynamodb").get_paginator("scan")
    for page in pages.paginate(TableName=stack.deployed.output(output), ConsistentRead=True):
        for item in page["Items"]:
            yield {name: _plain(reader.deserialize(value)) for name, value in item.items()}


def _plain(value: Any) -> Any:
    """JSON-like values; the product stores whole numbers only."""
    if isinstance(value, Decimal):
        return int(value)
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list) else value


def _content(row: Json) -> Json:
    return {name: value for name, value in row.items() if name not in NOT_HASHED}


def _spelled(value: Json) -> bytes:
    spaces = (",", ":")
    return json.dumps(value, sort_keys=True, separators=spaces, ensure_ascii=False).encode()


def _leaf(item: Json) -> str:
    return hashlib.sha256(b"\x00" + _spelled(item)).hexdigest()


def _leaves(seals: Sequence[Json]) -> Iterator[str]:
    for seal in seals:
        yield from seal["leaves"]


def _write(path: Path, rows: Sequence[Json]) -> None:
    path.write_bytes(b"".join(_spelled(row) + b"\n" for row in rows))


def _locked(stack: LocalStack) -> tuple[str, str]:
    """`NUMBER:HASH` of the newest copy in the locked bucket, and the keys that are there."""
    s3, bucket = stack.client("s3"), stack.deployed.output("SealsBucket")
    names = [
        found["Key"]
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
        for found in page.get("Contents", [])
    ]

    def read(name: str) -> bytes:
        content: bytes = s3.get_object(Bucket=bucket, Key=name)["Body"].read()
        return content

    copies = sorted(name for name in names if name.startswith("seals/"))
    if not copies:
        return "", ""
    header = json.loads(read(copies[-1]))["header"]
    last = f"{header['number']}:{hashlib.sha256(_spelled(header)).hexdigest()}"
    keys = (read(name).decode() for name in sorted(names) if name.startswith("keys/"))
    return last, "".join(keys)
