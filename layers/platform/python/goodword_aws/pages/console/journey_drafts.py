"""Journeys are made on the console: drafted from a ready one, tried on real people, published.

One person drafts, another publishes, as for rules. Nothing that is looked at here is written: a dry
run looks at people as they are and asks nobody.
"""

from typing import Annotated, Any

from goodword.errors import NotFound
from goodword.journeys.definition import HandOver, JourneyTerms
from goodword.journeys.differing import places
from goodword.journeys.funnel import Funnels
from goodword.journeys.journey import InFlight, Journey, JourneyDraft
from goodword.journeys.previewing import Previewing
from goodword.journeys.publishing import Journeys
from goodword.journeys.refusing import refusals, warnings
from goodword.persons import Person
from goodword.programs.service import Programs
from pydantic import Field, StringConstraints

from goodword_aws import accounts, wiring
from goodword_aws.documents import text_of
from goodword_aws.forms import ProgramId
from goodword_aws.journeys import subjects
from goodword_aws.journeys_definitions import Rationale, preview_answer, ready_journeys
from goodword_aws.pages.console import WRITERS
from goodword_aws.pages.console.choosing import choice_of
from goodword_aws.pages.console.journey_texts import (
    plain,
    said_changes,
    step_words,
    terms_of,
    with_lines,
)
from goodword_aws.pages.portal_forms import Form
from goodword_aws.pages.site import Site
from goodword_aws.pages.view import Answer, Go, Sheet, View

HERE = "/console/journeys"
NEW = f"{HERE}/new"
DRAFT = f"{HERE}/<journey_id>/draft"
TEXT_MAX = 60_000  # characters of a journey in a form; the longest ready one has 2,000
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Text = Annotated[str, Field(max_length=TEXT_MAX)]
MOVES: dict[str, tuple[str, ...]] = {"active": ("paused", "ended"), "paused": ("active", "ended")}


class Begun(Form):
    """A journey as text, and why it is as it is."""

    program: ProgramId
    terms: Text
    rationale: Rationale


class Saved(Form):
    """The draft anew; without a digest it is the first form of a draft."""

    terms: Text
    rationale: Rationale
    digest: Digest | None = None


class Publish(Form):
    """What was looked at, and what becomes of those on their way."""

    digest: Digest
    in_flight: InFlight = "finish"


def add_journey_drafts(site: Site) -> None:
    """Register the pages; before those of a journey, whose ids never read `new`."""
    page = site.page
    page("GET", NEW, roles=WRITERS)(_new)
    page("POST", HERE, roles=WRITERS, again=_new)(_begin)
    page("GET", DRAFT, roles=WRITERS)(_draft)
    page("POST", DRAFT, roles=WRITERS, again=_draft)(_save)
    page("GET", f"{DRAFT}/people", roles=WRITERS)(_people)
    page("POST", f"{DRAFT}/publish", roles=WRITERS, again=_draft)(_publish)


def life(view: View, journey: Journey) -> dict[str, Any]:
    """What the page of a journey says of its next version, and what may be done with it."""
    writes = bool(view.person.groups & WRITERS)
    return {
        "may_write": writes,
        "states": MOVES.get(journey.state, ()) if writes else (),
        "has_draft": writes and _found(Journeys(view.desk), journey) is not None,
    }


def _new(view: View) -> Answer:
    """A text to begin with: of a ready-made journey, or what was sent and refused."""
    programs, chosen = choice_of(view)
    ready = {one.key: one.terms for one in ready_journeys()}
    key = view.query.get("ready", "")
    terms = ready.get(key) or next(iter(ready.values()))
    data = {
        "programs": programs,
        "chosen": chosen.program_id if chosen else "",
        "ready": [(name, view.text(f"journeys.ready.{name}")) for name in ready],
        "key": key if key in ready else next(iter(ready)),
        "text": text_of(terms),
        "to_fill": with_lines(text_of(terms), refusals(terms)),
    }
    return Sheet("console/journey_new.html", data)


def _begin(view: View) -> Answer:
    said = view.fields(Begun)
    made = _journeys(view).create(
        said.program,
        terms_of(said.terms),
        said.rationale,
        lambda draft: view.claim(_place(draft.journey_id)),
    )
    return Go(_place(made.journey_id), "note.draft_made")


