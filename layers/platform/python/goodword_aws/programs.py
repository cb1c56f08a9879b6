"""How programmes and sources are written and seen over the API, with their real adapters."""

from collections.abc import Mapping
from typing import Any, Literal

from goodword.conversions.aliases import ParkedRefunds
from goodword.conversions.model import Delivery, Namespace, Source, SourceKind
from goodword.errors import FieldError, InvalidInput, NotFound
from goodword.money import Currency
from goodword.ports import Desk, Page
from goodword.programs.model import Program, ProgramState, ProgramVersion, Terms
from goodword.programs.sources import Sources
from goodword.records import Value
from goodword.times import rfc3339
from pydantic import Field

from goodword_aws import wiring
from goodword_aws.calls import PageAsked
from goodword_aws.forms import Label, ProgramId, Rationale, ReasonCode
from goodword_aws.settings import settings


class CreateProgram(Value):
    """A new programme: its first version, and why it is as it is."""

    terms: Terms
    rationale: Rationale


class SetProgramState(Value):
    """`paused` stops earning and enrolment, `closed` is for ever; links lead on in any state."""

    state: ProgramState
    reason: ReasonCode


class CreateSource(Value):
    """An inbound endpoint. Stripe and Shopify give the secret, a generic one is drawn here.

    Sources that report the same orders by the same ids are given the same `namespace`.
    `currency` is the shop's, if it is not the programme's; a `mixed` one names it with each order.
    """

    kind: SourceKind
    program_id: ProgramId
    label: Label
    livemode: bool = True
    namespace: Namespace | None = None
    secret: str | None = Field(default=None, max_length=210, repr=False)
    currency: Currency | None = None
    mixed: bool = False


class RotateSecret(Value):
    """The next signing secret; empty for a generic source."""

    secret: str | None = Field(default=None, max_length=210, repr=False)


class SetSourceState(Value):
    """A disabled source is unknown to the intake."""

    state: Literal["active", "disabled"]
    reason: ReasonCode


class ProgramAnswer(Value):
    """A programme; `version` is the one in force."""

    id: str
    name: str
    currency: str
    state: ProgramState
    version: int
    latest_version: int
    created_at: str


class ProgramDetail(ProgramAnswer):
    """A programme with the terms in force."""

    terms: Terms


class SourceAnswer(Value):
    """A source; never its secrets, only how many are live."""

    id: str
    kind: SourceKind
    program_id: str
    currency: str
    mixed: bool
    label: str
    namespace: str
    livemode: bool
    state: Literal["active", "disabled"]
    live_secrets: int
    url: str
    created_at: str


class SourceSecretAnswer(SourceAnswer):
    """`signing_secret` is there once, when it was drawn here; a repeated call does not show it."""

    signing_secret: str | None = Field(repr=False)


class DeliveryAnswer(Value):
    """A delivery that needs a person; never its body."""

    delivery_id: str
    topic: str
    state: str
    reason: str
    received_at: str


class ParkedAnswer(Value):
    """What waits for an order that nobody has told of: a refund, a chargeback, a bank's question.

    It is booked when the order comes. One that waits for days is of an order from before, or names
    the order by an id that no delivery told (docs/intake.md).
    """

    order_id: str
    namespace: str
    waiting_since: str
    refunds: tuple[str, ...]


def parked_answer(one: ParkedRefunds) -> ParkedAnswer:
    """As staff see it."""
    return ParkedAnswer(
        order_id=one.alias,
        namespace=one.namespace,
        waiting_since=rfc3339(one.since_ms),
        refunds=tuple(fact.name for fact in one.facts),
    )


def sources(desk: Desk) -> Sources:
    """The use cases of sources; secrets are sealed for the intake's eyes."""
    return Sources(desk, wiring.envelope("source"))


def program_answer(program: Program) -> ProgramAnswer:
    """The head as an answer."""
    return ProgramAnswer(**_program(program))


def up_to_now(desk: Desk, program: Program) -> Program:
    """The head with the version that is in force now; a date may have passed since it was written.

    From what the process has read of versions within the last minute.
    """
    version = wiring.shelf().version(program.program_id, desk.clock.now_ms())
    return program.but(in_force=version.number, name=version.terms.name)


def program_detail(program: Program, version: ProgramVersion) -> ProgramDetail:
    """The head with the terms in force."""
    return ProgramDetail(**_program(program), terms=version.terms)


def source_answer(source: Source) -> SourceAnswer:
    """A source without its secrets."""
    return SourceAnswer(**_source(source))


def secret_answer(source: Source, drawn: str | None = None) -> SourceSecretAnswer:
    """A source with the secret that was just drawn, if any."""
    return SourceSecretAnswer(**_source(source), signing_secret=drawn)


def delivery_answer(delivery: Delivery) -> DeliveryAnswer:
    """A kept delivery."""
    return DeliveryAnswer(
        delivery_id=delivery.delivery_id,
        topic=delivery.topic,
        state=delivery.state,
        reason=delivery.reason,
        received_at=rfc3339(delivery.received_ms),
    )


def deliveries(
    desk: Desk, source_id: str, query: Mapping[str, str], asked: PageAsked
) -> Page[DeliveryAnswer]:
    """A source's deliveries, `which` of them. Raises InvalidInput `invalid_query`."""
    which, use_cases = query.get("which", "kept"), sources(desk)
    if which not in ("kept", "done"):
        wrong = [FieldError("which", "must be kept or done", "literal_error")]
        raise InvalidInput("invalid_query", "the query cannot be accepted; see errors", wrong)
    listed = use_cases.kept if which == "kept" else use_cases.done
    page = listed(use_cases.read(source_id).source_id, asked.limit, asked.starting_after)
    return Page([delivery_answer(one) for one in page.rows], page.cursor)


def version_number(text: str) -> int:
    """The number in a path. Raises NotFound `unknown_version`, as any other missing thing."""
    if not text.isascii() or not text.isdigit() or len(text) > 6:
        raise NotFound("unknown_version", "the programme has no such version")
    return int(text)


def _program(program: Program) -> dict[str, Any]:
    return {
        "id": program.program_id,
        "name": program.name,
        "currency": program.currency,
        "state": program.state,
        "version": program.in_force,
        "latest_version": program.latest,
        "created_at": rfc3339(program.created_ms),
    }


def _source(source: Source) -> dict[str, Any]:
    base = settings().public_url.rstrip("/")
    return {
        "id": source.source_id,
        "kind": source.kind,
        "program_id": source.program_id,
        "currency": source.currency,
        "mixed": source.mixed,
        "label": source.label,
        "namespace": source.space.namespace,
        "livemode": source.livemode,
        "state": source.state,
        "live_secrets": len(source.sealed_secrets),
        "url": f"{base}/v1/sources/{source.source_id}",
        "created_at": rfc3339(source.created_ms),
    }
