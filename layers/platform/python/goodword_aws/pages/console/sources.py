"""Where orders come from: each source, what became of all that it sent, and reading it again.

A delivery that verified is never lost: what was not understood is kept until somebody has mended
the cause, and is then read again as if it had just arrived. What did not verify was never kept.
A secret that is drawn here is shown in the one answer to the form that made it, and nowhere else.
"""

from typing import Annotated, Literal, get_args

from goodword.conversions.intake import read_again
from goodword.conversions.model import Namespace, Source, SourceKind, delivery_partition
from goodword.limits import PAGE_ITEMS_MAX
from goodword.money import Currency
from goodword.programs.service import Programs
from goodword.records import Key
from pydantic import Field, StringConstraints

from goodword_aws import programs as shapes
from goodword_aws.forms import Label, ProgramId, ReasonCode
from goodword_aws.pages.console import KEEPERS, WRITERS
from goodword_aws.pages.portal_forms import Form
from goodword_aws.pages.site import Site
from goodword_aws.pages.view import Answer, Go, Sheet, View

SOURCE = "/console/sources/<source_id>"
KINDS = get_args(SourceKind)
NEWEST = 5  # deliveries that are shown on the page of their source; all are in its log


Secret = Annotated[str, StringConstraints(max_length=210)]


class NewSource(Form):
    """Who will report what; a secret only where the other side makes it."""

    kind: SourceKind
    program_id: ProgramId
    label: Label
    trial: bool = False
    namespace: Namespace | None = None
    secret: Secret | None = Field(default=None, repr=False)
    currency: Currency | None = None
    mixed: bool = False


class Rotation(Form):
    """The next secret; none for a source whose secret is drawn here."""

    secret: Secret | None = Field(default=None, repr=False)


class Again(Form):
    """Which delivery is read again."""

    delivery_id: Annotated[str, Field(max_length=500)]


class State(Form):
    """Open or close the source, and why."""

    state: Literal["active", "disabled"]
    reason: ReasonCode


def add_sources(site: Site) -> None:
    """Register the pages of sources."""
    site.page("GET", "/console/sources", roles=WRITERS)(_list)
    site.page("GET", "/console/sources/new", roles=KEEPERS)(_new)
    site.page("POST", "/console/sources/new", roles=KEEPERS, again=_new)(_create)
    site.page("GET", SOURCE, roles=WRITERS)(_source)
    site.page("GET", f"{SOURCE}/deliveries", roles=WRITERS)(_log)
    site.page("POST", f"{SOURCE}/rotate", roles=KEEPERS, again=_source)(_rotate)
    site.page("POST", f"{SOURCE}/again", roles=KEEPERS, again=_source)(_again)
    site.page("POST", f"{SOURCE}/state", roles=KEEPERS, again=_source)(_set_state)


def _list(view: View) -> Answer:
    use_cases = shapes.sources(view.desk)
    page = use_cases.list(view.page.limit, view.page.starting_after)
    rows = [(shapes.source_answer(one), use_cases.last_heard(one)) for one in page.rows]
    may_act = "admin" in view.person.groups
    programs = Programs(view.desk).list(PAGE_ITEMS_MAX, None).rows
    shown = {"sources": rows, "cursor": page.cursor, "may_act": may_act, "programs": programs}
    return Sheet("console/sources.html", shown)


def _new(view: View) -> Answer:
    programs = Programs(view.desk).list(PAGE_ITEMS_MAX, None).rows
    open_ones = [one for one in programs if one.state != "closed"]
    return Sheet("console/source_new.html", {"programs": open_ones, "kinds": KINDS})


def _create(view: View) -> Answer:
    said = view.fields(NewSource)
    wish = {name: value for name, value in dict(said).items() if name != "trial"}
    source, drawn = shapes.sources(view.desk).create(
        **wish, livemode=not said.trial, receipt=lambda made: view.claim(_place(made))
    )
    return _with_secret(source, drawn, "note.source_made")


def _rotate(view: View) -> Answer:
    source, drawn = shapes.sources(view.desk).rotate(
        view.path["source_id"],
        view.fields(Rotation).secret,
        lambda rotated: view.claim(_place(rotated)),
    )
    return _with_secret(source, drawn, "note.secret_rotated")


def _with_secret(source: Source, drawn: str | None, note: str) -> Answer:
    """The secret in this one answer; sent again, the form leads to the source's page."""
    if drawn is None:
        return Go(_place(source), note)
    shown = {"source": shapes.source_answer(source), "secret": drawn}
    return Sheet("console/source_secret.html", shown, told_once=True)


def _place(source: Source) -> str:
    return f"/console/sources/{source.source_id}"


def _source(view: View) -> Answer:
    use_cases, source_id = shapes.sources(view.desk), view.path["source_id"]
    found = use_cases.read(source_id)
    kept = use_cases.kept(source_id, view.page.limit, view.page.starting_after)
    data = {
        "source": shapes.source_answer(found),
        "kept": [shapes.delivery_answer(one) for one in kept.rows],
        "cursor": kept.cursor,
        "heard_ms": use_cases.last_heard(found),
        "done": [shapes.delivery_answer(one) for one in use_cases.done(source_id, NEWEST).rows],
        "may_act": "admin" in view.person.groups,
    }
    return Sheet("console/source.html", data)


def _log(view: View) -> Answer:
    use_cases, source_id = shapes.sources(view.desk), view.path["source_id"]
    found = use_cases.read(source_id)
    page = use_cases.done(source_id, view.page.limit, view.page.starting_after)
    rows = [shapes.delivery_answer(one) for one in page.rows]
    data = {"source": shapes.source_answer(found), "done": rows, "cursor": page.cursor}
    return Sheet("console/source_log.html", data)


def _again(view: View) -> Answer:
    source_id, here = view.path["source_id"], f"/console/sources/{view.path['source_id']}"
    shapes.sources(view.desk).read(source_id)
    name = delivery_partition(source_id, view.fields(Again).delivery_id)
    read_again(view.desk, Key("arrivals", name, "BODY"))
    return Go(here, "note.read_again")


def _set_state(view: View) -> Answer:
    said, source_id = view.fields(State), view.path["source_id"]
    here = f"/console/sources/{source_id}"
    shapes.sources(view.desk).set_state(
        source_id, said.state, said.reason, lambda _: view.claim(here)
    )
    return Go(here, "note.done")
