"""The API of drafts: marketers write them, staff read them, and a second person publishes."""

from goodword.ports import Page
from goodword.programs.drafts import Drafts
from goodword.programs.publishing import Publishing
from goodword.programs.replaying import Replays
from goodword_aws import programs_drafts as shapes
from goodword_aws import programs_replays as replays
from goodword_aws import programs_versions as versions
from goodword_aws import wiring
from goodword_aws.calls import BY_PERSON, Call, Role
from goodword_aws.http import Api
from goodword_aws.wiring import require

require("core_table", "journal_table", "index_secret_arn")

WRITERS: frozenset[Role] = frozenset({"marketer", "admin"})
READERS: frozenset[Role] = frozenset({"marketer", "admin", "finance", "analyst"})
LOCALE = {"locale": "the language of the sentences, en (default) or de"}

api = Api("drafts")


@api.route(
    "GET",
    "/v1/programs/<program_id>/drafts",
    roles=READERS,
    answer=shapes.DraftAnswer,
    paged=True,
)
def list_drafts(call: Call) -> Page[shapes.DraftAnswer]:
    """All drafts, newest first, closed ones too."""
    page = Drafts(call.desk).list(
        call.path["program_id"], call.page.limit, call.page.starting_after
    )
    return Page([shapes.draft_answer(one) for one in page.rows], page.cursor)


@api.route(
    "POST",
    "/v1/programs/<program_id>/drafts",
    roles=WRITERS,
    body=shapes.CreateDraft,
    answer=shapes.DraftAnswer,
    status=201,
)
def create_draft(call: Call) -> shapes.DraftAnswer:
    """A draft of the next version."""
    body: shapes.CreateDraft = call.body
    draft = Drafts(call.desk, wiring.mark_of(call.principal)).create(
        call.path["program_id"],
        body.terms,
        body.rationale,
        based_on=body.based_on,
        copy_of=body.copy_of,
        receipt=lambda made: call.claim(shapes.draft_answer(made)),
    )
    return shapes.draft_answer(draft)


@api.route(
    "GET",
    "/v1/programs/<program_id>/drafts/<draft_id>",
    roles=READERS,
    answer=shapes.DraftDetail,
    query=LOCALE,
)
def read_draft(call: Call) -> shapes.DraftDetail:
    """One draft, and how it differs from the version in force."""
    draft = Drafts(call.desk).read(call.path["program_id"], call.path["draft_id"])
    return shapes.draft_detail(call.desk, draft, call.query.get("locale", ""))


@api.route(
    "PUT",
    "/v1/programs/<program_id>/drafts/<draft_id>",
    roles=WRITERS,
    body=shapes.ChangeDraft,
    answer=shapes.DraftAnswer,
)
def change_draft(call: Call) -> shapes.DraftAnswer:
    """The next revision; a replay of the one before counts no more."""
    body: shapes.ChangeDraft = call.body
    draft = Drafts(call.desk, wiring.mark_of(call.principal)).change(
        call.path["program_id"],
        call.path["draft_id"],
        body.terms,
        body.rationale,
        based_on=body.based_on,
        revision=body.revision,
        receipt=lambda made: call.claim(shapes.draft_answer(made)),
    )
    return shapes.draft_answer(draft)


@api.route("DELETE", "/v1/programs/<program_id>/drafts/<draft_id>", roles=WRITERS)
def discard_draft(call: Call) -> None:
    """Give it up; it stays readable."""
    Drafts(call.desk).discard(call.path["program_id"], call.path["draft_id"], call.claim)


@api.route(
    "POST",
    "/v1/programs/<program_id>/drafts/<draft_id>/replay",
    roles=WRITERS,
    body=replays.AskReplay,
    answer=replays.ReplayAnswer,
    status=202,
)
def ask_replay(call: Call) -> replays.ReplayAnswer:
    """Judge a past period again under the draft; it runs by itself, ask how far it is."""
    replay = Replays(call.desk).ask(
        call.path["program_id"],
        call.path["draft_id"],
        *replays.period_of(call.body),
        lambda made: call.claim(replays.replay_answer(made)),
    )
    return replays.replay_answer(replay)


@api.route(
    "GET",
    "/v1/programs/<program_id>/drafts/<draft_id>/replay",
    roles=BY_PERSON,
    answer=replays.ReplayAnswer,
)
def read_replay(call: Call) -> replays.ReplayAnswer:
    """The newest replay of the draft: how far it is, or what it found."""
    replay = Replays(call.desk).of_draft(call.path["program_id"], call.path["draft_id"])
    return replays.replay_answer(replay)


@api.route(
    "GET",
    "/v1/programs/<program_id>/drafts/<draft_id>/replay/changes",
    roles=BY_PERSON,
    answer=replays.ReplayChangeAnswer,
    paged=True,
)
def list_changes(call: Call) -> Page[replays.ReplayChangeAnswer]:
    """Every reward that would change, in the order of the decisions."""
    found = Replays(call.desk)
    replay = found.of_draft(call.path["program_id"], call.path["draft_id"])
    page = found.changes(replay, call.page.limit, call.page.starting_after)
    return Page([replays.change_answer(one) for one in page.rows], page.cursor)


@api.route(
    "POST",
    "/v1/programs/<program_id>/drafts/<draft_id>/publish",
    roles=WRITERS,
    body=versions.PublishDraft,
    answer=versions.VersionAnswer,
    status=201,
)
def publish_draft(call: Call) -> versions.VersionAnswer:
    """The draft becomes the next version; not by anybody who wrote it."""
    body: versions.PublishDraft = call.body
    version = Publishing(call.desk, wiring.mark_of(call.principal)).publish(
        call.path["program_id"],
        call.path["draft_id"],
        body.digest,
        versions.wish_of(call, body),
        pilot=body.pilot,
        receipt=lambda made: call.claim(versions.version_answer(call.desk, made)),
    )
    return versions.version_answer(call.desk, version)


handler = api
