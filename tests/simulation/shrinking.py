"""A seed that finds something is made smaller while it still finds the same.

First orders leave the story, then refunds and clicks; then faults leave the plan, many at a time
and at last one by one. What is left is mostly one order and one or two faults.
"""

from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass

from tests.simulation.playing import Lane, Outcome, play
from tests.simulation.story import Story, draw, draw_brief

ATTEMPTS_MAX = 600


@dataclass
class Smallest:
    """The smallest that was found, and how it was played."""

    story: Story
    plan: Mapping[int, str]
    outcome: Outcome


def kind_of(found: list[str]) -> str:
    """What was found, without the names and amounts in it."""
    return found[0].partition(":")[0] if found else ""


def shrink(seed: int, tell: Callable[[str], None], lane: Lane = "fast") -> Smallest | None:
    """None if the seed of this lane finds nothing."""
    outcome = play(seed, lane=lane)
    if not outcome.found:
        return None
    story = draw_brief(seed) if lane == "brief" else draw(seed)
    best = Smallest(story, outcome.struck, outcome)
    wanted, left = kind_of(outcome.found), ATTEMPTS_MAX
    progress = True
    while progress and left > 0:
        progress = False
        for story, plan in _smaller(best):
            left -= 1
            tried = play(seed, lane=lane, story=story, plan=plan)
            if kind_of(tried.found) == wanted:
                best, progress = Smallest(story, tried.struck, tried), True
                tell(f"  {len(story.orders)} orders, {len(tried.struck)} faults")
                break
            if left <= 0:
                break
    return best


def _smaller(best: Smallest) -> Iterator[tuple[Story, Mapping[int, str]]]:
    """Everything that is one step smaller, the big steps first."""
    story, plan = best.story, dict(best.plan)
    for number in range(len(story.orders) - 1, -1, -1):
        if len(story.orders) > 1:
            yield _without(story, lambda one, at=number: one.orders.pop(at)), plan
    places = sorted(plan)
    size = len(places) // 2
    while size >= 1:
        for start in range(0, len(places), size):
            gone = set(places[start : start + size])
            yield story, {place: kind for place, kind in plan.items() if place not in gone}
        size //= 2
    for number, order in enumerate(story.orders):
        for at in range(len(order.refunds)):
            yield _without(story, lambda one, o=number, r=at: one.orders[o].refunds.pop(r)), plan
        for at in range(len(order.clicks)):
            yield _without(story, lambda one, o=number, c=at: one.orders[o].clicks.pop(c)), plan


def _without(story: Story, act: Callable[..., object]) -> Story:
    copied = deepcopy(story)
    act(copied)
    return copied
