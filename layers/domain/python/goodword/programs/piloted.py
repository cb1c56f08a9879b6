"""A pilot for a segment holds for whoever is in it when the version is published, and no one else.

Their ids are kept with the version. Who is put into the segment later keeps the terms that they
were promised, and who is taken out of it keeps the pilot's.
"""

from goodword.advocates.segments import SegmentMember, folded_segment, members_of
from goodword.errors import FieldError, InvalidInput
from goodword.limits import PILOT_ADVOCATES_MAX
from goodword.ports import Store
from goodword.programs.pilot import Pilot

_MOST = (("most", str(PILOT_ADVOCATES_MAX)),)


def with_members(store: Store, program_id: str, pilot: Pilot | None) -> Pilot | None:
    """The pilot with the ids of its segment. InvalidInput `segment_empty`, `segment_too_large`."""
    if pilot is None or pilot.percent is not None or pilot.advocate_ids:
        return pilot
    place = members_of(program_id, folded_segment(pilot.segment))
    page = store.query(SegmentMember, "core", place, limit=PILOT_ADVOCATES_MAX + 1)
    found = [one.advocate_id for one in page.rows]
    if not found:
        raise _refused("segment_empty", "nobody is in this segment")
    if len(found) > PILOT_ADVOCATES_MAX:
        most = f"more than {PILOT_ADVOCATES_MAX} advocates are in it: try a percentage"
        raise _refused("segment_too_large", most)
    return pilot.but(advocate_ids=tuple(found))


def _refused(code: str, why: str) -> InvalidInput:
    return InvalidInput(code, why, [FieldError("pilot.segment", why, code, _MOST)])
