"""Stories on the console: what was told, the text that is put before its person, and its rights.

Whoever works here writes; only the person approves. What may no more be used is shown with the day.
"""

from typing import Annotated, Any

from goodword.journeys.spotlight import END_CODES
from goodword.limits import STORY_REMARK_MAX, STORY_TEXT_MAX
from goodword.times import end_ms
from pydantic import Field, StringConstraints

from goodword_aws.forms import Day, ReasonCode
from goodword_aws.journeys_spotlights import history, spotlights
from goodword_aws.journeys_stories import staff_story, stories, story_detail
from goodword_aws.journeys_walks import asks
from goodword_aws.pages.console import WRITERS
from goodword_aws.pages.console.choosing import choice_of
from goodword_aws.pages.portal_forms import Form
from goodword_aws.pages.site import Site
from goodword_aws.pages.view import Answer, Go, Sheet, View

HERE, SPOTS = "/console/stories", "/console/spotlights"
Remarked = Annotated[str, StringConstraints(max_length=2 * STORY_REMARK_MAX)]


class Proposal(Form):
    """The text, and a word beside it."""

    text: Annotated[str, StringConstraints(min_length=1, max_length=2 * STORY_TEXT_MAX)] = Field(
        repr=False
    )
    remark: Remarked = Field(default="", repr=False)


class Question(Form):
    """What the person is to write more about."""

    remark: Annotated[str, StringConstraints(min_length=1, max_length=2 * STORY_REMARK_MAX)] = (
        Field(repr=False)
    )


class Shine(Form):
    """The last day in the spotlight."""

    last_day: Day


class Darken(Form):
    """Which one is taken away, and why."""

    spotlight_id: Annotated[str, StringConstraints(max_length=64)]
    reason_code: ReasonCode


def add_stories(site: Site) -> None:
    """Register the pages."""
    site.page("GET", HERE, roles=WRITERS)(_list)
    site.page("GET", f"{HERE}/<ask_id>", roles=WRITERS)(_one)
    site.page("POST", f"{HERE}/<ask_id>/propose", roles=WRITERS, again=_one)(_propose)
    site.page("POST", f"{HERE}/<ask_id>/spotlight", roles=WRITERS, again=_one)(_shine)
    site.page("GET", SPOTS, roles=WRITERS)(_spotlights)
    site.page("POST", f"{SPOTS}/<ask_id>/end", roles=WRITERS, again=_spotlights)(_darken)
    site.page("POST", f"{HERE}/<ask_id>/return", roles=WRITERS, again=_one)(_give_back)


def _list(view: View) -> Answer:
    """The stories of a programme, the longest unchanged first."""
    choice = choice_of(view)
    programs, chosen = choice.programs, choice.program_id
    page = stories(view.desk).page(chosen, view.page.limit, view.page.starting_after)
    now_ms = view.desk.clock.now_ms()
    shown: dict[str, Any] = {
        "programs": programs,
        "chosen": chosen,
        "stories": [staff_story(one, now_ms) for one in page.rows],
        "cursor": page.cursor,
    }
    return Sheet("console/stories.html", shown)


def _one(view: View) -> Sheet:
    """A story with its texts; what is typed already stays where a form was refused."""
    found = story_detail(view.desk, view.path["ask_id"])
    ask = asks(view.desk).read(view.path["ask_id"])
    return Sheet(
        "console/story.html",
        {
            "story": found.story,
            "told": found.told,
            "open": ask.state in ("accepted", "submitted"),
            "own": view.person.advocate_id == ask.advocate_id,
            "shines": found.story.usable
            and found.story.rights is not None
            and "spotlight" in found.story.rights.uses,
            "text_max": STORY_TEXT_MAX,
            "remark_max": STORY_REMARK_MAX,
        },
    )


def _propose(view: View) -> Answer:
    """Put the text before its person."""
    ask, here = asks(view.desk).read(view.path["ask_id"]), _here(view)
    said, own = view.fields(Proposal), view.person.advocate_id
    stories(view.desk).propose(ask, said.text, said.remark, own, lambda _: view.claim(here))
    return Go(here, "note.story_proposed")


def _give_back(view: View) -> Answer:
    """Ask for more."""
    ask, here = asks(view.desk).read(view.path["ask_id"]), _here(view)
    said, own = view.fields(Question), view.person.advocate_id
    stories(view.desk).give_back(ask, said.remark, own, lambda _: view.claim(here))
    return Go(here, "note.story_given_back")


def _shine(view: View) -> Answer:
    """Put it into the spotlight, from now on to the end of a day where the reader is."""
    last_ms = end_ms(view.fields(Shine).last_day, view.reader.zone)
    spotlights(view.desk).put(
        view.path["ask_id"],
        view.desk.clock.now_ms(),
        last_ms,
        view.person.advocate_id,
        lambda _: view.claim(SPOTS),
    )
    return Go(SPOTS, "note.spotlight_put")


def _spotlights(view: View) -> Sheet:
    """What is in the spotlight of a programme, and what was."""
    choice = choice_of(view)
    programs, chosen = choice.programs, choice.program_id
    page = history(view.desk, chosen, view.page.limit, view.page.starting_after)
    shown: dict[str, Any] = {
        "programs": programs,
        "chosen": chosen,
        "rows": page.rows,
        "cursor": page.cursor,
        "codes": END_CODES,
    }
    return Sheet("console/spotlights.html", shown)


def _darken(view: View) -> Answer:
    """Take one away."""
    said = view.fields(Darken)
    ask = asks(view.desk).read(view.path["ask_id"])
    here = f"{SPOTS}?program={ask.program_id}"
    spotlights(view.desk).end(
        ask.program_id, said.spotlight_id, said.reason_code, lambda _: view.claim(here)
    )
    return Go(here, "note.spotlight_ended")


def _here(view: View) -> str:
    return f"{HERE}/{view.path['ask_id']}"
