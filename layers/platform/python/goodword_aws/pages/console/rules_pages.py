"""The pages of rules: draft, replay, and publish by a second person; pilots and rollbacks too."""

from typing import Annotated, Literal, Self

from goodword.programs.drafts import Drafts
from goodword.programs.pilot import AdvocateId, Pilot
from goodword.programs.publishing import Publishing, Wish
from goodword.programs.replaying import Replays
from goodword.programs.service import Programs
from goodword.times import end_ms, start_ms
from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from goodword_aws import wiring
from goodword_aws.calls import BY_PERSON, STAFF
from goodword_aws.forms import Day, Rationale, ReasonCode
from goodword_aws.pages.console import WRITERS, rules
from goodword_aws.pages.console.typed import Whole, named_as
from goodword_aws.pages.portal_forms import Form
from goodword_aws.pages.site import Site
from goodword_aws.pages.view import Answer, Go, Sheet, View
from goodword_aws.programs import version_number

PROGRAM = "/console/rules/<program_id>"
VERSION = f"{PROGRAM}/versions/<number>"
DRAFT = f"{PROGRAM}/drafts/<draft_id>"
# How the forms call what the use cases tell of.
NAMES = {
    "effective_at": "effective_on",
    "pilot.advocate_ids": "advocates",
    "pilot.segment": "segment",
}
TERMS_MAX = 60_000  # characters of terms in a form; those of the largest plan have 20,000


def _ids(text: object) -> object:
    """Ids with spaces, commas or lines between them."""
    return tuple(text.replace(",", " ").split()) if isinstance(text, str) else text


class NewDraft(Form):
    """A copy of a version: of the latest to change it, of an earlier one to go back to it."""

    copy_of: Whole
    based_on: Whole
    rationale: Rationale


class ChangeDraft(Form):
    """The whole draft anew."""

    terms: Annotated[str, Field(max_length=TERMS_MAX)]
    rationale: Rationale
    based_on: Whole
    revision: Whole


class Period(Form):
    """The days whose decisions are judged again; both are included."""

    since: Day
    until: Day


class Ending(Form):
    """From when, and an admin's reason for less notice."""

    effective_on: Day | None = None
    exception: ReasonCode | None = None

    def wish(self, view: View) -> Wish:
        """The same for the use case."""
        at_ms = self.effective_on and start_ms(self.effective_on, view.reader.zone)
        admin = "admin" in view.person.groups
        return Wish(effective_ms=at_ms or None, exception=self.exception or "", admin=admin)


class Publish(Ending):
    """What was looked at, from when, and for whom at first."""

    digest: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    percent: Whole | None = None
    segment: Annotated[str, StringConstraints(max_length=60)] = ""
    advocates: Annotated[tuple[AdvocateId, ...], BeforeValidator(_ids)] = ()

    @model_validator(mode="after")
    def _fits(self) -> Self:
        self.pilot()
        return self

    def pilot(self) -> Pilot | None:
        """Whom the version is tried with; None if it is for everybody."""
        if self.percent is None and not self.advocates and not self.segment:
            return None
        return Pilot(percent=self.percent, segment=self.segment, advocate_ids=self.advocates)


class Withdraw(Ending):
    """Why."""

    reason: ReasonCode


class State(Form):
    """Pause or resume, and why."""

    state: Literal["active", "paused"]
    reason: ReasonCode


class Close(Form):
    """Why a programme ends for ever; the box must be ticked."""

    reason: ReasonCode
    sure: Literal["yes"]


def add_rules(site: Site) -> None:
    """Register the pages of rules."""
    page = site.page
    page("GET", "/console/rules", roles=STAFF)(_list)
    page("GET", PROGRAM, roles=STAFF)(_program)
    page("POST", PROGRAM, roles=WRITERS, again=_program)(_new_draft)
    page("POST", f"{PROGRAM}/state", roles=WRITERS, again=_program)(_set_state)
    page("POST", f"{PROGRAM}/close", roles=WRITERS, again=_program)(_close)
    page("GET", VERSION, roles=STAFF)(_version)
    page("POST", f"{VERSION}/promote", roles=WRITERS, again=_version)(_promote)
    page("POST", f"{VERSION}/withdraw", roles=WRITERS, again=_version)(_withdraw)
    page("GET", DRAFT, roles=STAFF)(_draft)
    page("POST", DRAFT, roles=WRITERS, again=_draft)(_change)
    page("POST", f"{DRAFT}/discard", roles=WRITERS, again=_draft)(_discard)
    page("POST", f"{DRAFT}/replay", roles=WRITERS, again=_draft)(_replay)
    page("GET", f"{DRAFT}/changes", roles=BY_PERSON)(_changes)
    page("POST", f"{DRAFT}/publish", roles=WRITERS, again=_draft)(_publish)


