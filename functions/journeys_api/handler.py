"""What customers let us notice, and what it comes to: staff see each point and its origin."""

from functools import partial

from goodword.journeys.funnel import Funnels
from goodword.journeys.previewing import Previewing
from goodword.journeys.publishing import Journeys
from goodword.journeys.reference import Traits
from goodword.ports import Page
from goodword_aws import journeys as shapes
from goodword_aws import journeys_definitions as documents
from goodword_aws import journeys_hand_overs as handed
from goodword_aws import journeys_references as found
from goodword_aws import journeys_walks as walks
from goodword_aws import wiring
from goodword_aws.calls import Call, Role
from goodword_aws.http import Api

wiring.require("core_table", "journal_table", "index_secret_arn", "user_pool_id")
handler = Api(service="journeys")

READERS: frozenset[Role] = frozenset({"marketer", "analyst", "admin"})
WRITERS: frozenset[Role] = frozenset({"marketer", "admin"})
WHICH = {"program_id": "of which programme"}


@handler.route(
    "GET",
    "/v1/subjects",
    roles=READERS,
    answer=shapes.SubjectAnswer,
    paged=True,
    query=WHICH,
)
def list_subjects(call: Call) -> Page[shapes.SubjectAnswer]:
    """Persons whom signals are about, the one that was silent longest first; may lag a moment."""
    page = shapes.subjects(call.desk).page(
        call.query.get("program_id", ""), call.page.limit, call.page.starting_after
    )
    return Page([shapes.subject_answer(one) for one in page.rows], page.cursor)


