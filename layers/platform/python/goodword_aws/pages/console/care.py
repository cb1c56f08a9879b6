"""Whom to look after, on the console: who is worn out by requests or fell away, and what to do."""

from typing import Any

from goodword.journeys.caring import WHICH, Caring
from goodword.limits import PAGE_ITEMS_MAX
from goodword.programs.service import Programs

from goodword_aws.journeys_care import strained_answer
from goodword_aws.pages.console.roles import WRITERS
from goodword_aws.pages.site import Site
from goodword_aws.pages.view import Sheet, View

HERE = "/console/care"


def add_care(site: Site) -> None:
    """Register the page."""
    site.page("GET", HERE, roles=WRITERS)(_list)


def _list(view: View) -> Sheet:
    """One of the two lists of a programme, a page at a time."""
    programs = Programs(view.desk).list(PAGE_ITEMS_MAX, None).rows
    names = [one.program_id for one in programs]
    asked = view.query.get("program", "")
    chosen = asked if asked in names else next(iter(names), "")
    which = next((one for one in WHICH if one == view.query.get("of")), WHICH[0])
    page = Caring(view.desk).page(chosen, which, view.page.starting_after)
    shown: dict[str, Any] = {
        "programs": programs,
        "chosen": chosen,
        "which": which,
        "lists": WHICH,
        "people": [strained_answer(one) for one in page.rows],
        "cursor": page.cursor,
    }
    return Sheet("console/care.html", shown)
