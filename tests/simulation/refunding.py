"""Refunds that are told in two ways, and refunds that come to exactly the whole of an order.

A shop says what it gave back without tax, its payment provider what was paid; both are of one
order. The last cent of it is the edge of what may be taken.
"""

from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.simulation.story import Order, Story

MIXED, EXACT = 0.15, 0.15  # of the orders with refunds


def mix_refunds(story: "Story") -> None:
    """Some refunds of an order are net and some gross; some sum to the order, but for a cent."""
    chance = Random(f"refunding {story.seed}")
    for order in story.orders:
        plain = order.refunds and not any(one.total or one.lines for one in order.refunds)
        if plain and chance.random() < EXACT:
            _to_the_cent(chance, order)
        if plain and chance.random() < MIXED:
            order.refunds = [
                replace(one, of=("net", "gross")[number % 2])
                for number, one in enumerate(order.refunds)
            ]


def _to_the_cent(chance: Random, order: "Order") -> None:
    """Two refunds, of which the second gives back what the first has left, or a cent beside."""
    first = order.refunds[0]
    whole = order.net if first.of == "net" else order.gross
    part = whole // chance.choice((2, 3, 7))
    rest = max(1, whole - part + chance.choice((-1, 0, 0, 1)))
    amounts = (part, rest) if part else (rest,)
    order.refunds = [
        replace(first, name=f"r{number}", amount=amount) for number, amount in enumerate(amounts)
    ]
