"""An event says what happened, to which subject, by whom and why; it is the trail and the outbox.

It is written in the transaction of the change it tells of. It names people by id only and carries
no personal field: `data` takes ids, amounts, states and reason codes.
"""

from functools import cache
from typing import ClassVar

from goodword.records import Key, Record, Table, Value

Plain = str | int | bool | None


class Actor(Value):
    """Who did it: `kind` system, advocate or staff; `id` a step, an advocate or a subject."""

    kind: str
    id: str


@cache
def system(name: str) -> Actor:
    """The actor of an automatic step: `system("reward_approval")`."""
    return Actor(kind="system", id=name)


class Event(Record):
    """One fact. `type` is `<word>.<what_happened>`; `subject` the id whose history it is."""

    TABLE: ClassVar[Table] = "journal"
    KIND: ClassVar[str] = "event"

    event_id: str
    type: str
    subject: str
    at_ms: int
    actor: Actor
    reason: str = ""
    data: dict[str, Plain] = {}

    @property
    def key(self) -> Key:
        return Key("journal", f"EVT#{self.subject}", f"{self.at_ms:015d}#{self.event_id}")


def history_of(subject: str) -> str:
    """The partition of the subject's events, oldest first."""
    return f"EVT#{subject}"
