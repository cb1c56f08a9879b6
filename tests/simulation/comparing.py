"""When a run that is not clear is compared again: an hour later, then twice as long, at last daily.

After three days staff is told, once; after 35 nobody asks the rail any more, for by then it has
given back what nobody claimed.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from tests.simulation.story import DAY_MS, HOUR_MS

if TYPE_CHECKING:
    from tests.simulation.town import Town

TOLD_DAYS, LAST_DAYS = 3, 35


def compared(town: "Town", old: dict[str, Any] | None, new: dict[str, Any]) -> Iterator[str]:
    """What is wrong with the sign of a comparison as it is written."""
    now_ms, run = town.clock.at_ms, new["run_id"]
    look_ms = new.get("look_ms")
    if old is None:
        if new["since_ms"] != now_ms or (look_ms or 0) <= now_ms:
            yield f"{run} is to be compared since {new['since_ms']}, and at {look_ms}"
        return
    days = (now_ms - new["since_ms"]) / DAY_MS
    if (look_ms is None) != (days >= LAST_DAYS):
        yield f"{run} is compared after {days} days, and then at {look_ms}"
    if new["escalated"] != (old["escalated"] or days >= TOLD_DAYS):
        yield f"{run} is unclear for {days} days, and told: {new['escalated']}"
    hours = min(2 ** old["tries"], 24)
    if look_ms is not None and look_ms != now_ms + hours * HOUR_MS:
        yield f"{run} was compared {old['tries']} times, and is again at {look_ms}"
    if look_ms is not None and new["tries"] != old["tries"] + 1:
        yield f"{run} was compared {new['tries']} times, not {old['tries'] + 1}"
