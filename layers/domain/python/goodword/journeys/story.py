"""A customer's story: what they answered, the text made of it, and what it may be used for.

    draft      the person writes, or writes more     -> sent
    sent       staff make a text of it, or ask more  -> proposed, draft
    proposed   the person reads that exact text      -> approved, sent
    approved   it may be used as its rights say      -> withdrawn
A story is approved only by who told it, word for word: the digest is of the approved text. All that
was written is sealed under the person's own key; the record itself names nobody.
"""

import hashlib
import re
from typing import Annotated, ClassVar, Literal

from pydantic import Field, StringConstraints

from goodword.errors import InvalidInput, TooLarge
from goodword.limits import STORY_REMARKS_MAX, STORY_TEXT_MAX
from goodword.records import IndexEntry, Key, Record, Value

Prompt = Literal["situation", "problem", "solution", "result", "advice"]
PROMPTS: tuple[Prompt, ...] = ("situation", "problem", "solution", "result", "advice")
StoryState = Literal["draft", "sent", "proposed", "approved", "withdrawn"]
Use = Literal["website", "social", "newsletter", "sales", "press", "spotlight"]
USES: tuple[Use, ...] = ("website", "social", "newsletter", "sales", "press", "spotlight")
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
# Controls, and marks that make a text read otherwise than it is stored.
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


class Remark(Value):
    """What one side said to the other beside the text."""

    by: Literal["advocate", "staff"]
    at_ms: int
    text: str = Field(repr=False)


class Told(Value):
    """All that was written of a story; kept sealed. `shown_as` is how a named person is called."""

    answers: dict[Prompt, str] = Field(default={}, repr=False)
    text: str = Field(default="", repr=False)
    salt: str = Field(default="", repr=False)
    shown_as: str = Field(default="", repr=False)
    remarks: tuple[Remark, ...] = Field(default=(), max_length=STORY_REMARKS_MAX)

    def plus(self, by: Literal["advocate", "staff"], at_ms: int, text: str) -> "Told":
        """With one more remark, if it says anything; beyond their number the oldest go."""
        if not text:
            return self
        remark = Remark(by=by, at_ms=at_ms, text=text)
        return self.but(remarks=(*self.remarks, remark)[-STORY_REMARKS_MAX:])


class Rights(Value):
    """What the approved text may be used for, by name or without, until when (None: no end)."""

    uses: tuple[Use, ...] = Field(min_length=1, max_length=len(USES))
    named: bool
    until_ms: int | None = None


class Story(Record):
    """One ask's story. `edition` counts what was written, and is part of the seal.

    `digest` is of the text that was proposed last; `reason` says why it was withdrawn.
    """

    KIND: ClassVar[str] = "story"

    advocate_id: str
    ask_id: str
    program_id: str
    state: StoryState = "draft"
    edition: int = Field(default=1, ge=1)
    sealed: str = Field(repr=False)
    digest: str = ""
    proposed_by: str = ""
    rights: Rights | None = None
    approved_ms: int | None = None
    withdrawn_ms: int | None = None
    reason: str = ""
    made_ms: int
    changed_ms: int

    @property
    def key(self) -> Key:
        return story_key(self.advocate_id, self.ask_id)

    @property
    def index_entry(self) -> IndexEntry | None:
        if self.state == "draft":
            return None
        return IndexEntry(f"STORIES#{self.program_id}", f"{self.changed_ms:015d}#{self.ask_id}")

    def usable(self, now_ms: int) -> bool:
        """Whether the text may be used at this moment."""
        if self.state != "approved" or self.rights is None:
            return False
        return self.rights.until_ms is None or now_ms < self.rights.until_ms


def story_key(advocate_id: str, ask_id: str) -> Key:
    """Where a story is: with the person who tells it."""
    return Key("core", f"ADV#{advocate_id}", f"Y#{ask_id}")


def digest_of(salt: str, text: str) -> str:
    """SHA-256, in hex digits, of the salt, a line end and exactly this text."""
    return hashlib.sha256(f"{salt}\n{text}".encode()).hexdigest()


def clean_text(text: str, length_max: int = STORY_TEXT_MAX) -> str:
    """The text with plain line ends and no blanks around it.

    Raises InvalidInput `unseen_characters` for what would make it read otherwise than it is kept,
    TooLarge `text_too_long`.
    """
    plain = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if _UNSEEN.search(plain):
        raise InvalidInput("unseen_characters", "the text has characters that nobody can see")
    if len(plain) > length_max:
        raise TooLarge("text_too_long", f"a text has at most {length_max} characters here")
    return plain
