"""Spotlights over the API: what is shown now, what staff put there, and what was there before."""

from collections.abc import Mapping

from goodword.advocates.model import Enrolment, enrolment_key
from goodword.errors import NotFound
from goodword.journeys.spotlight import Spotlight, SpotlightState
from goodword.journeys.spotlighting import Shining, Spotlights
from goodword.journeys.story import Story, story_key
from goodword.ports import Desk, Page
from goodword.records import Key, Record, Value
from goodword.times import rfc3339
from pydantic import Field

from goodword_aws.calls import Call
from goodword_aws.forms import Instant, ReasonCode, instant_ms
from goodword_aws.journeys_stories import stories
from goodword_aws.journeys_walks import asks


class PutSpotlight(Value):
    """From when until when; without `begins` from now on."""

    begins: Instant | None = None
    until: Instant


class EndSpotlight(Value):
    """Which one of the story, and why."""

    spotlight_id: str = Field(max_length=64)
    reason_code: ReasonCode


class ShownAnswer(Value):
    """One that is shown now: the exact text that its person approved, by name or without."""

    id: str
    name: str = Field(repr=False)
    text: str = Field(repr=False)
    until: str


class SpotlightAnswer(Value):
    """One as staff see it: no text. `state` says whether it is shown now, and why not."""

    id: str
    program_id: str
    advocate_id: str
    ask_id: str
    digest: str
    state: SpotlightState
    begins: str
    until: str
    put_by: str
    put_at: str
    ended_at: str | None
    ended_by: str
    reason: str


def spotlights(desk: Desk) -> Spotlights:
    """The use cases; they open approved texts."""
    return Spotlights(stories(desk))


def shown_answer(one: Shining) -> ShownAnswer:
    """As whoever takes part sees it."""
    named = one.story.rights is not None and one.story.rights.named
    return ShownAnswer(
        id=one.spotlight.spotlight_id,
        name=one.told.shown_as if named else "",
        text=one.told.text,
        until=rfc3339(one.spotlight.until_ms),
    )


def spotlight_answer(one: Spotlight, story: Story | None, now_ms: int) -> SpotlightAnswer:
    """As staff see it."""
    return SpotlightAnswer(
        id=one.spotlight_id,
        program_id=one.program_id,
        advocate_id=one.advocate_id,
        ask_id=one.ask_id,
        digest=one.digest,
        state=one.state(story, now_ms),
        begins=rfc3339(one.from_ms),
        until=rfc3339(one.until_ms),
        put_by=one.by,
        put_at=rfc3339(one.made_ms),
        ended_at=None if one.ended_ms is None else rfc3339(one.ended_ms),
        ended_by=one.ended_by,
        reason=one.reason,
    )


def history(desk: Desk, program_id: str, limit: int, cursor: str | None) -> Page[SpotlightAnswer]:
    """Everything that was put into the spotlight of a programme, newest first."""
    page, known = spotlights(desk).page(program_id, limit, cursor)
    now_ms = desk.clock.now_ms()
    rows = [spotlight_answer(one, _story(one, known), now_ms) for one in page.rows]
    return Page(rows, page.cursor)


def put_now(desk: Desk, spotlight: Spotlight) -> SpotlightAnswer:
    """One that was put there or ended, as it stands."""
    found = desk.store.get(Story, story_key(spotlight.advocate_id, spotlight.ask_id))
    return spotlight_answer(spotlight, found, desk.clock.now_ms())


def seen_by(desk: Desk, advocate_id: str, program_id: str) -> list[ShownAnswer]:
    """What somebody of the programme sees. NotFound `not_enrolled` for others."""
    enrolment = desk.store.get(Enrolment, enrolment_key(advocate_id, program_id))
    if enrolment is None or enrolment.state != "active":
        raise NotFound("not_enrolled", "this advocate is not in this programme")
    return [shown_answer(one) for one in spotlights(desk).shining(program_id)]


def put(desk: Desk, call: Call) -> SpotlightAnswer:
    """Put the story of the path there."""
    body: PutSpotlight = call.body
    begins_ms, until_ms = instant_ms(body.begins), instant_ms(body.until)
    assert until_ms is not None  # the body has it
    made = spotlights(desk).put(
        call.path["ask_id"],
        desk.clock.now_ms() if begins_ms is None else begins_ms,
        until_ms,
        call.principal.advocate_id,
        lambda one: call.claim(put_now(desk, one)),
    )
    return put_now(desk, made)


def end(desk: Desk, call: Call) -> SpotlightAnswer:
    """Take one away."""
    body: EndSpotlight = call.body
    ask = asks(desk).read(call.path["ask_id"])
    ended = spotlights(desk).end(
        ask.program_id,
        body.spotlight_id,
        body.reason_code,
        lambda one: call.claim(put_now(desk, one)),
    )
    return put_now(desk, ended)


def _story(one: Spotlight, known: Mapping[Key, Record]) -> Story | None:
    found = known.get(story_key(one.advocate_id, one.ask_id))
    return found if isinstance(found, Story) else None
