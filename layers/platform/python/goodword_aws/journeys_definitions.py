"""Journeys as documents over the API: drafts, dry runs, publication, and the rules of asks."""

from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import Annotated, Literal, Self

from goodword.errors import FieldError, InvalidInput, NotFound
from goodword.journeys.asking import AskRules, rules_key
from goodword.journeys.definition import Frequency, JourneyTerms, QuietHours
from goodword.journeys.fitting import FitWish
from goodword.journeys.journey import InFlight, Journey, JourneyDraft, JourneyState, JourneyVersion
from goodword.journeys.previewing import Preview
from goodword.journeys.publishing import Journeys
from goodword.journeys.refusing import refusals, warnings
from goodword.ports import Change, Desk
from goodword.privacy.model import names_an_address
from goodword.programs.model import Program, program_key
from goodword.receipts import Receipt, settle
from goodword.records import Value
from goodword.times import rfc3339
from pydantic import AfterValidator, Field, StringConstraints, model_validator

from goodword_aws import accounts, wiring
from goodword_aws.calls import Call


def names_nobody(text: str) -> str:
    """The text. ValueError where it names an e-mail address: what staff write is kept."""
    if names_an_address(text):
        raise ValueError("must not name an e-mail address")
    return text


Rationale = Annotated[
    str, StringConstraints(min_length=3, max_length=500), AfterValidator(names_nobody)
]
ReasonCode = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,39}$")]
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
REFUSALS_SHOWN = 100  # the answer is remembered, and what is remembered is short


class CreateJourney(Value):
    """A journey and the draft of its first version."""

    program_id: str = Field(max_length=64)
    terms: JourneyTerms
    rationale: Rationale


class ChangeJourneyDraft(Value):
    """The draft in its next form; `digest` of the one that was read, absent without one."""

    terms: JourneyTerms
    rationale: Rationale
    digest: Digest | None = None


class PublishJourney(Value):
    """The draft of this digest; `in_flight` says what becomes of those who are on their way."""

    digest: Digest
    in_flight: InFlight = "finish"


class SetJourneyState(Value):
    """Pause it, let it go on, or end it for good."""

    state: Literal["active", "paused", "ended"]
    reason: ReasonCode


class SetAskRules(Value):
    """What holds for every ask of the programme, whichever journey it comes from.

    `fit` is whose profile suits which motion, once for a motion; none is named unless it is.
    `across_programs`: what other programmes asked the same mailbox counts, too.
    """

    frequency: Frequency
    cool_down_days: int = Field(ge=0, le=365)
    quiet_hours: QuietHours = QuietHours()
    fit: tuple[FitWish, ...] = Field(default=(), max_length=10)
    across_programs: bool = True

    @model_validator(mode="after")
    def _once_each(self) -> Self:
        if len({one.motion for one in self.fit}) < len(self.fit):
            raise ValueError("fit: each motion once")
        return self


class BrokenRule(Value):
    """A rule that the document breaks, and where."""

    field: str
    message: str


class ReadyAnswer(Value):
    """A journey that ships with Goodword, to begin with; `to_fill` is what only you can say."""

    key: str
    terms: JourneyTerms
    to_fill: tuple[BrokenRule, ...]


class JourneyAnswer(Value):
    """A journey; `in_force` is 0 until a version is published."""

    id: str
    program_id: str
    name: str
    state: JourneyState
    in_force: int
    created_at: str


class JourneyDraftAnswer(Value):
    """The next version in the making; it can be published once `refusals` is empty.

    `warnings` stop nothing: a request for a review that leads to no form, for one.
    """

    journey_id: str
    terms: JourneyTerms
    rationale: str
    editors: tuple[str, ...]
    digest: str
    changed_at: str
    refusals: tuple[BrokenRule, ...]
    warnings: tuple[BrokenRule, ...]


class JourneyVersionAnswer(Value):
    """What was published, by whom, and why."""

    journey_id: str
    number: int
    terms: JourneyTerms
    rationale: str
    editors: tuple[str, ...]
    publisher: str
    in_flight: InFlight
    published_at: str


class LookedAnswer(Value):
    """What the journey would do about one person today; `reason` is empty where it would ask."""

    subject_id: str
    enters: bool
    asks: bool
    reason: str
    again_at: str | None


class PreviewAnswer(Value):
    """One page of a dry run: nothing was written, nobody was asked.

    `warnings` are of the draft: what people would be asked without a link, for one.
    """

    warnings: tuple[BrokenRule, ...]
    looked_at: int
    would_enter: int
    would_ask: int
    reasons: dict[str, int]
    people: tuple[LookedAnswer, ...]
    next_cursor: str | None


