"""Some new versions are tried with a few advocates first, and hold for all or for nobody then."""

from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from goodword.programs.pilot import Pilot

if TYPE_CHECKING:
    from tests.simulation.story import Story

TRIED, ENDED = 0.4, 0.7  # of the versions after the first; of their trials
HOUR_MS = 3_600_000


@dataclass(frozen=True)
class Trial:
    """Whom a version holds for, and from when for everybody or for nobody."""

    people: tuple[str, ...]
    promoted_ms: int | None = None
    withdrawn_ms: int | None = None

    def holds(self, at_ms: int, person: str) -> bool:
        """Whether its version is promised to somebody at this moment, once it has begun."""
        if self.withdrawn_ms is not None and at_ms >= self.withdrawn_ms:
            return False
        return person in self.people or (self.promoted_ms is not None and at_ms >= self.promoted_ms)

    @property
    def pilot(self) -> Pilot:
        """In the product's own words."""
        return Pilot(advocate_ids=self.people)


def try_versions(chance: Random, story: "Story") -> None:
    """Trials, of which some end at the very moment of a click."""
    clicks = [one.at_ms for order in story.orders for one in order.clicks]
    for version in story.versions[1:]:
        if chance.random() > TRIED:
            continue
        people = tuple(sorted(chance.sample(sorted(story.receivers), chance.choice((1, 2)))))
        later = [at_ms for at_ms in clicks if at_ms > version.from_ms]
        end_ms = version.from_ms + chance.choice((1, 30, 90)) * HOUR_MS
        if later and chance.random() < 0.6:
            end_ms = chance.choice(later) + chance.choice((0, 0, 1))
        how = chance.choice(("promoted_ms", "withdrawn_ms")) if chance.random() < ENDED else ""
        version.trial = Trial(people, **({how: end_ms} if how else {}))
