"""Stories on the console: what was told, the text that is put before its person, and its rights.

Whoever works here writes; only the person approves. What may no more be used is shown with the day.
"""

from typing import Annotated, Any

from goodword.limits import PAGE_ITEMS_MAX, STORY_REMARK_MAX, STORY_TEXT_MAX
from goodword.programs.service import Programs
from pydantic import Field, StringConstraints

from goodword_aws.journeys_stories import staff_story, stories, story_detail
from goodword_aws.journeys_walks import asks
from goodword_aws.pages.console.roles import WRITERS
from goodword_aws.pages.portal_forms import Form
from goodword_aws.pages.site import Site
from goodword_aws.pages.view import Answer, Go, Sheet, View

HERE = "/console/stories"
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


def add_stories(site: Site) -> None:
    """Register the pages."""
    site.page("GET", HERE, roles=WRITERS)(_list)
    site.page("GET", f"{HERE}/<ask_id>", roles=WRITERS)(_one)
    site.page("POST", f"{HERE}/<ask_id>/propose", roles=WRITERS, again=_one)(_propose)
    site.page("POST", f"{HERE}/<ask_id>/return", roles=WRITERS, again=_one)(_give_back)


def _list(view: View) -> Answer:
    """The stories of a programme, the longest unchanged first."""
    programs = Programs(view.desk).list(PAGE_ITEMS_MAX, None).rows
    names = [one.program_id for one in programs]
    asked = view.query.get("program", "")
    chosen = asked if asked in names else next(iter(names), "")
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


def _here(view: View) -> str:
    return f"{HERE}/{view.path['ask_id']}"
