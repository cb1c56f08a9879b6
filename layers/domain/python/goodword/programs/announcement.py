"""Who has been told of a change: the work of telling, and what advocates said back.

An `Announcement` is one change of what holds: a version published, promoted or withdrawn. It walks
all enrolments once. An `Acknowledgement` says who has read which version and when; nothing depends
on it, least of all money that has been earned.
"""

from typing import ClassVar, Literal

from goodword.programs.model import ProgramVersion
from goodword.records import IndexEntry, Key, Record

What = Literal["published", "promoted", "withdrawn"]
WAITING = "ANNOUNCEMENTS"  # the index partition of announcements that are not done


class Announcement(Record):
    """The telling of one change. `told` counts the advocates told so far."""

    KIND: ClassVar[str] = "program_announcement"

    program_id: str
    number: int
    what: What
    at_ms: int
    state: Literal["telling", "done"] = "telling"
    reason: str = ""
    cursor: str | None = None
    told: int = 0
    changed_ms: int

    @property
    def key(self) -> Key:
        return announcement_key(self.program_id, self.number, self.what)

    @property
    def index_entry(self) -> IndexEntry | None:
        if self.state == "done":
            return None
        name = f"{self.changed_ms:015d}#{self.program_id}#{self.number}#{self.what}"
        return IndexEntry(WAITING, name)


class Acknowledgement(Record):
    """One advocate has read one version, put once."""

    KIND: ClassVar[str] = "program_acknowledgement"

    program_id: str
    number: int
    advocate_id: str
    at_ms: int

    @property
    def key(self) -> Key:
        return acknowledgement_key(self.program_id, self.number, self.advocate_id)


def announcement_key(program_id: str, number: int, what: What) -> Key:
    """Where an announcement is: beside the versions."""
    return Key("core", f"PROG#{program_id}", f"TOLD#{number:06d}#{what}")


def acknowledged_partition(program_id: str, number: int) -> str:
    """The partition of everybody who has read one version."""
    return f"ACK#{program_id}#{number:06d}"


def acknowledgement_key(program_id: str, number: int, advocate_id: str) -> Key:
    """Where an advocate's word is."""
    return Key("core", acknowledged_partition(program_id, number), advocate_id)


def concerns(what: What, version: ProgramVersion, advocate_id: str) -> bool:
    """Whether a change of this version changes anything for the advocate.

    Promotion is news for those who were not in the pilot, everything else for those who were; a
    withdrawal also for those who had been told of the promotion.
    """
    if version.pilot is None or (what == "withdrawn" and version.promoted_ms is not None):
        return True
    inside = version.pilot.includes(version.program_id, version.number, advocate_id)
    return inside != (what == "promoted")
