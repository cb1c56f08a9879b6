"""What is stored is a Record: a frozen model that knows its table, its key and its index entries.

A key is (partition, sort). `version` counts the writes: 0 has never been stored. A record is
created once (`Change.create`) or replaced under the version that was read (`Change.replace`),
never patched, so a decision made on old state cannot be written. Journal records are created and
never replaced.
"""

from typing import TYPE_CHECKING, ClassVar, Literal, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field

Table = Literal["arrivals", "journal", "core"]


class Key(NamedTuple):
    """Where a record is: `Key("core", "RWD#rwd_…", "HEAD")`."""

    table: Table
    pk: str
    sk: str


class IndexEntry(NamedTuple):
    """A place in the table's one sparse index (`gsi1`); a record without one is not in it."""

    pk: str
    sk: str


class Value(BaseModel):
    """Base of everything that is part of a record or an answer: frozen, strict, nothing extra."""

    # An error's text names the field, never the value: it may be a person's.
    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", hide_input_in_errors=True)

    def but(self, **changes: object) -> Self:
        """A validated copy with these fields changed; unknown names raise."""
        return type(self).model_validate({**self.__dict__, **changes})


class Record(Value):
    """Base of everything stored. Subclasses set KIND (unique) and say their key and index entry.

    PACKED are fields of lists that may grow long; a store may keep them compressed. Nothing that
    is asked for by its value is one of them, and none is in the journal, which strangers verify.
    """

    TABLE: ClassVar[Table] = "core"
    KIND: ClassVar[str]
    PACKED: ClassVar[frozenset[str]] = frozenset()

    version: int = Field(default=0, ge=0)

    if TYPE_CHECKING:  # every kind says its own; one without a place of its own has none

        @property
        def key(self) -> Key:
            """The record's own place, made only from its fields."""

    @property
    def index_entry(self) -> IndexEntry | None:
        """Where it stands in the sparse index at present, if at all."""
        return None

    @property
    def expires_s(self) -> int | None:
        """Unix seconds after which the table may drop it; None keeps it."""
        return None
