"""One's own story, as a page: questions with drafts, the text to be approved, and its rights.

The form of the approval carries the digest of the text that was on the page, so that nobody
approves words that were changed while they read. Drafts are kept by the same button row as sending.
"""

from typing import Annotated, Any, Literal

from goodword.errors import InvalidInput
from goodword.journeys.story import PROMPTS, USES, Digest, Prompt, Rights, Use
from goodword.limits import STORY_ANSWER_MAX, STORY_NAME_MAX, STORY_REMARK_MAX
from goodword.times import DAY_MS, as_datetime, end_ms
from pydantic import Field, StringConstraints

from goodword_aws.calls import Role
from goodword_aws.forms import Day
from goodword_aws.journeys_stories import my_story, stories, withdrawing
from goodword_aws.journeys_walks import asks
from goodword_aws.pages.portal_forms import Form
from goodword_aws.pages.site import Site
from goodword_aws.pages.view import Answer, Go, Sheet, View

PERSON: frozenset[Role] = frozenset({"advocate"})
HERE = "/my/asks/<ask_id>/story"
Said = Annotated[str, StringConstraints(max_length=2 * STORY_ANSWER_MAX)]


class Draft(Form):
    """The answers, and whether they go to staff now."""

    situation: Said = Field(default="", repr=False)
    problem: Said = Field(default="", repr=False)
    solution: Said = Field(default="", repr=False)
    result: Said = Field(default="", repr=False)
    advice: Said = Field(default="", repr=False)
    act: Literal["save", "send"] = "save"

    @property
    def answers(self) -> dict[Prompt, str]:
        """Question by question."""
        return {prompt: getattr(self, prompt) for prompt in PROMPTS}


class Objection(Form):
    """What is not right in the text that was read."""

    digest: Digest
    remark: Annotated[str, StringConstraints(min_length=1, max_length=2 * STORY_REMARK_MAX)] = (
        Field(repr=False)
    )


class Approval(Form):
    """The text that was read, what it may be used for, how its person is named, and the box."""

    digest: Digest
    website: Literal["yes", ""] = ""
    social: Literal["yes", ""] = ""
    newsletter: Literal["yes", ""] = ""
    sales: Literal["yes", ""] = ""
    press: Literal["yes", ""] = ""
    spotlight: Literal["yes", ""] = ""
    naming: Literal["named", "anonymous"]
    shown_as: Annotated[str, StringConstraints(max_length=STORY_NAME_MAX)] = Field(
        default="", repr=False
    )
    last_day: Day | None = None
    sure: Literal["yes"]

    @property
    def uses(self) -> tuple[Use, ...]:
        """What was ticked."""
        return tuple(one for one in USES if getattr(self, one) == "yes")


def add_stories(site: Site) -> None:
    """Register the page and its forms."""
    site.page("GET", HERE, roles=PERSON)(_page)
    site.page("POST", HERE, roles=PERSON, again=_page)(_keep)
    site.page("POST", f"{HERE}/approve", roles=PERSON, again=_page)(_approve)
    site.page("POST", f"{HERE}/object", roles=PERSON, again=_page)(_object)
    site.page("POST", f"{HERE}/withdraw", roles=PERSON)(_withdraw)


def _page(view: View) -> Sheet:
    """Where the story stands, and what is the reader's to do."""
    ask = asks(view.desk).own(view.path["ask_id"], view.advocate_id)
    found, now_ms = my_story(view.desk, ask), view.desk.clock.now_ms()
    over = ask.state == "sent" and now_ms >= ask.expires_ms
    shown: dict[str, Any] = {
        "ask": ask,
        "story": found.story,
        "told": found.told,
        "stands": found.story.state if found.story else "draft",
        "over": over or ask.state not in ("sent", "accepted", "submitted"),
        "prompts": PROMPTS,
        "uses": USES,
        "first_day": f"{as_datetime(now_ms + DAY_MS):%Y-%m-%d}",
        "base": _here(view),
        "answer_max": STORY_ANSWER_MAX,
        "remark_max": STORY_REMARK_MAX,
        "name_max": STORY_NAME_MAX,
    }
    return Sheet("portal/story.html", shown)


def _keep(view: View) -> Answer:
    """Keep the draft; give it to staff, if that button was pressed."""
    ask, here = asks(view.desk).own(view.path["ask_id"], view.advocate_id), _here(view)
    said, cases = view.fields(Draft), stories(view.desk)
    if said.act == "save":
        cases.save(ask, said.answers, lambda _: view.claim(here))
        return Go(here, "note.story_saved")
    cases.save(ask, said.answers)
    cases.send(ask, lambda _: view.claim(here))
    return Go(here, "note.story_sent")


def _approve(view: View) -> Answer:
    """Approve the text that was on the page."""
    ask, here = asks(view.desk).own(view.path["ask_id"], view.advocate_id), _here(view)
    said = view.fields(Approval)
    if not said.uses:
        raise InvalidInput("no_uses", "tick at least one use")
    rights = Rights(
        uses=said.uses, named=said.naming == "named", until_ms=_until(view, said.last_day)
    )
    stories(view.desk).approve(ask, said.digest, rights, said.shown_as, lambda _: view.claim(here))
    return Go(here, "note.story_approved")


def _object(view: View) -> Answer:
    """Give the text back with what is not right."""
    ask, here = asks(view.desk).own(view.path["ask_id"], view.advocate_id), _here(view)
    said = view.fields(Objection)
    stories(view.desk).object(ask, said.digest, said.remark, lambda _: view.claim(here))
    return Go(here, "note.story_objected")


def _withdraw(view: View) -> Answer:
    """Take the rights back."""
    ask, here = asks(view.desk).own(view.path["ask_id"], view.advocate_id), _here(view)
    withdrawing(view.desk).withdraw(ask.advocate_id, ask.ask_id, lambda _: view.claim(here))
    return Go(here, "note.story_withdrawn")


def _until(view: View, day: str | None) -> int | None:
    """The end of the last day where the reader is. Raises InvalidInput `bad_time`."""
    if day is None:
        return None
    return end_ms(day, view.reader.zone)


def _here(view: View) -> str:
    return f"/my/asks/{view.path['ask_id']}/story"
