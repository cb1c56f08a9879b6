"""Signals come in with all other deliveries; from there journeys let people in and walk with them.

An event lets somebody in and starts one execution of `journey`; a clock moves whoever an execution
left. People answer by the API or the pages, staff by the API.
"""

from aws_cdk.aws_iam import PolicyStatement

from infra.foundations import grants
from infra.foundations.functions import Shape
from infra.foundations.ground import Ground
from infra.foundations.streams import may_work_on, work_on

HEARD = (
    "journey.signal_noted",
    "journey.subject_known",
    "journey.wishes_changed",
    "journey.published",
    "journey.state_changed",
    "journey.turned",
    "program.state_changed",
    "journey.entered",
    "journey.asked",
    "journey.reminded",
    "journey.ask_accepted",
    "journey.ask_submitted",
    "journey.ask_accepted_work",
    "journey.feedback_given",
    "enrolment.activated",
    "enrolment.banned",
    "enrolment.declined",
    "enrolment.left",
    "enrolment.milestone_reached",
    "enrolment.paused",
    "enrolment.unbanned",
    "conversion.decided",
    "conversion.merged",
    "conversion.reinstated",
    "conversion.reversed",
)
WRITTEN = (
    "opportunity.opened",
    "opportunity.changed",
    "opportunity.won",
    "opportunity.lost",
    "opportunity.influenced",
    "conversion.decided",
    "conversion.merged",
    "conversion.reinstated",
    "conversion.reversed",
    "reward.created",
    "reward.on_hold",
    "reward.approved",
    "reward.due",
    "reward.batched",
    "reward.paid",
    "reward.rejected",
    "reward.void",
    "reward.reversed",
    "reward.reinstated",
    "reward.reopened",
    "journey.contact_known",
    "introduction.made",
    "introduction.taken_out",
)
QUEUE_SECONDS = 60
WALKS = ("JOURNAL_TABLE", "CORE_TABLE", "INDEX_SECRET_ARN")


def add_journeys(ground: Ground) -> None:
    """The machine, what starts it, what sweeps behind it, and the two APIs."""
    _machine(ground)
    api = ground.functions.make(
        "journeys_api",
        "Signals, standings and the model of scores",
        needs=(*WALKS, "USER_POOL_ID"),
        may=[
            grants.list_staff(ground.identity.pool),
            grants.read(ground.tables.core),
            grants.query_index(ground.tables.core),
            grants.change(ground.tables.core, checks=True, deletes=True),
            grants.append(ground.tables.journal),
            grants.read_secret(ground.secrets.index),
            grants.answer(ground.at, ground.machines.arn("journey")),
        ],
    )
    for path in ("/v1/subjects", "/v1/journeys"):
        ground.door.open(api, ["GET", "POST", "PUT"], path)
        ground.door.open(api, ["GET", "POST", "PUT"], f"{path}/{{proxy+}}")
    asks = ground.functions.make(
        "journeys_api_asks",
        "Requests to advocates, their answers, stories and wishes",
        needs=(*WALKS, "KEYS_TABLE", "VAULT_KEY_ARN"),
        may=[
            grants.table_items(ground.tables.keys, "GetItem"),  # of whoever tells a story
            grants.use_key(ground.at, ground.secrets.vault_key, "Decrypt"),
            grants.read(ground.tables.core),
            grants.query_index(ground.tables.core),
            grants.change(ground.tables.core, checks=True),  # the story in a spotlight
            grants.append(ground.tables.journal),
            grants.read_secret(ground.secrets.index),
            grants.answer(ground.at, ground.machines.arn("journey")),
        ],
    )
    ground.door.open(asks, ["GET"], "/v1/me/asks")
    ground.door.open(asks, ["GET", "POST"], "/v1/me/asks/{proxy+}")
    ground.door.open(asks, ["GET", "PUT"], "/v1/me/ask-preferences")
    ground.door.open(asks, ["GET"], "/v1/asks")
    ground.door.open(asks, ["GET", "POST"], "/v1/asks/{proxy+}")
    _figures(ground)
    _crms(ground)


