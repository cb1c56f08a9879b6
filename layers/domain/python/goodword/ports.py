"""What the domain needs from outside, as Protocols, and the one way to change anything: a Change.

A use case reads records, lets pure functions decide, and commits one Change: all of it or nothing.
Adapters: `goodword_aws.store` (DynamoDB), `tests.fakes.store` (memory); both pass one suite.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from goodword.errors import Conflict, GoodwordError, Stale
from goodword.events import Actor, Event, Plain
from goodword.limits import COMMIT_TRIES_MAX, TRANSACTION_ITEMS_MAX
from goodword.records import Key, Record, Table

R = TypeVar("R", bound=Record)
T = TypeVar("T")
P = TypeVar("P")


class Clock(Protocol):
    """Now, in ms since the epoch."""

    def now_ms(self) -> int: ...


class Ids(Protocol):
    """Fresh ids (`new("rwd")`) and chance for codes (`entropy(8)` -> 8 bytes)."""

    def new(self, prefix: str) -> str: ...

    def entropy(self, length: int) -> bytes: ...


@dataclass(frozen=True)
class Guard:
    """What must be true of a stored item at the commit: all of `equals`, none of `differs`.

    Each name in `equals` and `differs` must exist on the item (a missing attribute never passes:
    `missing <> :v` alone would be TRUE in DynamoDB).
    """

    equals: Mapping[str, str | int] = field(default_factory=dict)
    differs: Mapping[str, str | int] = field(default_factory=dict)


class Collision(Conflict):
    """`create` met a record that is already there; `keys` says which. Read it and decide anew."""

    def __init__(self, keys: Sequence[Key]) -> None:
        super().__init__("already_exists", "; ".join(f"{key.pk}/{key.sk}" for key in keys))
        self.keys = tuple(keys)


class GuardFailed(Conflict):
    """A `require` did not hold at the commit; nothing was changed."""

    def __init__(self, keys: Sequence[Key]) -> None:
        super().__init__("guard_failed", "; ".join(f"{key.pk}/{key.sk}" for key in keys))
        self.keys = tuple(keys)


class Overfull(Conflict):
    """A change has more items than one transaction holds; nothing was changed."""

    def __init__(self, items: int) -> None:
        held = f"{items} items are more than the {TRANSACTION_ITEMS_MAX} of one transaction"
        super().__init__("change_too_large", held)


@dataclass
class Change:
    """One transaction in the making. At most 100 items; a key may appear once."""

    created: list[Record] = field(default_factory=list)
    replaced: list[tuple[Record, Guard]] = field(default_factory=list)
    deleted: list[Record] = field(default_factory=list)
    required: list[tuple[Key, Guard]] = field(default_factory=list)
    absent: list[Key] = field(default_factory=list)

    def create(self, *records: Record) -> None:
        """Put each if its key is free. Fails the whole commit with Collision otherwise."""
        for record in records:
            if record.version != 0:
                raise ValueError(f"{record.KIND} was read from the store: replace it instead")
            self.created.append(record)

    def replace(self, record: Record, guard: Guard | None = None) -> None:
        """Write `record` if the stored version is still the one it carries, raised by one."""
        if record.TABLE == "journal":
            raise ValueError("the journal is append-only")
        if record.version == 0:
            raise ValueError(f"{record.KIND} was never read: create it instead")
        self.replaced.append((record, guard or Guard()))

    def save(self, record: Record) -> None:
        """`create` what is new, `replace` what was read."""
        if record.version == 0:
            self.create(record)
        else:
            self.replace(record)

    def delete(self, record: Record) -> None:
        """Remove it if the stored version is still the one it carries; never from the journal."""
        if record.TABLE == "journal":
            raise ValueError("the journal is append-only")
        self.deleted.append(record)

    def require(self, key: Key, guard: Guard) -> None:
        """Fail the commit (GuardFailed) unless the item is there and the guard holds."""
        self.required.append((key, guard))

    def require_absent(self, key: Key) -> None:
        """Fail the commit (GuardFailed) if anything is stored under the key."""
        self.absent.append(key)

    @property
    def keys(self) -> list[Key]:
        """Every key the change touches, in the order in which it is sent."""
        return [
            *(record.key for record in self.created),
            *(record.key for record, _ in self.replaced),
            *(record.key for record in self.deleted),
            *(key for key, _ in self.required),
            *self.absent,
        ]

    def check(self) -> None:
        """Raise ValueError if it is no transaction (empty, or a key twice), Overfull if too large.

        How much is gathered depends on what people sell and promise, so that is no bug of ours.
        """
        keys = self.keys
        if not keys:
            raise ValueError("a change has at least one item")
        if len(keys) > TRANSACTION_ITEMS_MAX:
            raise Overfull(len(keys))
        if len(set(keys)) != len(keys):
            raise ValueError(f"a key appears twice in one change: {keys}")


@dataclass(frozen=True)
class Page(Generic[P]):
    """Rows in key order, and the cursor of the next page (None at the end)."""

    rows: Sequence[P]
    cursor: str | None


class Store(Protocol):
    """Strongly consistent records. A method that finds nothing answers None or an empty page."""

    def get(self, kind: type[R], key: Key) -> R | None:
        """The record under the key. Raises TypeError if something of another kind is there."""
        ...

    def get_many(self, kind: type[R], keys: Sequence[Key]) -> dict[Key, R]:
        """Those of up to 100 keys that exist, in one request."""
        ...

    def get_mixed(self, wanted: Mapping[Key, type[Record]]) -> dict[Key, Record]:
        """As `get_many`, for keys of different kinds, in one request."""
        ...

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
        """Records of one partition whose sort key begins with `prefix`."""
        ...

    def query_mixed(
        self, kinds: Sequence[type[Record]], table: Table, pk: str, prefix: str = ""
    ) -> Sequence[Record]:
        """As `query`, all at once, for records of these kinds; other kinds are passed over.

        For partitions that stay small (an advocate's summary); more than `SUMMARY_ITEMS_MAX` items
        raise Unavailable.
        """
        ...

    def query_index(
        self,
        kind: type[R],
        table: Table,
        pk: str,
        *,
        since: str = "",
        until: str | None = None,
        limit: int = 100,
        cursor: str | None = None,
    ) -> Page[R]:
        """Records of one index partition with sort keys of `since` to `until`, both included.

        It may lag behind. A `since` after `until` finds nothing.
        """
        ...

    def commit(self, change: Change) -> None:
        """All of it or nothing. Raises Collision, Stale, GuardFailed, Overfull or Unavailable."""
        ...


@dataclass(frozen=True)
class Desk:
    """What every use case gets: the store, the clock, fresh ids, and who is acting."""

    store: Store
    clock: Clock
    ids: Ids
    actor: Actor

    def event(self, type: str, subject: str, reason: str = "", **data: Plain) -> Event:
        """An event of now, by this desk's actor."""
        return Event(
            event_id=self.ids.new("evt"),
            type=type,
            subject=subject,
            at_ms=self.clock.now_ms(),
            actor=self.actor,
            reason=reason,
            data=data,
        )


def unheard(_name: str, _error: Exception) -> None:
    """Nobody wants to hear of each error of `in_turn`."""


def in_turn(
    acts: Iterable[tuple[str, Callable[[], object]]],
    failed: Callable[[str, Exception], None] = unheard,
) -> None:
    """Do each, by its name. Every one has its turn: `failed` hears of each that cannot be done,
    and the first error is raised when all had theirs.
    """
    errors: list[Exception] = []
    for name, act in acts:
        try:
            act()
        except Exception as error:  # noqa: BLE001 - the outermost of this act
            failed(name, error)
            errors.append(error)
    if errors:
        raise errors[0]


def until_settled(attempt: Callable[[], T], tries: int = COMMIT_TRIES_MAX) -> T:
    """Run a read-decide-commit attempt again while it loses races; the last Stale is raised.

    Also runs again after Collision and GuardFailed once the attempt's own reads can see why: the
    attempt must then take another path, and if it does not, the same error ends it.
    """
    last: GoodwordError | None = None
    for _ in range(tries):
        try:
            return attempt()
        except Stale as lost:
            last = lost
        except (Collision, GuardFailed) as lost:
            if isinstance(last, type(lost)) and last.keys == lost.keys:
                raise
            last = lost
    assert last is not None
    raise last
