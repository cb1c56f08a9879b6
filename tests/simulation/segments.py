"""Rules that ask in which segments an advocate is: as it was when the order happened, to the ms.

Who was put into a segment, and taken out of it, is known before anything is told.
"""

from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING

from goodword.advocates.model import Enrolment
from goodword.advocates.segments import Membership
from goodword.ports import Change

if TYPE_CHECKING:
    from tests.simulation.offers import Ask
    from tests.simulation.story import Order, Story
    from tests.simulation.town import Town

ASKING, ASKED = 0.3, 0.6  # of the stories with rich rules; of their rules
VIP, CLUB = "vip", "club"
HOUR_MS = 3_600_000
ASKS: tuple["Ask", ...] = (
    ("in", "advocate_segment", VIP, "other"),
    ("in", "advocate_segment", "VIP"),
    ("not_in", "advocate_segment", CLUB),
    ("in", "advocate_segment", CLUB),
    ("not", ("in", "advocate_segment", VIP)),
)
Time = tuple[str, int, int | None]  # in which segment, from when, until when


def ask_segments(story: "Story") -> None:
    """Some rules of some stories ask, and people are in segments about the time of an order."""
    chance = Random(f"segments {story.seed}")
    rich = [version for version in story.versions if version.offers]
    if not rich or chance.random() > ASKING:
        return
    for version in rich:
        version.offers = tuple(
            replace(one, asks=(*one.asks, chance.choice(ASKS))) if chance.random() < ASKED else one
            for one in version.offers
        )
    for person in sorted(story.receivers):
        story.segments[person] = [_time(chance, story.orders) for _ in range(chance.randrange(3))]


def _time(chance: Random, orders: Sequence["Order"]) -> Time:
    """Mostly one that begins or ends as something is sold."""
    at_ms = chance.choice(orders).at_ms
    name, edge = chance.choice((VIP, VIP, CLUB)), chance.choice((-1, 0, 0, 1))
    match chance.choice(("begins", "ends", "is", "was")):
        case "begins":
            return name, at_ms + edge, None
        case "ends":
            return name, at_ms - HOUR_MS, at_ms + edge
        case "is":
            return name, at_ms - HOUR_MS, chance.choice((None, at_ms + HOUR_MS))
    return name, at_ms - 2 * HOUR_MS, at_ms - HOUR_MS


def segments_of(story: "Story", person: str, at_ms: int) -> tuple[str, ...]:
    """In which somebody was then."""
    return tuple(
        name
        for name, from_ms, until_ms in story.segments.get(person, ())
        if from_ms <= at_ms and (until_ms is None or at_ms < until_ms)
    )


def join_all(town: "Town") -> None:
    """It is written down of everybody."""
    for one in town.all(Enrolment) if town.story.segments else ():
        times = tuple(
            Membership(segment=name, from_ms=from_ms, until_ms=until_ms)
            for name, from_ms, until_ms in town.story.segments.get(one.advocate_id, ())
        )
        change = Change()
        change.replace(one.but(segments=times))
        town.memory.commit(change)
