"""Where a person says for each kind of request how they want to hear of it, or that they do not.

What is said here holds for every journey of the programme, and stands above the channels that a
journey names. Handing on name and address to the company's own system is a consent of its own.
"""

from typing import Any, Literal, get_args

from goodword.errors import NotFound
from goodword.journeys.asking import AskBook, Way
from goodword.journeys.asks import Wishes
from goodword.journeys.scoring import Motion

from goodword_aws import advocates as shapes
from goodword_aws import privacy
from goodword_aws.calls import Role
from goodword_aws.forms import ProgramId
from goodword_aws.journeys_asks import own_subject
from goodword_aws.pages.portal_forms import Form
from goodword_aws.pages.site import Site
from goodword_aws.pages.view import Answer, Go, Sheet, View

PERSON: frozenset[Role] = frozenset({"advocate"})
HERE = "/my/asks/wishes"
MOTIONS: tuple[Motion, ...] = get_args(Motion)
WAYS: tuple[Way, ...] = get_args(Way)
Box = Literal["yes"] | None
Choice = Literal["email", "in_app", "none"] | None


class Chosen(Form):
    """The wishes in one programme, a field for each kind of request; a box that is not ticked, and
    a choice that is left to the journeys, is not sent."""

    program_id: ProgramId
    nothing: Box = None
    share: Box = None
    review: Choice = None
    reference: Choice = None
    story: Choice = None
    referral: Choice = None
    community: Choice = None
    speaking: Choice = None
    advisory_board: Choice = None
    beta: Choice = None
    feedback: Choice = None


def add_wishes(site: Site) -> None:
    """Register the page."""
    site.page("GET", HERE, roles=PERSON)(_page)
    site.page("POST", HERE, roles=PERSON, again=_page)(_save)


def _page(view: View) -> Sheet:
    """The wishes in one programme, the first one for want of another."""
    cards = [
        one
        for one in shapes.dashboard(view.desk, view.advocate_id).programs
        if one.state in ("active", "paused")
    ]
    asked = {**view.query, **view.form}.get("program_id", "")
    chosen = next((one for one in cards if one.program_id == asked), next(iter(cards), None))
    shown: dict[str, Any] = {"cards": cards, "chosen": chosen, "book": None, "motions": MOTIONS}
    if chosen is not None:
        book = _book(view, chosen.program_id)
        shown |= {"book": book, "wishes": _said(book) if book else {}}
    return Sheet("portal/wishes.html", shown)


def _save(view: View) -> Answer:
    """Keep all of it; where the night is follows from what one said of oneself."""
    form = view.fields(Chosen)
    said, program_id = form.model_dump(), form.program_id
    here = f"{HERE}?program_id={program_id}"
    subject = own_subject(view.desk, view.person, program_id)
    before = Wishes(view.desk).read(subject.subject_id)
    zone = privacy.profiles(view.desk).read(view.advocate_id).zone
    unwanted = [one for one in MOTIONS if said[one] == "none"]
    Wishes(view.desk).put(
        subject.subject_id,
        program_id,
        ("all", *unwanted) if form.nothing else tuple(unwanted),
        zone or before.time_zone,
        lambda _: view.claim(here),
        shares=form.share is not None,
        ways={one: said[one] for one in MOTIONS if said[one] in WAYS},
    )
    return Go(here, "note.saved")


def _book(view: View, program_id: str) -> AskBook | None:
    """None while nothing was heard of the reader: nobody can ask them for anything yet."""
    try:
        subject = own_subject(view.desk, view.person, program_id)
    except NotFound:
        return None
    return Wishes(view.desk).read(subject.subject_id)


def _said(book: AskBook) -> dict[str, str]:
    found: dict[str, str] = {what: way for what, way in book.ways.items()}
    return found | {one: "none" for one in MOTIONS if one in book.unsubscribed}
