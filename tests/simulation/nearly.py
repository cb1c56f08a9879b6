"""Budgets of which nearly all is used, or nearly so much that somebody is told; minimums that a
later version lowers to what somebody has by then; and orders that are paid wholly by credit, so
that nothing of them is left in the books of the shop; and lines that cost nothing."""

from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING

from tests.simulation.enriching import given
from tests.simulation.limits import Limited
from tests.simulation.offers import EMPTY, Line

if TYPE_CHECKING:
    from tests.simulation.story import Story

NEARLY, BY_CREDIT, FREE = 0.05, 0.04, 0.08  # of the stories
LOWERED = 0.3  # of the stories in which people are paid often, and by one version
DAY_MS = 86_400_000
LOW = 797  # tenths of a percent; from 80 percent on finance is told


def use_nearly(story: "Story") -> None:
    """The first order uses 79.7 percent of a budget, or all of it but the least."""
    chance = Random(f"nearly {story.seed}")
    able = not (story.calm or story.accepts or story.caps or story.gives or story.extra)
    if not able or chance.random() > NEARLY:
        return
    used = given(story, story.orders[0])
    size = chance.choice((used + 1, used + 1, used + used // 300 + 1, used * 1_000 // LOW))
    story.budget = [Limited("budget", "lifetime", "amount_minor", size)]
    story.disputed = False
    for order in story.orders:
        order.refunds = [replace(one, won=False) for one in order.refunds]


def lower(story: "Story", start_ms: int) -> None:
    """Too little for the first paydays is, to the cent or nearly, enough for a later version."""
    chance = Random(f"lowered {story.seed}")
    able = story.leaning == "payday" and len(story.versions) == 1 and not story.ladder
    if not able or chance.random() > LOWERED:
        return
    least = max(1, given(story, story.orders[0]) + chance.choice((-1, 0, 0, 0, 1)))
    story.paying = replace(story.paying, minimum=least)
    story.lowered = least + chance.choice((1, 200, 5_000))
    from_ms = start_ms + chance.randrange(3, 15) * DAY_MS + 11
    story.versions.append(replace(story.versions[0], from_ms=from_ms))


def pay_by_credit(story: "Story") -> None:
    """An order without a net, and of no lines."""
    chance = Random(f"credit {story.seed}")
    able = [
        one
        for one in story.orders
        if one.action == "sale" and not (one.twin or one.draft or one.under or one.refunds)
    ]
    if able and not story.rates and chance.random() < BY_CREDIT:
        order = chance.choice(able)
        order.net, order.basket = 0, replace(EMPTY, nth=order.basket.nth)


def give_a_line(story: "Story") -> None:
    """One more line of an order is free; in half of them all that was paid for comes back."""
    chance = Random(f"free line {story.seed}")
    able = [one for one in story.orders if one.basket.lines and not (one.twin or one.draft)]
    if not able or chance.random() > FREE:
        return
    order = chance.choice(able)
    paid = tuple((one.name, one.net) for one in order.basket.lines)
    free = Line("free", chance.choice(("Acme", "bolt", None)), chance.choice((1, 2)), 0)
    order.basket = replace(order.basket, lines=(*order.basket.lines, free))
    if order.refunds and chance.random() < 0.5 and sum(net for _, net in paid) == order.net:
        back = replace(order.refunds[0], of="net", total=False, won=False)
        order.refunds = [replace(back, amount=order.net, lines=paid)]
