"""Introducing somebody by a form, as a page; what it asks is the programme's to say.

Of who was introduced nothing is shown again but the day: the person's data is the person's own.
"""

from typing import Annotated, Any, Literal

from goodword.journeys.introduction import BUDGETS, QUESTIONS, TIMINGS, Budget, Timing
from goodword.languages import LANGUAGES
from goodword.limits import INTRODUCTION_LINE_MAX, INTRODUCTION_NOTE_MAX, INTRODUCTIONS_PER_DAY
from goodword.privacy.model import EMAIL_LENGTH_MAX
from pydantic import Field, StringConstraints

from goodword_aws import advocates as shapes
from goodword_aws.advocates import PersonName
from goodword_aws.calls import Role
from goodword_aws.forms import ProgramId
from goodword_aws.journeys_introductions import (
    Introduce,
    Language,
    introducing,
    my_introduction,
)
from goodword_aws.pages.portal_forms import Form
from goodword_aws.pages.site import Site
from goodword_aws.pages.view import Answer, Go, Sheet, View

PERSON: frozenset[Role] = frozenset({"advocate"})
HERE = "/my/introductions"
Line = Annotated[str, StringConstraints(max_length=2 * INTRODUCTION_LINE_MAX)]
Note = Annotated[str, StringConstraints(max_length=2 * INTRODUCTION_NOTE_MAX)]


class Introducing(Form):
    """Who, and what the form asks; the box says that the person was asked."""

    program_id: ProgramId
    email: Annotated[str, StringConstraints(max_length=EMAIL_LENGTH_MAX)] = Field(repr=False)
    name: PersonName = Field(default="", repr=False)
    language: Language = "en"
    company: Line = Field(default="", repr=False)
    role: Line = Field(default="", repr=False)
    need: Note = Field(default="", repr=False)
    note: Note = Field(default="", repr=False)
    timing: Timing = "unknown"
    budget: Budget = "unknown"
    agreed: Literal["yes"]


def add_introductions(site: Site) -> None:
    """Register the page and its form."""
    site.page("GET", HERE, roles=PERSON)(_page)
    site.page("POST", HERE, roles=PERSON, again=_page)(_introduce)


def _page(view: View) -> Sheet:
    """The form of a programme of one's own, and whom one has introduced so far."""
    found = shapes.dashboard(view.desk, view.advocate_id)
    cases = introducing(view.desk)
    forms = [cases.form(one.program_id) for one in found.programs]
    opened = [one for one in forms if one.is_open]
    asked = {**view.query, **view.form}.get("program_id", "")
    form = next((one for one in opened if one.program_id == asked), next(iter(opened), None))
    page = cases.of(view.advocate_id, view.page.limit, view.page.starting_after)
    names = {one.program_id: one.name for one in found.programs}
    shown: dict[str, Any] = {
        "forms": [(one.program_id, names[one.program_id]) for one in opened],
        "form": form,
        "questions": QUESTIONS,
        "timings": TIMINGS,
        "budgets": BUDGETS,
        "languages_of": tuple(LANGUAGES.items()),
        "line_max": INTRODUCTION_LINE_MAX,
        "note_max": INTRODUCTION_NOTE_MAX,
        "day_max": INTRODUCTIONS_PER_DAY,
        "made": [my_introduction(one) for one in page.rows],
        "cursor": page.cursor,
    }
    return Sheet("portal/introductions.html", shown)


def _introduce(view: View) -> Answer:
    """Pass somebody on."""
    said = view.fields(Introducing)
    body = Introduce(**said.model_dump(exclude={"agreed"}), agreed=True)
    introducing(view.desk).introduce(
        view.advocate_id, body.program_id, body.friend, lambda _: view.claim(HERE)
    )
    return Go(HERE, "note.introduced")
