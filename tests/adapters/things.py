"""Records of every shape, and what the suites of the store share."""

import random
import secrets
from collections.abc import Callable
from typing import Any, ClassVar, Literal

from goodword.ports import Change, Store
from goodword.records import IndexEntry, Key, Record, Table, Value
from goodword_aws.store import DynamoStore

from tests.adapters.tables import TABLES


class Part(Value):
    word: str
    size: int | None
    flag: bool = False


class Thing(Record):
    """Uses every shape that a record may have."""

    KIND: ClassVar[str] = "thing"

    home: str
    name: str
    state: str = "new"
    kind: Literal["round", "square"] = "round"
    required_or_none: int | None
    amount_minor: int = 0
    parts: tuple[Part, ...] = ()
    notes: dict[str, str | int | bool | None] = {}
    waits: str | None = None
    keep_s: int | None = None

    @property
    def key(self) -> Key:
        return Key("core", self.home, self.name)

    @property
    def index_entry(self) -> IndexEntry | None:
        return IndexEntry("WAITS", self.waits) if self.waits else None

    @property
    def expires_s(self) -> int | None:
        return self.keep_s


class Other(Thing):
    KIND: ClassVar[str] = "other"


class Passed(Record):
    """A third kind of the same partition."""

    KIND: ClassVar[str] = "part"

    name: str

    @property
    def key(self) -> Key:
        return Key("core", "HOME", self.name)


class Line(Record):
    """Something of the journal."""

    TABLE: ClassVar[Table] = "journal"
    KIND: ClassVar[str] = "line"

    name: str

    @property
    def key(self) -> Key:
        return Key("journal", "LINES", self.name)


Connect = Callable[[str], Any]


def dynamo(connect: Connect) -> DynamoStore:
    return DynamoStore(
        connect("dynamodb"),
        TABLES,
        sleep=lambda _: None,
        chance=random.random,
        entropy=secrets.token_bytes,
    )


def thing(name: str = "a", home: str = "HOME", **more: Any) -> Thing:
    return Thing(home=home, name=name, **({"required_or_none": 1} | more))


def created(store: Store, *records: Record) -> None:
    change = Change()
    change.create(*records)
    store.commit(change)


def read(store: Store, name: str = "a") -> Thing:
    found = store.get(Thing, Key("core", "HOME", name))
    assert found is not None
    return found
