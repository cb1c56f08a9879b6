"""What comes of it: deals with the referral they are owed to, pipeline, the twelve figures."""

from goodword.journeys.pipeline import Deals
from goodword.ports import Page
from goodword_aws import kpis, wiring
from goodword_aws import pipeline as shapes
from goodword_aws.calls import BY_PERSON, STAFF, Call
from goodword_aws.http import Api

wiring.require("core_table")
handler = Api(service="journeys")
WHICH = {"program_id": "of which programme"}
WHEN = WHICH | {
    "from": "the first day, like 2026-11-01 (UTC); 90 days before `to` unless said",
    "to": "the day after the last; tomorrow unless said",
}


@handler.route(
    "GET",
    "/v1/opportunities",
    roles=BY_PERSON,
    answer=shapes.OpportunityAnswer,
    paged=True,
    query=WHICH,
)
def list_opportunities(call: Call) -> Page[shapes.OpportunityAnswer]:
    """Deals of a programme, those that were opened or closed last first; may lag a moment."""
    page = Deals(call.desk.store).page(
        call.query.get("program_id", ""), call.page.limit, call.page.starting_after
    )
    return Page([shapes.opportunity_answer(one) for one in page.rows], page.cursor)


@handler.route(
    "GET", "/v1/opportunities/<opportunity_id>", roles=BY_PERSON, answer=shapes.OpportunityAnswer
)
def read_opportunity(call: Call) -> shapes.OpportunityAnswer:
    """One deal, and to whom it is owed."""
    return shapes.read_opportunity(Deals(call.desk.store), call.path["opportunity_id"])


@handler.route("GET", "/v1/pipeline", roles=STAFF, answer=shapes.PipelineAnswer, query=WHEN)
def read_pipeline(call: Call) -> shapes.PipelineAnswer:
    """Pipeline and bookings of a period: in all, by advocate, journey and ask."""
    now_ms, by_person = call.desk.clock.now_ms(), call.principal.may(BY_PERSON)
    return shapes.pipeline_answer(Deals(call.desk.store), call.query, now_ms, by_person=by_person)


@handler.route("GET", "/v1/kpis", roles=STAFF, answer=kpis.KpisAnswer, query=WHEN)
def read_kpis(call: Call) -> kpis.KpisAnswer:
    """The twelve figures with their definitions, in all and by month, and the forecast."""
    now_ms, by_person = call.desk.clock.now_ms(), call.principal.may(BY_PERSON)
    return kpis.kpis_answer(call.desk.store, call.query, now_ms, by_person=by_person)
