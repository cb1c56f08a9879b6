"""Asks over the API: a person's own, what waits for staff, and what a person wishes not to get."""

from typing import Annotated, Literal
from zoneinfo import available_timezones

from goodword.errors import InvalidInput, NotFound
from goodword.journeys.asked import Rating
from goodword.journeys.asking import AskBook, Way
from goodword.journeys.asks import Wishes, look_by
from goodword.journeys.reference import CallState
from goodword.journeys.reviewing import review_link
from goodword.journeys.scoring import Motion
from goodword.journeys.signal import Subject
from goodword.journeys.walk import AskMade
from goodword.ports import Desk
from goodword.privacy.model import fold_email
from goodword.records import Value
from goodword.times import rfc3339
from pydantic import Field, StringConstraints

from goodword_aws.calls import Call, Principal
from goodword_aws.journeys import subjects


class AnswerAsk(Value):
    """What the person says: yes, no, or that it is done."""

    answer: Literal["accepted", "declined", "submitted"]


class RateAsk(Value):
    """How being asked was, from 1 (bad) to 5 (good)."""

    rating: Rating


class RecordWork(Value):
    """Whether what was promised came, and how staff know: a code of this answer's kind."""

    done: bool
    reason_code: Annotated[str, StringConstraints(pattern=r"^[a-z_]{3,40}$")]


class PutWishes(Value):
    """What not to be asked for (`all`: nothing at all), and where the person's night is.

    `share_contact` lets name and address go to the company's own system with each request. `ways`
    says of a kind of request that it comes by mail, whatever its journey says, or stands on one's
    page alone (`in_app`); of a kind that is not named the journey decides. An empty `time_zone` is
    none: the night is that of the account, else of the programme.
    """

    program_id: str = Field(max_length=64)
    unsubscribed: tuple[Motion | Literal["all"], ...] = Field(default=(), max_length=10)
    time_zone: str = Field(default="", max_length=60)
    share_contact: bool = False
    ways: dict[Motion, Way] = Field(default={}, max_length=10)


class AskCallAnswer(Value):
    """The reference call that a yes has come to, so far; staff and its person agree on the hour."""

    state: CallState
    booked_at: str


class MyAskAnswer(Value):
    """A request as its person sees it. `link` is the form of a review on its site, if known.

    `rating` is what was answered to a request for feedback, about the request `about`. `call` is of
    a reference that said yes, once staff have booked one.
    """

    id: str
    program_id: str
    motion: Motion
    site: str | None
    link: str | None
    state: str
    asked_at: str
    answer_until: str
    reward_ids: tuple[str, ...]
    rating: int | None
    about: str | None
    call: AskCallAnswer | None


class AskAnswer(Value):
    """A request as staff see it: ids and states, no personal field.

    `look_by` is until when staff should have looked at what is said to be done.
    """

    id: str
    program_id: str
    journey_id: str
    walk_id: str
    subject_id: str
    advocate_id: str
    step: str
    motion: Motion
    site: str | None
    state: str
    reason: str
    asked_at: str
    answer_until: str
    taken_at: str | None
    look_by: str | None
    reward_ids: tuple[str, ...]
    rating: int | None
    about: str | None
    call: AskCallAnswer | None


class WishesAnswer(Value):
    """What the person wishes in one programme; `time_zone` is empty if they named none."""

    program_id: str
    unsubscribed: tuple[Motion | Literal["all"], ...]
    time_zone: str
    share_contact: bool
    ways: dict[Motion, Way]


def my_ask_answer(ask: AskMade) -> MyAskAnswer:
    """As its person sees it."""
    return MyAskAnswer(
        id=ask.ask_id,
        program_id=ask.program_id,
        motion=ask.motion,
        site=ask.site,
        link=review_link(ask.site, ask.profile),
        state=ask.state,
        asked_at=rfc3339(ask.made_ms),
        answer_until=rfc3339(ask.expires_ms),
        reward_ids=ask.reward_ids,
        rating=ask.rating,
        about=ask.about or None,
        call=_call(ask),
    )


def ask_answer(ask: AskMade) -> AskAnswer:
    """As staff see it."""
    return AskAnswer(
        id=ask.ask_id,
        program_id=ask.program_id,
        journey_id=ask.journey_id,
        walk_id=ask.walk_id,
        subject_id=ask.subject_id,
        advocate_id=ask.advocate_id,
        step=ask.step,
        motion=ask.motion,
        site=ask.site,
        state=ask.state,
        reason=ask.reason,
        asked_at=rfc3339(ask.made_ms),
        answer_until=rfc3339(ask.expires_ms),
        taken_at=rfc3339(ask.taken_ms) if ask.taken_ms is not None else None,
        look_by=rfc3339(look_by(ask)) if ask.state == "submitted" else None,
        reward_ids=ask.reward_ids,
        rating=ask.rating,
        about=ask.about or None,
        call=_call(ask),
    )


def _call(ask: AskMade) -> AskCallAnswer | None:
    if ask.call is None:
        return None
    return AskCallAnswer(state=ask.call.state, booked_at=rfc3339(ask.call.booked_ms))


def wishes_answer(program_id: str, book: AskBook) -> WishesAnswer:
    """As its person sees them."""
    return WishesAnswer(
        program_id=program_id,
        unsubscribed=book.unsubscribed,
        time_zone=book.time_zone,
        share_contact=book.shares,
        ways=book.ways,
    )


def own_subject(desk: Desk, who: Principal, program_id: str) -> Subject:
    """Whom the signed-in person is in a programme. NotFound `unknown_subject` if nobody."""
    if not who.email_verified:
        raise NotFound("unknown_subject", "nothing is known of such a customer")
    return subjects(desk).find(program_id, fold_email(who.email))


def wishes_of(call: Call, program_id: str) -> WishesAnswer:
    """What the signed-in person wishes; nothing special where nothing is known of them."""
    try:
        subject_id = own_subject(call.desk, call.principal, program_id).subject_id
    except NotFound:
        return wishes_answer(program_id, AskBook(subject_id=""))
    return wishes_answer(program_id, Wishes(call.desk).read(subject_id))


def check_zone(time_zone: str) -> None:
    """Raises InvalidInput `unknown_time_zone` for what is neither empty nor of the IANA list."""
    if time_zone and time_zone not in available_timezones():
        raise InvalidInput("unknown_time_zone", "say a time zone such as Europe/Berlin")
