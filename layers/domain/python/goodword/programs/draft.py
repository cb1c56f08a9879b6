"""A draft is a version in the making: it changes until published, and promises nobody anything.

`digest` is of everything that would be published. A replay is made of one digest and a publication
names one, so what was looked at is what is promised.
"""

import hashlib
import json
from typing import ClassVar, Literal

from pydantic import Field

from goodword.programs.model import Terms
from goodword.records import Key, Record

DraftState = Literal["open", "published", "discarded"]


class Draft(Record):
    """One draft. `based_on` is the latest version its author knew; `editors` all who wrote it.

    `marks` are the keyed hashes of their mailboxes: two sign-ins of one mailbox are one person.
    """

    KIND: ClassVar[str] = "program_draft"

    draft_id: str
    program_id: str
    state: DraftState = "open"
    based_on: int = Field(ge=1)
    copy_of: int | None = None
    terms: Terms
    rationale: str
    author: str
    editors: tuple[str, ...]
    marks: tuple[str, ...] = ()
    last_editor: str
    revision: int = Field(default=1, ge=1)
    digest: str
    replay_id: str | None = None
    published_as: int | None = None
    created_ms: int
    changed_ms: int

    @property
    def key(self) -> Key:
        return draft_key(self.program_id, self.draft_id)


def draft_key(program_id: str, draft_id: str) -> Key:
    """Where a draft is: beside the versions of its programme."""
    return Key("core", f"PROG#{program_id}", f"DRAFT#{draft_id}")


def digest_of(based_on: int, terms: Terms, rationale: str) -> str:
    """The digest of everything that a publication would promise, and of what it follows on."""
    said = {"based_on": based_on, "rationale": rationale, "terms": terms.model_dump(mode="json")}
    text = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def terms_hash(terms: Terms) -> str:
    """The digest of terms alone; the journal keeps it of every published version."""
    text = json.dumps(terms.model_dump(mode="json"), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
