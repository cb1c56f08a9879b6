"""A spotlight: an approved story, shown to everybody who takes part in the programme, for a time.

Its person has agreed to it as a use of the exact text that they approved. So nothing of it is
copied: each time it is shown, the story is asked whether it may be, and whether it is still that
text. What was in the spotlight, from when until when and why it ended stays.

    planned     its time has not come      -> running
    running     it is shown                -> over
    over        its time has passed
    ended       staff took it away before
    withdrawn   its person took the rights back, the rights have an end, or the person was erased
"""

from typing import ClassVar, Literal

from goodword.journeys.story import Digest, Story
from goodword.records import IndexEntry, Key, Record

SpotlightState = Literal["planned", "running", "over", "ended", "withdrawn"]
END_CODES = ("enough", "mistake", "not_fitting", "other")


class Spotlight(Record):
    """One story in the spotlight of its programme. `digest` is of the text that was approved."""

    KIND: ClassVar[str] = "spotlight"

    spotlight_id: str
    program_id: str
    advocate_id: str
    ask_id: str
    digest: Digest
    from_ms: int
    until_ms: int
    by: str
    made_ms: int
    ended_ms: int | None = None
    ended_by: str = ""
    reason: str = ""

    @property
    def key(self) -> Key:
        return spotlight_key(self.program_id, self.spotlight_id)

    @property
    def index_entry(self) -> IndexEntry | None:
        if self.ended_ms is not None:
            return None
        where = f"{self.until_ms:015d}#{self.spotlight_id}"
        return IndexEntry(spotlights_place(self.program_id), where)

    def state(self, story: Story | None, at_ms: int) -> SpotlightState:
        """Where it stands at that time, its story being this one."""
        if self.ended_ms is not None:
            return "ended"
        if at_ms >= self.until_ms:
            return "over"
        if story is None or story.digest != self.digest or not may_shine(story, at_ms):
            return "withdrawn"
        return "running" if self.from_ms <= at_ms else "planned"


def may_shine(story: Story, at_ms: int) -> bool:
    """Whether the person has agreed to it, at that time."""
    return story.usable(at_ms) and story.rights is not None and "spotlight" in story.rights.uses


def spotlight_key(program_id: str, spotlight_id: str) -> Key:
    """Where a spotlight is: with all others of its programme, the newest last."""
    return Key("core", f"PROG#{program_id}", f"SPOT#{spotlight_id}")


def spotlights_place(program_id: str) -> str:
    """The index of those whose time is not over, by their end."""
    return f"SPOTS#{program_id}"
