"""An advocate's questions and their threads, as pages: whoever disagrees is a form away from us.

What is asked about comes from the page that the reader was on (`?about=hold&subject=rwd_…`); the
use case checks that it is the reader's own. A missing order is named by its number and its day.
"""

from typing import Annotated, Any

from goodword.times import noon_ms, rfc3339
from goodword.trust.dispute import About
from goodword.trust.disputing import Wish
from pydantic import Field, StringConstraints

from goodword_aws import advocates as shapes
from goodword_aws.calls import Role
from goodword_aws.forms import Day, ProgramId
from goodword_aws.pages.portal_forms import Form
from goodword_aws.pages.site import Site
from goodword_aws.pages.view import Answer, Go, Sheet, View
from goodword_aws.trust import disputes
from goodword_aws.trust_answers import MessageAnswer, OrderNumber, SubjectId, dispute_answer

HERE = "/my/disputes"
PERSON: frozenset[Role] = frozenset({"advocate"})
ASKED_ABOUT = ("reward", "hold", "payout", "payouts_held", "ban")  # by links with a subject
Text = Annotated[str, StringConstraints(min_length=1, max_length=4_000, strip_whitespace=True)]


class Question(Form):
    """What is asked, about what."""

    program_id: ProgramId
    about: About
    subject_id: SubjectId | None = None
    order_number: OrderNumber | None = None
    ordered_on: Day | None = None
    text: Text = Field(repr=False)

    def wish(self, zone: str) -> Wish:
        """The same for the use case; a day is its noon in the reader's zone."""
        return Wish(
            program_id=self.program_id,
            about=self.about,
            text=self.text,
            subject_id=self.subject_id or "",
            order_number=self.order_number or "",
            ordered_ms=None if self.ordered_on is None else noon_ms(self.ordered_on, zone),
        )


class Reply(Form):
    """One more message."""

    text: Text = Field(repr=False)


def add_own_disputes(site: Site) -> None:
    """Register them."""
    page = site.page
    page("GET", HERE, roles=PERSON)(_questions)
    page("GET", f"{HERE}/new", roles=PERSON)(_asking)
    page("POST", f"{HERE}/new", roles=PERSON, again=_asking)(_ask)
    page("GET", f"{HERE}/<dispute_id>", roles=PERSON)(_question)
    page("POST", f"{HERE}/<dispute_id>", roles=PERSON, again=_question)(_write)
    page("POST", f"{HERE}/<dispute_id>/withdraw", roles=PERSON)(_withdraw)


def _questions(view: View) -> Answer:
    """What one has asked, and where it stands."""
    return Sheet("portal/disputes.html", _listed(view))


def _asking(view: View) -> Answer:
    """Where one disagrees, or misses an order."""
    return Sheet("portal/dispute_new.html", _wanted(view))


def _ask(view: View) -> Answer:
    """Open a dispute."""
    made = disputes(view.desk).open(
        view.advocate_id,
        view.fields(Question).wish(view.reader.zone),
        lambda done: view.claim(f"{HERE}/{done.dispute_id}"),
    )
    return Go(f"{HERE}/{made.dispute_id}", "note.asked")


def _question(view: View) -> Answer:
    """One of one's own, with its thread."""
    return Sheet("portal/dispute.html", _thread(view))


def _write(view: View) -> Answer:
    """One more message in one's own thread."""
    cases, own, here = disputes(view.desk), view.advocate_id, view.here
    cases.own(view.path["dispute_id"], own)
    text = view.fields(Reply).text
    cases.write(view.path["dispute_id"], "advocate", own, text, lambda _: view.claim(here))
    return Go(here, "note.written")


def _withdraw(view: View) -> Answer:
    """Take one's own back."""
    cases, dispute_id = disputes(view.desk), view.path["dispute_id"]
    cases.own(dispute_id, view.advocate_id)
    cases.withdraw(dispute_id, lambda _: view.claim(f"{HERE}/{dispute_id}"))
    return Go(f"{HERE}/{dispute_id}", "note.withdrawn")


def _listed(view: View) -> dict[str, Any]:
    """The reader's own questions, newest first."""
    page = disputes(view.desk).of(view.advocate_id, view.page.limit, view.page.starting_after)
    reader = view.reader
    rows = [
        dispute_answer(one, reader.language, to_staff=False, zone=reader.zone) for one in page.rows
    ]
    return {"disputes": rows, "cursor": page.cursor}


def _wanted(view: View) -> dict[str, Any]:
    """The form for a new one: about what, in which programme."""
    said = {**view.query, **view.form}
    found = shapes.dashboard(view.desk, view.advocate_id)
    about = said.get("about", "missing_conversion")
    return {
        "programs": found.programs,
        "about": about if about in ASKED_ABOUT else "missing_conversion",
        "subject": said.get("subject_id", said.get("subject", ""))[:60],
        "program_id": said.get("program_id", said.get("program", ""))[:60],
    }


def _thread(view: View) -> dict[str, Any]:
    """One of the reader's own, with all that was written."""
    cases = disputes(view.desk)
    found = cases.own(view.path["dispute_id"], view.advocate_id)
    messages = [
        MessageAnswer(number=one.number, by=one.by, at=rfc3339(one.at_ms), text=text)
        for one, text in cases.thread(found)
    ]
    reader = view.reader
    shown = dispute_answer(found, reader.language, to_staff=False, zone=reader.zone)
    return {"dispute": shown, "messages": messages, "over": found.is_over}
