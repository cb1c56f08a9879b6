"""The page of one's level and milestones, programme by programme."""

from typing import Any

from goodword_aws import advocates as shapes
from goodword_aws import wiring
from goodword_aws.advocates_recognition import RecognitionAnswer, has_some, recognition_answer
from goodword_aws.pages.site import Site
from goodword_aws.pages.view import Sheet, View

HERE = "/my/level"


def add_level(site: Site) -> None:
    """Register the page."""
    site.page("GET", HERE, roles=frozenset({"advocate"}))(_page)


def _page(view: View) -> Sheet:
    found = shapes.dashboard(view.desk, view.advocate_id)
    shown = recognised(view, found, view.advocate_id)
    rows: list[dict[str, Any]] = [
        {"card": card, "of": shown[card.program_id]}
        for card in found.programs
        if card.program_id in shown
    ]
    return Sheet("portal/level.html", {"rows": rows})


def recognised(
    view: View, board: shapes.DashboardAnswer, advocate_id: str
) -> dict[str, RecognitionAnswer]:
    """By programme, where it has levels or milestones; nothing more is read for others."""
    now_ms = view.desk.clock.now_ms()
    return {
        one.program_id: recognition_answer(
            view.desk, advocate_id, one.program_id, view.reader.locale
        )
        for one in board.programs
        if has_some(wiring.shelf().version(one.program_id, now_ms, advocate_id).terms)
    }