def _draft(view: View) -> Answer:
    """The next version: what it changes, what stands against it, and who may publish it."""
    staff = accounts.pool_staff()
    journeys = Journeys(view.desk, staff=staff)
    journey = journeys.read(view.path["journey_id"])
    draft, live = _found(journeys, journey), None
    if journey.in_force:
        live = journeys.version(journey.journey_id, journey.in_force).terms
    terms = draft.terms if draft is not None else live
    assert terms is not None  # a journey without a version has a draft
    text, currency = text_of(terms), Programs(view.desk).read(journey.program_id)[0].currency
    broken = journeys.broken(journey.program_id, terms) if draft is not None else []
    data = {
        "journey": journey,
        "draft": draft,
        "me": view.person.subject,
        "text": text,
        "changed": said_changes(view, live, terms, currency) if live and draft else [],
        "paths": _paths(live, terms) if live and draft else [],
        "steps_of": [(one, step_words(view, one, currency)) for one in terms.steps],
        "broken": with_lines(text, broken),
        "warned": with_lines(text, journeys.warned(terms)),
        "colleagues": _colleagues(terms, staff),
        "step": _step(view, journey, draft, broken),
        "on_their_way": Funnels(view.desk).of(journey.journey_id).on_their_way if live else 0,
    }
    return Sheet("console/journey_draft.html", data)


def _step(view: View, journey: Journey, draft: JourneyDraft | None, broken: list[Any]) -> str:
    """What the draft waits for, as this person sees it: a key of `journeys.draft_step`."""
    if journey.state == "ended":
        return "ended"
    if draft is None:
        return "none"
    if broken:
        return "refused"
    me = Person(view.person.subject, None, wiring.mark_of(view.person))
    return "same_person" if me.wrote(draft.editors, draft.marks) else "publish"


def _save(view: View) -> Answer:
    said, here = view.fields(Saved), _place(view.path["journey_id"])
    _journeys(view).change(
        view.path["journey_id"],
        terms_of(said.terms),
        said.rationale,
        said.digest,
        lambda _: view.claim(here),
    )
    return Go(here, "note.journey_draft_saved")


def _people(view: View) -> Answer:
    """Whom the draft would ask today and why not others; a page of people, nothing is written."""
    journeys = Journeys(view.desk)
    journey = journeys.read(view.path["journey_id"])
    draft = journeys.draft(journey.journey_id)
    dry = Previewing(view.desk, subjects(view.desk))
    after = view.page.starting_after
    page = dry.of(journey.program_id, draft.terms, after, journey.journey_id)
    data = {
        "journey": journey,
        "found": preview_answer(page, draft.terms),
        "warned": with_lines(text_of(draft.terms), warnings(draft.terms)),
    }
    return Sheet("console/journey_people.html", data)


def _publish(view: View) -> Answer:
    said, journey_id = view.fields(Publish), view.path["journey_id"]
    here = f"{HERE}/{journey_id}"
    _journeys(view).publish(journey_id, said.digest, said.in_flight, lambda _: view.claim(here))
    return Go(here, "note.journey_published")


def _journeys(view: View) -> Journeys:
    return Journeys(view.desk, wiring.mark_of(view.person), accounts.pool_staff())


def _found(journeys: Journeys, journey: Journey) -> JourneyDraft | None:
    try:
        return journeys.draft(journey.journey_id)
    except NotFound:
        return None


def _colleagues(
    terms: JourneyTerms, staff: accounts.PoolStaff
) -> list[tuple[str, list[tuple[str, str]]]]:
    """Whom hand-overs of these steps may name, by role: names and sign-ins, in their order."""
    roles = dict.fromkeys(one.role for one in terms.steps if isinstance(one, HandOver))
    known = [(role, staff.colleagues(role) or {}) for role in roles]
    return [(role, sorted((name, who) for who, name in each.items())) for role, each in known]


def _paths(live: JourneyTerms, terms: JourneyTerms) -> list[tuple[str, str, str]]:
    return [(one.path, plain(one.before), plain(one.after)) for one in places(live, terms)]


def _place(journey_id: str) -> str:
    return f"{HERE}/{journey_id}/draft"
