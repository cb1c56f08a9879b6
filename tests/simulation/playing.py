"""One seed from its story to its findings."""

import gc
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal

from tests.simulation.checks import check
from tests.simulation.golden import Golden, golden_story
from tests.simulation.healing import Play
from tests.simulation.outside import Plan
from tests.simulation.story import START_MS, Story, draw, draw_brief
from tests.simulation.town import Town

STATED = ("reward", "payout", "payout_run", "conversion", "delivery", "dispute")
RARE = (
    *("reward.reopened", "payout_run.checked", "payout_run.finding_cleared"),
    *("enrolment.banned", "enrolment.ban_carried_out", "enrolment.unbanned"),
    *("payout.part_returned", "payout.unclaimed", "hand_out.made"),
    *("advocate.erased", "friend.forgotten"),
)
Lane = Literal["fast", "brief", "wire", "golden"]


@dataclass
class Outcome:
    """What a run came to. `days` is virtual time; `struck` plays the same faults again."""

    seed: int
    found: list[str]
    calls: int
    days: float
    faults: Counter[str]
    reached: Counter[str] = field(default_factory=Counter)
    digest: str = ""
    places: list[tuple[str, ...]] = field(default_factory=list, compare=False)
    struck: dict[int, str] = field(default_factory=dict)


def play(
    seed: int,
    trace: Callable[[str], None] | None = None,
    *,
    lane: Lane = "fast",
    story: Story | None = None,
    plan: Plan | None = None,
    digested: bool = True,
) -> Outcome:
    """Run one seed; with a plan, its faults instead of those of the seed.

    `digested` tells what was left as a number too, which takes its time.
    """
    golden = lane == "golden"
    told = story or {"golden": golden_story, "brief": draw_brief}.get(lane, draw)(seed)
    town = Town(told, trace=trace, wire=lane == "wire")
    town.outside.plan = {} if golden and plan is None else plan
    outcome = judged(town, Golden(town) if golden else Play(town), seed, digested=digested)
    vars(town).clear()  # it holds itself in many ways, and would wait for the collector
    return outcome


@contextmanager
def many() -> Iterator[None]:
    """Runs in a row: nothing is collected in the middle of one, which costs a sixth of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.collect()
        gc.freeze()  # what is left is code; to look through it each time costs a twentieth


def judged(town: Town, director: Play, seed: int, *, digested: bool = True) -> Outcome:
    """Play a town to its end, and look at what is left."""
    town.accepted = director.accepted
    with town.open():
        director.play()
        found = check(town)
    reached = Counter(
        f"{item['kind']} {item['state']}"
        for item in town.memory.items.values()
        if item["kind"] in STATED
    )
    reached.update(f"refused {code}" for code in town.refusals)
    reached.update(_rare(town))
    return Outcome(
        seed=seed,
        found=found,
        calls=town.outside.calls,
        days=(town.clock.at_ms - START_MS) / 86_400_000,
        faults=town.outside.faults,
        reached=reached,
        digest=town.memory.digest() if digested else "",
        places=town.outside.places,
        struck=town.outside.struck,
    )


def _rare(town: Town) -> Iterator[str]:
    """Whether limits of all were met, orders changed into euros, and other things happened."""
    for item in town.memory.items.values():
        if item["kind"] == "pool":
            yield "pool spent" if item["spent"] else "pool with room"
        elif item["kind"] == "conversion" and "rate" in item:
            yield "conversion with a rate"
        elif item["kind"] == "event" and item["type"] in RARE:
            yield item["type"]