@handler.route(
    "POST", "/v1/subjects/find", roles=WRITERS, body=shapes.FindSubject, answer=shapes.SubjectAnswer
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
    return shapes.standing_of(call.desk, call.path["subject_id"])


@handler.route(
    "GET",
    "/v1/subjects/<subject_id>/walks",
    roles=READERS,
    answer=walks.WalkAnswer,
    paged=True,
)
def read_walks(call: Call) -> Page[walks.WalkAnswer]:
    """The journeys of a person, newest first: where they are, and why nothing happens, or did."""
    subject = shapes.subjects(call.desk).read(call.path["subject_id"])
    return Page(walks.walks_of(call.desk, subject.subject_id, subject.parts), None)


@handler.route("GET", "/v1/journeys/score-model", roles=READERS, answer=shapes.ModelAnswer)
def read_model(_call: Call) -> shapes.ModelAnswer:
    """The weights, limits and bars that make a score; docs/journeys.md says them in words."""
    return shapes.model_answer()


# --- references -------------------------------------------------------------------------------


@handler.route(
    "GET",
    "/v1/subjects/references",
    roles=WRITERS,
    answer=found.CandidateAnswer,
    paged=True,
    query=found.NEED,
)
def find_references(call: Call) -> Page[found.CandidateAnswer]:
    """Whom a need fits, best first among those who may be called; at most 20."""
    need = found.need_of(call.query)
    each = found.references(call.desk).find(call.query.get("program_id", ""), need)
    return Page([found.candidate_answer(one) for one in each], None)


@handler.route(
    "GET", "/v1/subjects/<subject_id>/reference", roles=WRITERS, answer=found.ReferenceAnswer
)
def read_reference(call: Call) -> found.ReferenceAnswer:
    """What a person can speak about, and the calls so far."""
    return found.reference_answer(found.references(call.desk).read(call.path["subject_id"]))


@handler.route(
    "PUT",
    "/v1/subjects/<subject_id>/reference",
    roles=WRITERS,
    body=Traits,
    answer=found.ReferenceAnswer,
)
def put_reference(call: Call) -> found.ReferenceAnswer:
    """Say what a person can speak about, how often, and with what rest between two calls."""
    profile = found.references(call.desk).put(
        call.path["subject_id"],
        call.body,
        lambda kept: call.claim(found.reference_answer(kept)),
    )
    return found.reference_answer(profile)


@handler.route(
    "POST",
    "/v1/subjects/<subject_id>/reference/calls",
    roles=WRITERS,
    body=found.BookCall,
    answer=found.ReferenceAnswer,
    status=201,
)
def book_call(call: Call) -> found.ReferenceAnswer:
    """Book a call; it counts against quota and cool-down from now on."""
    profile = found.references(call.desk).book(
        call.path["subject_id"],
        call.body.opportunity_id,
        lambda kept: call.claim(found.reference_answer(kept)),
        deal_id=call.body.deal_id,
    )
    return found.reference_answer(profile)


@handler.route(
    "POST",
    "/v1/subjects/<subject_id>/reference/calls/<call_id>",
    roles=WRITERS,
    body=found.RecordCall,
    answer=found.ReferenceAnswer,
)
def record_call(call: Call) -> found.ReferenceAnswer:
    """Say what came of a call, what is to follow, and that it did.

    The first that was held is the work of the request: its person is thanked at once, and a reward
    follows where the journey has one, by the rules of the programme.
    """
    return found.recorded(call)


# --- what journeys hand over to staff ---------------------------------------------------------


@handler.route(
    "GET",
    "/v1/journeys/hand-overs",
    roles=handed.WORKERS,
    answer=handed.HandOverAnswer,
    paged=True,
    query=handed.QUERY,
)
def list_hand_overs(call: Call) -> Page[handed.HandOverAnswer]:
    """What journeys have handed over to a role; may lag behind a moment."""
    return handed.hand_over_page(handed.hand_overs(call.desk, call.principal), call)


@handler.route(
    "GET",
    "/v1/journeys/hand-overs/<hand_over_id>",
    roles=handed.WORKERS,
    answer=handed.HandOverAnswer,
)
def read_hand_over(call: Call) -> handed.HandOverAnswer:
    """One hand-over, with what staff wrote when they closed it."""
    one = handed.hand_overs(call.desk, call.principal).read(call.path["hand_over_id"])
    return handed.hand_over_answer(one, call.desk.clock.now_ms(), whole=True)


@handler.route(
    "PUT",
    "/v1/journeys/hand-overs/<hand_over_id>/assignee",
    roles=handed.WORKERS,
    body=handed.Assign,
    answer=handed.HandOverAnswer,
)
def assign_hand_over(call: Call) -> handed.HandOverAnswer:
    """Take it, or give it back."""
    use_cases, now_ms = handed.hand_overs(call.desk, call.principal), call.desk.clock.now_ms()
    act = use_cases.take if call.body.mine else use_cases.give_back
    kept = act(
        call.path["hand_over_id"], lambda one: call.claim(handed.hand_over_answer(one, now_ms))
    )
    return handed.hand_over_answer(kept, now_ms)


@handler.route(
    "POST",
    "/v1/journeys/hand-overs/<hand_over_id>/close",
    roles=handed.WORKERS,
    body=handed.CloseHandOver,
    answer=handed.HandOverAnswer,
)
def close_hand_over(call: Call) -> handed.HandOverAnswer:
    """Say what came of it; the walk knows it, and goes on if its journey waits for that."""
    now_ms = call.desk.clock.now_ms()
    kept = handed.hand_overs(call.desk, call.principal).close(
        call.path["hand_over_id"],
        call.body.outcome,
        call.body.note,
        call.principal.advocate_id,
        lambda one: call.claim(handed.hand_over_answer(one, now_ms)),
    )
    return handed.hand_over_answer(kept, now_ms)


# --- journeys as documents --------------------------------------------------------------------


@handler.route(
    "GET", "/v1/journeys", roles=READERS, answer=documents.JourneyAnswer, paged=True, query=WHICH
)
def list_journeys(call: Call) -> Page[documents.JourneyAnswer]:
    """The journeys of a programme: active, paused, drafts, ended; may lag behind a moment."""
    page = Journeys(call.desk).page(
        call.query.get("program_id", ""), call.page.limit, call.page.starting_after
    )
    return Page([documents.journey_answer(one) for one in page.rows], page.cursor)


@handler.route("GET", "/v1/journeys/ready", roles=READERS, answer=documents.ReadyAnswer, paged=True)
def list_ready(_call: Call) -> Page[documents.ReadyAnswer]:
    """Journeys to begin with: copy the terms into a draft, and change what does not fit."""
    return Page(documents.ready_journeys(), None)


@handler.route(
    "POST",
    "/v1/journeys",
    roles=WRITERS,
    body=documents.CreateJourney,
    answer=documents.JourneyDraftAnswer,
    status=201,
)
def create_journey(call: Call) -> documents.JourneyDraftAnswer:
    """A journey with the draft of its first version; `refusals` says what stands against it."""
    body: documents.CreateJourney = call.body
    journeys = documents.journeys(call)
    shown = partial(documents.draft_answer, journeys, body.program_id)
    return shown(
        journeys.create(
            body.program_id, body.terms, body.rationale, lambda made: call.claim(shown(made))
        )
    )


@handler.route("GET", "/v1/journeys/<journey_id>", roles=READERS, answer=documents.JourneyAnswer)
def read_journey(call: Call) -> documents.JourneyAnswer:
    """One journey."""
    return documents.journey_answer(Journeys(call.desk).read(call.path["journey_id"]))


@handler.route("GET", "/v1/journeys/<journey_id>/funnel", roles=READERS, answer=walks.FunnelAnswer)
def read_funnel(call: Call) -> walks.FunnelAnswer:
    """How far people came, and what holds or ended the others; the holdout beside them."""
    journey = Journeys(call.desk).read(call.path["journey_id"])
    funnel = Funnels(call.desk).of(journey.journey_id)
    return walks.funnel_answer(funnel, sees_people=bool(call.principal.groups & WRITERS))


@handler.route(
    "GET", "/v1/journeys/<journey_id>/draft", roles=READERS, answer=documents.JourneyDraftAnswer
)
def read_draft(call: Call) -> documents.JourneyDraftAnswer:
    """The next version in the making."""
    journeys = documents.journeys(call)
    draft = journeys.draft(call.path["journey_id"])
    return documents.draft_answer(journeys, journeys.read(draft.journey_id).program_id, draft)


@handler.route(
    "PUT",
    "/v1/journeys/<journey_id>/draft",
    roles=WRITERS,
    body=documents.ChangeJourneyDraft,
    answer=documents.JourneyDraftAnswer,
)
def change_draft(call: Call) -> documents.JourneyDraftAnswer:
    """Write the draft anew."""
    body: documents.ChangeJourneyDraft = call.body
    journeys = documents.journeys(call)
    journey = journeys.read(call.path["journey_id"])
    shown = partial(documents.draft_answer, journeys, journey.program_id)
    return shown(
        journeys.change(
            journey.journey_id,
            body.terms,
            body.rationale,
            body.digest,
            lambda made: call.claim(shown(made)),
        )
    )


@handler.route(
    "GET",
    "/v1/journeys/<journey_id>/preview",
    roles=READERS,
    answer=documents.PreviewAnswer,
    query={"starting_after": "where the page before ended"},
)
def preview(call: Call) -> documents.PreviewAnswer:
    """Whom the draft would ask today, and why not others; a page of people at a time."""
    journeys = Journeys(call.desk)
    journey = journeys.read(call.path["journey_id"])
    terms = journeys.draft(journey.journey_id).terms
    dry = Previewing(call.desk, shapes.subjects(call.desk))
    page = dry.of(journey.program_id, terms, call.page.starting_after, journey.journey_id)
    return documents.preview_answer(page, terms)


@handler.route(
    "POST",
    "/v1/journeys/<journey_id>/publish",
    roles=WRITERS,
    body=documents.PublishJourney,
    answer=documents.JourneyVersionAnswer,
    status=201,
)
def publish(call: Call) -> documents.JourneyVersionAnswer:
    """The next version, by somebody who did not write it."""
    version = documents.journeys(call).publish(
        call.path["journey_id"],
        call.body.digest,
        call.body.in_flight,
        lambda made: call.claim(documents.version_answer(made)),
    )
    return documents.version_answer(version)


@handler.route(
    "GET",
    "/v1/journeys/<journey_id>/versions/<number>",
    roles=READERS,
    answer=documents.JourneyVersionAnswer,
)
def read_version(call: Call) -> documents.JourneyVersionAnswer:
    """What was published."""
    number = call.path["number"]
    asked = int(number) if number.isdecimal() and len(number) < 7 else 0
    return documents.version_answer(Journeys(call.desk).version(call.path["journey_id"], asked))


@handler.route(
    "POST",
    "/v1/journeys/<journey_id>/state",
    roles=WRITERS,
    body=documents.SetJourneyState,
    answer=documents.JourneyAnswer,
)
def set_state(call: Call) -> documents.JourneyAnswer:
    """Pause it, let it go on, or end it."""
    journey = Journeys(call.desk).set_state(
        call.path["journey_id"],
        call.body.state,
        call.body.reason,
        lambda moved: call.claim(documents.journey_answer(moved)),
    )
    return documents.journey_answer(journey)


@handler.route(
    "GET", "/v1/journeys/ask-rules/<program_id>", roles=READERS, answer=documents.AskRulesAnswer
)
def read_rules(call: Call) -> documents.AskRulesAnswer:
    """What holds for every ask of the programme."""
    return documents.rules_answer(documents.rules_of(call.desk, call.path["program_id"]))


@handler.route(
    "PUT",
    "/v1/journeys/ask-rules/<program_id>",
    roles=WRITERS,
    body=documents.SetAskRules,
    answer=documents.AskRulesAnswer,
)
def set_rules(call: Call) -> documents.AskRulesAnswer:
    """Change what holds for every ask of the programme."""
    return documents.set_rules(call.desk, call.path["program_id"], call.body, call.claim)
