"""The leaderboard of a programme on the console: those who said yes, by the names they chose."""

from typing import Any, Literal

from goodword_aws.advocates_board import boards, staff_board
from goodword_aws.forms import ProgramId
from goodword_aws.pages.console import WRITERS
from goodword_aws.pages.console.choosing import choice_of
from goodword_aws.pages.portal_board import period_of, periods
from goodword_aws.pages.portal_forms import Form
from goodword_aws.pages.site import Site
from goodword_aws.pages.view import Answer, Go, Sheet, View

HERE = "/console/leaderboard"


class Switch(Form):
    """Whether the programme has a board."""

    program_id: ProgramId
    open: Literal["yes", "no"]


def add_board(site: Site) -> None:
    """Register the page and its form."""
    site.page("GET", HERE, roles=WRITERS)(_page)
    site.page("POST", f"{HERE}/switch", roles=WRITERS, again=_page)(_set)


def _page(view: View) -> Sheet:
    """The first of a period."""
    choice = choice_of(view)
    programs, chosen = choice.programs, choice.program_id
    shown: dict[str, Any] = {
        "programs": programs,
        "chosen": chosen,
        "periods": periods(view),
        "board": staff_board(view.desk, chosen, period_of(view)),
    }
    return Sheet("console/leaderboard.html", shown)


def _set(view: View) -> Answer:
    """Open or close it."""
    said = view.fields(Switch)
    here = f"{HERE}?program={said.program_id}"
    boards(view.desk).open(said.program_id, said.open == "yes", lambda _: view.claim(here))
    return Go(here, "note.done")
