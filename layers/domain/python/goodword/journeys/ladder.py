"""From light asks to deep ones: nobody is asked for more than trust has grown to.

    light      review, referral, community, beta      for everybody who qualifies
    deeper     reference, story                       after something light was taken up
    deepest    speaking, advisory board               after something deeper was done

Something light counts as taken up when the person said yes to it, or did it unasked: wrote a
review, or brought an order through a link. What was promised and not done counts for nothing.
Whoever found being asked bad is asked for nothing deeper than light until that is half a year ago.
The table is a version like that of scores: a change of it is a new number.
"""

from collections.abc import Sequence
from typing import Literal

from goodword.journeys.asked import DONE, TAKEN, Asked, Rating, rated, unrated
from goodword.journeys.scoring import Motion, Standing, Verdict
from goodword.journeys.signal import Signal
from goodword.journeys.wear import unhappy_until
from goodword.records import Value

LADDER = 1  # the version of everything in this module that changes a verdict
Rung = Literal["light", "deeper", "deepest"]
Unasked = Literal["review", "order"]
Ahead = Literal["light_first", "deeper_first", "unhappy_with_asks", "nothing_done"]

RUNGS: dict[Motion, Rung] = {
    "review": "light",
    "referral": "light",
    "community": "light",
    "beta": "light",
    "reference": "deeper",
    "story": "deeper",
    "speaking": "deepest",
    "advisory_board": "deepest",
}
HEIGHT: dict[Rung, int] = {"light": 0, "deeper": 1, "deepest": 2}
FIRST: dict[Rung, Ahead] = {"deeper": "light_first", "deepest": "deeper_first"}
AHEAD: tuple[Ahead, ...] = ("light_first", "deeper_first", "unhappy_with_asks", "nothing_done")


class Trust(Value):
    """What a person's asks, and what they did unasked, have come to.

    `rating` is the newest word on being asked, of `rated_ms`; `unhappy_until_ms` until when a bad
    one counts. `unrated` is the ask that was done and that nobody has asked about yet.
    """

    taken: tuple[Motion, ...] = ()
    done: tuple[Motion, ...] = ()
    unasked: tuple[Unasked, ...] = ()
    rating: Rating | None = None
    rated_ms: int | None = None
    unhappy_until_ms: int | None = None
    unrated: str | None = None


def trust_of(asks: Sequence[Asked], signals: Sequence[Signal], orders: int, at_ms: int) -> Trust:
    """The trust at that time; `orders` are those that came through the person's links."""
    taken = [one.motion for one in asks if one.state in TAKEN and one.state != "rejected_work"]
    unasked: list[Unasked] = []
    if any(one.kind == "review" and one.occurred_ms <= at_ms for one in signals):
        unasked.append("review")
    if orders > 0:
        unasked.append("order")
    newest, due = rated(asks), unrated(asks)
    return Trust(
        taken=tuple(dict.fromkeys(taken)),
        done=tuple(dict.fromkeys(one.motion for one in asks if one.state in DONE)),
        unasked=tuple(unasked),
        rating=newest.rating if newest else None,
        rated_ms=newest.moved_ms if newest else None,
        unhappy_until_ms=unhappy_until(asks, at_ms),
        unrated=due.ask_id if due else None,
    )


def ahead(motion: Motion, trust: Trust) -> tuple[Ahead, ...]:
    """What has to come before the motion; none if its time has come."""
    rung = RUNGS.get(motion)
    if rung is None:
        return () if trust.unrated is not None else ("nothing_done",)
    if rung == "light":
        return ()
    known = trust.done if rung == "deepest" else trust.taken
    stands = any(_height(one) >= HEIGHT[rung] - 1 for one in known)
    unasked = rung == "deeper" and bool(trust.unasked)
    first: tuple[Ahead, ...] = () if stands or unasked else (FIRST[rung],)
    return first if trust.unhappy_until_ms is None else (*first, "unhappy_with_asks")


def lighter(motion: Motion) -> tuple[Motion, ...]:
    """What may be asked for first, where something has to come first."""
    below = _height(motion) - 1
    return tuple(one for one in RUNGS if _height(one) == below)


def trusted(found: Standing, trust: Trust) -> Standing:
    """The standing with what the ladder says of each motion beside what signals say."""
    return found.but(motions=tuple(_with(one, trust) for one in found.motions))


def _height(motion: Motion) -> int:
    """How high the motion is on the ladder; one that is not on it is below all."""
    rung = RUNGS.get(motion)
    return -1 if rung is None else HEIGHT[rung]


def _with(verdict: Verdict, trust: Trust) -> Verdict:
    more = ahead(verdict.motion, trust)
    return verdict.but(qualifies=verdict.qualifies and not more, reasons=(*verdict.reasons, *more))
