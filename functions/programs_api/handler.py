"""The API of programmes and sources: marketers write the rules, nobody reads a secret back."""

from goodword.advocates.segmenting import Segmenting
from goodword.conversions.aliases import parked
from goodword.conversions.exchange import wanted_page
from goodword.money import known_currency
from goodword.ports import Page
from goodword.programs.announcing import Announcing
from goodword.programs.publishing import Publishing
from goodword.programs.rates import Rates
from goodword.programs.service import Programs
from goodword.rewards.budget import Budgets
from goodword_aws import programs as shapes
from goodword_aws import programs_versions as versions
from goodword_aws import wiring
from goodword_aws.advocates_segments import SegmentRow, segment_rows
from goodword_aws.budgets import BudgetAnswer, SetBudget, budget_answer
from goodword_aws.calls import BY_PERSON, Call, Role
from goodword_aws.explanations import ExamplesAnswer, examples_answer
from goodword_aws.http import Api
from goodword_aws.rates import (
    PutRates,
    RateAnswer,
    RatesAnswer,
    WantedAnswer,
    rate_answer,
    rates_answer,
    wanted_answer,
)
from goodword_aws.schema import terms_schema
from goodword_aws.webhooks import add_webhooks
from goodword_aws.wiring import require

require(
    "core_table",
    "journal_table",
    "arrivals_table",
    "index_secret_arn",
    "vault_key_arn",
    "public_url",
)

WRITERS: frozenset[Role] = frozenset({"marketer", "admin"})
# Whoever writes rules holds no secret that reports orders, and the other way round.
KEEPERS: frozenset[Role] = frozenset({"admin"})
PURSES: frozenset[Role] = frozenset({"finance", "admin"})
READERS: frozenset[Role] = frozenset({"marketer", "admin", "finance", "analyst"})
api = Api("programs")
add_webhooks(api)


@api.route("GET", "/v1/programs", roles=READERS, answer=shapes.ProgramAnswer, paged=True)
def list_programs(call: Call) -> Page[shapes.ProgramAnswer]:
    """All programmes, oldest first."""
    page = Programs(call.desk).list(call.page.limit, call.page.starting_after)
    rows = [shapes.program_answer(shapes.up_to_now(call.desk, one)) for one in page.rows]
    return Page(rows, page.cursor)


@api.route(
    "POST",
    "/v1/programs",
    roles=WRITERS,
    body=shapes.CreateProgram,
    answer=shapes.ProgramAnswer,
    status=201,
)
def create_program(call: Call) -> shapes.ProgramAnswer:
    """A programme with its first version."""
    body: shapes.CreateProgram = call.body
    program = Programs(call.desk).create(
        body.terms, body.rationale, lambda made: call.claim(shapes.program_answer(made))
    )
    return shapes.program_answer(program)


@api.route("GET", "/v1/programs/schema", roles=READERS)
def read_schema(_: Call) -> dict[str, object]:
    """The JSON Schema of a version's terms."""
    return terms_schema()


@api.route("GET", "/v1/programs/<program_id>", roles=READERS, answer=shapes.ProgramDetail)
def read_program(call: Call) -> shapes.ProgramDetail:
    """A programme with the terms in force now."""
    return shapes.program_detail(*Programs(call.desk).read(call.path["program_id"]))


@api.route(
    "GET", "/v1/programs/<program_id>/segments", roles=READERS, answer=SegmentRow, paged=True
)
def list_segments(call: Call) -> Page[SegmentRow]:
    """The segments of advocates that the programme has, all at once, with their sizes."""
    program, _ = Programs(call.desk).read(call.path["program_id"])
    return Page(segment_rows(Segmenting(call.desk).of_program(program.program_id)), None)


@api.route(
    "GET",
    "/v1/programs/<program_id>/versions",
    roles=READERS,
    answer=versions.VersionAnswer,
    paged=True,
)
def list_versions(call: Call) -> Page[versions.VersionAnswer]:
    """All versions at once, newest first; there are at most a hundred."""
    found = Programs(call.desk).versions(call.path["program_id"])
    rows = versions.version_answers(call.desk, found)
    return Page([versions.seen_by(call, one) for one in rows], None)


@api.route(
    "GET",
    "/v1/programs/<program_id>/versions/<number>",
    roles=READERS,
    answer=versions.VersionDetail,
)
def read_version(call: Call) -> versions.VersionDetail:
    """One version with its terms."""
    number, programs = shapes.version_number(call.path["number"]), Programs(call.desk)
    version = programs.version(call.path["program_id"], number)
    found = versions.version_detail(call.desk, version, programs.versions(call.path["program_id"]))
    return versions.seen_by(call, found)


