"""How versions are published, ended and seen over the API, with who did what on which replay."""

from collections.abc import Sequence
from typing import Annotated, Any, TypeVar

from goodword.ports import Desk
from goodword.programs.announcement import Acknowledgement
from goodword.programs.life import VersionState, state_of
from goodword.programs.model import ProgramVersion, Replayed, Terms
from goodword.programs.pilot import Pilot
from goodword.programs.publishing import Wish
from goodword.records import Value
from goodword.times import rfc3339
from pydantic import StringConstraints

from goodword_aws.calls import BY_PERSON, Call
from goodword_aws.forms import Instant, ReasonCode, instant_ms


class PublishDraft(Value):
    """`digest` is the draft's that was looked at; without `effective_at` as soon as is allowed.

    With `pilot` the version holds for some only. `exception` is an admin's reason, a code, for
    less notice than the version in force promises.
    """

    digest: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    effective_at: Instant | None = None
    pilot: Pilot | None = None
    exception: ReasonCode | None = None


class PromoteVersion(Value):
    """From when a pilot holds for everybody; without it as soon as is allowed."""

    effective_at: Instant | None = None
    exception: ReasonCode | None = None


class WithdrawVersion(Value):
    """From when a pilot ends for its people; a version that does not hold yet ends at once."""

    reason: ReasonCode
    effective_at: Instant | None = None
    exception: ReasonCode | None = None


class VersionAnswer(Value):
    """A version without its terms. `early` says why less than the notice period was given."""

    program_id: str
    number: int
    state: VersionState
    author: str
    publisher: str | None
    rationale: str
    created_at: str
    effective_at: str
    early: str
    pilot: Pilot | None
    promoted_at: str | None
    withdrawn_at: str | None
    replay: Replayed | None
    terms_hash: str


V = TypeVar("V", bound=VersionAnswer)


class VersionDetail(VersionAnswer):
    """A version with its terms."""

    terms: Terms


class AcknowledgementAnswer(Value):
    """Who has read a version, and when."""

    advocate_id: str
    program_id: str
    version_number: int
    at: str


def wish_of(call: Call, body: PublishDraft | PromoteVersion | WithdrawVersion) -> Wish:
    """From when, and with which exception; whether the caller may make one is in their token."""
    return Wish(
        effective_ms=instant_ms(body.effective_at),
        exception=body.exception or "",
        admin="admin" in call.principal.groups,
    )


def version_answers(desk: Desk, versions: Sequence[ProgramVersion]) -> list[VersionAnswer]:
    """All versions of a programme, each with its state now."""
    now_ms = desk.clock.now_ms()
    return [VersionAnswer(**_version(one, state_of(one, versions, now_ms))) for one in versions]


def version_answer(desk: Desk, version: ProgramVersion) -> VersionAnswer:
    """A version that has just been published or ended."""
    return VersionAnswer(**_version(version, state_of(version, (version,), desk.clock.now_ms())))


def version_detail(
    desk: Desk, version: ProgramVersion, versions: Sequence[ProgramVersion]
) -> VersionDetail:
    """A version as a whole, with its state among all of them."""
    state = state_of(version, versions, desk.clock.now_ms())
    return VersionDetail(**_version(version, state), terms=version.terms)


def seen_by(call: Call, found: V) -> V:
    """Without what its replay found for analysts: that may be of one person."""
    return found if call.principal.may(BY_PERSON) else found.but(replay=None)


def acknowledgement_answer(said: Acknowledgement) -> AcknowledgementAnswer:
    """One advocate's word."""
    return AcknowledgementAnswer(
        advocate_id=said.advocate_id,
        program_id=said.program_id,
        version_number=said.number,
        at=rfc3339(said.at_ms),
    )


def _version(version: ProgramVersion, state: VersionState) -> dict[str, Any]:
    return {
        "program_id": version.program_id,
        "number": version.number,
        "state": state,
        "author": version.author,
        "publisher": version.publisher,
        "rationale": version.rationale,
        "created_at": rfc3339(version.created_ms),
        "effective_at": rfc3339(version.effective_ms),
        "early": version.early,
        "pilot": version.pilot,
        "promoted_at": _at(version.promoted_ms),
        "withdrawn_at": _at(version.withdrawn_ms),
        "replay": version.replay,
        "terms_hash": version.terms_hash,
    }


def _at(at_ms: int | None) -> str | None:
    return None if at_ms is None else rfc3339(at_ms)