def _machine(ground: Ground) -> None:
    task = ground.functions.make(
        "journeys_task",
        "The steps of the machine journey",
        needs=WALKS,
        may=_may_walk(ground),
        shape=Shape(timeout_seconds=60),
    )
    machine = ground.machines.make("journey", "JourneyWalk", task=task, as_="JourneysTaskArn")
    ground.functions.settings["JOURNEY_ARN"] = machine.state_machine_arn
    queue = ground.bus.consumer("Journeys", HEARD, worker_timeout_seconds=QUEUE_SECONDS)
    worker = ground.functions.make(
        "journeys_queue",
        "Lets people into journeys and starts their walks",
        needs=(*WALKS, "JOURNEY_ARN"),
        may=[
            may_work_on(queue),
            grants.read(ground.tables.core),
            grants.query_index(ground.tables.core),
            grants.change(ground.tables.core, checks=True),
            grants.append(ground.tables.journal),
            grants.read_secret(ground.secrets.index),
            grants.start(machine.state_machine_arn),
            grants.answer(ground.at, ground.machines.arn("journey")),
        ],
        shape=Shape(timeout_seconds=QUEUE_SECONDS),
    )
    work_on(ground.stack, worker, queue, batch=10)
    sweeper = ground.functions.make(
        "journeys_schedule",
        "Moves walks whose execution is gone",
        needs=WALKS,
        may=[*_may_walk(ground), ground.may_set_aside],
        shape=Shape(timeout_seconds=240),
        set_aside=ground.set_aside,
    )
    ground.schedules.start(sweeper, "rate(5 minutes)", "Sweeps walks whose time has come")


def _may_walk(ground: Ground) -> list[PolicyStatement]:
    return [
        grants.read(ground.tables.core),
        grants.query_index(ground.tables.core),
        grants.change(ground.tables.core, checks=True),
        grants.append(ground.tables.journal),
        grants.read_secret(ground.secrets.index),
        grants.answer(ground.at, ground.machines.arn("journey")),
    ]


def _figures(ground: Ground) -> None:
    figures = ground.functions.make(
        "journeys_api_kpis",
        "Deals, pipeline, bookings and the twelve figures",
        needs=("CORE_TABLE",),
        may=[
            grants.read(ground.tables.core),
            grants.query_index(ground.tables.core),
        ],
        shape=Shape(memory_mb=1024),
    )
    ground.door.open(figures, ["GET"], "/v1/opportunities")
    ground.door.open(figures, ["GET"], "/v1/opportunities/{opportunity_id}")
    ground.door.open(figures, ["GET"], "/v1/pipeline")
    ground.door.open(figures, ["GET"], "/v1/kpis")


def _crms(ground: Ground) -> None:
    """What is known of referrals goes out to CRMs; the only functions that hold their keys."""
    needs = ("JOURNAL_TABLE", "CORE_TABLE", "KEYS_TABLE", "VAULT_KEY_ARN", "CRM_KEYS_ARN")
    may = [
        grants.read(ground.tables.core),
        grants.change(ground.tables.core),
        grants.append(ground.tables.journal),
        grants.read_secret(ground.secrets.crm_keys),
        grants.table_items(ground.tables.keys, "GetItem"),  # who was introduced, and the form
        grants.use_key(ground.at, ground.secrets.vault_key, "Decrypt"),
    ]
    queue = ground.bus.consumer("Crms", WRITTEN, worker_timeout_seconds=QUEUE_SECONDS)
    worker = ground.functions.make(
        "journeys_queue_crm",
        "Writes what becomes of referrals to connected CRMs",
        needs=needs,
        may=[may_work_on(queue), *may],
        shape=Shape(timeout_seconds=QUEUE_SECONDS),
    )
    work_on(ground.stack, worker, queue, batch=1)  # a slow CRM takes most of one run
    sweeper = ground.functions.make(
        "journeys_schedule_crm",
        "Writes again what a CRM did not take",
        needs=needs,
        may=[grants.query_index(ground.tables.core), *may, ground.may_set_aside],
        shape=Shape(timeout_seconds=240),
        set_aside=ground.set_aside,
    )
    ground.schedules.start(sweeper, "rate(5 minutes)", "Sweeps records of CRMs that wait")
