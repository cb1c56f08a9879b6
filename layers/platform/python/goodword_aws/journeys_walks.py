"""Walks as staff see them, and asks with their real adapters."""

from typing import Literal

from goodword.errors import NotAllowed
from goodword.journeys.asks import Asks
from goodword.journeys.definition import HandOverOutcome
from goodword.journeys.funnel import Funnel
from goodword.journeys.scoring import Motion
from goodword.journeys.uplift import Group, Uplift
from goodword.journeys.walk import Walk, entries_of, walk_key
from goodword.limits import READ_KEYS_MAX
from goodword.ports import Desk
from goodword.records import Value
from goodword.times import rfc3339

from goodword_aws.aws import client
from goodword_aws.workflow import StepFunctions


class AskLine(Value):
    """What became of one ask."""

    id: str
    step: str
    motion: Motion
    state: str
    made_at: str
    expires_at: str


class HandOverLine(Value):
    """What became of one hand-over to staff; `outcome` is null until it is closed."""

    id: str
    step: str
    due_at: str
    outcome: HandOverOutcome | None


class WalkAnswer(Value):
    """A person's way through a journey: where, why nothing happens until when, why it ended."""

    id: str
    journey_id: str
    version_number: int
    state: Literal["walking", "ended", "held_out"]
    step: str
    held: str
    next_at: str | None
    reason: str
    entered_at: str
    asks: tuple[AskLine, ...]
    hand_overs: tuple[HandOverLine, ...]


class FunnelAnswer(Value):
    """How far people came. `held_out` were only watched; `held` and `ended` count reasons.

    `let_in` and `watched` are persons of either group and who reached the goal of the journey,
    whoever asked them; `uplift` is the difference of their rates in basis points with the bounds of
    a 95 % interval, null without a holdout. Groups of fewer than five are nobody to an analyst.
    """

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
    let_in: Group
    watched: Group
    uplift: Uplift | None


def asks(desk: Desk) -> Asks:
    """What people and staff say of asks."""
    return Asks(desk, StepFunctions(client("stepfunctions")))


def walks_of(desk: Desk, subject_id: str, parts: tuple[str, ...]) -> list[WalkAnswer]:
    """The walks of a person, and of whoever turned out to be the same; newest first."""
    known = entries_of(desk.store, (subject_id, *parts))
    keys = [walk_key(one.journey_id, walk) for one in known for walk in one.walks]
    found: list[Walk] = []
    for start in range(0, len(keys), READ_KEYS_MAX):
        found += desk.store.get_many(Walk, keys[start : start + READ_KEYS_MAX]).values()
    ordered = sorted(found, key=lambda one: (one.entered_ms, one.walk_id), reverse=True)
    return [walk_answer(one) for one in ordered]


def walk_answer(walk: Walk) -> WalkAnswer:
    """As staff see it."""
    going = walk.state == "walking"
    return WalkAnswer(
        id=walk.walk_id,
        journey_id=walk.journey_id,
        version_number=walk.number,
        state=walk.state,
        step=walk.step,
        held=walk.held,
        next_at=rfc3339(walk.next_ms) if going else None,
        reason=walk.reason,
        entered_at=rfc3339(walk.entered_ms),
        asks=tuple(
            AskLine(
                id=one.ask_id,
                step=one.step,
                motion=one.motion,
                state=one.state,
                made_at=rfc3339(one.made_ms),
                expires_at=rfc3339(one.expires_ms),
            )
            for one in walk.asks
        ),
        hand_overs=tuple(
            HandOverLine(
                id=one.hand_over_id,
                step=one.step,
                due_at=rfc3339(one.due_ms),
                outcome=one.outcome,
            )
            for one in walk.handed
        ),
    )


def funnel_answer(funnel: Funnel, *, sees_people: bool) -> FunnelAnswer:
    """As staff see it. Raises NotAllowed `too_few_people` for who sees sums of many only."""
    if funnel.few and not sees_people:
        raise NotAllowed("too_few_people", "there are too few people in it to be told apart")
    seen = funnel if sees_people else funnel.blurred
    groups = {"let_in": seen.let_in, "watched": seen.watched, "uplift": seen.uplift}
    return FunnelAnswer(**{**seen.model_dump(exclude={"people"}), **groups})
