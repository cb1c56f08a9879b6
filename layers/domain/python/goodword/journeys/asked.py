"""One ask in a person's book: for what, when, what became of it, and how the person found it.

How being asked was for somebody is asked itself, as the motion `feedback`: the person answers with
1 (bad) to 5 (good). Such an ask is `about` one that was done.
"""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field

from goodword.journeys.scoring import Motion
from goodword.records import Value

AskState = Literal[
    "planned",
    "sent",
    "accepted",
    "declined",
    "expired",
    "submitted",
    "accepted_work",
    "rejected_work",
    "rewarded",
]
Rating = Annotated[int, Field(ge=1, le=5)]
OWED: frozenset[AskState] = frozenset({"accepted", "submitted", "accepted_work"})
TAKEN: frozenset[AskState] = OWED | {"rejected_work", "rewarded"}
DONE: frozenset[AskState] = frozenset({"accepted_work", "rewarded"})


class Asked(Value):
    """One ask, of whatever journey. `moved_ms` is when its state last changed, 0 while it is open.

    `taken_ms` is when the person first said yes, also of what came to nothing later. `rating` and
    `about` are of feedback: what the person said, and the ask that it is about.
    """

    ask_id: str
    journey_id: str
    motion: Motion
    at_ms: int
    state: AskState
    moved_ms: int = 0
    taken_ms: int | None = None
    rating: Rating | None = None
    about: str = ""


def rated(asks: Sequence[Asked]) -> Asked | None:
    """The newest feedback that was given."""
    given = [one for one in asks if one.rating is not None]
    return max(given, key=lambda one: (one.moved_ms, one.ask_id), default=None)


def unrated(asks: Sequence[Asked]) -> Asked | None:
    """The newest ask that was done, if nobody has asked yet how it was.

    A question that is still open does not count: it may be reminded of.
    """
    done = [one for one in asks if one.state in DONE and one.motion != "feedback"]
    newest = max(done, key=lambda one: (one.at_ms, one.ask_id), default=None)
    over = {one.about for one in asks if one.motion == "feedback" and one.state != "sent"}
    return newest if newest is not None and newest.ask_id not in over else None
