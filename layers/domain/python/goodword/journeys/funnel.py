"""How far people came in a journey, counted from their walks; those of the holdout stand beside.

Each number counts people on that stage or behind it: whoever was rewarded was asked. Why people are
where they are is counted too: what holds them, and why they left.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from goodword.journeys.asked import DONE, TAKEN
from goodword.journeys.walk import Walk
from goodword.limits import FUNNEL_PAGES_MAX, FUNNEL_PEOPLE_LEAST
from goodword.ports import Desk
from goodword.records import Value

STAGES = ("entered", "asked", "accepted", "done", "rewarded")


class Funnel(Value):
    """One journey's people. `held` and `ended` count reasons; `whole` is false above the limit."""

    journey_id: str
    entered: int
    asked: int
    accepted: int
    done: int
    rewarded: int
    held_out: int
    on_their_way: int
    held: dict[str, int]
    ended: dict[str, int]
    whole: bool

    @property
    def few(self) -> bool:
        """Whether it could be read back to one person, by somebody who sees sums only."""
        return 0 < self.entered + self.held_out < FUNNEL_PEOPLE_LEAST


@dataclass(frozen=True)
class Funnels:
    """Counts."""

    desk: Desk

    def of(self, journey_id: str) -> Funnel:
        """The funnel as it stands now."""
        walks: list[Walk] = []
        cursor: str | None = None
        for _ in range(FUNNEL_PAGES_MAX):
            page = self.desk.store.query(Walk, "core", f"JRN#{journey_id}", "W#", cursor=cursor)
            walks += page.rows
            cursor = page.cursor
            if cursor is None:
                break
        return counted(journey_id, walks, whole=cursor is None)


def counted(journey_id: str, walks: Iterable[Walk], *, whole: bool = True) -> Funnel:
    """The numbers of these walks."""
    every = list(walks)
    own = [one for one in every if one.state != "held_out"]

    def reached(states: frozenset[str] | None) -> int:
        found = (one for one in own if any(states is None or a.state in states for a in one.asks))
        return sum(1 for _ in found)

    going = [one for one in own if one.state == "walking"]
    return Funnel(
        journey_id=journey_id,
        entered=len(own),
        asked=reached(None),
        accepted=reached(frozenset(TAKEN)),
        done=reached(frozenset(DONE)),
        rewarded=reached(frozenset({"rewarded"})),
        held_out=len(every) - len(own),
        on_their_way=len(going),
        held=dict(sorted(Counter(one.held for one in going if one.held).items())),
        ended=dict(sorted(Counter(one.reason for one in own if one.reason).items())),
        whole=whole,
    )