@api.route(
    "POST",
    "/v1/programs/<program_id>/versions/<number>/promote",
    roles=WRITERS,
    body=versions.PromoteVersion,
    answer=versions.VersionAnswer,
)
def promote_version(call: Call) -> versions.VersionAnswer:
    """A pilot becomes everybody's."""
    version = Publishing(call.desk, wiring.mark_of(call.principal)).promote(
        call.path["program_id"],
        shapes.version_number(call.path["number"]),
        versions.wish_of(call, call.body),
        lambda made: call.claim(versions.version_answer(call.desk, made)),
    )
    return versions.version_answer(call.desk, version)


@api.route(
    "POST",
    "/v1/programs/<program_id>/versions/<number>/withdraw",
    roles=WRITERS,
    body=versions.WithdrawVersion,
    answer=versions.VersionAnswer,
)
def withdraw_version(call: Call) -> versions.VersionAnswer:
    """A pilot ends, or what does not hold yet never will."""
    body: versions.WithdrawVersion = call.body
    version = Publishing(call.desk).withdraw(
        call.path["program_id"],
        shapes.version_number(call.path["number"]),
        body.reason,
        versions.wish_of(call, body),
        lambda made: call.claim(versions.version_answer(call.desk, made)),
    )
    return versions.version_answer(call.desk, version)


@api.route(
    "GET",
    "/v1/programs/<program_id>/versions/<number>/acknowledgements",
    roles=BY_PERSON,
    answer=versions.AcknowledgementAnswer,
    paged=True,
)
def list_acknowledgements(call: Call) -> Page[versions.AcknowledgementAnswer]:
    """Which advocates have read a version, and when."""
    page = Announcing(call.desk).acknowledged(
        call.path["program_id"],
        shapes.version_number(call.path["number"]),
        call.page.limit,
        call.page.starting_after,
    )
    return Page([versions.acknowledgement_answer(one) for one in page.rows], page.cursor)


@api.route(
    "GET",
    "/v1/programs/<program_id>/versions/<number>/examples",
    roles=READERS,
    answer=ExamplesAnswer,
    query={"locale": "the language of the lines, en (default) or de"},
)
def read_examples(call: Call) -> ExamplesAnswer:
    """Worked examples of a version, computed by its own rules."""
    number = shapes.version_number(call.path["number"])
    version = Programs(call.desk).version(call.path["program_id"], number)
    return examples_answer(version, call.query.get("locale", ""))


@api.route(
    "POST",
    "/v1/programs/<program_id>/state",
    roles=WRITERS,
    body=shapes.SetProgramState,
    answer=shapes.ProgramAnswer,
)
def set_program_state(call: Call) -> shapes.ProgramAnswer:
    """Pause, resume or close."""
    body: shapes.SetProgramState = call.body
    program = Programs(call.desk).set_state(
        call.path["program_id"],
        body.state,
        body.reason,
        lambda moved: call.claim(shapes.program_answer(moved)),
    )
    return shapes.program_answer(program)


@api.route("GET", "/v1/programs/<program_id>/budget", roles=BY_PERSON, answer=BudgetAnswer)
def read_budget(call: Call) -> BudgetAnswer:
    """What is used and left of the budget, and of the caps of the whole programme."""
    return budget_answer(Budgets(call.desk).read(call.path["program_id"]))


@api.route(
    "PUT",
    "/v1/programs/<program_id>/budget",
    roles=PURSES,
    body=SetBudget,
    answer=BudgetAnswer,
)
def set_budget(call: Call) -> BudgetAnswer:
    """Another budget; a lower one takes back nothing that was given."""
    body: SetBudget = call.body
    state = Budgets(call.desk).put(
        call.path["program_id"],
        body.limits,
        body.reason,
        lambda done: call.claim(budget_answer(done)),
    )
    return budget_answer(state)


@api.route(
    "GET",
    "/v1/rates",
    roles=READERS,
    answer=RateAnswer,
    paged=True,
    query={"base": "1 of this currency", "quote": "is so many of this one"},
)
def list_rates(call: Call) -> Page[RateAnswer]:
    """The rates of one pair as they were stated, newest day first."""
    base, quote = (known_currency(call.query.get(name, "")) for name in ("base", "quote"))
    page = Rates(call.desk).list(base, quote, call.page.limit, call.page.starting_after)
    return Page([rate_answer(one) for one in page.rows], page.cursor)


