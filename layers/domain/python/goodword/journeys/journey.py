"""A journey has versions that never change; one person drafts the next, another publishes it.

Publishing says what becomes of those who are on their way: they `finish` on the version they
entered with, `move` to the new one at the step of the same name, or `stop`.
"""

import hashlib
import json
from typing import ClassVar, Literal

from pydantic import Field

from goodword.journeys.definition import JourneyTerms
from goodword.limits import JOURNEYS_READ_MAX
from goodword.ports import Store
from goodword.programs.model import Program, ProgramState, program_key
from goodword.records import IndexEntry, Key, Record

JourneyState = Literal["draft", "active", "paused", "ended"]
InFlight = Literal["finish", "move", "stop"]
ACTIVE_UNTIL = "~"  # the sort keys of journeys that are active come before this one
BEHIND: dict[str, str] = {"paused": "~1#", "draft": "~2#", "ended": "~3#"}


class Journey(Record):
    """A journey of a programme. `in_force` is 0 until a version is published.

    In the index those that are active come first, so that what was drafted or has ended costs
    nothing where people enter; then what is paused, drafts, and what has ended.
    """

    KIND: ClassVar[str] = "journey"

    journey_id: str
    program_id: str
    name: str
    state: JourneyState = "draft"
    in_force: int = Field(default=0, ge=0)
    created_ms: int

    @property
    def key(self) -> Key:
        return journey_key(self.journey_id)

    @property
    def index_entry(self) -> IndexEntry:
        return IndexEntry(
            f"JOURNEYS#{self.program_id}", f"{BEHIND.get(self.state, '')}{self.journey_id}"
        )


def journey_key(journey_id: str) -> Key:
    """Where a journey is."""
    return Key("core", f"JRN#{journey_id}", "HEAD")


class JourneyDraft(Record):
    """The next version in the making; `editors` are all who wrote it, `marks` their mailboxes."""

    KIND: ClassVar[str] = "journey_draft"

    journey_id: str
    terms: JourneyTerms
    rationale: str
    editors: tuple[str, ...]
    marks: tuple[str, ...] = ()
    digest: str
    changed_ms: int

    @property
    def key(self) -> Key:
        return draft_key(self.journey_id)


def draft_key(journey_id: str) -> Key:
    """Where the draft of a journey's next version is."""
    return Key("core", f"JRN#{journey_id}", "DRAFT")


class JourneyVersion(Record):
    """What was published, by whom, and why."""

    KIND: ClassVar[str] = "journey_version"

    journey_id: str
    number: int = Field(ge=1)
    terms: JourneyTerms
    rationale: str
    editors: tuple[str, ...]
    publisher: str
    in_flight: InFlight
    published_ms: int

    @property
    def key(self) -> Key:
        return version_key(self.journey_id, self.number)


def version_key(journey_id: str, number: int) -> Key:
    """Where a version is."""
    return Key("core", f"JRN#{journey_id}", f"V#{number:06d}")


def active_journeys(store: Store, program_id: str) -> list[Journey]:
    """One page of what is active: more than JOURNEYS_ACTIVE_MAX nobody can publish. May lag."""
    place = f"JOURNEYS#{program_id}"
    page = store.query_index(Journey, "core", place, until=ACTIVE_UNTIL, limit=JOURNEYS_READ_MAX)
    return [one for one in page.rows if one.state == "active"]


def with_program(
    store: Store, program_id: str, journey_id: str
) -> tuple[Journey | None, ProgramState]:
    """A journey, and the state of its programme, in one request."""
    wanted: dict[Key, type[Record]] = {
        journey_key(journey_id): Journey,
        program_key(program_id): Program,
    }
    found = store.get_mixed(wanted)
    journey, program = found.get(journey_key(journey_id)), found.get(program_key(program_id))
    assert journey is None or isinstance(journey, Journey)
    return journey, program.state if isinstance(program, Program) else "active"


def digest_of(terms: JourneyTerms, rationale: str, in_force: int) -> str:
    """The digest of everything that a publication would promise, and of what it follows on."""
    said = {"after": in_force, "rationale": rationale, "terms": terms.model_dump(mode="json")}
    text = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
