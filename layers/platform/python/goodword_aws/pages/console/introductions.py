"""Introductions on the console: who was introduced and for what, and what the form asks."""

from typing import Any, Literal

from goodword.journeys.introduction import QUESTIONS, Question, ReferralForm
from goodword.limits import PAGE_ITEMS_MAX
from goodword.programs.service import Programs

from goodword_aws.forms import ProgramId
from goodword_aws.journeys_introductions import (
    introducing,
    introduction_answer,
    introduction_detail,
)
from goodword_aws.pages.console import WRITERS
from goodword_aws.pages.portal_forms import Form
from goodword_aws.pages.site import Site
from goodword_aws.pages.view import Answer, Go, Sheet, View

HERE = "/console/introductions"
How = Literal["no", "required", "optional"]


class Asked(Form):
    """What the form asks, question by question."""

    program_id: ProgramId
    is_open: Literal["yes", ""] = ""
    company: How = "no"
    role: How = "no"
    need: How = "no"
    timing: How = "no"
    budget: How = "no"
    note: How = "no"

    @property
    def asks(self) -> dict[Question, Literal["required", "optional"]]:
        """The questions that are asked."""
        said: dict[Question, How] = {one: getattr(self, one) for one in QUESTIONS}
        return {name: how for name, how in said.items() if how != "no"}


def add_introductions(site: Site) -> None:
    """Register the pages."""
    site.page("GET", HERE, roles=WRITERS)(_list)
    site.page("POST", f"{HERE}/form", roles=WRITERS, again=_list)(_set_form)
    site.page("GET", f"{HERE}/<introduction_id>", roles=WRITERS)(_one)


def _list(view: View) -> Sheet:
    """Whom the advocates of a programme introduced, and its form."""
    programs = Programs(view.desk).list(PAGE_ITEMS_MAX, None).rows
    names = [one.program_id for one in programs]
    asked = {**view.query, **view.form}
    wanted = asked.get("program", asked.get("program_id", ""))
    chosen = wanted if wanted in names else next(iter(names), "")
    cases = introducing(view.desk)
    page = cases.page(chosen, view.page.limit, view.page.starting_after)
    shown: dict[str, Any] = {
        "programs": programs,
        "chosen": chosen,
        "form": cases.form(chosen) if chosen else None,
        "questions": QUESTIONS,
        "made": [introduction_answer(one) for one in page.rows],
        "cursor": page.cursor,
    }
    return Sheet("console/introductions.html", shown)


def _one(view: View) -> Answer:
    """Who it is, and what was said."""
    found = introduction_detail(view.desk, view.path["introduction_id"])
    return Sheet("console/introduction.html", {"one": found.introduction, "who": found})


def _set_form(view: View) -> Answer:
    """Say what the form asks."""
    said = view.fields(Asked)
    back = f"{HERE}?program={said.program_id}"
    form = ReferralForm(program_id=said.program_id, is_open=said.is_open == "yes", asks=said.asks)
    introducing(view.desk).set_form(form, lambda _: view.claim(back))
    return Go(back, "note.saved")
