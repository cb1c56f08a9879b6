"""The leaderboard of a programme on the console: those who said yes, by the names they chose."""

from typing import Any

from goodword.limits import PAGE_ITEMS_MAX
from goodword.programs.service import Programs

from goodword_aws.advocates_board import staff_board
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
    programs = Programs(view.desk).list(PAGE_ITEMS_MAX, None).rows
    names = [one.program_id for one in programs]
    asked = view.query.get("program", "")
    chosen = asked if asked in names else next(iter(names), "")
    shown: dict[str, Any] = {
        "programs": programs,
        "chosen": chosen,
        "periods": periods(view),
        "board": staff_board(view.desk, chosen, period_of(view)),
    }
    return Sheet("console/leaderboard.html", shown)