def _list(view: View) -> Answer:
    return Sheet("console/rules.html", rules.programs(view))


def _program(view: View) -> Answer:
    return Sheet("console/rules_program.html", rules.program(view))


def _version(view: View) -> Answer:
    return Sheet("console/rules_version.html", rules.version(view))


def _draft(view: View) -> Answer:
    return Sheet("console/rules_draft.html", rules.draft(view))


def _changes(view: View) -> Answer:
    return Sheet("console/rules_changes.html", rules.changes(view))


def _new_draft(view: View) -> Answer:
    said, program_id = view.fields(NewDraft), view.path["program_id"]
    made = Drafts(view.desk, wiring.mark_of(view.person)).create(
        program_id,
        None,
        said.rationale,
        based_on=said.based_on,
        copy_of=said.copy_of,
        receipt=lambda draft: view.claim(_place(program_id, draft.draft_id)),
    )
    return Go(_place(program_id, made.draft_id), "note.draft_made")


def _change(view: View) -> Answer:
    said, here = view.fields(ChangeDraft), _here(view)
    Drafts(view.desk, wiring.mark_of(view.person)).change(
        view.path["program_id"],
        view.path["draft_id"],
        rules.terms_of(said.terms),
        said.rationale,
        based_on=said.based_on,
        revision=said.revision,
        receipt=lambda _: view.claim(here),
    )
    return Go(here, "note.draft_saved")


def _discard(view: View) -> Answer:
    here = _here(view)
    Drafts(view.desk).discard(
        view.path["program_id"], view.path["draft_id"], lambda _: view.claim(here)
    )
    return Go(here, "note.discarded")


def _replay(view: View) -> Answer:
    """From the first instant of the first day to the end of the last, or now if that is earlier.

    Days are the programme's own, by whose zone its caps and payouts go too.
    """
    said, here, program_id = view.fields(Period), _here(view), view.path["program_id"]
    zone = Programs(view.desk).read(program_id)[1].terms.payment.time_zone
    until_ms = min(end_ms(said.until, zone), view.desk.clock.now_ms())
    with named_as({"from": "since"}, zone):
        Replays(view.desk).ask(
            program_id,
            view.path["draft_id"],
            start_ms(said.since, zone),
            until_ms,
            lambda _: view.claim(here),
        )
    return Go(here, "note.replaying")


def _publish(view: View) -> Answer:
    said, program_id = view.fields(Publish), view.path["program_id"]
    with named_as(NAMES, view.reader.zone):
        made = Publishing(view.desk, wiring.mark_of(view.person)).publish(
            program_id,
            view.path["draft_id"],
            said.digest,
            said.wish(view),
            pilot=said.pilot(),
            receipt=lambda version: view.claim(_version_place(program_id, version.number)),
        )
    return Go(_version_place(program_id, made.number), "note.published")


def _promote(view: View) -> Answer:
    said, program_id = view.fields(Ending), view.path["program_id"]
    number = version_number(view.path["number"])
    here = _version_place(program_id, number)
    use_cases = Publishing(view.desk, wiring.mark_of(view.person))
    with named_as(NAMES, view.reader.zone):
        use_cases.promote(program_id, number, said.wish(view), lambda _: view.claim(here))
    return Go(here, "note.promoted")


def _withdraw(view: View) -> Answer:
    said, program_id = view.fields(Withdraw), view.path["program_id"]
    number = version_number(view.path["number"])
    here = _version_place(program_id, number)
    with named_as(NAMES, view.reader.zone):
        Publishing(view.desk).withdraw(
            program_id, number, said.reason, said.wish(view), lambda _: view.claim(here)
        )
    return Go(here, "note.version_withdrawn")


def _set_state(view: View) -> Answer:
    said, program_id = view.fields(State), view.path["program_id"]
    here = f"/console/rules/{program_id}"
    Programs(view.desk).set_state(program_id, said.state, said.reason, lambda _: view.claim(here))
    return Go(here, "note.done")


def _close(view: View) -> Answer:
    said, program_id = view.fields(Close), view.path["program_id"]
    here = f"/console/rules/{program_id}"
    Programs(view.desk).set_state(program_id, "closed", said.reason, lambda _: view.claim(here))
    return Go(here, "note.done")


def _place(program_id: str, draft_id: str) -> str:
    return f"/console/rules/{program_id}/drafts/{draft_id}"


def _version_place(program_id: str, number: int) -> str:
    return f"/console/rules/{program_id}/versions/{number}"


def _here(view: View) -> str:
    return _place(view.path["program_id"], view.path["draft_id"])
