"""Nothing is in the journal that no seal holds, and nothing was sealed that is no longer there.

The stream brings each journal item to the sealer within seconds. Streams can be cut off and tables
restored, so every night the whole journal is read against the seals: every item has its leaf, the
leaf is the hash of the item as it is now, it was sealed in time; every leaf still has its item; the
seals are chained, their roots are over their leaves, and the leaves under the seals are the same as
those that the records speak of. An item that the stream has lost is brought to the sealer here, and
counted all the same.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import ClassVar, TypeVar

from pydantic import Field

from goodword.ledger.leaves import KINDS, Items, Leaf, Plain, leaf_for, root_of
from goodword.ledger.seal import NOTHING_BEFORE, Seal, SealHead, read_head, seal_page
from goodword.ledger.service import Scanner
from goodword.limits import (
    DIFFERENCES_KEPT_MAX,
    PAGE_ITEMS_MAX,
    READ_KEYS_MAX,
    SEAL_GRACE_SECONDS,
    SEAL_PAGES_MAX,
)
from goodword.ports import Change, Desk, Store, until_settled
from goodword.records import Key, Record
from goodword.times import rfc3339

T = TypeVar("T")
SEAL_CHECKS = "LEDGER#SEALS"
WHOLE = 1 << 256


def note(store: Store, items: Sequence[Plain]) -> int:
    """Make the leaves of up to 100 journal items that have none; how many were made.

    A repeat makes none: an item is sealed once, however often it is brought here.
    """
    wanted = {leaf.key: leaf for leaf in map(leaf_for, items)}

    def attempt() -> int:
        there = store.get_many(Leaf, list(wanted))
        missing = [leaf for key, leaf in wanted.items() if key not in there]
        if missing:
            change = Change()
            change.create(*missing)
            store.commit(change)
        return len(missing)

    return until_settled(attempt)


class SealCheck(Record):
    """What one check found. `findings` are sentences, at most `DIFFERENCES_KEPT_MAX` of `found`."""

    KIND: ClassVar[str] = "seal_check"

    at_ms: int
    items: int = Field(ge=0)
    sealed: int = Field(ge=0)
    waiting: int = Field(ge=0)
    seals: int = Field(ge=0)
    found: int = Field(ge=0)
    findings: tuple[str, ...] = ()

    @property
    def key(self) -> Key:
        return Key("core", SEAL_CHECKS, rfc3339(self.at_ms))


@dataclass
class Completeness:
    """One check; a fresh object each time."""

    desk: Desk
    scanner: Scanner
    items: Items
    _found: int = 0
    _kept: list[str] = field(default_factory=list)

    def check(self) -> SealCheck:
        """Read everything, store what was found, tell of it."""
        head = read_head(self.desk.store)  # first: what is sealed meanwhile is only more
        seals, under_seals = self._walk(head)
        items, waiting = self._journal()
        sealed, in_records = self._leaves(head)
        if (sealed, in_records) != (head.total, under_seals):
            self._say(f"{head.total} leaves are under seals, {sealed} are recorded as sealed there")
        outcome = SealCheck(
            at_ms=self.desk.clock.now_ms(),
            items=items,
            sealed=sealed,
            waiting=waiting,
            seals=seals,
            found=self._found,
            findings=tuple(self._kept),
        )
        change = Change()
        change.create(
            outcome,
            self.desk.event(
                "ledger.seals_checked",
                "ledger",
                "findings" if self._found else "",
                items=items,
                sealed=sealed,
                waiting=waiting,
                found=self._found,
            ),
        )
        self.desk.store.commit(change)
        return outcome

    def _say(self, sentence: str) -> None:
        self._found += 1
        if len(self._kept) < DIFFERENCES_KEPT_MAX:
            self._kept.append(sentence)

    def _walk(self, head: SealHead) -> tuple[int, int]:
        """Every seal up to the head, link by link; how many, and the sum of their leaves."""
        previous, total, number, sum_ = NOTHING_BEFORE, 0, 0, 0
        for seal in self._seals(head.number):
            header, leaves = seal.header, [bytes.fromhex(one) for one in seal.leaves]
            number, total = number + 1, total + len(leaves)
            sum_ = (sum_ + _sum(leaves)) % WHOLE
            said = (header.number, header.previous, header.count, header.total)
            if said != (number, previous, len(leaves), total):
                self._say(f"seal {header.number} does not follow from seal {number - 1}")
            if header.root != root_of(leaves).hex():
                self._say(f"the root of seal {header.number} is not that of its leaves")
            previous = header.hash
        if (number, previous, total) != (head.number, head.hash, head.total):
            self._say(f"the head is at seal {head.number}, the chain ends at seal {number}")
        return number, sum_

    def _seals(self, upto: int) -> Iterator[Seal]:
        cursor = None
        for _ in range(SEAL_PAGES_MAX):
            page = seal_page(self.desk.store, PAGE_ITEMS_MAX, cursor)
            yield from (seal for seal in page.rows if seal.header.number <= upto)
            if (cursor := page.cursor) is None:
                return

    def _journal(self) -> tuple[int, int]:
        """Every item against its leaf; how many items, and how many rightly wait for a seal."""
        items = waiting = 0
        for chunk in chunks(self.items.scan_plain("journal", KINDS)):
            expected = {leaf.key: leaf for leaf in map(leaf_for, chunk)}
            there = self.desk.store.get_many(Leaf, list(expected))
            items += len(chunk)
            waiting += sum(self._waits(leaf, there) for leaf in expected.values())
            if any(key not in there for key in expected):
                note(self.desk.store, chunk)
        return items, waiting

    def _waits(self, expected: Leaf, there: Mapping[Key, Leaf]) -> bool:
        """Whether the item is still waiting; what is wrong with it is said."""
        leaf, name = there.get(expected.key), f"{expected.item_pk} {expected.item_sk}"
        age_ms = self.desk.clock.now_ms() - expected.at_ms
        if leaf is not None and leaf.leaf != expected.leaf:
            self._say(f"{name} is not what was sealed")
        if leaf is not None and leaf.number is not None:
            return False
        if age_ms > SEAL_GRACE_SECONDS * 1000:
            self._say(f"{name} was never {'brought to the sealer' if leaf is None else 'sealed'}")
        return True

    def _leaves(self, head: SealHead) -> tuple[int, int]:
        """Every leaf against its item; how many are under the seals walked, and their sum."""
        sealed = sum_ = 0
        for chunk in chunks(self.scanner.scan(Leaf, "core")):
            there = self.items.plain_many([leaf.item_key for leaf in chunk])
            for leaf in chunk:
                if leaf.item_key not in there:
                    where = "" if leaf.number is None else f", sealed in {leaf.number}"
                    self._say(f"{leaf.item_pk} {leaf.item_sk} is gone from the journal{where}")
            within = [one for one in chunk if one.number is not None and one.number <= head.number]
            sealed += len(within)
            sum_ = (sum_ + _sum(bytes.fromhex(leaf.leaf) for leaf in within)) % WHOLE
        return sealed, sum_


def chunks(source: Iterable[T]) -> Iterator[list[T]]:
    """What the source gives, in lists of as many as one request may read."""
    rows = iter(source)
    while chunk := list(islice(rows, READ_KEYS_MAX)):
        yield chunk


def _sum(leaves: Iterable[bytes]) -> int:
    """The leaves as one number that does not depend on their order."""
    return sum(int.from_bytes(leaf) for leaf in leaves)
