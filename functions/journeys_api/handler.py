"""What customers let us notice, and what it comes to: staff see each point and its origin."""

from goodword.journeys.scoring import Standing
from goodword.ports import Page
from goodword_aws import journeys as shapes
from goodword_aws import wiring
from goodword_aws.calls import Call, Role
from goodword_aws.http import Api

wiring.require("core_table", "journal_table", "index_secret_arn")
handler = Api(service="journeys")

READERS: frozenset[Role] = frozenset({"marketer", "analyst", "admin"})
FINDERS: frozenset[Role] = frozenset({"marketer", "admin"})


@handler.route(
    "GET",
    "/v1/subjects",
    roles=READERS,
    answer=shapes.SubjectAnswer,
    paged=True,
    query={"program_id": "of which programme"},
)
def list_subjects(call: Call) -> Page[shapes.SubjectAnswer]:
    """Persons whom signals are about, the one that was silent longest first; may lag a moment."""
    page = shapes.subjects(call.desk).page(
        call.query.get("program_id", ""), call.page.limit, call.page.starting_after
    )
    return Page([shapes.subject_answer(one) for one in page.rows], page.cursor)


@handler.route(
    "POST", "/v1/subjects/find", roles=FINDERS, body=shapes.FindSubject, answer=shapes.SubjectAnswer
)
def find_subject(call: Call) -> shapes.SubjectAnswer:
    """The person of an address. It is a POST because addresses do not belong into URLs."""
    return shapes.subject_answer(
        shapes.subjects(call.desk).find(call.body.program_id, call.body.folded)
    )


@handler.route(
    "GET", "/v1/subjects/<subject_id>/standing", roles=READERS, answer=shapes.StandingAnswer
)
def read_standing(call: Call) -> shapes.StandingAnswer:
    """The score with each signal's part in it, what forbids asking, and what may be asked."""
    subjects = shapes.subjects(call.desk)
    subject = subjects.read(call.path["subject_id"])
    found: Standing = subjects.standing(subject)
    return shapes.standing_answer(subject, found)


@handler.route("GET", "/v1/journeys/score-model", roles=READERS, answer=shapes.ModelAnswer)
def read_model(_call: Call) -> shapes.ModelAnswer:
    """The weights, limits and bars that make a score; docs/journeys.md says them in words."""
    return shapes.model_answer()
