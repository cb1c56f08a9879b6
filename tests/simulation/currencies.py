"""In what something is earned: money of one currency or of two, or something that is no money.

Worked out from the story alone, as the other half of the oracle.
"""

from dataclasses import replace
from functools import cache
from random import Random

from tests.simulation.limits import Limited
from tests.simulation.oracle import EXTRA
from tests.simulation.story import Order, Story

GROWING = 0.6  # of the stories with several versions, if anything is capped
MONEY = ("EUR", "USD")
BOOKED = {"store_credit": "{}.CREDIT", "points": "POINTS", "code": "CODES"}


def unit_of(story: Story, order: Order, rule_id: str) -> str:
    """What the books count a reward of this order in."""
    money = order.currency if story.accepts and order.action == "sale" else "EUR"
    unit = "points" if rule_id == EXTRA else story.gives.get(order.action, "money")
    return money if unit == "money" else BOOKED[unit].format(money)


def units(story: Story) -> set[str]:
    """All that somebody may have something of."""
    rules = ("sale", *[EXTRA] * bool(story.extra))
    return {"EUR", *(unit_of(story, order, rule) for order in story.orders for rule in rules)}


@cache
def _step(seed: int) -> int:
    """By how much the limits of each version differ from those of the one before, if they do."""
    chance = Random(f"growing caps {seed}")
    return chance.choice((-150, -1, 1, 250)) if chance.random() < GROWING else 0


def sized(story: Story, limit: Limited, number: int) -> Limited:
    """A cap as the version of this number has it, counted from 1."""
    step = _step(story.seed)
    if limit.of == "rewards":
        step = (step > 0) - (step < 0)
    return replace(limit, size=max(1, limit.size + step * (number - 1)))


def sizes(story: Story, limit: Limited, money: str, since: int = 1) -> set[int]:
    """How large a limit is by the versions from this number on."""
    if limit.scope == "budget":
        return {size_in(limit, money)}
    numbers = range(since, len(story.versions) + 1)
    return {size_in(sized(story, limit, number), money) for number in numbers}


def size_in(limit: Limited, money: str) -> int:
    """How much of a limit there is in a currency; a number of rewards is the same in all."""
    abroad = money != "EUR" and limit.of != "rewards"
    return limit.size * 2 // 3 + 1 if abroad else limit.size
