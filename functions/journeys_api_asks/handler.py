"""Requests to advocates: their own list and answers, and what staff record of them.

Whose request a `/v1/me` route touches comes from the verified token only. Staff say whether work
was done; money follows by the programme's rules and finance's approval, never from here.
"""

from goodword.journeys.asks import (
    NO_REVIEW_CODES,
    NOT_WORK_CODES,
    REVIEW_CODES,
    WORK_CODES,
    Wishes,
)
from goodword.journeys.caring import Caring, which_of
from goodword.journeys.experience import Experience
from goodword.journeys.resending import Resending
from goodword.journeys.walk import AskMade
from goodword.messages.log import letters_of
from goodword.ports import Page
from goodword_aws import journeys_asks as shapes
from goodword_aws import journeys_care as care
from goodword_aws import journeys_spotlights as shining
from goodword_aws import journeys_stories as told
from goodword_aws import wiring
from goodword_aws.calls import BY_PERSON, Call, Role
from goodword_aws.http import Api
from goodword_aws.journeys_letters import leaving
from goodword_aws.journeys_walks import asks
from goodword_aws.messages_log import LetterAnswer, letter_answer

wiring.require("core_table", "journal_table", "keys_table", "vault_key_arn", "index_secret_arn")
handler = Api(service="journeys")

PERSON: frozenset[Role] = frozenset({"advocate"})
READERS: frozenset[Role] = frozenset({"marketer", "analyst", "admin"})
WRITERS: frozenset[Role] = frozenset({"marketer", "admin"})
WHICH = {"program_id": "of which programme"}


@handler.route("GET", "/v1/me/asks", roles=PERSON, answer=shapes.MyAskAnswer, paged=True)
def my_asks(call: Call) -> Page[shapes.MyAskAnswer]:
    """What one was asked for, newest first."""
    page = asks(call.desk).of(call.advocate_id, call.page.limit, call.page.starting_after)
    return Page([shapes.my_ask_answer(one) for one in page.rows], page.cursor)


@handler.route(
    "POST",
    "/v1/me/asks/<ask_id>/answer",
    roles=PERSON,
    body=shapes.AnswerAsk,
    answer=shapes.MyAskAnswer,
)
def answer_ask(call: Call) -> shapes.MyAskAnswer:
    """Accept, decline, or say that it is done."""
    ask = asks(call.desk).own(call.path["ask_id"], call.advocate_id)
    after = asks(call.desk).answer(
        ask.ask_id, call.body.answer, lambda done: call.claim(shapes.my_ask_answer(done))
    )
    return shapes.my_ask_answer(after)


@handler.route(
    "POST",
    "/v1/me/asks/<ask_id>/rating",
    roles=PERSON,
    body=shapes.RateAsk,
    answer=shapes.MyAskAnswer,
)
def rate_ask(call: Call) -> shapes.MyAskAnswer:
    """Say how being asked was, where that is the question; it decides how often one is asked."""
    ask = asks(call.desk).own(call.path["ask_id"], call.advocate_id)
    after = Experience(asks(call.desk)).rate(
        ask.ask_id, call.body.rating, lambda done: call.claim(shapes.my_ask_answer(done))
    )
    return shapes.my_ask_answer(after)


# --- one's own story --------------------------------------------------------------------------


@handler.route("GET", "/v1/me/asks/<ask_id>/story", roles=PERSON, answer=told.MyStoryAnswer)
def my_story(call: Call) -> told.MyStoryAnswer:
    """What one has written for a request, the text made of it, and what it may be used for."""
    return told.my_story(call.desk, told.own_ask(call))


@handler.route(
    "POST",
    "/v1/me/asks/<ask_id>/story",
    roles=PERSON,
    body=told.SaveStory,
    answer=told.StoryAnswer,
)
def save_story(call: Call) -> told.StoryAnswer:
    """Keep a draft. The first one accepts the request; staff see nothing before it is sent."""
    ask, body = told.own_ask(call), call.body
    story = told.stories(call.desk).save(ask, body.answers, told.claimed(call))
    return told.story_answer(story, call.desk.clock.now_ms())


@handler.route("POST", "/v1/me/asks/<ask_id>/story/send", roles=PERSON, answer=told.StoryAnswer)
def send_story(call: Call) -> told.StoryAnswer:
    """Give it to staff, who make a text of it or ask for more."""
    story = told.stories(call.desk).send(told.own_ask(call), told.claimed(call))
    return told.story_answer(story, call.desk.clock.now_ms())


@handler.route(
    "POST",
    "/v1/me/asks/<ask_id>/story/object",
    roles=PERSON,
    body=told.ObjectToStory,
    answer=told.StoryAnswer,
)
def object_to_story(call: Call) -> told.StoryAnswer:
    """Say what is not right in the text; staff write another."""
    ask, body = told.own_ask(call), call.body
    story = told.stories(call.desk).object(ask, body.digest, body.remark, told.claimed(call))
    return told.story_answer(story, call.desk.clock.now_ms())


