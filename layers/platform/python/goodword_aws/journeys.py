"""Journeys for staff: subjects by id, their standing with every point, and the model of scores."""

from typing import Literal

from goodword.journeys import scoring
from goodword.journeys.gate import Gate, Seen
from goodword.journeys.ladder import FIRST, LADDER, lighter
from goodword.journeys.listening import Subjects
from goodword.journeys.scoring import FitPart, Motion, Side, Verdict
from goodword.journeys.signal import SignalKind, Subject
from goodword.ports import Desk
from goodword.privacy.model import EMAIL_LENGTH_MAX, fold_email
from goodword.records import Value
from goodword.times import rfc3339
from pydantic import Field

from goodword_aws import wiring
from goodword_aws.journeys_care import RungAnswer, TrustAnswer, rungs, trust_answer


class FindSubject(Value):
    """Whose signals. The address is used for the search and not kept."""

    program_id: str = Field(max_length=64)
    email: str = Field(max_length=EMAIL_LENGTH_MAX, repr=False)

    @property
    def folded(self) -> str:
        """The address as look-ups use it. Raises InvalidInput `bad_email`."""
        return fold_email(self.email)


class SubjectAnswer(Value):
    """A person or an account, known by id only."""

    id: str
    program_id: str
    what: Literal["person", "account"]
    account_id: str | None
    last_signal_at: str


class ContributionAnswer(Value):
    """What one signal gives now; `full_points` when it was fresh."""

    signal_id: str
    kind: SignalKind
    occurred_at: str
    value: int | None
    side: Side
    full_points: int
    points: int


class SuppressorAnswer(Value):
    """Why nobody may be asked; `since` is absent where there never was consent, and where more was
    heard than is read (`too_many_signals`).
    """

    code: str
    since: str | None
    about: str | None


class VerdictAnswer(Value):
    """Whether a person may be asked for this, and each reason against it.

    `first` says what they may be asked for before, where trust has not grown that far; `fit` what
    their profile gives towards the score of this motion, by what the programme wants.
    """

    motion: Motion
    qualifies: bool
    reasons: tuple[str, ...]
    fit: tuple[FitPart, ...]
    first: tuple[Motion, ...]


class StandingAnswer(Value):
    """The score is the sum of the points of `contributions`, of the model of this version."""

    subject: SubjectAnswer
    model: int
    at: str
    score: int
    delight: int
    results: int
    risk: int
    contributions: tuple[ContributionAnswer, ...]
    suppressors: tuple[SuppressorAnswer, ...]
    motions: tuple[VerdictAnswer, ...]
    trust: TrustAnswer


class WeightAnswer(Value):
    """Points of a signal whose value lies between `low` and `high`."""

    kind: SignalKind
    low: int
    high: int
    points: int
    side: Side
    limit: int


class BarAnswer(Value):
    """What a motion takes. A `blind` one looks at nothing that says how satisfied somebody is."""

    motion: Motion
    score: int
    results: int
    risk: int
    blind: bool


class ModelAnswer(Value):
    """Everything that makes a score."""

    model: int
    fresh_days: int
    gone_days: int
    weights: tuple[WeightAnswer, ...]
    bars: tuple[BarAnswer, ...]
    ladder: int
    rungs: tuple[RungAnswer, ...]


def subjects(desk: Desk) -> Subjects:
    """The use cases; needs the index secret."""
    return Subjects(desk, wiring.blind_index())


def subject_answer(subject: Subject) -> SubjectAnswer:
    """As staff see it."""
    return SubjectAnswer(
        id=subject.subject_id,
        program_id=subject.program_id,
        what=subject.what,
        account_id=subject.account_id,
        last_signal_at=rfc3339(subject.last_ms),
    )


def standing_of(desk: Desk, subject_id: str) -> StandingAnswer:
    """How somebody stands now, with what was asked of them before."""
    seen = Gate(desk, subjects(desk)).look(subject_id)
    return standing_answer(seen)


def standing_answer(seen: Seen) -> StandingAnswer:
    """As staff see it."""
    subject, found = seen.subject, seen.standing
    return StandingAnswer(
        subject=subject_answer(subject),
        model=found.model,
        at=rfc3339(found.at_ms),
        score=found.score,
        delight=found.delight,
        results=found.results,
        risk=found.risk,
        contributions=tuple(
            ContributionAnswer(
                occurred_at=rfc3339(one.occurred_ms),
                **one.model_dump(exclude={"occurred_ms"}),
            )
            for one in found.contributions
        ),
        suppressors=tuple(
            SuppressorAnswer(
                code=one.code,
                since=rfc3339(one.since_ms) if one.since_ms else None,
                about=one.about,
            )
            for one in found.suppressors
        ),
        motions=tuple(_verdict(one) for one in found.motions),
        trust=trust_answer(seen),
    )


def model_answer() -> ModelAnswer:
    """The model in force."""
    return ModelAnswer(
        model=scoring.MODEL,
        fresh_days=scoring.FRESH_DAYS,
        gone_days=scoring.GONE_DAYS,
        weights=tuple(
            WeightAnswer(**one._asdict(), limit=scoring.LIMITS[one.kind].points)
            for one in scoring.WEIGHTS
        ),
        bars=tuple(
            BarAnswer(motion=motion, **bar._asdict()) for motion, bar in scoring.BARS.items()
        ),
        ladder=LADDER,
        rungs=rungs(),
    )


def _verdict(one: Verdict) -> VerdictAnswer:
    waits = not set(FIRST.values()).isdisjoint(one.reasons)
    return VerdictAnswer(
        motion=one.motion,
        qualifies=one.qualifies,
        reasons=one.reasons,
        fit=one.fit,
        first=lighter(one.motion) if waits else (),
    )
