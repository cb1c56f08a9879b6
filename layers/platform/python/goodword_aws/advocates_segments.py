"""How segments of advocates are set, listed and seen over the API (docs/people.md, Segments)."""

from typing import TYPE_CHECKING, Annotated

from goodword.advocates.model import Enrolment
from goodword.advocates.segmenting import Segmenting
from goodword.advocates.segments import SegmentName, Segments, folded_segment
from goodword.errors import InvalidInput
from goodword.limits import SEGMENTS_OF_ADVOCATE_MAX
from goodword.ports import Desk, Page
from goodword.records import Value
from goodword.times import rfc3339
from pydantic import Field

from goodword_aws.calls import Call, Role
from goodword_aws.forms import ReasonCode

if TYPE_CHECKING:
    from goodword_aws.http import Api  # the pages do without its resolver

WRITERS: frozenset[Role] = frozenset({"marketer", "admin"})
Names = Annotated[tuple[SegmentName, ...], Field(max_length=SEGMENTS_OF_ADVOCATE_MAX)]


class SetSegments(Value):
    """Segments that the advocate comes into and goes out of, from now on; others stay."""

    add: Names = ()
    remove: Names = ()
    reason: ReasonCode


class MembershipAnswer(Value):
    """A time in a segment; without `until_at` it goes on."""

    segment: str
    from_at: str
    until_at: str | None


class SegmentsAnswer(Value):
    """The segments that an advocate is in, and all times that are kept, oldest first."""

    advocate_id: str
    program_id: str
    segments: tuple[str, ...]
    times: tuple[MembershipAnswer, ...]


class SegmentRow(Value):
    """A segment of a programme, and how many advocates are in it now."""

    segment: str
    advocates: int


def add_segments(api: "Api") -> None:
    """Register the route that sets them."""
    api.route(
        "POST",
        "/v1/advocates/<advocate_id>/enrolments/<program_id>/segments",
        roles=WRITERS,
        body=SetSegments,
        answer=SegmentsAnswer,
    )(set_segments)


def set_segments(call: Call) -> SegmentsAnswer:
    """Put an advocate into segments or take them out, from now on."""
    body: SetSegments = call.body
    enrolment = Segmenting(call.desk).move(
        call.path["advocate_id"],
        call.path["program_id"],
        add=body.add,
        remove=body.remove,
        reason=body.reason,
        receipt=lambda made: call.claim(segments_answer(made)),
    )
    return segments_answer(enrolment)


def listed(call: Call) -> Page[Enrolment]:
    """The advocates of one programme, oldest first, or those of one of its segments, by id."""
    program_id, page = call.query.get("program_id", ""), call.page
    if not program_id:
        raise InvalidInput("program_id_missing", "say which programme: ?program_id=")
    segment = folded_segment(call.query.get("segment", ""))
    return members(call.desk, program_id, segment, page.limit, page.starting_after)


def members(
    desk: Desk, program_id: str, segment: str, limit: int, cursor: str | None
) -> Page[Enrolment]:
    """The advocates of a programme, oldest first; by id those of one of its segments."""
    if segment:
        return Segmenting(desk).members(program_id, segment, limit, cursor)
    return desk.store.query_index(
        Enrolment, "core", f"ENR#{program_id}", limit=limit, cursor=cursor
    )


def segments_answer(enrolment: Enrolment) -> SegmentsAnswer:
    """An enrolment's segments as an answer."""
    times = tuple(
        MembershipAnswer(
            segment=one.segment,
            from_at=rfc3339(one.from_ms),
            until_at=None if one.until_ms is None else rfc3339(one.until_ms),
        )
        for one in enrolment.segments
    )
    return SegmentsAnswer(
        advocate_id=enrolment.advocate_id,
        program_id=enrolment.program_id,
        segments=tuple(sorted(one.segment for one in times if one.until_at is None)),
        times=times,
    )


def segment_rows(found: Segments) -> list[SegmentRow]:
    """The segments of a programme as rows."""
    return [SegmentRow(segment=one.segment, advocates=one.advocates) for one in found.counts]
