"""Staff put an advocate into segments and take them out, with a reason, from this moment on.

What is promised for an order is not touched by it: a decision asks for the moment of the order, and
a pilot keeps the people with whom it began. Enrolment, list of members, sizes and events are one
Change; whoever is being erased is put into nothing any more.
"""

from collections.abc import Collection
from dataclasses import dataclass

from goodword.advocates.model import Enrolment, enrolment_key
from goodword.advocates.people import read_advocate
from goodword.advocates.segments import (
    SegmentMember,
    Segments,
    current,
    member_key,
    members_of,
    moved,
    segments_key,
)
from goodword.errors import Conflict, InvalidInput, NotFound
from goodword.limits import SEGMENTS_OF_ADVOCATE_MAX, SEGMENTS_OF_PROGRAM_MAX
from goodword.ports import Change, Desk, Guard, Page, Store, until_settled
from goodword.receipts import Receipt, no_receipt, settle


@dataclass(frozen=True)
class Segmenting:
    """The use cases of segments; marketers and admins, which the API checks."""

    desk: Desk

    def move(
        self,
        advocate_id: str,
        program_id: str,
        *,
        add: Collection[str],
        remove: Collection[str],
        reason: str,
        receipt: Receipt[Enrolment] = no_receipt,
    ) -> Enrolment:
        """Into some and out of others, by folded names. What is so already changes nothing."""
        if set(add) & set(remove):
            raise InvalidInput("segment_added_and_removed", "a segment is in both lists")

        def attempt() -> Enrolment:
            store, change = self.desk.store, Change()
            advocate = read_advocate(store, advocate_id)
            before = store.get(Enrolment, enrolment_key(advocate_id, program_id))
            if before is None:
                raise NotFound("not_enrolled", "this advocate is not in this programme")
            here = current(before.segments)
            joined, ended = set(add) - here, set(remove) & here
            if not joined and not ended:
                return before
            if len(here) + len(joined) - len(ended) > SEGMENTS_OF_ADVOCATE_MAX:
                most = f"an advocate is in at most {SEGMENTS_OF_ADVOCATE_MAX} segments"
                raise Conflict("too_many_segments", most)
            times = moved(before.segments, joined, ended, self.desk.clock.now_ms())
            after = before.but(segments=times)
            change.require(advocate.key, Guard({"version": advocate.version}))
            change.replace(after)
            self._listed(change, after, joined, ended)
            for what, names in (("joined", joined), ("left", ended)):
                said = {"advocate_id": advocate_id, "program_id": program_id}
                change.create(
                    *(
                        self.desk.event(
                            f"enrolment.segment_{what}", advocate_id, reason, **said, segment=name
                        )
                        for name in sorted(names)
                    )
                )
            return settle(store, change, after, receipt)

        return until_settled(attempt)

    def of_program(self, program_id: str) -> Segments:
        """The segments that a programme has."""
        return read_segments(self.desk.store, program_id)

    def members(
        self, program_id: str, segment: str, limit: int, cursor: str | None = None
    ) -> Page[Enrolment]:
        """The advocates of a segment, by id."""
        store, place = self.desk.store, members_of(program_id, segment)
        page = store.query(SegmentMember, "core", place, limit=limit, cursor=cursor)
        keys = [enrolment_key(one.advocate_id, program_id) for one in page.rows]
        found = store.get_many(Enrolment, keys) if keys else {}
        return Page([found[key] for key in keys if key in found], page.cursor)

    def _listed(
        self, change: Change, enrolment: Enrolment, joined: Collection[str], ended: Collection[str]
    ) -> None:
        counted = read_segments(self.desk.store, enrolment.program_id).counted(joined, ended)
        if len(counted.counts) > SEGMENTS_OF_PROGRAM_MAX:
            most = f"a programme has at most {SEGMENTS_OF_PROGRAM_MAX} segments"
            raise Conflict("too_many_segments", most)
        change.save(counted)
        for name in sorted(joined):
            change.create(_member(enrolment, name))
        unlist(self.desk.store, change, enrolment, ended)


def joining(desk: Desk, change: Change, enrolment: Enrolment, name: str, reason: str) -> None:
    """Add to the change: the advocate comes into the segment. Who is in it already, or can be in
    no further one, or where the programme has no room for a new one, stays as they are.
    """
    here = current(enrolment.segments)
    listed = read_segments(desk.store, enrolment.program_id).counted({name}, ())
    full = len(here) >= SEGMENTS_OF_ADVOCATE_MAX or len(listed.counts) > SEGMENTS_OF_PROGRAM_MAX
    if name in here or full:
        return
    times = moved(enrolment.segments, {name}, (), desk.clock.now_ms())
    change.replace(enrolment.but(segments=times))
    change.save(listed)
    change.create(_member(enrolment, name))
    said = {"advocate_id": enrolment.advocate_id, "program_id": enrolment.program_id}
    joined = "enrolment.segment_joined"
    change.create(desk.event(joined, enrolment.advocate_id, reason, **said, segment=name))


def read_segments(store: Store, program_id: str) -> Segments:
    """The segments of a programme, none at first."""
    found = store.get(Segments, segments_key(program_id))
    return found or Segments(program_id=program_id)


def unlist(store: Store, change: Change, enrolment: Enrolment, names: Collection[str]) -> None:
    """Take the advocate off the lists of these segments."""
    where = enrolment.program_id, enrolment.advocate_id
    keys = [member_key(where[0], name, where[1]) for name in sorted(names)]
    for found in store.get_many(SegmentMember, keys).values() if keys else ():
        change.delete(found)


def forget_segments(store: Store, change: Change, enrolment: Enrolment) -> Enrolment:
    """The enrolment of somebody who is erased: in no segment, and as if never in one."""
    names = current(enrolment.segments)
    if names:
        change.save(read_segments(store, enrolment.program_id).counted((), names))
        unlist(store, change, enrolment, names)
    return enrolment.but(segments=())


def _member(enrolment: Enrolment, segment: str) -> SegmentMember:
    return SegmentMember(
        program_id=enrolment.program_id, segment=segment, advocate_id=enrolment.advocate_id
    )
