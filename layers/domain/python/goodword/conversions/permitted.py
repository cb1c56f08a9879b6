"""Who may earn a conversion is asked of the day on which it happened, whenever it is told.

A sale during a pause earns nothing, also if it is told, or decided anew, after the pause; one from
before the pause earns, also if it is told during it. A ban counts since the day it names. What a
person has granted to somebody is asked of the day of the grant, since that person knew of the
pause, and stands as long as no ban takes it.
"""

from collections.abc import Collection, Mapping

from goodword.advocates.model import Enrolment, EnrolmentState, enrolment_key
from goodword.conversions.model import Conversion
from goodword.ports import Change, Desk, Guard
from goodword.programs.conditions import UNSORTED_EVENTS
from goodword.tracking.model import Touch


def enrolments_of(desk: Desk, conversion: Conversion) -> Mapping[str, Enrolment]:
    """The enrolments of all who have a touch, by advocate."""
    advocates = sorted({touch.advocate_id for touch in conversion.touches})
    keys = [enrolment_key(one, conversion.program_id) for one in advocates]
    found = desk.store.get_many(Enrolment, keys) if keys else {}
    return {one.advocate_id: one for one in found.values()}


def refusals(
    conversion: Conversion, enrolments: Mapping[str, Enrolment], buyer: str | None
) -> dict[str, str]:
    """Whose touches cannot win, and why: the customer's own, and those who might not earn then."""
    granted = {touch.advocate_id for touch in conversion.touches if touch.kind == "grant"}
    refused = {}
    for advocate_id in sorted({touch.advocate_id for touch in conversion.touches}):
        enrolment = enrolments.get(advocate_id)
        if advocate_id == buyer:
            refused[advocate_id] = "self_referral"
        elif enrolment is None:
            refused[advocate_id] = "enrolment_missing"
        else:
            state = _state(conversion, enrolment, granted=advocate_id in granted)
            if state != "active":
                refused[advocate_id] = f"enrolment_{state}"
    return refused


def _state(conversion: Conversion, enrolment: Enrolment, *, granted: bool) -> EnrolmentState:
    """The state of the enrolment that this conversion is to be judged by."""
    if not granted:
        return enrolment.state_at(conversion.occurred_ms)
    if enrolment.advocate_id != conversion.advocate_id:
        return enrolment.state
    return "banned" if enrolment.is_banned_at(conversion.occurred_ms) else "active"


def of_winner(
    winner: Touch | None, earner: Enrolment | None, conversion: Conversion, months: Collection[str]
) -> dict[str, object]:
    """What of the winner rules look at: the segments of then, and whether only `months` let it
    win, the touches that are outside of the window (`conversions.months`)."""
    known = earner if conversion.event_name.casefold() not in UNSORTED_EVENTS else None
    return {
        "advocate_segments": known.segments_at(conversion.occurred_ms) if known else None,
        "beyond_window": winner is not None and winner.touch_id in months,
    }


def same_until(change: Change, enrolment: Enrolment) -> None:
    """Let the commit fail if the enrolment has moved since it was read: a ban must see rewards,
    and whoever was put into a segment a moment ago is in it.
    """
    change.require(enrolment.key, Guard({"version": enrolment.version}))
