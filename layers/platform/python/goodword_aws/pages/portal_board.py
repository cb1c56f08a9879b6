"""The leaderboard of one's programmes, and the form by which one is on it or not."""

from typing import Annotated, Any

from goodword.advocates.board import ALWAYS, is_period, month_at
from goodword.advocates.boarding import Counting
from goodword.limits import BOARD_NAME_MAX
from goodword.times import DAY_MS, as_datetime
from pydantic import Field, StringConstraints

from goodword_aws import advocates as shapes
from goodword_aws.advocates_board import board_answer, boards
from goodword_aws.calls import Role
from goodword_aws.forms import ProgramId
from goodword_aws.journeys_spotlights import seen_by
from goodword_aws.pages.portal_forms import Form
from goodword_aws.pages.site import Site
from goodword_aws.pages.view import Answer, Go, Sheet, View

PERSON: frozenset[Role] = frozenset({"advocate"})
HERE = "/my/leaderboard"


class Shown(Form):
    """By which name, on the board of which programme."""

    program_id: ProgramId
    name: Annotated[str, StringConstraints(max_length=2 * BOARD_NAME_MAX)] = Field(repr=False)


class Hidden(Form):
    """On the board of which programme no more."""

    program_id: ProgramId


def add_board(site: Site) -> None:
    """Register the page and its forms."""
    site.page("GET", HERE, roles=PERSON)(_page)
    site.page("POST", f"{HERE}/show", roles=PERSON, again=_page)(_show)
    site.page("POST", f"{HERE}/leave", roles=PERSON)(_hide)


def _page(view: View) -> Sheet:
    """The first of a period, and whether one is among those who may be seen."""
    cards = [
        one
        for one in shapes.dashboard(view.desk, view.advocate_id).programs
        if one.state == "active"
    ]
    asked = {**view.query, **view.form}.get("program_id", "")
    chosen = next((one for one in cards if one.program_id == asked), next(iter(cards), None))
    shown: dict[str, Any] = {"cards": cards, "board": None, "name_max": BOARD_NAME_MAX}
    if chosen is not None:
        period = period_of(view)
        shown["board"] = board_answer(view.desk, view.advocate_id, chosen.program_id, period)
        shown |= {"periods": periods(view), "chosen": chosen}
        shown["spotlights"] = seen_by(view.desk, view.advocate_id, chosen.program_id)
    return Sheet("portal/leaderboard.html", shown)


def _show(view: View) -> Answer:
    """Be on the board by a name."""
    said = view.fields(Shown)
    here = f"{HERE}?program_id={said.program_id}"
    boards(view.desk).show(view.advocate_id, said.program_id, said.name, lambda _: view.claim(here))
    return Go(here, "note.board_shown")


def _hide(view: View) -> Answer:
    """Be on it no more."""
    program_id = view.fields(Hidden).program_id
    here = f"{HERE}?program_id={program_id}"
    Counting(view.desk).hide(view.advocate_id, program_id, lambda _: view.claim(here))
    return Go(here, "note.board_hidden")


def period_of(view: View) -> str:
    """The period that is asked for, this month for want of one."""
    asked = view.query.get("period", "")
    return asked if is_period(asked) else month_at(view.desk.clock.now_ms())


def periods(view: View) -> tuple[tuple[str, str], ...]:
    """This month, the one before, this year, and all time, in words."""
    now_ms = view.desk.clock.now_ms()
    at = as_datetime(now_ms)
    before = as_datetime(now_ms - at.day * DAY_MS)
    months = [(month_at(now_ms), at), (f"{before:%Y-%m}", before)]
    return (
        *((code, view.reader.month_name(when.year, when.month)) for code, when in months),
        (f"{at:%Y}", f"{at:%Y}"),
        (ALWAYS, view.text("board.always")),
    )
