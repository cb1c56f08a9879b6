"""How far people came in a journey, counted from their walks; those of the holdout stand beside.

Each number counts people on that stage or behind it, once each however often they walked and under
whatever name: whoever was rewarded was asked. An answer to how it was is not what a journey is for,
unless it asks for nothing else. Why people are where they are is counted too: what holds them, and
why they left.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from goodword.journeys.asked import DONE, TAKEN
from goodword.journeys.joined import names_now
from goodword.journeys.uplift import Group, Uplift, uplift
from goodword.journeys.walk import Walk
from goodword.limits import FUNNEL_PAGES_MAX, FUNNEL_PEOPLE_LEAST
from goodword.ports import Desk
from goodword.records import Value

STAGES = ("entered", "asked", "accepted", "done", "rewarded")


class Funnel(Value):
    """One journey's people. `held` and `ended` count those whom each reason concerns, and one may
    have several; `people` is all of them, the holdout too. `whole` is false above the limit.

    `let_in` and `watched` compare persons by what chance made of them when they first entered,
    whether they were asked then or not: who may be asked is happier than who may not. Whoever
    turned out to be one person is one here.
    """

    journey_id: str
    people: int
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
    let_in: Group
    watched: Group

    @property
    def uplift(self) -> Uplift | None:
        """What the journey brought; None without a holdout."""
        return uplift(self.let_in, self.watched)

    @property
    def blurred(self) -> "Funnel":
        """The funnel without outcomes of so few that they are no sum of many."""
        if min(self.let_in.people, self.watched.people) >= FUNNEL_PEOPLE_LEAST:
            return self
        nobody = Group(people=0, reached=0)
        return self.but(let_in=nobody, watched=nobody)

    @property
    def few(self) -> bool:
        """Whether it could be read back to one person, by somebody who sees sums only."""
        return 0 < self.people < FUNNEL_PEOPLE_LEAST


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
        now = names_now(self.desk.store, {one.subject_id for one in walks})
        known = (
            one.but(subject_id=now[one.subject_id]) if one.subject_id in now else one
            for one in walks
        )
        return counted(journey_id, known, whole=cursor is None)


def counted(journey_id: str, walks: Iterable[Walk], *, whole: bool = True) -> Funnel:
    """The numbers of these walks, each under the name that its person has now."""
    every = list(walks)
    own = [one for one in every if one.state != "held_out"]

    motions = {ask.motion for one in own for ask in one.asks}
    counts = motions - {"feedback"} or motions  # how it was is asked beside what a journey is for

    def reached(states: frozenset[str] | None) -> int:
        return _people(
            one
            for one in own
            if any(ask.motion in counts and (not states or ask.state in states) for ask in one.asks)
        )

    going = [one for one in own if one.state == "walking"]
    return Funnel(
        journey_id=journey_id,
        people=_people(every),
        entered=_people(own),
        asked=reached(None),
        accepted=reached(frozenset(TAKEN)),
        done=reached(frozenset(DONE)),
        rewarded=reached(frozenset({"rewarded"})),
        held_out=_people(one for one in every if one.state == "held_out"),
        on_their_way=_people(going),
        held=_by_reason((one.held, one.subject_id) for one in going),
        ended=_by_reason((one.reason, one.subject_id) for one in own),
        whole=whole,
        let_in=_outcome(every, held_out=False),
        watched=_outcome(every, held_out=True),
    )


def _people(walks: Iterable[Walk]) -> int:
    return len({one.subject_id for one in walks})


def _by_reason(found: Iterable[tuple[str, str]]) -> dict[str, int]:
    """How many people each reason concerns."""
    return dict(sorted(Counter(reason for reason, _ in set(found) if reason).items()))


def _outcome(walks: Iterable[Walk], *, held_out: bool) -> Group:
    """The persons of one of the groups, each once."""
    of: dict[str, list[Walk]] = {}
    for walk in sorted(walks, key=lambda one: (one.entered_ms, one.walk_id)):
        of.setdefault(walk.subject_id, []).append(walk)
    mine = [each for each in of.values() if (each[0].state == "held_out") == held_out]
    reached = (each for each in mine if any(one.reached_ms is not None for one in each))
    return Group(people=len(mine), reached=sum(1 for _ in reached))
