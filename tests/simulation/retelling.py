"""An order that is told again with other sums, and what a person has refused of it.

The first sums count, but those of whoever knew that they were not the last word give way, as long
as nothing of the order has passed its hold. Whatever is left aside says so to a person. What was
refused stays refused, however often its order is told, and earns the same advocate nothing anew.
"""

from collections.abc import Iterator

from goodword.conversions.model import ConversionFact

from tests.simulation.books import Books, Item
from tests.simulation.rarities import Draft
from tests.simulation.story import Order

DIFFERS, DRAFT = "order_differs", "-draft"
GONE = ("rejected", "void")
LOCKS = ("reward.due", "reward.paid", "reward.reversed")


def _retold(books: Books) -> Iterator[str]:
    """The sums of an order are those that count, and every delivery says whether it was heard."""
    for conversion in books["conversion"]:
        order = books.town.story.order(conversion["order_id"])
        sums = conversion["net_minor"], conversion["gross_minor"]
        final, draft = sums == (order.net, order.gross), order.draft
        if draft is None:
            if not final and order.twin is None:
                yield f"{order.name} has come to {sums}"
            continue
        if not final and sums != (draft.net, draft.gross):
            yield f"{order.name} has come to {sums}"
        if conversion.get("forgotten"):
            continue  # it is told anew to nobody
        if bool(conversion.get("provisional")) != (draft.provisional and not final):
            yield f"{order.name} is not known for what it is"
        locked = _is_locked(books, conversion)
        for what in _heard(books, order, draft, final=final, locked=locked):
            yield f"{order.name}: {what}"


def _heard(books: Books, order: Order, draft: Draft, *, final: bool, locked: bool) -> Iterator[str]:
    """Which deliveries were left aside; `final`: the sums are those of the last word."""
    left = {one["delivery_id"]: one["reason"] == DIFFERS for one in books["delivery"]}
    names = list(_telling(books, order))
    finals = [left[name] for name in names if not name.endswith(DRAFT)]
    drafts = [left[name] for name in names if name.endswith(DRAFT)]
    heard, unheard = (finals, drafts) if final else (drafts, finals)
    gives_way = final and draft.provisional
    if all(heard):
        yield "its sums were left aside"
    if (draft.net, draft.gross) == (order.net, order.gross):
        if any(unheard):
            yield "the same sums differ"
        return
    if not all(unheard) and not gives_way:
        yield "a delivery with other sums was heard"
    if any(drafts) and gives_way:
        yield "who knew that it was not the last word is left aside"
    if any(finals) and draft.provisional and not locked:
        yield "the last word was left aside for nothing"


def _telling(books: Books, order: Order) -> Iterator[str]:
    """The deliveries that tell the order itself, and not of its refunds or other names alone."""
    for name, facts in books.town.accepted.items():
        if name.partition("-")[0] == order.name and any(
            isinstance(one, ConversionFact) for one in facts.facts
        ):
            yield name


def _is_locked(books: Books, conversion: Item) -> bool:
    """Whether something of it had passed its hold at some time, or the programme was paused."""
    rewards = {
        one["reward_id"]
        for one in books["reward"]
        if one["conversion_id"] == conversion["conversion_id"]
    }
    return any(
        event["type"] in LOCKS and event["subject"] in rewards for event in books["event"]
    ) or "paused" in {event["data"].get("after") for event in books["event"]}


def _refused(books: Books) -> Iterator[str]:
    """What was refused earns its advocate nothing anew for the same order and rule."""
    refused_ms = {
        event["subject"]: event["at_ms"]
        for event in books["event"]
        if event["type"] == "reward.rejected"
    }
    by_id = {one["reward_id"]: one for one in books["reward"]}
    for name, at_ms in refused_ms.items():
        refused = by_id[name]
        if refused["state"] != "rejected" or refused.get("side") == "friend":
            continue  # a dispute about it was granted, or it follows whoever brought the friend
        for other in books["reward"]:
            if other is refused or _place(other) != _place(refused):
                continue
            lives = other["state"] not in GONE  # of one moment, the order is not known
            if other["created_ms"] > at_ms or (lives and other["created_ms"] == at_ms):
                yield f"{other['order_id']} was refused, and earned {other['earned_minor']} anew"


def _place(reward: Item) -> tuple[str, str, str]:
    return reward["conversion_id"], reward["advocate_id"], reward["rule_id"]


RETOLD = (_retold, _refused)
