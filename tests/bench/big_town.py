"""A town whose AWS is in this process, with room for a million of everything.

Handlers, adapters and the strict fake of DynamoDB are the real ones; keys and secrets are kept in
plain. A long history is copies of what one real operation has left, under other ids. Up to
THIN_FROM every item is copied; beyond, only those that share a partition (of a table or of the
index) with others: an item in a partition of its own is met by its whole key alone, which nobody
has.
"""

import re
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from goodword.records import Table
from goodword_aws import aws, wiring
from goodword_aws.hot.client import Client

from infra.local.clock import LocalClock
from tests.adapters.tables import KEYS_TABLE, TABLES
from tests.bench.disk_dynamo import DiskDynamo, Row
from tests.bench.history import ID, MAC, SPECIMEN
from tests.bench.meter import Meter
from tests.bench.town import REGION, Town
from tests.fakes.privacy import MemoryVault
from tests.support.functions import NAMES

THIN_FROM = 10_000
NONCE = re.compile(r"\bTCH#[0-9a-f]{16}\b")  # a click's
ID_MARK, MAC_MARK, NUMBER_MARK = "{{I}}", "{{M}}", "{{N}}"  # in no record


class _Keys:
    """KMS and Secrets Manager as far as the product asks them; nothing is secret here."""

    def __init__(self) -> None:
        self._secrets: dict[str, str] = {}

    def generate_data_key(self, **_: Any) -> dict[str, bytes]:
        """A key, "wrapped" as it is."""
        key = secrets.token_bytes(32)
        return {"Plaintext": key, "CiphertextBlob": key}

    def decrypt(self, *, CiphertextBlob: bytes, **_: Any) -> dict[str, bytes]:
        """The key itself."""
        return {"Plaintext": CiphertextBlob}

    def get_secret_value(self, *, SecretId: str, VersionStage: str) -> dict[str, str]:
        """One value for each name, and none before it."""
        if VersionStage != "AWSCURRENT":
            body: Any = {"Error": {"Code": "ResourceNotFoundException"}}
            raise ClientError(body, "GetSecretValue")
        return {"SecretString": self._secrets.setdefault(SecretId, secrets.token_hex(32))}


class _Steps:
    """Step Functions: whatever it is told, it takes."""

    def __getattr__(self, _: str) -> Any:
        return lambda **_: {}


@dataclass
class Counted:
    """A client that tells the meter what was asked."""

    meter: Meter
    service: str
    behind: Any

    def __getattr__(self, name: str) -> Any:
        operation = "".join(word.title() for word in name.split("_"))

        def ask(**request: Any) -> Any:
            before = getattr(self.behind, "write_units", 0.0)
            got = getattr(self.behind, name)(**request)
            units = getattr(self.behind, "write_units", 0.0) - before
            told = {**got, "ConsumedCapacity": {"CapacityUnits": units}}
            self.meter.note(self.service, operation, request, told)
            return got

        return ask


@dataclass
class BigTown(Town):
    """A town over `store`."""

    store: DiskDynamo = field(kw_only=True)

    def tables(self) -> DiskDynamo:
        return self.store

    def before(self) -> set[tuple[str, str, str]]:
        """Which places are taken."""
        return {row[:3] for row in self.store.rows()}

    def grow(self, of: "Specimen", first: int, last: int) -> None:
        """Copies `first` to `last` (exclusive) of a specimen."""
        self.store.fill(of.copies(first, last))


@dataclass(frozen=True)
class Specimen:
    """What one operation has created, as templates."""

    rows: Sequence[Row]
    whole: bool

    def copies(self, first: int, last: int) -> Iterator[Row]:
        """Rows under the ids of these numbers."""
        shared = self.rows if self.whole else [row for row in self.rows if _is_shared(row)]
        for number in range(first, last):
            for row in self.rows if number < THIN_FROM else shared:
                yield tuple(_filled(text, number) for text in row)  # type: ignore[misc]  # a Row


def specimen(
    town: BigTown, before: set[tuple[str, str, str]], *own: str, whole: bool = False
) -> Specimen:
    """Of what was created since `before`, all that has an id of its own. `own` are such ids."""
    made = []
    for row in town.store.rows():
        template = tuple(_template(text, own) for text in row)
        if row[:3] not in before and template[:3] != row[:3]:
            made.append(template)
    return Specimen(made, whole)  # type: ignore[arg-type]  # templates are Rows


def _template(text: str | None, own: Sequence[str]) -> str | None:
    if text is None:
        return None
    for one in own:
        text = text.replace(one, one[:-7] + ID_MARK)
    text = ID.sub(lambda found: found.group()[:-7] + ID_MARK, text)
    text = NONCE.sub(lambda found: found.group()[:-8] + MAC_MARK, text)
    text = MAC.sub(lambda found: found.group()[:-8] + MAC_MARK, text)
    return text.replace(str(SPECIMEN), NUMBER_MARK)


def _filled(text: str | None, number: int) -> str | None:
    if text is None or "{{" not in text:
        return text
    text = text.replace(ID_MARK, f"{number:07d}").replace(MAC_MARK, f"{number:08x}")
    return text.replace(NUMBER_MARK, str(800_000_000 + number))


def _is_shared(row: Row) -> bool:
    """Whether copies lie together: one partition of the table, or one of the index."""
    return "{{" not in row[1] or (row[3] is not None and "{{" not in row[3])


@contextmanager
def big_town(home: Path) -> Iterator[BigTown]:
    """An empty one; every client of the product is counted while it is there."""
    clock, meter, keys = LocalClock(home / "clock"), Meter(), _Keys()
    tables: dict[str, Table] = {name: table for table, name in TABLES.items()}
    tables[KEYS_TABLE] = "keys"  # type: ignore[assignment]  # the vault's own table
    store = DiskDynamo(home / "items.sqlite", tables, lambda: float(clock.offset_seconds))
    clients = {
        "dynamodb": Counted(meter, "dynamodb", store),
        "kms": Counted(meter, "kms", keys),
        "secretsmanager": Counted(meter, "secretsmanager", keys),
        "stepfunctions": Counted(meter, "states", _Steps()),
    }

    def hot(client: Client, operation: str, **request: Any) -> Any:
        name = re.sub(r"(?<!^)(?=[A-Z])", "_", operation).lower()
        return getattr(clients[client._service], name)(**request)

    with pytest.MonkeyPatch.context() as patch:
        for name, value in _settings(clock).items():
            patch.setenv(name, value)
        patch.setattr(aws, "_make", lambda service, **_: clients[service])
        patch.setattr(Client, "call", hot)
        wiring.forget()
        vault = MemoryVault()
        patch.setattr(wiring, "vault", lambda: vault)
        yield BigTown(meter, "", "none", clock, store=store)
    wiring.forget()


def _settings(clock: LocalClock) -> dict[str, str]:
    return {
        **{name: f"none-{name.lower().replace('_', '-')}" for name in NAMES.split()},
        **{f"{table.upper()}_TABLE": name for table, name in TABLES.items()},
        "KEYS_TABLE": KEYS_TABLE,
        "GOODWORD_STAGE": "bench",
        "PUBLIC_URL": "https://go.example",
        "FALLBACK_URL": "https://shop.example/",
        "CLOCK_FILE": str(clock.path),
        "RAIL_SIMULATOR_URL": "",
        "AWS_ACCESS_KEY_ID": "none",
        "AWS_SECRET_ACCESS_KEY": "none",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_REGION": REGION,
        "POWERTOOLS_LOG_LEVEL": "INFO",
    }
