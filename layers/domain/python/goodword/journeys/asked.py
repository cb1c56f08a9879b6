"""One ask in a person's book: for what, when, what became of it, and how the person found it.

How being asked was for somebody is asked itself, as the motion `feedback`: the person answers with
1 (bad) to 5 (good). Such an ask is `about` one that was done.

When somebody was asked is noted twice: in the book, which a programme has, and with each of the
person's identifiers, which other programmes know, too; also with those that are heard of later.
"""

from collections.abc import Sequence
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from goodword.journeys.scoring import Motion
from goodword.limits import MAILBOX_ASKS_MAX, MAILBOX_DAYS
from goodword.ports import Change, Store
from goodword.records import Key, Record, Value
from goodword.times import DAY_MS, SECOND_MS

AskState = Literal[
    "planned",
    "sent",
    "accepted",
    "declined",
    "expired",
    "submitted",
    "accepted_work",
    "rejected_work",
    "rewarded",
]
Rating = Annotated[int, Field(ge=1, le=5)]
OWED: frozenset[AskState] = frozenset({"accepted", "submitted", "accepted_work"})
TAKEN: frozenset[AskState] = OWED | {"rejected_work", "rewarded"}
DONE: frozenset[AskState] = frozenset({"accepted_work", "rewarded"})


class Asked(Value):
    """One ask, of whatever journey. `moved_ms` is when its state last changed, 0 while it is open.

    `taken_ms` is when the person first said yes, also of what came to nothing later. `rating` and
    `about` are of feedback: what the person said, and the ask that it is about.
    """

    ask_id: str
    journey_id: str
    motion: Motion
    at_ms: int
    state: AskState
    moved_ms: int = 0
    taken_ms: int | None = None
    rating: Rating | None = None
    about: str = ""


def rated(asks: Sequence[Asked]) -> Asked | None:
    """The newest feedback that was given."""
    given = [one for one in asks if one.rating is not None]
    return max(given, key=lambda one: (one.moved_ms, one.ask_id), default=None)


def unrated(asks: Sequence[Asked]) -> Asked | None:
    """The newest ask that was done, if nobody has asked yet how it was.

    A question that is still open does not count: it may be reminded of.
    """
    done = [one for one in asks if one.state in DONE and one.motion != "feedback"]
    newest = max(done, key=lambda one: (one.at_ms, one.ask_id), default=None)
    over = {one.about for one in asks if one.motion == "feedback" and one.state != "sent"}
    return newest if newest is not None and newest.ask_id not in over else None


class AskedAt(Value):
    """That somebody was asked by a programme."""

    program_id: str
    at_ms: int


class Mailbox(Record):
    """When whoever has this identifier (its MAC) was asked, by any programme, newest last.

    A programme knows its people by itself; a person has one mailbox. So each ask is noted here too,
    and two programmes that ask at one moment meet: one of them looks again.
    """

    KIND: ClassVar[str] = "asked_mailbox"

    mac: str
    asks: tuple[AskedAt, ...] = Field(default=(), max_length=MAILBOX_ASKS_MAX)

    @property
    def key(self) -> Key:
        return mailbox_key(self.mac)

    @property
    def expires_s(self) -> int | None:
        if not self.asks:
            return None
        return (self.asks[-1].at_ms + MAILBOX_DAYS * DAY_MS) // SECOND_MS

    def plus(self, program_id: str, at_ms: int) -> "Mailbox":
        """With one more; beyond its size the oldest go."""
        asks = (*self.asks, AskedAt(program_id=program_id, at_ms=at_ms))
        return self.but(asks=asks[-MAILBOX_ASKS_MAX:])

    def without(self, program_id: str) -> "Mailbox":
        """Without what one programme asked."""
        return self.but(asks=tuple(one for one in self.asks if one.program_id != program_id))


def mailbox_key(mac: str) -> Key:
    """Where it is noted when whoever has an identifier was asked."""
    return Key("core", f"ASKED#{mac}", "MAILBOX")


def carry_asks(
    store: Store, change: Change, macs: Sequence[str], program_id: str, now_ms: int
) -> None:
    """Put into the change that a programme asked one person under each of these identifiers.

    For whoever turned out to have them all: what was asked under one of them alone is not known to
    another programme that has only heard of another. What other programmes asked is theirs to
    carry, so that all of one can be forgotten by whom it knows. One write each at most.
    """
    since_ms = now_ms - MAILBOX_DAYS * DAY_MS
    found = store.get_many(Mailbox, [mailbox_key(one) for one in macs])
    boxes = [found.get(mailbox_key(one)) or Mailbox(mac=one) for one in macs]
    asks = {one for box in boxes for one in box.asks if one.at_ms > since_ms}
    own = {one for one in asks if one.program_id == program_id}
    for box in boxes:
        if not own <= set(box.asks):
            whole = sorted({*box.asks, *own}, key=lambda one: (one.at_ms, one.program_id))
            change.save(box.but(asks=tuple(whole[-MAILBOX_ASKS_MAX:])))


def forget_asks(store: Store, change: Change, macs: Sequence[str], program_id: str) -> None:
    """Put into the change that a programme never asked whoever has these identifiers."""
    keys = [mailbox_key(one) for one in macs]
    for box in store.get_many(Mailbox, keys).values() if keys else ():
        left = box.without(program_id)
        if box.key in change.keys:
            continue  # of another name of the person
        if left.asks:
            change.replace(left)
        else:
            change.delete(box)
