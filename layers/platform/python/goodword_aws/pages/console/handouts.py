"""What is no money and waits to be handed over: who gets what, since when, and recording it."""

from typing import Annotated, Any

from goodword.limits import PAGE_ITEMS_MAX
from goodword.programs.model import Program
from goodword.programs.service import Programs
from goodword.rewards.handed import Reference
from goodword.rewards.handing import HandOuts
from pydantic import Field, StringConstraints

from goodword_aws import wiring
from goodword_aws.pages.console import FINANCE, MONEY
from goodword_aws.pages.console.typed import Whole
from goodword_aws.pages.portal_forms import Form
from goodword_aws.pages.site import Site
from goodword_aws.pages.view import Answer, Go, Sheet, View
from goodword_aws.rewards_hand_outs import UNIT, owed_answer

HAND_OUTS = "/console/hand-outs"
PIECES = ("POINTS", "GIFTS", "CODES")
SHOWN = 20  # people of each unit on one page


class HandOver(Form):
    """Whom it goes to, how much the page said, and by which reference it is found again."""

    advocate_id: Annotated[str, StringConstraints(pattern=r"^(adv|frd)_[a-z0-9_]{1,40}$")]
    program: Annotated[str, StringConstraints(pattern=r"^prg_[a-z0-9_]{1,40}$")]
    unit: Annotated[str, Field(pattern=UNIT)]
    amount_minor: Whole
    reference: Reference


def add_hand_outs(site: Site) -> None:
    """Register the page."""
    site.page("GET", HAND_OUTS, roles=MONEY)(_waiting)
    site.page("POST", HAND_OUTS, roles=FINANCE, again=_waiting)(_hand_over)


def _waiting(view: View) -> Answer:
    asked = {**view.query, **view.form}
    programs = Programs(view.desk).list(PAGE_ITEMS_MAX, None).rows
    chosen = next((one for one in programs if one.program_id == asked.get("program")), None)
    chosen = chosen or (programs[0] if programs else None)
    unit = view.query.get("unit", "")
    data: dict[str, Any] = {
        "programs": programs,
        "chosen": chosen.program_id if chosen else "",
        "units": _units(view, chosen, unit) if chosen else [],
        "may_act": bool(view.person.groups & FINANCE),
        "own": view.person.advocate_id,
        "sent_to": (view.form.get("advocate_id"), view.form.get("unit")),
    }
    return Sheet("console/handouts.html", data)


def _units(view: View, program: Program, only: str) -> list[dict[str, Any]]:
    """What waits of each unit of the programme; of one, from where a page ended, if asked."""
    credit = [f"{one}.CREDIT" for one in (program.currency, *program.currencies)]
    known = dict.fromkeys((*PIECES, *credit))
    after = view.page.starting_after if only in known else None
    found = []
    for unit in (only,) if only in known else known:
        page = HandOuts(view.desk).waiting(program.program_id, unit, SHOWN, after)
        if page.rows or page.cursor:
            rows = [owed_answer(one) for one in page.rows]
            found.append({"unit": unit, "rows": rows, "cursor": page.cursor})
    return found


def _hand_over(view: View) -> Answer:
    said = view.fields(HandOver)
    here = f"{HAND_OUTS}?program={said.program}"
    HandOuts(view.desk, wiring.mark_of(view.person)).hand_over(
        said.advocate_id,
        said.program,
        said.unit,
        said.amount_minor,
        said.reference,
        own_id=view.person.advocate_id,
        receipt=lambda _: view.claim(here),
    )
    return Go(here, "note.handed_over")
