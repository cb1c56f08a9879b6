"""The leaderboard of a programme on the console: those who said yes, by the names they chose."""

from typing import Any

from goodword_aws.advocates_board import staff_board
from goodword_aws.pages.console.choosing import choice_of
from goodword_aws.pages.console.roles import WRITERS
from goodword_aws.pages.portal_board import period_of, periods
from goodword_aws.pages.site import Site
from goodword_aws.pages.view import Sheet, View

HERE = "/console/leaderboard"


def add_board(site: Site) -> None:
    """Register the page."""
    site.page("GET", HERE, roles=WRITERS)(_page)


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
