"""What was taken as a whole and comes back: when it was due, paid, or handed over by then.

A bank that takes the whole of an order back, and decides for the shop after some days, leaves a
reward that was reversed and lives again. It must be owed once more, or be as paid as it was.
"""

from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.simulation.story import Story

REGAINED = {"payday": 0.15, "wide": 0.06}  # of the stories of a leaning where nothing is capped
BANNED = 0.6  # of those in which people are banned


def add_regains(story: "Story") -> None:
    """The whole of some orders comes back, and is won."""
    chance = Random(f"regains {story.seed}")
    able = [one for one in story.orders if one.refunds and one.twin is None and one.draft is None]
    capped = bool(story.caps or story.budget)
    rate = BANNED if story.conduct else REGAINED.get(story.leaning, 0)
    if capped or story.calm or not able or chance.random() > rate:
        return
    for order in able:
        whole = chance.choice((None, order.net))
        first = replace(order.refunds[0], amount=whole, of="net", total=False, won=True, lines=())
        order.refunds = [first, *order.refunds[1:]][: chance.choice((1, 1, 2))]
    if story.leaning == "payday":
        story.hold_days = chance.choice((0, 0, 1))
        story.limit = 10_000
