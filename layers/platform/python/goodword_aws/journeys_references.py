"""References for staff: profiles, whom a need fits and why, calls and what came of them."""

from collections.abc import Mapping
from typing import Self

from goodword.errors import FieldError, InvalidInput
from goodword.journeys.calling import Calling
from goodword.journeys.gate import Gate
from goodword.journeys.reference import (
    SIZES,
    CallState,
    FollowUp,
    Need,
    Outcome,
    ReferenceCall,
    ReferenceProfile,
    Traits,
)
from goodword.journeys.referencing import Candidate, References
from goodword.journeys.signal import OutsideName
from goodword.ports import Desk
from goodword.records import Value
from goodword.times import rfc3339
from pydantic import Field, ValidationError, model_validator

from goodword_aws.calls import Call
from goodword_aws.journeys import subjects
from goodword_aws.journeys_walks import asks

NEED = {
    "program_id": "of which programme",
    "industry": "as profiles name it, like `retail`",
    "size": ", ".join(SIZES),
    "use_case": "one or more, with commas",
}


class BookCall(Value):
    """A call, and the deal that it is for, if it is known here.

    The deal is named by its id here, or as `deal_id` by that of its CRM.
    """

    opportunity_id: str | None = Field(default=None, pattern=r"^opp_[0-9a-z]{26}$")
    deal_id: OutsideName | None = None

    @model_validator(mode="after")
    def _once(self) -> Self:
        if self.opportunity_id is not None and self.deal_id is not None:
            raise ValueError("deal_id: name the deal once")
        return self


class RecordCall(Value):
    """What came of a call: `outcome` of one that was held; what is to follow, and if it did."""

    state: CallState
    outcome: Outcome = ""
    follow_up: FollowUp = "none"
    followed: bool = False


class ReferenceCallAnswer(Value):
    """A call. `ask_id` is the request whose yes it rests on; null of old calls."""

    id: str
    booked_at: str
    ask_id: str | None
    state: CallState
    opportunity_id: str | None
    outcome: Outcome
    follow_up: FollowUp
    followed: bool


class ReferenceAnswer(Value):
    """A reference, by id, with the newest calls, oldest first."""

    subject_id: str
    program_id: str
    traits: Traits
    calls: tuple[ReferenceCallAnswer, ...]


class FitPartAnswer(Value):
    """One thing in common, and its points."""

    what: str
    points: int


class CandidateAnswer(Value):
    """Whom a need fits. `reason` says why nobody may call now, `from_at` from when on."""

    subject_id: str
    points: int
    parts: tuple[FitPartAnswer, ...]
    traits: Traits
    free: bool
    reason: str
    from_at: str | None


def references(desk: Desk) -> References:
    """The use cases; needs the index secret."""
    known = subjects(desk)
    return References(desk, known, Gate(desk, known), Calling(asks(desk)))


def recorded(call: Call) -> ReferenceAnswer:
    """What the body says came of the call of the path, by somebody whose own it is not."""
    body: RecordCall = call.body
    profile = references(call.desk).record(
        call.path["subject_id"],
        call.path["call_id"],
        state=body.state,
        outcome=body.outcome,
        follow_up=body.follow_up,
        followed=body.followed,
        own_advocate_id=call.principal.advocate_id,
        receipt=lambda kept: call.claim(reference_answer(kept)),
    )
    return reference_answer(profile)


def need_of(query: Mapping[str, str]) -> Need:
    """What is looked for. Raises InvalidInput `invalid_query` with the field that is wrong."""
    wanted = tuple(one.strip() for one in query.get("use_case", "").split(",") if one.strip())
    said = {"industry": query.get("industry") or None, "size": query.get("size") or None}
    try:
        return Need.model_validate({**said, "use_cases": wanted})
    except ValidationError as bad:
        names = {"use_cases": "use_case"}
        first = [str(one["loc"][0]) for one in bad.errors()]
        wrong = [
            FieldError(names.get(one, one), "cannot be looked for", "not_looked_for")
            for one in first
        ]
        raise InvalidInput(
            "invalid_query", "the query cannot be accepted; see errors", wrong
        ) from None


def reference_answer(profile: ReferenceProfile) -> ReferenceAnswer:
    """As staff see it."""
    return ReferenceAnswer(
        subject_id=profile.subject_id,
        program_id=profile.program_id,
        traits=profile.traits,
        calls=tuple(_call(one) for one in profile.calls),
    )


def candidate_answer(one: Candidate) -> CandidateAnswer:
    """As staff see it."""
    return CandidateAnswer(
        subject_id=one.profile.subject_id,
        points=one.fit.points,
        parts=tuple(FitPartAnswer(what=what, points=points) for what, points in one.fit.parts),
        traits=one.profile.traits,
        free=not one.reason,
        reason=one.reason,
        from_at=None if one.from_ms is None else rfc3339(one.from_ms),
    )


def _call(one: ReferenceCall) -> ReferenceCallAnswer:
    return ReferenceCallAnswer(
        id=one.call_id,
        booked_at=rfc3339(one.booked_ms),
        ask_id=one.ask_id or None,
        state=one.state,
        opportunity_id=one.opportunity_id,
        outcome=one.outcome,
        follow_up=one.follow_up,
        followed=one.followed,
    )
