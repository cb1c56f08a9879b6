"""How drafts are written and seen over the API, with what they would change, path by path."""

from functools import cache
from importlib import resources
from typing import Annotated, Any

from goodword.ports import Desk
from goodword.programs.changes import TermsDifference, differences
from goodword.programs.draft import Draft, DraftState
from goodword.programs.effective import version_in_force
from goodword.programs.model import ProgramVersion, Terms
from goodword.programs.wording import ChangeWords, in_words
from goodword.records import Value
from goodword.times import rfc3339
from pydantic import Field

from goodword_aws.explanations import spoken, voice_of
from goodword_aws.forms import Rationale

Number = Annotated[int, Field(ge=1)]


class CreateDraft(Value):
    """A draft of new terms, or with `copy_of` of those of an earlier version: a rollback."""

    terms: Terms | None = None
    copy_of: Number | None = None
    based_on: Number
    rationale: Rationale


class ChangeDraft(Value):
    """The whole draft anew. `revision` is the one that was read, `based_on` the latest version."""

    terms: Terms
    rationale: Rationale
    based_on: Number
    revision: Number


class DraftAnswer(Value):
    """A draft without its terms. `digest` is what a replay is made of and a publication names."""

    id: str
    program_id: str
    state: DraftState
    based_on: int
    copy_of: int | None
    rationale: str
    author: str
    editors: tuple[str, ...]
    revision: int
    digest: str
    replay_id: str | None
    published_as: int | None
    created_at: str
    changed_at: str


class DraftDetail(DraftAnswer):
    """A draft with its terms, and what they would change about version `compared_with`."""

    terms: Terms
    compared_with: int
    locale: str
    differences: tuple[TermsDifference, ...]
    in_words: tuple[str, ...]


@cache
def change_words(locale: str) -> ChangeWords:
    """The words of a change in a language that has a catalogue."""
    folder = resources.files("goodword.programs").joinpath("catalogue")
    return ChangeWords.model_validate_json(folder.joinpath(f"change.{locale}.json").read_text())


def draft_answer(draft: Draft) -> DraftAnswer:
    """A draft in a list."""
    return DraftAnswer(**_draft(draft))


def draft_detail(desk: Desk, draft: Draft, locale: str) -> DraftDetail:
    """A draft as a whole, compared with the version in force for everybody now."""
    now = version_in_force(desk.store, draft.program_id, desk.clock.now_ms())
    return DraftDetail(
        **_draft(draft),
        terms=draft.terms,
        compared_with=now.number,
        locale=spoken(locale),
        differences=differences(now.terms, draft.terms),
        in_words=said_changes(now, draft.terms, locale),
    )


def said_changes(
    before: ProgramVersion, after: Terms, locale: str, *, for_advocate: bool = False
) -> tuple[str, ...]:
    """What changes, in the reader's language."""
    words, voice = change_words(spoken(locale)), voice_of(before, locale)
    return in_words(before.terms, after, voice, words, for_advocate=for_advocate)


def _draft(draft: Draft) -> dict[str, Any]:
    return {
        "id": draft.draft_id,
        "program_id": draft.program_id,
        "state": draft.state,
        "based_on": draft.based_on,
        "copy_of": draft.copy_of,
        "rationale": draft.rationale,
        "author": draft.author,
        "editors": draft.editors,
        "revision": draft.revision,
        "digest": draft.digest,
        "replay_id": draft.replay_id,
        "published_as": draft.published_as,
        "created_at": rfc3339(draft.created_ms),
        "changed_at": rfc3339(draft.changed_ms),
    }
