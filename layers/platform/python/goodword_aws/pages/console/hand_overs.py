"""What journeys handed over to staff, on the console: what waits, whose it is, and closing it.

A list is of one role; whoever has several, or all, chooses. Who it is about stands there by number:
the page of an advocate opens their fields for a reason, as everywhere.
"""

from typing import Any

from goodword.journeys.definition import HandOverOutcome
from goodword.journeys.handing_over import role_of, seen_by, which_of
from goodword.journeys.handover import OUTCOMES, WHICH
from goodword.journeys.publishing import Journeys

from goodword_aws.journeys_hand_overs import WORKERS, Note, hand_over_answer, hand_overs
from goodword_aws.pages.console.choosing import choice_of
from goodword_aws.pages.portal_forms import Form
from goodword_aws.pages.site import Site
from goodword_aws.pages.view import Answer, Go, Sheet, View

HERE = "/console/hand-overs"
ONE = f"{HERE}/<hand_over_id>"


class Close(Form):
    """What came of it, and a note."""

    outcome: HandOverOutcome
    note: Note = ""


def add_hand_overs(site: Site) -> None:
    """Register the pages."""
    site.page("GET", HERE, roles=WORKERS)(_list)
    site.page("GET", ONE, roles=WORKERS)(_one)
    site.page("POST", f"{ONE}/take", roles=WORKERS, again=_one)(_take)
    site.page("POST", f"{ONE}/give-back", roles=WORKERS, again=_one)(_give_back)
    site.page("POST", f"{ONE}/close", roles=WORKERS, again=_one)(_close)


def waiting(view: View, program_id: str, limit: int) -> list[Any]:
    """The oldest open ones of the first role of whoever looks; none for who works on none."""
    roles = seen_by(view.person.groups)
    if not program_id or not roles:
        return []
    use_cases = hand_overs(view.desk, view.person)
    rows = [
        one for role in roles for one in use_cases.page(program_id, role, "open", limit, None).rows
    ]
    now_ms = view.desk.clock.now_ms()
    oldest = sorted(rows, key=lambda one: (one.made_ms, one.hand_over_id))[:limit]
    return [hand_over_answer(one, now_ms) for one in oldest]


def _list(view: View) -> Answer:
    """A list of a programme, a page at a time."""
    programs, chosen = choice_of(view)
    groups = view.person.groups
    role, which = role_of(view.query.get("role", ""), groups), which_of(view.query.get("of", ""))
    rows, cursor, now_ms = [], None, view.desk.clock.now_ms()
    if chosen is not None:
        page = hand_overs(view.desk, view.person).page(
            chosen.program_id, role, which, view.page.limit, view.page.starting_after
        )
        rows, cursor = [hand_over_answer(one, now_ms) for one in page.rows], page.cursor
    return Sheet(
        "console/hand_overs.html",
        {
            "programs": programs,
            "chosen": chosen.program_id if chosen else "",
            "roles": seen_by(groups),
            "role": role,
            "lists": WHICH,
            "which": which,
            "rows": rows,
            "cursor": cursor,
            "me": view.person.subject,
        },
    )


def _one(view: View) -> Answer:
    """One hand-over: what to do, for whom, where the person stands, and what may be done here."""
    one = hand_overs(view.desk, view.person).read(view.path["hand_over_id"])
    mine = one.assignee == view.person.subject or "admin" in view.person.groups
    own = bool(one.advocate_id) and one.advocate_id == view.person.advocate_id
    return Sheet(
        "console/hand_over.html",
        {
            "one": hand_over_answer(one, view.desk.clock.now_ms(), whole=True),
            "journey": Journeys(view.desk).read(one.journey_id),
            "outcomes": OUTCOMES,
            "me": view.person.subject,
            "own": own,
            "may_take": one.state == "open",
            "may_give_back": one.state == "taken" and mine,
            "may_close": not own and (one.state == "open" or (one.state == "taken" and mine)),
        },
    )


def _take(view: View) -> Answer:
    here = _place(view)
    hand_overs(view.desk, view.person).take(view.path["hand_over_id"], lambda _: view.claim(here))
    return Go(here, "note.hand_over_taken")


def _give_back(view: View) -> Answer:
    here = _place(view)
    hand_overs(view.desk, view.person).give_back(
        view.path["hand_over_id"], lambda _: view.claim(here)
    )
    return Go(here, "note.hand_over_given_back")


def _close(view: View) -> Answer:
    said, here = view.fields(Close), _place(view)
    hand_overs(view.desk, view.person).close(
        view.path["hand_over_id"],
        said.outcome,
        said.note,
        view.person.advocate_id,
        lambda _: view.claim(here),
    )
    return Go(here, "note.hand_over_closed")


def _place(view: View) -> str:
    return f"{HERE}/{view.path['hand_over_id']}"