@handler.route(
    "POST",
    "/v1/me/asks/<ask_id>/story/approve",
    roles=PERSON,
    body=told.ApproveStory,
    answer=told.StoryAnswer,
)
def approve_story(call: Call) -> told.StoryAnswer:
    """Approve exactly the text of this digest, and say what it may be used for.

    The request is done by it: thanks and reward follow as the journey says.
    """
    ask, body = told.own_ask(call), call.body
    story = told.stories(call.desk).approve(
        ask, body.digest, body.rights, body.shown_as, told.claimed(call)
    )
    return told.story_answer(story, call.desk.clock.now_ms())


@handler.route("POST", "/v1/me/asks/<ask_id>/story/withdraw", roles=PERSON, answer=told.StoryAnswer)
def withdraw_story(call: Call) -> told.StoryAnswer:
    """Take the rights back; staff see since when. What it earned stays."""
    ask = told.own_ask(call)
    story = told.withdrawing(call.desk).withdraw(ask.advocate_id, ask.ask_id, told.claimed(call))
    return told.story_answer(story, call.desk.clock.now_ms())


# --- wishes -----------------------------------------------------------------------------------


@handler.route(
    "GET", "/v1/me/ask-preferences", roles=PERSON, answer=shapes.WishesAnswer, query=WHICH
)
def my_wishes(call: Call) -> shapes.WishesAnswer:
    """What one wishes not to be asked for, how one hears of the rest, and what is handed on."""
    return shapes.wishes_of(call, call.query.get("program_id", ""))


@handler.route(
    "PUT",
    "/v1/me/ask-preferences",
    roles=PERSON,
    body=shapes.PutWishes,
    answer=shapes.WishesAnswer,
)
def put_wishes(call: Call) -> shapes.WishesAnswer:
    """Say all of it; it holds for every request from now on, whatever journey it comes from."""
    body: shapes.PutWishes = call.body
    shapes.check_zone(body.time_zone)
    subject = shapes.own_subject(call.desk, call.principal, body.program_id)
    book = Wishes(call.desk).put(
        subject.subject_id,
        body.program_id,
        body.unsubscribed,
        body.time_zone,
        lambda kept: call.claim(shapes.wishes_answer(body.program_id, kept)),
        shares=body.share_contact,
        ways=body.ways,
    )
    return shapes.wishes_answer(body.program_id, book)


# --- stories, for staff -----------------------------------------------------------------------


@handler.route(
    "GET",
    "/v1/asks/stories",
    roles=WRITERS,
    answer=told.StaffStoryAnswer,
    paged=True,
    query=WHICH,
)
def list_stories(call: Call) -> Page[told.StaffStoryAnswer]:
    """Stories that were sent, the longest unchanged first, with what may be used and until when."""
    page = told.stories(call.desk).page(
        call.query.get("program_id", ""), call.page.limit, call.page.starting_after
    )
    now_ms = call.desk.clock.now_ms()
    return Page([told.staff_story(one, now_ms) for one in page.rows], page.cursor)


@handler.route("GET", "/v1/asks/<ask_id>/story", roles=WRITERS, answer=told.StoryDetail)
def read_story(call: Call) -> told.StoryDetail:
    """One story with its texts."""
    return told.story_detail(call.desk, call.path["ask_id"])


@handler.route(
    "POST",
    "/v1/asks/<ask_id>/story",
    roles=WRITERS,
    body=told.ProposeStory,
    answer=told.StaffStoryAnswer,
)
def propose_story(call: Call) -> told.StaffStoryAnswer:
    """Put the exact text before its person, who approves it or says what is not right."""
    ask, own = asks(call.desk).read(call.path["ask_id"]), call.principal.advocate_id
    story = told.stories(call.desk).propose(
        ask, call.body.text, call.body.remark, own, told.claimed_by_staff(call)
    )
    return told.staff_story(story, call.desk.clock.now_ms())


@handler.route(
    "POST",
    "/v1/asks/<ask_id>/story/return",
    roles=WRITERS,
    body=told.GiveBackStory,
    answer=told.StaffStoryAnswer,
)
def give_story_back(call: Call) -> told.StaffStoryAnswer:
    """Ask the person to write more."""
    ask, own = asks(call.desk).read(call.path["ask_id"]), call.principal.advocate_id
    story = told.stories(call.desk).give_back(
        ask, call.body.remark, own, told.claimed_by_staff(call)
    )
    return told.staff_story(story, call.desk.clock.now_ms())


# --- spotlights -------------------------------------------------------------------------------


@handler.route(
    "GET",
    "/v1/me/asks/spotlights",
    roles=PERSON,
    answer=shining.ShownAnswer,
    paged=True,
    query=WHICH,
)
def my_spotlights(call: Call) -> Page[shining.ShownAnswer]:
    """Whose story is shown to everybody in a programme of one's own, at this moment."""
    program_id = call.query.get("program_id", "")[:64]
    return Page(shining.seen_by(call.desk, call.advocate_id, program_id), None)


