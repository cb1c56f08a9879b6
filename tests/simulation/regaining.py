"""What was taken as a whole and comes back: when it was due, paid, or handed over by then.

A bank that takes the whole of an order back, and decides for the shop after some days, leaves a
reward that was reversed and lives again. It must be owed once more, or be as paid as it was.
"""

from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING

from tests.simulation.enriching import given
from tests.simulation.limits import draw_budget, draw_caps

if TYPE_CHECKING:
    from tests.simulation.happenings import Returned
    from tests.simulation.limits import Limited
    from tests.simulation.story import Order, Story

ABOVE = 0.4  # of the stories where something is capped: what is won back may exceed a cap
OWN_CAPS = 0.7  # of the stories in which money of two currencies is earned
REGAINED = {"payday": 0.15, "wide": 0.06}  # of the stories of a leaning where nothing is capped
BANNED = 0.6  # of those in which people are banned


def add_caps_of_two(story: "Story") -> None:
    """Money of two currencies, each against limits of its own; a number of both against one."""
    chance = Random(f"caps of two {story.seed}")
    if story.accepts and not story.calm and chance.random() < OWN_CAPS:
        story.caps = draw_caps(chance)
        story.budget = draw_budget(chance)


def add_above(story: "Story") -> None:
    """What was taken, and whose room others have used by then, is owed again above the limit."""
    chance = Random(f"above {story.seed}")
    capped = bool(story.caps or story.budget)
    if story.calm or not capped or chance.random() > ABOVE:
        return
    story.disputed = chance.random() < 0.5
    for order in story.orders:
        order.refunds = [
            replace(one, won=not one.total and chance.random() < 0.6) for one in order.refunds
        ]
        if order.refunds and order.twin is None and chance.random() < 0.4:
            order.refunds[0] = _whole(order, chance, won=chance.random() < 0.5)
    if chance.random() < 0.6:
        size = given(story, chance.choice(story.orders))
        story.caps = [replace(one, size=size if _is_money(one) else 1) for one in story.caps]
        story.budget = [replace(one, size=size) for one in story.budget]


def _is_money(limit: "Limited") -> bool:
    return limit.of == "amount_minor"


def _whole(order: "Order", chance: Random, *, won: bool) -> "Returned":
    whole = chance.choice((None, order.net))
    return replace(order.refunds[0], amount=whole, of="net", total=False, won=won, lines=())


def add_regains(story: "Story") -> None:
    """The whole of some orders comes back, and is won."""
    chance = Random(f"regains {story.seed}")
    able = [one for one in story.orders if one.refunds and one.twin is None and one.draft is None]
    capped = bool(story.caps or story.budget)
    rate = BANNED if story.conduct else REGAINED.get(story.leaning, 0)
    if capped or story.calm or not able or chance.random() > rate:
        return
    for order in able:
        first = _whole(order, chance, won=True)
        order.refunds = [first, *order.refunds[1:]][: chance.choice((1, 1, 2))]
    if story.leaning == "payday":
        story.hold_days = chance.choice((0, 0, 1))
        story.limit = 10_000
