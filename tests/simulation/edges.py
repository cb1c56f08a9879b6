"""Clicks at the very edge of what counts: of the order, of a link, and of each other's moment.

A shop's clock may be a minute behind ours: so long after an order a click still counts, and so long
before its link was made. Of two clicks of one moment the id decides, whoever is told first.
"""

from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.simulation.story import Story

EDGES = 0.12  # of the stories that are no race
SKEW_MS, HOUR_MS = 60_000, 3_600_000


def add_edges(story: "Story") -> None:
    """One order of such a story gets a click that counts just so, or just does not."""
    chance = Random(f"edges {story.seed}")
    able = [one for one in story.orders if one.clicks and not one.returns]
    if story.leaning == "race" or not able or chance.random() > EDGES:
        return
    order, off = chance.choice(able), chance.choice((-1, 0, 0, 1))
    match chance.choice(("order", "link", "moment")):
        case "order":
            at_ms = order.at_ms + SKEW_MS + off
            order.clicks[-1] = replace(order.clicks[-1], at_ms=at_ms)
        case "link":
            story.link_ms[order.clicks[-1].person] = order.clicks[-1].at_ms + SKEW_MS + off
        case _:
            one = order.clicks[-1]
            person = chance.choice(sorted(story.receivers))
            nonce = bytes([7 + 200 * (chance.random() < 0.5)]) + one.nonce[1:]
            order.clicks.append(replace(one, person=person, at_ms=one.at_ms + off, nonce=nonce))