@handler.route(
    "GET",
    "/v1/asks/spotlights",
    roles=WRITERS,
    answer=shining.SpotlightAnswer,
    paged=True,
    query=WHICH,
)
def list_spotlights(call: Call) -> Page[shining.SpotlightAnswer]:
    """All that were ever in the spotlight of a programme, newest first, and how it stands."""
    program_id = call.query.get("program_id", "")[:64]
    return shining.history(call.desk, program_id, call.page.limit, call.page.starting_after)


@handler.route(
    "POST",
    "/v1/asks/<ask_id>/spotlight",
    roles=WRITERS,
    body=shining.PutSpotlight,
    answer=shining.SpotlightAnswer,
)
def put_spotlight(call: Call) -> shining.SpotlightAnswer:
    """Put an approved story into the spotlight for a time, if its person has agreed to that use."""
    return shining.put(call.desk, call)


@handler.route(
    "POST",
    "/v1/asks/<ask_id>/spotlight/end",
    roles=WRITERS,
    body=shining.EndSpotlight,
    answer=shining.SpotlightAnswer,
)
def end_spotlight(call: Call) -> shining.SpotlightAnswer:
    """Take it away before its time; its person takes it away by the rights of the story."""
    return shining.end(call.desk, call)


# --- requests, for staff ----------------------------------------------------------------------


@handler.route("GET", "/v1/asks", roles=READERS, answer=shapes.AskAnswer, paged=True, query=WHICH)
def waiting(call: Call) -> Page[shapes.AskAnswer]:
    """What was promised, or said to be done, and waits for staff; may lag behind a moment."""
    page = asks(call.desk).waiting(
        call.query.get("program_id", ""), call.page.limit, call.page.starting_after
    )
    return Page([shapes.ask_answer(one) for one in page.rows], page.cursor)


@handler.route(
    "GET",
    "/v1/asks/strains",
    roles=WRITERS,
    answer=care.StrainedAnswer,
    paged=True,
    query=WHICH | {"of": "worn_out or lapsed"},
)
def strained(call: Call) -> Page[care.StrainedAnswer]:
    """Whom to look after: who is worn out by requests, or has fallen away, and every reason."""
    which = which_of(call.query.get("of", "worn_out"))
    program_id = call.query.get("program_id", "")[:64]
    page = Caring(call.desk).page(program_id, which, call.page.starting_after)
    return Page([care.strained_answer(one) for one in page.rows], page.cursor)


@handler.route("GET", "/v1/asks/reason-codes", roles=READERS)
def reason_codes(_call: Call) -> dict[str, tuple[str, ...]]:
    """The codes that a record of work may give; of a public review only whether it is there."""
    review = {"review_done": REVIEW_CODES, "review_not_done": NO_REVIEW_CODES}
    return {"done": WORK_CODES, "not_done": NOT_WORK_CODES, **review}


@handler.route(
    "GET",
    "/v1/asks/letters",
    roles=BY_PERSON,
    answer=LetterAnswer,
    paged=True,
    query={"advocate_id": "whose letters"},
)
def letters(call: Call) -> Page[LetterAnswer]:
    """Every letter to a person, newest first, also those that did not leave, and why."""
    page = letters_of(
        call.desk.store,
        call.query.get("advocate_id", "")[:64],
        call.page.limit,
        call.page.starting_after,
    )
    return Page([letter_answer(one) for one in page.rows], page.cursor)


@handler.route("POST", "/v1/asks/<ask_id>/resend", roles=WRITERS, answer=shapes.AskAnswer)
def resend(call: Call) -> shapes.AskAnswer:
    """Have the letter of an open request sent once more; never against its person or at night."""
    again = Resending(call.desk, leaving(call.desk))
    after = again.resend(call.path["ask_id"], lambda made: call.claim(shapes.ask_answer(made)))
    return shapes.ask_answer(after)


@handler.route("GET", "/v1/asks/<ask_id>", roles=READERS, answer=shapes.AskAnswer)
def read_ask(call: Call) -> shapes.AskAnswer:
    """One request."""
    return shapes.ask_answer(asks(call.desk).read(call.path["ask_id"]))


@handler.route(
    "POST",
    "/v1/asks/<ask_id>/work",
    roles=WRITERS,
    body=shapes.RecordWork,
    answer=shapes.AskAnswer,
)
def record_work(call: Call) -> shapes.AskAnswer:
    """Say that the call was held, the review is there, the story was approved; or that it is not.

    The person is thanked at once. A reward follows where the journey has one, by the rules of the
    programme.
    """
    body: shapes.RecordWork = call.body
    after: AskMade = asks(call.desk).work(
        call.path["ask_id"],
        done=body.done,
        code=body.reason_code,
        own_advocate_id=call.principal.advocate_id,
        receipt=lambda made: call.claim(shapes.ask_answer(made)),
    )
    return shapes.ask_answer(after)
