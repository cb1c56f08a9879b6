"""Whom to look after, on the console: who is worn out by requests or fell away, and what to do."""

from typing import Any

from goodword.journeys.caring import WHICH, Caring

from goodword_aws.journeys_care import strained_answer
from goodword_aws.pages.console import WRITERS
from goodword_aws.pages.console.choosing import choice_of
from goodword_aws.pages.site import Site
from goodword_aws.pages.view import Sheet, View

HERE = "/console/care"


def add_care(site: Site) -> None:
    """Register the page."""
    site.page("GET", HERE, roles=WRITERS)(_list)


def _list(view: View) -> Sheet:
    """One of the two lists of a programme, a page at a time."""
    choice = choice_of(view)
    programs, chosen = choice.programs, choice.program_id
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
