"""One order that two have told of, under two names, is one order once somebody has said so.

Every other check looks at the one that is kept, as if it had been told once; here the other one is
looked at: nothing of it is left, and it says why.
"""

from collections.abc import Iterator

from tests.simulation.books import Books
from tests.simulation.currencies import MONEY
from tests.simulation.story import Order

DUPLICATE = "duplicate_order"
GONE = ("rejected", "void")


def told_ms(order: Order, name: str) -> int:
    """When an order happened, as it is told under one of its names."""
    return order.at_ms + (order.twin.later_ms if order.twin and name != order.name else 0)


def _twins(books: Books) -> Iterator[str]:
    """I2: what was a second order is none, leads to the one that is kept, and has cost nothing."""
    kept = {one["conversion_id"]: one for one in books["conversion"]}
    told = [one for one in books["event"] if one["type"] == "conversion.merged"]
    if len(told) != len(books["duplicate"]):
        yield f"{len(told)} are told to be one with another, {len(books['duplicate'])} are"
    for one in books["duplicate"]:
        name, mine = one["conversion_id"], kept.get(one["duplicate_of"])
        order = books.town.story.order(one["order_id"])
        if mine is None or books.town.story.order(mine["order_id"]) is not order:
            yield f"{one['order_id']} is one with an order that is none, or another"
            continue
        if name not in mine.get("duplicates", ()):
            yield f"{mine['order_id']} does not know {one['order_id']}"
        if (mine["occurred_ms"], mine["conversion_id"]) > (one["occurred_ms"], name):
            yield f"{mine['order_id']} was kept, though it happened later"
        if (one["state"], one["reason"]) != ("disqualified", DUPLICATE):
            yield f"{one['order_id']} is {one['state']} because of {one['reason']}"
        if any(each not in mine["touches"] for each in one["touches"]):
            yield f"{mine['order_id']} lacks a touch of {one['order_id']}"
        rewards = [each for each in books["reward"] if each["conversion_id"] == name]
        if any(each["remaining_minor"] for each in rewards if each["state"] not in GONE):
            yield f"{one['order_id']} has left something"
        taken = sum(
            event["data"]["amount_minor"]
            for event in books["event"]
            if event["type"] == "reward.reversed"
            and event["data"]["currency"] in MONEY
            and event["data"].get("refund_id") == f"duplicate:{name}"
        )
        said = [event["data"]["taken_minor"] for event in told if event["subject"] == name]
        if said != [taken]:
            yield f"{said} was taken back of {one['order_id']}, rewards lost {taken}"


TWINS = (_twins,)
