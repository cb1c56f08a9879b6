"""Hand-overs with their real adapters, as staff see them by API and on pages: ids, codes, days."""

from typing import Annotated, Any

from goodword.journeys.definition import HandOverOutcome, StaffRole
from goodword.journeys.handing_over import HandOvers, role_of, which_of
from goodword.journeys.handover import HandedOver, HandOverState
from goodword.journeys.scoring import Motion
from goodword.ports import Desk, Page
from goodword.records import Value
from goodword.times import rfc3339
from pydantic import AfterValidator, StringConstraints

from goodword_aws.aws import client
from goodword_aws.calls import Call, Principal, Role
from goodword_aws.journeys_definitions import names_nobody
from goodword_aws.workflow import StepFunctions

WORKERS: frozenset[Role] = frozenset({"marketer", "finance", "admin"})
QUERY = {
    "program_id": "of which programme",
    "role": "whose: marketer, finance or admin; without it one's own",
    "of": "open (without it), the oldest first, or closed, the newest first",
}


Note = Annotated[
    str, StringConstraints(max_length=1_000, strip_whitespace=True), AfterValidator(names_nobody)
]


class Assign(Value):
    """Whether it is mine from now on, or nobody's again."""

    mine: bool


class CloseHandOver(Value):
    """What came of it: done, not_needed, not_reached or declined; and a note for colleagues."""

    outcome: HandOverOutcome
    note: Note = ""


class HandOverAnswer(Value):
    """A hand-over. `asked` is what the person was asked before, `ask_id` which request that was.

    `note` is what staff wrote; only reading one by its id says it.
    """

    id: str
    program_id: str
    journey_id: str
    version_number: int
    walk_id: str
    subject_id: str
    advocate_id: str | None
    step: str
    to: str
    role: StaffRole
    why: str
    asked: Motion | None
    ask_id: str | None
    state: HandOverState
    assignee: str | None
    outcome: HandOverOutcome | None
    note: str | None
    closed_by: str | None
    made_at: str
    due_at: str
    overdue: bool
    changed_at: str


def hand_overs(desk: Desk, person: Principal) -> HandOvers:
    """What staff do with them, as this person."""
    return HandOvers(desk, StepFunctions(client("stepfunctions")), person.groups)


def hand_over_page(use_cases: HandOvers, call: Call) -> Page[HandOverAnswer]:
    """One of the lists of a programme."""
    query, asked = call.query, call.page
    role, which = role_of(query.get("role", ""), use_cases.groups), which_of(query.get("of", ""))
    program_id = query.get("program_id", "")
    page = use_cases.page(program_id, role, which, asked.limit, asked.starting_after)
    now_ms = use_cases.desk.clock.now_ms()
    return Page([hand_over_answer(one, now_ms) for one in page.rows], page.cursor)


def hand_over_answer(one: HandedOver, now_ms: int, *, whole: bool = False) -> HandOverAnswer:
    """As staff see it; `whole` with what they wrote."""
    shared = {"hand_over_id", "version", "number", "motion", "note", "made_ms", "due_ms"}
    kept: dict[str, Any] = one.model_dump(exclude=shared | {"changed_ms"})
    named = {name: kept[name] or None for name in ("advocate_id", "ask_id", "assignee")}
    return HandOverAnswer(
        **kept
        | named
        | {
            "id": one.hand_over_id,
            "version_number": one.number,
            "asked": one.motion,
            "note": (one.note or None) if whole else None,
            "closed_by": one.closed_by or None,
            "made_at": rfc3339(one.made_ms),
            "due_at": rfc3339(one.due_ms),
            "overdue": one.state != "closed" and now_ms > one.due_ms,
            "changed_at": rfc3339(one.changed_ms),
        }
    )