class AskRulesAnswer(Value):
    """The rules of all asks of a programme."""

    program_id: str
    frequency: Frequency
    cool_down_days: int
    quiet_hours: QuietHours
    fit: tuple[FitWish, ...]
    across_programs: bool


def journeys(call: Call) -> Journeys:
    """The use cases of whoever calls, with the directory of staff."""
    return Journeys(call.desk, wiring.mark_of(call.principal), accounts.pool_staff())


@cache
def ready_journeys() -> tuple[ReadyAnswer, ...]:
    """The journeys that ship as files, by name."""
    folder = resources.files("goodword.journeys").joinpath("ready")
    found = {
        one.name.removesuffix(".json"): JourneyTerms.model_validate_json(one.read_text("utf-8"))
        for one in sorted(folder.iterdir(), key=lambda one: one.name)
        if one.name.endswith(".json")
    }
    return tuple(
        ReadyAnswer(key=key, terms=terms, to_fill=_rules(refusals(terms)))
        for key, terms in found.items()
    )


def _rules(found: Sequence[FieldError]) -> tuple[BrokenRule, ...]:
    return tuple(BrokenRule(field=one.field, message=one.message) for one in found)


def journey_answer(journey: Journey) -> JourneyAnswer:
    """As staff see it."""
    return JourneyAnswer(
        id=journey.journey_id,
        program_id=journey.program_id,
        name=journey.name,
        state=journey.state,
        in_force=journey.in_force,
        created_at=rfc3339(journey.created_ms),
    )


def draft_answer(journeys: Journeys, program_id: str, draft: JourneyDraft) -> JourneyDraftAnswer:
    """As staff see it, with every rule that it breaks."""
    broken = journeys.broken(program_id, draft.terms)
    return JourneyDraftAnswer(
        journey_id=draft.journey_id,
        terms=draft.terms,
        rationale=draft.rationale,
        editors=draft.editors,
        digest=draft.digest,
        changed_at=rfc3339(draft.changed_ms),
        refusals=_rules(broken[:REFUSALS_SHOWN]),
        warnings=_rules(journeys.warned(draft.terms)),
    )


def version_answer(version: JourneyVersion) -> JourneyVersionAnswer:
    """As staff see it."""
    return JourneyVersionAnswer(
        journey_id=version.journey_id,
        number=version.number,
        terms=version.terms,
        rationale=version.rationale,
        editors=version.editors,
        publisher=version.publisher,
        in_flight=version.in_flight,
        published_at=rfc3339(version.published_ms),
    )


def preview_answer(found: Preview, terms: JourneyTerms) -> PreviewAnswer:
    """As staff see it, with what is to be said of the draft."""
    return PreviewAnswer(
        warnings=_rules(warnings(terms)),
        looked_at=found.looked_at,
        would_enter=found.would_enter,
        would_ask=found.would_ask,
        reasons=found.reasons,
        people=tuple(
            LookedAnswer(
                subject_id=one.subject_id,
                enters=one.enters,
                asks=one.asks,
                reason=one.reason,
                again_at=rfc3339(one.from_ms) if one.from_ms is not None else None,
            )
            for one in found.people
        ),
        next_cursor=found.cursor,
    )


def rules_of(desk: Desk, program_id: str) -> AskRules:
    """The programme's rules, or what holds where nobody set any. NotFound `unknown_program`."""
    if desk.store.get(Program, program_key(program_id)) is None:
        raise NotFound("unknown_program", "there is no such programme")
    found = desk.store.get(AskRules, rules_key(program_id))
    return found or AskRules(program_id=program_id)


def set_rules(
    desk: Desk, program_id: str, body: SetAskRules, receipt: Receipt[AskRulesAnswer]
) -> AskRulesAnswer:
    """Replace the rules; asks that were made stay made."""
    before = rules_of(desk, program_id)
    if body.quiet_hours.from_hour == body.quiet_hours.until_hour and body.cool_down_days == 0:
        raise InvalidInput("no_limits", "without quiet hours there must be a cool-down")
    after = before.but(**dict(body))
    change = Change()
    change.save(after)
    change.create(desk.event("journey.ask_rules_changed", program_id))
    return settle(desk.store, change, rules_answer(after), receipt)


def rules_answer(rules: AskRules) -> AskRulesAnswer:
    """As staff see them."""
    return AskRulesAnswer(
        program_id=rules.program_id,
        frequency=rules.frequency,
        cool_down_days=rules.cool_down_days,
        quiet_hours=rules.quiet_hours,
        fit=rules.fit,
        across_programs=rules.across_programs,
    )