@api.route("PUT", "/v1/rates", roles=PURSES, body=PutRates, answer=RatesAnswer)
def put_rates(call: Call) -> RatesAnswer:
    """State rates; one that is there is never changed."""
    body: PutRates = call.body
    rates = Rates(call.desk).put(body.rates, lambda put: call.claim(rates_answer(put)))
    return rates_answer(rates)


@api.route("GET", "/v1/rates/wanted", roles=READERS, answer=WantedAnswer, paged=True)
def list_wanted(call: Call) -> Page[WantedAnswer]:
    """Conversions that wait for the rate of their day, oldest first; may lag behind a moment."""
    page = wanted_page(call.desk.store, call.page.limit, call.page.starting_after)
    return Page([wanted_answer(one) for one in page.rows], page.cursor)


@api.route(
    "GET",
    "/v1/programs/<program_id>/refunds-waiting",
    roles=READERS,
    answer=shapes.ParkedAnswer,
    paged=True,
)
def list_parked(call: Call) -> Page[shapes.ParkedAnswer]:
    """Refunds that wait for an order nobody has told of, longest first; may lag a moment."""
    found = parked(
        call.desk.store, call.path["program_id"], call.page.limit, call.page.starting_after
    )
    return Page([shapes.parked_answer(one) for one in found.rows], found.cursor)


@api.route("GET", "/v1/sources", roles=WRITERS, answer=shapes.SourceAnswer, paged=True)
def list_sources(call: Call) -> Page[shapes.SourceAnswer]:
    """All sources, oldest first, without secrets."""
    page = shapes.sources(call.desk).list(call.page.limit, call.page.starting_after)
    return Page([shapes.source_answer(one) for one in page.rows], page.cursor)


@api.route(
    "POST",
    "/v1/sources",
    roles=KEEPERS,
    body=shapes.CreateSource,
    answer=shapes.SourceSecretAnswer,
    status=201,
)
def create_source(call: Call) -> shapes.SourceSecretAnswer:
    """A source; a drawn secret is in this answer and in no other."""
    body: shapes.CreateSource = call.body
    source, drawn = shapes.sources(call.desk).create(
        **dict(body), receipt=lambda made: call.claim(shapes.secret_answer(made))
    )
    return shapes.secret_answer(source, drawn)


@api.route("GET", "/v1/sources/<source_id>", roles=WRITERS, answer=shapes.SourceAnswer)
def read_source(call: Call) -> shapes.SourceAnswer:
    """One source without its secrets."""
    return shapes.source_answer(shapes.sources(call.desk).read(call.path["source_id"]))


@api.route(
    "POST",
    "/v1/sources/<source_id>/rotate",
    roles=KEEPERS,
    body=shapes.RotateSecret,
    answer=shapes.SourceSecretAnswer,
)
def rotate_secret(call: Call) -> shapes.SourceSecretAnswer:
    """A new newest secret; the one before stays live."""
    body: shapes.RotateSecret = call.body
    source, drawn = shapes.sources(call.desk).rotate(
        call.path["source_id"],
        body.secret,
        lambda rotated: call.claim(shapes.secret_answer(rotated)),
    )
    return shapes.secret_answer(source, drawn)


@api.route(
    "POST",
    "/v1/sources/<source_id>/state",
    roles=KEEPERS,
    body=shapes.SetSourceState,
    answer=shapes.SourceAnswer,
)
def set_source_state(call: Call) -> shapes.SourceAnswer:
    """Disable or enable."""
    body: shapes.SetSourceState = call.body
    source = shapes.sources(call.desk).set_state(
        call.path["source_id"],
        body.state,
        body.reason,
        lambda moved: call.claim(shapes.source_answer(moved)),
    )
    return shapes.source_answer(source)


@api.route(
    "GET",
    "/v1/sources/<source_id>/deliveries",
    roles=WRITERS,
    answer=shapes.DeliveryAnswer,
    paged=True,
    query={"which": "kept (default): those that need a person; done: booked or left out"},
)
def list_deliveries(call: Call) -> Page[shapes.DeliveryAnswer]:
    """Deliveries that verified, without bodies: kept ones oldest first, done ones newest first."""
    return shapes.deliveries(call.desk, call.path["source_id"], call.query, call.page)


handler = api
