"""Where orders come from: each source, what it sent that could not be booked, and reading it again.

A delivery that verified is never lost: what was not understood is kept until somebody has mended
the cause, and is then read again as if it had just arrived. What did not verify was never kept.
"""

from typing import Annotated, Literal

from goodword.conversions.intake import read_again
from goodword.conversions.model import delivery_partition
from goodword.records import Key
from pydantic import Field

from goodword_aws import programs as shapes
from goodword_aws.forms import ReasonCode
from goodword_aws.pages.console.roles import KEEPERS, WRITERS
from goodword_aws.pages.portal_forms import Form
from goodword_aws.pages.site import Site
from goodword_aws.pages.view import Answer, Go, Sheet, View

SOURCE = "/console/sources/<source_id>"


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
    site.page("GET", SOURCE, roles=WRITERS)(_source)
    site.page("POST", f"{SOURCE}/again", roles=KEEPERS, again=_source)(_again)
    site.page("POST", f"{SOURCE}/state", roles=KEEPERS, again=_source)(_set_state)


def _list(view: View) -> Answer:
    page = shapes.sources(view.desk).list(view.page.limit, view.page.starting_after)
    rows = [shapes.source_answer(one) for one in page.rows]
    return Sheet("console/sources.html", {"sources": rows, "cursor": page.cursor})


def _source(view: View) -> Answer:
    use_cases, source_id = shapes.sources(view.desk), view.path["source_id"]
    found = use_cases.read(source_id)
    kept = use_cases.kept(source_id, view.page.limit, view.page.starting_after)
    data = {
        "source": shapes.source_answer(found),
        "kept": [shapes.delivery_answer(one) for one in kept.rows],
        "cursor": kept.cursor,
        "may_act": "admin" in view.person.groups,
    }
    return Sheet("console/source.html", data)


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
