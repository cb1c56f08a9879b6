"""Who can be a reference: found by need, called within quota and rest, what came of it and follows.

People are known by random ids and by what they can speak about; an address is only posted, looked
up by its keyed digest and forgotten.
"""

import re
import unicodedata
from typing import Annotated, Any, Literal

from goodword.errors import InvalidInput, NotFound
from goodword.journeys.reference import SIZES, CallState, FollowUp, Outcome, Size, Trait, Traits
from goodword.journeys.signal import OutsideName, Subject
from goodword.limits import PAGE_ITEMS_MAX
from goodword.programs.service import Programs
from goodword.times import rfc3339
from pydantic import BeforeValidator, Field, StringConstraints

from goodword_aws.forms import ProgramId
from goodword_aws.journeys import FindSubject, subjects
from goodword_aws.journeys_references import (
    candidate_answer,
    need_of,
    reference_answer,
    references,
)
from goodword_aws.pages.console import WRITERS
from goodword_aws.pages.console.typed import Whole, beside
from goodword_aws.pages.portal_forms import Form
from goodword_aws.pages.site import Site
from goodword_aws.pages.view import Answer, Go, Sheet, View

PLACE = "/console/references"
ONE = f"{PLACE}/<subject_id>"
SHOWN = 20
OURS = re.compile(r"opp_[0-9a-z]{26}")  # an id of a deal here; any other is of its CRM
OUTCOMES = ("", "helped", "neutral", "hurt")
FOLLOW_UPS = ("none", "thank", "send_material", "call_again")


_SPELLED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})


def slug(text: str) -> str:
    """A name as profiles keep it: `Öffentliche Hand` -> `oeffentliche-hand`."""
    plain = unicodedata.normalize("NFKD", text.casefold().translate(_SPELLED))
    letters = "".join(one for one in plain if not unicodedata.combining(one))
    return re.sub(r"[^a-z0-9_]+", "-", letters).strip("-_")


def _name(text: object) -> object:
    return slug(text) if isinstance(text, str) else text


def _names(text: object) -> object:
    """Names with commas between them, as people write them: `Billing, live chat`."""
    return tuple(filter(None, map(slug, text.split(",")))) if isinstance(text, str) else text


class Find(Form):
    """The address of somebody who is to be a reference."""

    program_id: ProgramId
    email: Annotated[str, StringConstraints(max_length=254)] = Field(repr=False)


class Profile(Form):
    """What a person can speak about, and how often they may be called."""

    industry: Annotated[Trait, BeforeValidator(_name)]
    size: Size
    use_cases: Annotated[tuple[Trait, ...], BeforeValidator(_names), Field(max_length=10)] = ()
    calls_max: Annotated[Whole, Field(ge=1, le=20)]
    quota_days: Annotated[Whole, Field(ge=1, le=366)]
    cool_down_days: Annotated[Whole, Field(ge=0, le=366)]
    active: Literal["yes"] | None = None


class Book(Form):
    """The deal that a call is for, if it is known here: by its id here, or that of its CRM."""

    opportunity_id: OutsideName | None = None


class Came(Form):
    """What came of a call, what is to follow, and whether it did."""

    state: CallState
    outcome: Outcome = ""
    follow_up: FollowUp = "none"
    followed: Literal["yes"] | None = None


def add_references(site: Site) -> None:
    """Register the pages."""
    page = site.page
    page("GET", PLACE, roles=WRITERS)(_list)
    page("POST", f"{PLACE}/find", roles=WRITERS, again=_list)(_find)
    page("GET", ONE, roles=WRITERS)(_one)
    page("POST", ONE, roles=WRITERS, again=_one)(_keep)
    page("POST", f"{ONE}/calls", roles=WRITERS, again=_one)(_book)
    page("POST", f"{ONE}/calls/<call_id>", roles=WRITERS, again=_one)(_came)


def _list(view: View) -> Answer:
    """Whom a need fits; without a need everybody who is a reference."""
    programs = Programs(view.desk).list(PAGE_ITEMS_MAX, None).rows
    asked = view.form.get("program_id") or view.query.get("program")
    chosen = next((one.program_id for one in programs if one.program_id == asked), "")
    chosen = chosen or (programs[0].program_id if programs else "")
    sent = {name: view.query.get(name, "") for name in ("industry", "size", "use_case")}
    cases = ",".join(map(slug, sent["use_case"].split(",")))
    need = {**sent, "industry": slug(sent["industry"]), "use_case": cases}
    data: dict[str, Any] = {
        "programs": programs,
        "chosen": chosen,
        "need": sent,
        "sizes": SIZES,
        "found": None,
        "rows": (),
        "cursor": None,
    }
    if chosen and any(sent.values()):
        each = references(view.desk).find(chosen, need_of(need))
        data |= {"found": [candidate_answer(one) for one in each]}
    elif chosen:
        page = references(view.desk).page(chosen, SHOWN, view.page.starting_after)
        data |= {"rows": [reference_answer(one) for one in page.rows], "cursor": page.cursor}
    return Sheet("console/references.html", data)


def _find(view: View) -> Answer:
    said = view.fields(Find)
    wanted = FindSubject(program_id=said.program_id, email=said.email)
    try:
        person = subjects(view.desk).find(wanted.program_id, wanted.folded)
    except (InvalidInput, NotFound) as nobody:
        raise beside(nobody, "email") from nobody
    return Go(f"{PLACE}/{person.subject_id}")


def _one(view: View) -> Answer:
    """One person: what they can speak about, what stands against a call, and the calls so far."""
    person, work = subjects(view.desk).read(view.path["subject_id"]), references(view.desk)
    known = work.look(person.subject_id)
    data = {
        "subject_id": person.subject_id,
        "program_id": person.program_id,
        "profile": reference_answer(known.profile) if known else None,
        "why": known.reason if known else "",
        "from_at": rfc3339(known.from_ms) if known and known.from_ms else None,
        "sizes": SIZES,
        "outcomes": OUTCOMES,
        "follow_ups": FOLLOW_UPS,
        "score": _score(view, person),
    }
    return Sheet("console/reference.html", data)


def _score(view: View, person: Subject) -> int:
    return subjects(view.desk).standing(person).score


def _keep(view: View) -> Answer:
    said, here = view.fields(Profile), _here(view)
    traits = Traits(
        industry=said.industry,
        size=said.size,
        use_cases=said.use_cases,
        calls_max=said.calls_max,
        quota_days=said.quota_days,
        cool_down_days=said.cool_down_days,
        active=said.active == "yes",
    )
    references(view.desk).put(view.path["subject_id"], traits, lambda _: view.claim(here))
    return Go(here, "note.saved")


def _book(view: View) -> Answer:
    said, here = view.fields(Book), _here(view)
    ours = said.opportunity_id is not None and OURS.fullmatch(said.opportunity_id)
    references(view.desk).book(
        view.path["subject_id"],
        said.opportunity_id if ours else None,
        lambda _: view.claim(here),
        deal_id=None if ours else said.opportunity_id,
    )
    return Go(here, "note.call_booked")


def _came(view: View) -> Answer:
    said, here = view.fields(Came), _here(view)
    references(view.desk).record(
        view.path["subject_id"],
        view.path["call_id"],
        state=said.state,
        outcome=said.outcome,
        follow_up=said.follow_up,
        followed=said.followed == "yes",
        own_advocate_id=view.person.advocate_id,
        receipt=lambda _: view.claim(here),
    )
    return Go(here, "note.saved")


def _here(view: View) -> str:
    return f"{PLACE}/{view.path['subject_id']}"
