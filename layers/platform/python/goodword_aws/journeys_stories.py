"""Stories over the API: what the person wrote goes to that person and to who works on the text.

Answers of writes hold no text: they are remembered for repeated calls, where nothing personal is
kept. Whoever wants the text reads the story.
"""

from typing import Annotated, Literal

from goodword.errors import NotFound
from goodword.journeys.story import (
    USES,
    Digest,
    Prompt,
    Rights,
    Story,
    StoryState,
    Told,
    Use,
)
from goodword.journeys.storytelling import Stories
from goodword.journeys.walk import AskMade
from goodword.journeys.withdrawing import Withdrawing, stories_of
from goodword.limits import STORY_ANSWER_MAX, STORY_NAME_MAX, STORY_REMARK_MAX, STORY_TEXT_MAX
from goodword.ports import Desk, Page
from goodword.receipts import Receipt
from goodword.records import Value
from goodword.times import rfc3339
from pydantic import Field, StringConstraints

from goodword_aws import wiring
from goodword_aws.calls import Call
from goodword_aws.forms import Instant, instant_ms
from goodword_aws.journeys_walks import asks

Answer = Annotated[str, StringConstraints(max_length=2 * STORY_ANSWER_MAX)]
Remarked = Annotated[str, StringConstraints(max_length=2 * STORY_REMARK_MAX)]


class SaveStory(Value):
    """What the person has written so far, question by question; what is left out is empty."""

    answers: dict[Prompt, Answer] = Field(default={}, repr=False)


class ApproveStory(Value):
    """The text of this digest, for these uses; `until` is the first instant without the right."""

    digest: Digest
    uses: tuple[Use, ...] = Field(min_length=1, max_length=len(USES))
    named: bool
    shown_as: str = Field(default="", max_length=STORY_NAME_MAX, repr=False)
    until: Instant | None = None

    @property
    def rights(self) -> Rights:
        """The same for the use case."""
        uses = tuple(dict.fromkeys(self.uses))
        return Rights(uses=uses, named=self.named, until_ms=instant_ms(self.until))


class ObjectToStory(Value):
    """What is not right in the text of this digest."""

    digest: Digest
    remark: Remarked = Field(repr=False)


class ProposeStory(Value):
    """The exact text that its person is to approve, and a word beside it."""

    text: str = Field(max_length=2 * STORY_TEXT_MAX, repr=False)
    remark: Remarked = Field(default="", repr=False)


class GiveBackStory(Value):
    """What the person is to write more about."""

    remark: Remarked = Field(repr=False)


class RightsAnswer(Value):
    """What the text may be used for."""

    uses: tuple[Use, ...]
    named: bool
    until: str | None


class StoryAnswer(Value):
    """Where a story stands; no text. `digest` is of the text that was proposed last."""

    ask_id: str
    program_id: str
    state: StoryState
    digest: str
    usable: bool
    rights: RightsAnswer | None
    approved_at: str | None
    withdrawn_at: str | None
    reason: str
    changed_at: str


class StaffStoryAnswer(StoryAnswer):
    """The same for staff, with whose it is and who wrote the text."""

    advocate_id: str
    proposed_by: str


class RemarkAnswer(Value):
    """What one side said beside the text."""

    by: Literal["advocate", "staff"]
    at: str
    text: str = Field(repr=False)


class WrittenAnswer(Value):
    """What was written. SHA-256 of `salt`, a line end and `text` is the digest of the story."""

    answers: dict[Prompt, str] = Field(repr=False)
    text: str = Field(repr=False)
    salt: str = Field(repr=False)
    shown_as: str = Field(repr=False)
    remarks: tuple[RemarkAnswer, ...] = Field(repr=False)


class MyStoryAnswer(Value):
    """One's own story with its texts; `story` is absent before anything is written."""

    story: StoryAnswer | None
    told: WrittenAnswer


class StoryDetail(Value):
    """A story with its texts, for who works on it."""

    story: StaffStoryAnswer
    told: WrittenAnswer


def stories(desk: Desk) -> Stories:
    """The use cases; they open what people wrote."""
    return Stories(desk, wiring.texts(), asks(desk))


def own_ask(call: Call) -> AskMade:
    """The caller's own request of the path."""
    return asks(call.desk).own(call.path["ask_id"], call.advocate_id)


def told_answer(told: Told) -> WrittenAnswer:
    """The texts."""
    return WrittenAnswer(
        answers=dict(told.answers),
        text=told.text,
        salt=told.salt,
        shown_as=told.shown_as,
        remarks=tuple(
            RemarkAnswer(by=one.by, at=rfc3339(one.at_ms), text=one.text) for one in told.remarks
        ),
    )


def story_answer(story: Story, now_ms: int) -> StoryAnswer:
    """As its person sees it."""
    return StoryAnswer.model_validate(_fields(story, now_ms))


def staff_story(story: Story, now_ms: int) -> StaffStoryAnswer:
    """As staff see it."""
    whose = {"advocate_id": story.advocate_id, "proposed_by": story.proposed_by}
    return StaffStoryAnswer.model_validate(_fields(story, now_ms) | whose)


def my_story(desk: Desk, ask: AskMade) -> MyStoryAnswer:
    """One's own story, also before it is begun."""
    found, told = stories(desk).begun(ask)
    shown = story_answer(found, desk.clock.now_ms()) if found else None
    return MyStoryAnswer(story=shown, told=told_answer(told))


def story_detail(desk: Desk, ask_id: str) -> StoryDetail:
    """A story for staff, who see it once it was sent. NotFound `no_story` before."""
    cases = stories(desk)
    found = cases.of_ask(cases.asks.read(ask_id))
    told = cases.told(found)
    if found.state == "draft" and not told.remarks:
        raise NotFound("no_story", "nothing has been sent yet")
    return StoryDetail(story=staff_story(found, desk.clock.now_ms()), told=told_answer(told))


def own_stories(
    desk: Desk, advocate_id: str, limit: int, cursor: str | None
) -> Page[MyStoryAnswer]:
    """A person's stories with their texts, for the person's own copy."""
    page, now_ms = stories_of(desk.store, advocate_id, limit, cursor), desk.clock.now_ms()
    cases = stories(desk)
    rows = [
        MyStoryAnswer(story=story_answer(one, now_ms), told=told_answer(cases.told(one)))
        for one in page.rows
    ]
    return Page(rows, page.cursor)


def claimed(call: Call) -> Receipt[Story]:
    """The receipt of a write by its person."""
    return lambda story: call.claim(story_answer(story, call.desk.clock.now_ms()))


def claimed_by_staff(call: Call) -> Receipt[Story]:
    """The receipt of a write by staff."""
    return lambda story: call.claim(staff_story(story, call.desk.clock.now_ms()))


def withdrawing(desk: Desk) -> Withdrawing:
    """The ends of stories."""
    return Withdrawing(desk)


def _fields(story: Story, now_ms: int) -> dict[str, object]:
    rights = story.rights
    return {
        "ask_id": story.ask_id,
        "program_id": story.program_id,
        "state": story.state,
        "digest": story.digest,
        "usable": story.usable(now_ms),
        "rights": rights
        and RightsAnswer(
            uses=rights.uses,
            named=rights.named,
            until=None if rights.until_ms is None else rfc3339(rights.until_ms),
        ),
        "approved_at": None if story.approved_ms is None else rfc3339(story.approved_ms),
        "withdrawn_at": None if story.withdrawn_ms is None else rfc3339(story.withdrawn_ms),
        "reason": story.reason,
        "changed_at": rfc3339(story.changed_ms),
    }
