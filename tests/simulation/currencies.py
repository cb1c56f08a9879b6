"""In what something is earned: money of one currency or of two, or something that is no money.

Worked out from the story alone, as the other half of the oracle.
"""

from tests.simulation.limits import Limited
from tests.simulation.oracle import EXTRA
from tests.simulation.story import Order, Story

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


def size_in(limit: Limited, money: str) -> int:
    """How much of a limit there is in a currency; a number of rewards is the same in all."""
    abroad = money != "EUR" and limit.of != "rewards"
    return limit.size * 2 // 3 + 1 if abroad else limit.size
