"""Where an order is found by any id that it has outside, and what waits there before it comes."""

from typing import ClassVar

from pydantic import Field

from goodword.conversions.model import LaterFact
from goodword.conversions.order import Space
from goodword.limits import REFUNDS_PARKED_MAX
from goodword.ports import Page, Store
from goodword.records import IndexEntry, Key, Record


class OrderAlias(Record):
    """An outside id of an order and the conversion it belongs to; put once."""

    KIND: ClassVar[str] = "order_alias"

    program_id: str
    namespace: str
    alias: str
    conversion_id: str

    @property
    def key(self) -> Key:
        return alias_key(Space(self.program_id, self.namespace), self.alias)


def alias_key(space: Space, alias: str) -> Key:
    """Where the outside id of a sale is (leads use the alias `lead:<id>`)."""
    return Key("core", order_partition(space, alias), "ALIAS")


def order_partition(space: Space, alias: str) -> str:
    """The partition of one outside id: its alias and the refunds parked under it."""
    return f"ORD#{space.program_id}#{space.namespace}#{alias}"


class ParkedRefunds(Record):
    """What came before its order (refunds, inquiries ...), under one of the ids that it names."""

    KIND: ClassVar[str] = "parked_refunds"

    program_id: str
    namespace: str
    alias: str
    facts: tuple[LaterFact, ...] = Field(max_length=REFUNDS_PARKED_MAX)
    since_ms: int = 0

    @property
    def key(self) -> Key:
        return parked_key(Space(self.program_id, self.namespace), self.alias)

    @property
    def index_entry(self) -> IndexEntry:
        return IndexEntry(f"PARKED#{self.program_id}", f"{self.since_ms:015d}#{self.key.pk}")


def parked(store: Store, program_id: str, limit: int, cursor: str | None) -> Page[ParkedRefunds]:
    """What waits for orders that nobody has told of, longest first; may lag behind a moment."""
    index = f"PARKED#{program_id}"
    return store.query_index(ParkedRefunds, "core", index, limit=limit, cursor=cursor)


def parked_key(space: Space, alias: str) -> Key:
    """Where the refunds that wait for one outside id are."""
    return Key("core", order_partition(space, alias), "PARK")
