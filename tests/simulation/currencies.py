"""In what something is earned: money of one currency or of two, or something that is no money.

Worked out from the story alone, as the other half of the oracle.
"""

from tests.simulation.oracle import earning
from tests.simulation.story import Order, Story

MONEY = ("EUR", "USD")
BOOKED = {"store_credit": "{}.CREDIT", "points": "POINTS", "code": "CODES"}
EXTRA = "extra"  # the rule that gives points beside whatever else a sale earns


def unit_of(story: Story, order: Order, rule_id: str) -> str:
    """What the books count a reward of this order in."""
    money = order.currency if story.accepts and order.action == "sale" else "EUR"
    unit = "points" if rule_id == EXTRA else story.gives.get(order.action, "money")
    return money if unit == "money" else BOOKED[unit].format(money)


def given(story: Story, order: Order, rule_id: str, touched_ms: int) -> int:
    """How much of it the rule gives, before any cap."""
    return story.extra if rule_id == EXTRA else earning(story, order, touched_ms)


def units(story: Story) -> set[str]:
    """All that somebody may have something of."""
    rules = ("sale", *[EXTRA] * bool(story.extra))
    return {"EUR", *(unit_of(story, order, rule) for order in story.orders for rule in rules)}
