"""A refund in a currency that its order is not in: nothing is taken, and a person has to look.

If it comes before its order, it stays where such refunds wait; the order is booked all the same.
"""

from collections.abc import Iterator
from random import Random
from typing import TYPE_CHECKING

from goodword.conversions.model import Facts, ReversalFact

from tests.simulation.books import Books, Item

if TYPE_CHECKING:
    from tests.simulation.story import Order, Story

STRANGE = 0.05  # of the stories; one of their orders
MISMATCH = "currency_mismatch"
NAME = "odd"


def add_strange(story: "Story") -> None:
    """One order gets such a refund."""
    chance = Random(f"strange {story.seed}")
    sales = [one for one in story.orders if one.action == "sale" and not one.stale]
    able = [one for one in sales if not (one.twin or one.draft)]
    if able and not story.calm and chance.random() < STRANGE:
        chance.choice(able).odd_refund = True


def strange_of(order: "Order") -> Iterator[tuple[str, Facts]]:
    """What is told of it."""
    if order.odd_refund:
        fact = ReversalFact(
            refund_id=NAME,
            orders=(order.name,),
            occurred_ms=order.at_ms,
            currency="GBP",
            amount_minor=700,
            of="net",
        )
        yield f"{order.name}-{NAME}", Facts(facts=(fact,))


def waits(parked: Item) -> bool:
    """Whether nothing but such refunds waits there."""
    return all(one["refund_id"] == NAME for one in parked["facts"])


def is_left_aside(books: Books, delivery: Item) -> bool:
    """Whether it is such a refund, or tells of an order under whose name one waited."""
    name = str(delivery["delivery_id"]).partition("-")[0]
    order = next((one for one in books.town.story.orders if one.name == name), None)
    return order is not None and order.odd_refund and delivery["reason"] == MISMATCH


def _kept(books: Books) -> Iterator[str]:
    """It is not lost: it is with those that nobody understood, or still waits."""
    told = {one["delivery_id"]: (one["state"], one["reason"]) for one in books["delivery"]}
    parked = {one["alias"] for one in books["parked_refunds"] if waits(one)}
    for order in books.town.story.orders:
        said = told.get(f"{order.name}-{NAME}")
        if said is None:
            continue
        here = order.name in parked
        if said != ("not_understood", MISMATCH) and (said != ("booked", "") or not here):
            yield f"{order.name} has a refund in pounds, which is {said}, and waits: {here}"
        known = [one for one in books["refund"] if one.get("refund_id") == NAME]
        if known:
            yield f"{order.name}: a refund in pounds is booked"


STRANGENESS = (_kept,)
