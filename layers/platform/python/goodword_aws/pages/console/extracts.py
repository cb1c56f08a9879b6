"""A period of a programme as files for a spreadsheet: asked for, watched, saved."""

from datetime import date, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from goodword.limits import PAGE_ITEMS_MAX
from goodword.programs.extract import WHAT, Extract, What
from goodword.programs.service import Programs
from goodword.times import MINUTE_MS, as_datetime, end_ms, start_ms

from goodword_aws.extracts import SHEET, extract_file, extracts
from goodword_aws.forms import Day
from goodword_aws.pages.console import MONEY
from goodword_aws.pages.portal_forms import Form
from goodword_aws.pages.site import Site
from goodword_aws.pages.view import Answer, File, Go, Sheet, View

PLACE = "/console/exports"
ONE = f"{PLACE}/<program_id>/<extract_id>"
SHOWN = 20
WAITS_MS = 2 * MINUTE_MS  # without progress: it waits for something, as the last seals of a day


class Wanted(Form):
    """The programme, the days (both are included) and what of them."""

    program_id: str
    since: Day
    until: Day
    conversions: Literal["yes"] | None = None
    rewards: Literal["yes"] | None = None
    payouts: Literal["yes"] | None = None
    entries: Literal["yes"] | None = None

    @property
    def what(self) -> tuple[What, ...]:
        """The kinds whose boxes are ticked; all of them if none is."""
        return tuple(one for one in WHAT if getattr(self, one)) or WHAT


def add_extracts(site: Site) -> None:
    """Register the pages."""
    site.page("GET", PLACE, roles=MONEY)(_list)
    site.page("POST", PLACE, roles=MONEY, again=_list)(_ask)
    site.page("GET", ONE, roles=MONEY)(_one)
    site.page("GET", f"{ONE}/<what>/<number>/csv", roles=MONEY)(_file)


def _list(view: View) -> Answer:
    programs = Programs(view.desk).list(PAGE_ITEMS_MAX, None).rows
    asked = view.form.get("program_id") or view.query.get("program")
    chosen = next((one for one in programs if one.program_id == asked), None)
    chosen = chosen or (programs[0] if programs else None)
    data: dict[str, Any] = {
        "programs": programs,
        "chosen": chosen.program_id if chosen else "",
        "rows": [],
        "cursor": None,
        "what": WHAT,
        "month": _last_month(view),
    }
    if chosen:
        page = extracts(view.desk).made(chosen.program_id, SHOWN, view.page.starting_after)
        data |= {"rows": [_shown(one) for one in page.rows], "cursor": page.cursor}
    return Sheet("console/exports.html", data)


def _ask(view: View) -> Answer:
    """From the first instant of the first day to the end of the last, in the programme's zone."""
    said = view.fields(Wanted)
    _, version = Programs(view.desk).read(said.program_id)
    zone = version.terms.payment.time_zone
    made = extracts(view.desk).ask(
        said.program_id,
        said.what,
        start_ms(said.since, zone),
        end_ms(said.until, zone),
        zone,
        lambda one: view.claim(_place(one)),
    )
    return Go(_place(made), "note.extract_asked")


def _one(view: View) -> Answer:
    found = extracts(view.desk).read(view.path["program_id"], view.path["extract_id"])
    program, _ = Programs(view.desk).read(found.program_id)
    files = [
        {"what": what, "rows": found.rows.get(what, 0), "files": found.files(what)}
        for what in found.what
    ]
    now_ms = view.desk.clock.now_ms()
    data = {
        "one": _shown(found),
        "program": program,
        "me": view.person.subject,
        "files": files,
        "doing": found.what[min(found.at, len(found.what) - 1)],
        "waits": found.state == "gathering" and now_ms - found.changed_ms > WAITS_MS,
    }
    return Sheet("console/export.html", data)


def _file(view: View) -> Answer:
    program_id, extract_id = view.path["program_id"], view.path["extract_id"]
    what, said = view.path["what"], view.path["number"]
    number = int(said) if said.isascii() and said.isdigit() and len(said) < 6 else 0
    content = extract_file(view.desk, program_id, extract_id, what, number)
    return File(content, SHEET, f"{extract_id}-{what}-{number}.csv")


def _shown(one: Extract) -> dict[str, Any]:
    return {
        "id": one.extract_id,
        "place": _place(one),
        "program_id": one.program_id,
        "state": one.state,
        "what": one.what,
        "from_ms": one.from_ms,
        "last_ms": one.until_ms - 1,
        "zone": one.zone,
        "asked_ms": one.asked_ms,
        "asked_by": one.asked_by,
        "kept_until_ms": one.kept_until_ms,
        "percent": one.percent,
        "rows": one.total,
    }


def _place(one: Extract) -> str:
    return f"{PLACE}/{one.program_id}/{one.extract_id}"


def _last_month(view: View) -> tuple[str, str]:
    """The first and the last day of the month that is over, where the reader is."""
    today = as_datetime(view.desk.clock.now_ms()).astimezone(ZoneInfo(view.reader.zone)).date()
    last = today.replace(day=1) - timedelta(days=1)
    return date(last.year, last.month, 1).isoformat(), last.isoformat()
