"""The pages of single advocates: find, invite, look, hold payouts, ban, exempt, move."""

from typing import Annotated, Any, Literal

from goodword.advocates.looking import Looking
from goodword.advocates.segments import SegmentName
from goodword.advocates.service import StaffMove
from goodword.errors import Conflict, InvalidInput, NotFound
from goodword.payouts.stops import Holding
from goodword.privacy.model import Locale, PersonalFields, clean_email
from goodword.times import start_ms
from goodword.trust.banning import Ahead, Bans
from goodword.trust.exempting import Exemptions
from pydantic import Field, StringConstraints

from goodword_aws import advocates as shapes
from goodword_aws import wiring
from goodword_aws.calls import BY_PERSON
from goodword_aws.explanations import spoken
from goodword_aws.explanations_staff import explanation
from goodword_aws.forms import Day, ProgramId, ReasonCode
from goodword_aws.pages.console import FINANCE, MONEY, WRITERS, people
from goodword_aws.pages.console.typed import Code, beside
from goodword_aws.pages.portal_forms import Form
from goodword_aws.pages.site import Site
from goodword_aws.pages.view import Answer, Go, Sheet, View

PERSON = "/console/advocates/<advocate_id>"


class Find(Form):
    """A code, an id, the address of a link, or an e-mail address, which is never kept."""

    who: Annotated[str, StringConstraints(max_length=254)] = Field(repr=False)


class Invite(Form):
    """An address, the programme it is invited into, and in what language it is written to."""

    program_id: ProgramId
    email: Annotated[str, StringConstraints(max_length=254)] = Field(repr=False)
    name: shapes.PersonName = Field(default="", repr=False)
    locale: Locale = "en"


class Look(Form):
    """Why the personal fields are looked at."""

    reason_code: Code


class Ban(Form):
    """From which programme, why, and since when it went wrong."""

    program_id: ProgramId
    reason_code: Code
    since: Day
    seen: Annotated[str, StringConstraints(max_length=200)] = ""
    sure: Literal["yes"] | None = None


class Exempt(Form):
    """In which programme, why, and until when checks only record."""

    program_id: ProgramId
    reason_code: Code
    until: Day


class EndExemption(Form):
    """In which programme."""

    program_id: ProgramId


class Hold(Form):
    """Why payouts stop."""

    reason_code: Code


class Lift(Form):
    """Which hold is over, and why."""

    hold_id: Annotated[str, StringConstraints(max_length=64)]
    reason_code: Code


class Move(Form):
    """In which programme, to what, and why."""

    program_id: ProgramId
    state: StaffMove
    reason: ReasonCode


class Flag(Form):
    """Which flag is set or taken off, in which programme, and why."""

    program_id: ProgramId
    flag: Literal["advisory board", "beta", "executive sponsor"]
    to: Literal["on", "off"]
    reason: ReasonCode


class Put(Form):
    """Which segment somebody comes into or goes out of, in which programme, and why."""

    program_id: ProgramId
    segment: SegmentName
    to: Literal["on", "off"]
    reason: ReasonCode


class Resend(Form):
    """Which request is sent once more."""

    ask_id: Annotated[str, StringConstraints(max_length=64)]


def add_people(site: Site) -> None:
    """Register the pages of advocates."""
    page = site.page
    page("GET", "/console/advocates", roles=BY_PERSON)(_list)
    page("POST", "/console/advocates", roles=BY_PERSON, again=_list)(_find)
    page("GET", "/console/advocates/invite", roles=WRITERS)(_invitation)
    page("POST", "/console/advocates/invite", roles=WRITERS, again=_invitation)(_invite)
    page("GET", PERSON, roles=BY_PERSON)(_person)
    page("GET", f"{PERSON}/rewards", roles=MONEY)(_rewards)
    page("GET", f"{PERSON}/orders", roles=MONEY)(_orders)
    page("GET", f"{PERSON}/payouts", roles=MONEY)(_payouts)
    page("GET", "/console/orders/<conversion_id>", roles=BY_PERSON)(_order)
    page("POST", f"{PERSON}/look", roles=MONEY, again=_person)(_look)
    page("POST", f"{PERSON}/hold", roles=FINANCE, again=_person)(_hold)
    page("POST", f"{PERSON}/lift", roles=FINANCE, again=_person)(_lift)
    page("POST", f"{PERSON}/ban", roles=FINANCE, again=_person)(_ban)
    page("POST", f"{PERSON}/exempt", roles=FINANCE, again=_person)(_exempt)
    page("POST", f"{PERSON}/exempt/end", roles=FINANCE, again=_person)(_end_exemption)
    page("POST", f"{PERSON}/flag", roles=WRITERS, again=_person)(_flag)
    page("POST", f"{PERSON}/segment", roles=WRITERS, again=_person)(_segment)
    page("POST", f"{PERSON}/resend", roles=WRITERS, again=_person)(_resend)
    page("POST", f"{PERSON}/move", roles=WRITERS, again=_person)(_move)


def _list(view: View) -> Answer:
    return Sheet("console/advocates.html", people.listed(view))


def _find(view: View) -> Answer:
    who = view.fields(Find).who
    try:
        return Go(f"/console/advocates/{people.found(view, who)}")
    except (InvalidInput, NotFound) as nobody:
        raise beside(nobody, "who") from nobody


def _invitation(view: View) -> Answer:
    return Sheet("console/advocate_invite.html", people.inviting(view))


