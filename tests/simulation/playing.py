"""One seed from its story to its findings."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from tests.simulation.checks import check
from tests.simulation.healing import Play
from tests.simulation.story import START_MS, draw
from tests.simulation.town import Town


@dataclass
class Outcome:
    """What a seed came to. `days` is virtual time."""

    seed: int
    found: list[str]
    calls: int
    days: float
    faults: Counter[str]
    reached: Counter[str] = field(default_factory=Counter)
    digest: str = ""


def play(seed: int, trace: Callable[[str], None] | None = None) -> Outcome:
    """Run one seed."""
    town = Town(draw(seed), trace=trace)
    director = Play(town)
    town.accepted = director.accepted
    with town.open():
        director.play()
        found = check(town)
    reached = Counter(
        f"{item['kind']} {item['state']}"
        for item in town.memory.items.values()
        if item["kind"] in ("reward", "payout", "payout_run", "conversion", "delivery")
    )
    reached.update(f"refused {code}" for code in town.refusals)
    reached.update(_limits_and_rates(town))
    return Outcome(
        seed=seed,
        found=found,
        calls=town.outside.calls,
        days=(town.clock.at_ms - START_MS) / 86_400_000,
        faults=town.outside.faults,
        reached=reached,
        digest=town.memory.digest(),
    )


def _limits_and_rates(town: Town) -> Iterator[str]:
    """Whether limits of all were met, and orders changed into euros."""
    for item in town.memory.items.values():
        if item["kind"] == "pool":
            yield "pool spent" if item["spent"] else "pool with room"
        elif item["kind"] == "conversion" and "rate" in item:
            yield "conversion with a rate"
