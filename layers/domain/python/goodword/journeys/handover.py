"""A hand-over: what a journey leaves to a person of staff, from the first look to its outcome.

    open -> taken -> closed(outcome)      taken -> open again, when it is given back

It is kept with ids only; `note` is what staff wrote when they closed it, the one text in it that
may be about somebody, so it is never in the journal and goes when the person is forgotten.
"""

from typing import ClassVar, Literal, get_args

from pydantic import Field

from goodword.journeys.definition import HandOverOutcome, StaffRole
from goodword.journeys.scoring import Motion
from goodword.records import IndexEntry, Key, Record

HandOverState = Literal["open", "taken", "closed"]
Which = Literal["open", "closed"]
WHICH: tuple[Which, ...] = ("open", "closed")
OUTCOMES: tuple[HandOverOutcome, ...] = get_args(HandOverOutcome)
ROLES: tuple[StaffRole, ...] = get_args(StaffRole)
FAR_MS = 10**15 - 1  # what closed ones are counted back from, so that the newest come first


class HandedOver(Record):
    """One hand-over. `to` is the team in the journey's words, `role` who of staff sees it.

    `assignee` is the sign-in that does it; empty while nobody does. `motion` and `ask_id` are of
    the newest ask of the walk, if there is one: what the person was asked before.
    """

    KIND: ClassVar[str] = "hand_over"

    hand_over_id: str
    program_id: str
    journey_id: str
    number: int = Field(ge=1)
    walk_id: str
    subject_id: str
    advocate_id: str
    step: str
    to: str
    role: StaffRole
    why: str = ""
    motion: Motion | None = None
    ask_id: str = ""
    state: HandOverState = "open"
    assignee: str = ""
    outcome: HandOverOutcome | None = None
    note: str = Field(default="", repr=False)
    closed_by: str = ""
    made_ms: int
    due_ms: int
    changed_ms: int

    @property
    def key(self) -> Key:
        return hand_over_key(self.hand_over_id)

    @property
    def index_entry(self) -> IndexEntry:
        if self.state == "closed":
            place = f"{FAR_MS - self.changed_ms:015d}#{self.hand_over_id}"
            return IndexEntry(listed(self.program_id, self.role, "closed"), place)
        place = f"{self.made_ms:015d}#{self.hand_over_id}"
        return IndexEntry(listed(self.program_id, self.role, "open"), place)


def hand_over_key(hand_over_id: str) -> Key:
    """Where a hand-over is."""
    return Key("core", f"HOV#{hand_over_id}", "HEAD")


def listed(program_id: str, role: StaffRole, which: Which) -> str:
    """The list of a programme and a role: open ones oldest first, closed ones newest first."""
    return f"HANDOVERS#{program_id}#{role}#{which}"


class HandOverOfSubject(Record):
    """That a hand-over is about somebody, for their copy and for when they are forgotten."""

    KIND: ClassVar[str] = "subject_hand_over"

    subject_id: str
    hand_over_id: str

    @property
    def key(self) -> Key:
        return Key("core", f"SBJ#{self.subject_id}", f"H#{self.hand_over_id}")
