"""Staff write programme versions and sources; a source's secret goes in and never comes out.

Replays and announcements go on by themselves: by the bus, and by a clock for what the bus lost.
"""

from aws_cdk.aws_lambda import Function

from infra.foundations import grants
from infra.foundations.acknowledged import acknowledge_wildcard, spelled
from infra.foundations.exports import EXTRACT_FILES
from infra.foundations.functions import Shape
from infra.foundations.ground import Ground
from infra.foundations.streams import may_work_on, work_on

DRAFTS = "/v1/programs/{program_id}/drafts"
GO_ON = (
    "program.replay_asked",
    "program.replay_continues",
    "program.version_published",
    "program.version_promoted",
    "program.version_withdrawn",
    "program.announcement_continues",
    "program.extract_asked",
    "program.extract_continues",
)
WORKER_SECONDS = 60
READ_AND_WRITE = ("GET", "POST", "PUT", "DELETE")


def add_programs(ground: Ground) -> None:
    """The API of programmes and sources. POST to a source itself is the public's (conversions)."""
    desk = ground.functions.make(
        "programs_api",
        "Programme versions and sources",
        needs=(
            "ARRIVALS_TABLE",
            "JOURNAL_TABLE",
            "CORE_TABLE",
            "INDEX_SECRET_ARN",
            "VAULT_KEY_ARN",
            "PUBLIC_URL",
        ),
        may=[
            grants.read(ground.tables.core),
            grants.query_index(ground.tables.core),
            grants.query_index(ground.tables.arrivals),
            grants.change(ground.tables.core),
            grants.append(ground.tables.journal),
            grants.use_key(
                ground.at,
                ground.secrets.vault_key,
                "GenerateDataKey",
                purposes=["source", "webhook"],
            ),
            grants.read_secret(ground.secrets.index),  # tells editors and publishers apart
        ],
    )
    for path in ("/v1/programs", "/v1/programs/{proxy+}"):
        ground.door.open(desk, READ_AND_WRITE, path)
    drafts = ground.functions.make(
        "programs_api_drafts",
        "Drafts of programme versions, their replay and publication",
        needs=("JOURNAL_TABLE", "CORE_TABLE", "INDEX_SECRET_ARN"),
        may=[
            grants.read(ground.tables.core),
            grants.change(ground.tables.core, checks=True),
            grants.append(ground.tables.journal),
            grants.read_secret(ground.secrets.index),
        ],
    )
    for path in (DRAFTS, f"{DRAFTS}/{{proxy+}}"):
        ground.door.open(drafts, READ_AND_WRITE, path)
    ground.door.open(desk, ("GET", "PUT"), "/v1/rates")
    ground.door.open(desk, ("GET",), "/v1/rates/wanted")
    ground.door.open(desk, ("GET", "POST"), "/v1/sources")
    ground.door.open(desk, ("GET", "PUT", "PATCH", "DELETE"), "/v1/sources/{source_id}")
    ground.door.open(desk, READ_AND_WRITE, "/v1/sources/{source_id}/{proxy+}")
    _workers(ground)


def _workers(ground: Ground) -> None:
    """What judges the past under a draft, tells advocates of what comes, and makes extracts."""
    may = [
        grants.read(ground.tables.core),
        grants.query_index(ground.tables.core),
        grants.change(ground.tables.core),
        grants.append(ground.tables.journal),
        grants.read(ground.tables.journal),
        grants.put_files(ground.exports, EXTRACT_FILES),
    ]
    queue = ground.bus.consumer("Programs", GO_ON, worker_timeout_seconds=WORKER_SECONDS)
    worker = ground.functions.make(
        "programs_queue",
        "Replays drafts, announces changes, makes extracts, step by step",
        needs=("JOURNAL_TABLE", "CORE_TABLE", "EXPORTS_BUCKET"),
        may=[may_work_on(queue), *may],
        shape=Shape(timeout_seconds=WORKER_SECONDS, memory_mb=1024),
    )
    work_on(ground.stack, worker, queue, batch=1)
    sweeper = ground.functions.make(
        "programs_schedule",
        "Goes on with replays, announcements and extracts that stand still",
        needs=("JOURNAL_TABLE", "CORE_TABLE", "EXPORTS_BUCKET"),
        may=[*may, ground.may_set_aside],
        shape=Shape(timeout_seconds=300, memory_mb=1024),
        set_aside=ground.set_aside,
    )
    ground.schedules.start(
        sweeper, "rate(5 minutes)", "Sweeps replays and announcements that stand still"
    )
    for each in (worker, sweeper):
        acknowledge_extracts(ground, each)


def acknowledge_extracts(ground: Ground, function: Function) -> None:
    """Say why this role reaches a whole prefix of the bucket."""
    acknowledge_wildcard(
        function.role,
        f"{spelled(ground.exports, 'Arn')}/{EXTRACT_FILES}*",
        "The parts of all extracts lie below this prefix, and nothing else does.",
    )
