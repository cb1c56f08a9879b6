"""Groups that staff put advocates into, so that a rule or a pilot can be for some of them.

What counts is whether somebody was in a group when the order happened, whenever it is told: put
into `gold` on Monday and taken out on Friday, an advocate has an order of Wednesday decided as one
of `gold` on any later day. So times are kept, and nobody is put into a group for the past. Names
are kept in small letters, as conditions compare them.
"""

from collections.abc import Collection, Sequence
from typing import Annotated, ClassVar

from pydantic import AfterValidator, StringConstraints

from goodword.limits import SEGMENT_TIMES_MAX
from goodword.records import Key, Record, Value

SEGMENT_PATTERN = r"^[^\x00-\x1f\x7f<>@]*$"  # no address, nothing that a page would have to escape


# How staff mark out who is to be recognised; segments like any other, so rules can look at them.
FLAGS = ("advisory board", "beta", "executive sponsor")


def folded_segment(text: str) -> str:
    """The name as it is kept: `  Gold   Partners ` -> `gold partners`."""
    return " ".join(text.split()).casefold()


def _named(text: str) -> str:
    name = folded_segment(text)
    if not name:
        raise ValueError("must have a letter")
    return name


SegmentName = Annotated[
    str,
    StringConstraints(min_length=1, max_length=60, pattern=SEGMENT_PATTERN),
    AfterValidator(_named),
]


class Membership(Value):
    """A time in a segment: from that instant, up to the other; None: it goes on."""

    segment: str
    from_ms: int
    until_ms: int | None = None

    def covers(self, at_ms: int) -> bool:
        """Whether the advocate was in it at that instant."""
        return self.from_ms <= at_ms and (self.until_ms is None or at_ms < self.until_ms)


def segments_at(times: Sequence[Membership], at_ms: int) -> tuple[str, ...]:
    """The segments of that instant, in the order of the alphabet."""
    return tuple(sorted({one.segment for one in times if one.covers(at_ms)}))


def current(times: Sequence[Membership]) -> frozenset[str]:
    """The segments that go on."""
    return frozenset(one.segment for one in times if one.until_ms is None)


def moved(
    times: Sequence[Membership], joined: Collection[str], ended: Collection[str], at_ms: int
) -> tuple[Membership, ...]:
    """The times after that instant. What is so already changes nothing; of too many the oldest
    ones that are over are forgotten."""
    here = current(times)
    after = [
        one.but(until_ms=max(at_ms, one.from_ms))
        if one.until_ms is None and one.segment in ended
        else one
        for one in times
    ]
    after += [Membership(segment=one, from_ms=at_ms) for one in sorted(set(joined) - here)]
    after = [one for one in after if one.until_ms is None or one.until_ms > one.from_ms]
    over = sorted((one for one in after if one.until_ms is not None), key=_until)
    for one in over[: max(0, len(after) - SEGMENT_TIMES_MAX)]:
        after.remove(one)
    return tuple(after)


def _until(one: Membership) -> int:
    return one.until_ms or 0


class SegmentCount(Value):
    """How many advocates a segment has."""

    segment: str
    advocates: int


class Segments(Record):
    """The segments that a programme has, in the order of the alphabet, with their sizes."""

    KIND: ClassVar[str] = "segments"

    program_id: str
    counts: tuple[SegmentCount, ...] = ()

    @property
    def key(self) -> Key:
        return segments_key(self.program_id)

    def counted(self, joined: Collection[str], ended: Collection[str]) -> "Segments":
        """With one advocate more and less in these; a segment without anybody is none any more."""
        sizes = {one.segment: one.advocates for one in self.counts}
        for name in joined:
            sizes[name] = sizes.get(name, 0) + 1
        for name in ended:
            sizes[name] = sizes.get(name, 0) - 1
        rows = [SegmentCount(segment=name, advocates=size) for name, size in sorted(sizes.items())]
        return self.but(counts=tuple(one for one in rows if one.advocates > 0))


class SegmentMember(Record):
    """Says that an advocate is in a segment now: all of a segment are found so."""

    KIND: ClassVar[str] = "segment_member"

    program_id: str
    segment: str
    advocate_id: str

    @property
    def key(self) -> Key:
        return member_key(self.program_id, self.segment, self.advocate_id)


def segments_key(program_id: str) -> Key:
    """Where the segments of a programme are listed."""
    return Key("core", f"PROG#{program_id}", "SEGMENTS")


def members_of(program_id: str, segment: str) -> str:
    """The partition of the advocates of one segment."""
    return f"SEG#{program_id}#{segment}"


def member_key(program_id: str, segment: str, advocate_id: str) -> Key:
    """Where it is said that this advocate is in the segment."""
    return Key("core", members_of(program_id, segment), advocate_id)
