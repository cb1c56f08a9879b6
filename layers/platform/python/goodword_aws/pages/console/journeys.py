"""Journeys on the console: how far people came in each, what waits for staff, and recording it.

A funnel is of all who entered; whoever sees sums but not single people (analysts) gets none of
fewer than five. Staff say here that a call was held or a review is there, never of their
own; money follows by the programme's rules and finance's approval.
"""

from typing import Annotated, Any, Literal

from goodword.journeys.asks import work_codes
from goodword.journeys.funnel import STAGES, Funnel, Funnels
from goodword.journeys.journey import Journey
from goodword.journeys.publishing import Journeys
from goodword.journeys.scoring import Motion
from goodword.journeys.walk import AskMade
from goodword.limits import JOURNEYS_READ_MAX, PAGE_ITEMS_MAX
from goodword.programs.model import Program
from goodword.programs.service import Programs
from goodword.times import rfc3339
from pydantic import StringConstraints

from goodword_aws import wiring
from goodword_aws.calls import BY_PERSON, Role
from goodword_aws.forms import ReasonCode
from goodword_aws.journeys_asks import ask_answer
from goodword_aws.journeys_walks import asks
from goodword_aws.pages.charts import Chart, Series
from goodword_aws.pages.console import WRITERS
from goodword_aws.pages.console.journey_drafts import life
from goodword_aws.pages.console.journey_texts import step_words
from goodword_aws.pages.portal_forms import Form
from goodword_aws.pages.site import Site
from goodword_aws.pages.view import Answer, Go, Sheet, View

READERS: frozenset[Role] = frozenset({"marketer", "analyst", "admin"})
HERE = "/console/journeys"


class Work(Form):
    """What came of a promise, and how staff know."""

    came: Literal["yes", "no"]
    reason_code: Annotated[str, StringConstraints(pattern=r"^[a-z_]{3,40}$")]


class State(Form):
    """Pause it, let it go on, or end it; and why."""

    state: Literal["active", "paused", "ended"]
    reason: ReasonCode


def add_journeys(site: Site) -> None:
    """Register the pages."""
    site.page("GET", HERE, roles=READERS)(_list)
    site.page("GET", f"{HERE}/<journey_id>", roles=READERS)(_journey)
    site.page("POST", f"{HERE}/<journey_id>/state", roles=WRITERS, again=_journey)(_set_state)
    site.page("POST", f"{HERE}/asks/<ask_id>", roles=WRITERS, again=_list)(_record)


def _list(view: View) -> Sheet:
    """The journeys of a programme with their funnels, and what waits for staff."""
    programs = Programs(view.desk).list(PAGE_ITEMS_MAX, None).rows
    asked = view.query.get("program", "")
    if recorded := view.path.get("ask_id"):  # a form was refused: the list that it is on
        asked = asks(view.desk).read(recorded).program_id
    with_journeys = {one.program_id: _has_any(view, one) for one in programs}
    chosen = _chosen(programs, asked, with_journeys)
    page = Journeys(view.desk).page(chosen, JOURNEYS_READ_MAX, view.page.starting_after)
    acts = bool(view.person.groups & WRITERS)
    waits = asks(view.desk).waiting(chosen, PAGE_ITEMS_MAX, None).rows if acts else ()
    return Sheet(
        "console/journeys.html",
        {
            "programs": [one for one in programs if with_journeys[one.program_id]],
            "chosen": chosen,
            "journeys": [(one, _funnel(view, one)) for one in page.rows],
            "cursor": page.cursor,
            "asks": [(ask_answer(one), _codes(one.motion)) for one in sorted(waits, key=_urgency)],
            "now": rfc3339(view.desk.clock.now_ms()),
        },
    )


def _urgency(ask: AskMade) -> tuple[bool, int]:
    """What is said to be done before what is promised; of each what has waited longest."""
    return ask.state != "submitted", ask.changed_ms


def _codes(motion: Motion) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """How staff may say that it came, or that it did not."""
    return tuple((said, work_codes(motion, done=said == "yes")) for said in ("yes", "no"))


def _chosen(programs: Any, asked: str, found: dict[str, bool]) -> str:
    """The programme that was asked for, else the first that has journeys."""
    if asked in found:
        return asked
    return next((one.program_id for one in programs if found[one.program_id]), "")


def _has_any(view: View, program: Program) -> bool:
    return bool(Journeys(view.desk).page(program.program_id, 1, None).rows)


def _journey(view: View) -> Answer:
    """One journey: its funnel as a chart, and why people wait or left."""
    journey = Journeys(view.desk).read(view.path["journey_id"])
    if not journey.in_force and view.person.groups & WRITERS:
        return Go(f"{HERE}/{journey.journey_id}/draft")
    funnel = _funnel(view, journey)
    version = Journeys(view.desk).version(journey.journey_id, journey.in_force)
    currency = Programs(view.desk).read(journey.program_id)[0].currency
    shown = life(view, journey) | {
        "journey": journey,
        "funnel": funnel,
        "steps_of": [(one, step_words(view, one, currency)) for one in version.terms.steps],
        "goal": version.terms.goal,
    }
    return Sheet(
        "console/journey.html", shown | {"chart": _chart(view, funnel) if funnel else None}
    )


def _record(view: View) -> Answer:
    """Say what came of a promise."""
    said = view.fields(Work)
    ask = asks(view.desk).read(view.path["ask_id"])
    back = f"{HERE}?program={ask.program_id}"
    asks(view.desk).work(
        ask.ask_id,
        done=said.came == "yes",
        code=said.reason_code,
        own_advocate_id=view.person.advocate_id,
        receipt=lambda _: view.claim(back),
    )
    return Go(back, "note.work_recorded")


def _set_state(view: View) -> Answer:
    said, journey_id = view.fields(State), view.path["journey_id"]
    here = f"{HERE}/{journey_id}"
    journeys = Journeys(view.desk, wiring.mark_of(view.person))
    journeys.set_state(journey_id, said.state, said.reason, lambda _: view.claim(here))
    return Go(here, "note.done")


def _funnel(view: View, journey: Journey) -> Funnel | None:
    """The numbers; None where they could be read back to a person by who may not see people."""
    funnel = Funnels(view.desk).of(journey.journey_id)
    if view.person.groups & BY_PERSON:
        return funnel
    return None if funnel.few else funnel.blurred


def _chart(view: View, funnel: Funnel) -> Chart:
    return Chart(
        id="funnel",
        title=view.text("journeys.chart"),
        labels=tuple(view.text(f"journeys.stage.{name}") for name in STAGES),
        series=(
            Series(view.text("journeys.people"), tuple(getattr(funnel, one) for one in STAGES)),
        ),
        empty=view.text("journeys.nobody"),
        note=view.text("journeys.held_out", n=funnel.held_out) if funnel.held_out else "",
    )
