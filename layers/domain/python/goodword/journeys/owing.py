"""Until when somebody may keep what they have promised to do for an ask."""

from goodword.journeys.asking import AGREED_DAYS
from goodword.journeys.walk import AskMade, Walk, WalkAsk
from goodword.limits import WORK_DAYS_MAX
from goodword.times import DAY_MS


def promised(walk: Walk) -> list[WalkAsk]:
    """What was promised in the walk, and nobody has said yet to be done."""
    return [one for one in walk.asks if one.state == "accepted"]


def owed_until(walk: Walk) -> int | None:
    """When the first thing that was promised is over; None if nothing is open."""
    return min(map(kept_until, promised(walk)), default=None)


def kept_until(ask: AskMade | WalkAsk) -> int:
    """When a promise is over. Whether a buyer comes is not up to a reference: a yes is a year's."""
    if ask.motion == "reference":
        return ask.made_ms + AGREED_DAYS * DAY_MS
    return (ask.taken_ms or ask.made_ms) + WORK_DAYS_MAX * DAY_MS