def _invite(view: View) -> Answer:
    """As `POST /v1/advocates`: whoever is known keeps the fields they have."""
    said = view.fields(Invite)
    fields = PersonalFields(email=clean_email(said.email), name=said.name, locale=said.locale)
    made = shapes.enrolments(view.desk).invite(
        said.program_id, fields, lambda one: view.claim(_place(one.advocate_id))
    )
    return Go(_place(made.advocate_id), "note.invited")


def _person(view: View) -> Answer:
    shown = people.person(view)
    return Sheet("console/advocate.html", {**shown, "seen": None, "ahead": _ahead(view)})


def _ahead(view: View) -> dict[str, Any] | None:
    """What the ban that is being filled in would cancel, as far as it is filled in."""
    try:
        said = view.fields(Ban)
        since_ms = start_ms(said.since, view.reader.zone)
        found = Bans(view.desk).ahead(view.path["advocate_id"], said.program_id, since_ms)
    except (
        Conflict,
        InvalidInput,
        NotFound,
    ):  # no form, or one that says itself what is wrong with it
        return None
    return {"program_id": said.program_id, "found": found, "seen": _seen(since_ms, found)}


def _seen(since_ms: int, found: Ahead) -> str:
    """Names what was looked at: another day, or a reward more, has to be looked at again."""
    return f"{since_ms}:{found.voided}:{sum(found.sums.values())}:{found.paid}"


def _rewards(view: View) -> Answer:
    return Sheet("console/advocate_rewards.html", people.rewards(view))


def _orders(view: View) -> Answer:
    return Sheet("console/advocate_orders.html", people.orders(view))


def _payouts(view: View) -> Answer:
    return Sheet("console/advocate_payouts.html", people.payouts(view))


def _order(view: View) -> Answer:
    """Any conversion with every decision, also one that earned nothing."""
    found = explanation(view.desk, view.path["conversion_id"], spoken(view.reader.language), None)
    return Sheet("console/order.html", {"why": found})


def _look(view: View) -> Answer:
    """The fields are in this one answer; the address of the page never shows them again."""
    code = view.fields(Look).reason_code
    seen = Looking(view.desk, wiring.vault()).look(view.path["advocate_id"], code)
    return Sheet(
        "console/advocate.html", {**people.person(view), "seen": seen or "forgotten", "ahead": None}
    )


def _hold(view: View) -> Answer:
    code, here = view.fields(Hold).reason_code, _here(view)
    own = view.person.advocate_id
    Holding(view.desk).hold(view.path["advocate_id"], code, own, lambda _: view.claim(here))
    return Go(here, "note.held")


def _lift(view: View) -> Answer:
    said, here = view.fields(Lift), _here(view)
    Holding(view.desk).lift(
        view.path["advocate_id"],
        said.hold_id,
        said.reason_code,
        view.person.advocate_id,
        lambda _: view.claim(here),
    )
    return Go(here, "note.lifted")


def _ban(view: View) -> Answer:
    """What it would cancel is shown first; the box beside it stands for having read that."""
    said, here, own = view.fields(Ban), _here(view), view.path["advocate_id"]
    since_ms, bans = start_ms(said.since, view.reader.zone), Bans(view.desk)
    ahead = bans.ahead(own, said.program_id, since_ms)
    if said.sure is None or said.seen != _seen(since_ms, ahead):
        raise Conflict("ban_to_confirm", "nobody is banned until what it cancels was looked at")
    bans.ban(
        own,
        said.program_id,
        said.reason_code,
        since_ms,
        view.person.advocate_id,
        lambda _: view.claim(here),
    )
    return Go(here, "note.banned")


def _exempt(view: View) -> Answer:
    said, here = view.fields(Exempt), _here(view)
    Exemptions(view.desk).give(
        view.path["advocate_id"],
        said.program_id,
        said.reason_code,
        start_ms(said.until, view.reader.zone),
        view.person.advocate_id,
        lambda _: view.claim(here),
    )
    return Go(here, "note.exempted")


def _end_exemption(view: View) -> Answer:
    program_id, here = view.fields(EndExemption).program_id, _here(view)
    Exemptions(view.desk).end(view.path["advocate_id"], program_id, lambda _: view.claim(here))
    return Go(here, "note.done")


def _move(view: View) -> Answer:
    said, here = view.fields(Move), _here(view)
    shapes.enrolments(view.desk).set_state(
        view.path["advocate_id"],
        said.program_id,
        said.state,
        said.reason,
        lambda _: view.claim(here),
    )
    return Go(here, "note.done")


def _flag(view: View) -> Answer:
    said, here = view.fields(Flag), _here(view)
    on = said.to == "on"
    people.segment(view, said.program_id, said.flag, on=on, reason=said.reason, here=here)
    return Go(here, "note.done")


def _segment(view: View) -> Answer:
    said, here = view.fields(Put), _here(view)
    on = said.to == "on"
    people.segment(view, said.program_id, said.segment, on=on, reason=said.reason, here=here)
    return Go(here, "note.done")


def _resend(view: View) -> Answer:
    here = _here(view)
    people.resend(view, view.fields(Resend).ask_id, here)
    return Go(here, "note.resent")


def _here(view: View) -> str:
    return _place(view.path["advocate_id"])


def _place(advocate_id: str) -> str:
    return f"/console/advocates/{advocate_id}"
