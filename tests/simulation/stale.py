"""An order so far back that only a person may book it, or from before its programme: to the ms.

A quarter back it still counts, and so does what a shop's clock dates a minute before the programme
was made. What is older is kept for a person, whoever tells it how often.
"""

from collections.abc import Iterator
from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING

from tests.simulation.books import Books, Item
from tests.simulation.brinks import kind_of

if TYPE_CHECKING:
    from tests.simulation.healing import Play
    from tests.simulation.story import Order, Story

STALE = 0.04  # of the stories that are plain enough
SKEW_MS, HOUR_MS, DAY_MS = 60_000, 3_600_000, 86_400_000
BACK_MS = 90 * DAY_MS
REFUSED = ("too_old", "before_programme")


def grow_stale(story: "Story", start_ms: int) -> None:
    """The first order of such a story is, or the programme was made just when it happened."""
    chance, order = Random(f"stale {story.seed}"), story.orders[0]
    plain = not (story.calm or story.rates or story.accepts or story.turns or kind_of(story))
    able = plain and not (order.twin or order.draft or order.returns or order.halved)
    if not able or story.leaning == "race" or chance.random() > STALE:
        return
    order.refunds, order.inquiry, order.lasted, order.alias = [], 0, (), None
    order.friend, order.email, order.told_apart = "c8", None, False
    off = chance.choice((-1, 0, 0, 1))
    order.stale = chance.choice(("too_old", "before_programme"))
    if order.stale == "too_old":
        order.at_ms = start_ms - BACK_MS + off
    else:
        order.at_ms = start_ms - chance.choice((1, 9, 40)) * DAY_MS
        story.made_ms = order.at_ms + SKEW_MS + off
    order.clicks = [replace(one, at_ms=order.at_ms - HOUR_MS) for one in order.clicks[:1]]


def tell_stale(play: "Play") -> None:
    """It is told at the first moment of the play."""
    order = play.town.story.orders[0]
    for one in [each for each in play.outgoing if each[1].startswith(f"{order.name}-")]:
        if order.stale == "too_old":
            play.send(one)
            play.settle()


def may_lack(books: Books) -> int:
    """How many orders of a story are rightly booked by nobody."""
    return sum(bool(one.stale) and not _of(books, one) for one in books.town.story.orders)


def _of(books: Books, order: "Order") -> list[Item]:
    return [one for one in books["conversion"] if one["order_id"] == order.name]


def _stale(books: Books) -> Iterator[str]:
    """Who told it in time is heard, and nobody else."""
    story = books.town.story
    for order in [one for one in story.orders if one.stale]:
        told = [
            one
            for one in books["delivery"]
            if one["delivery_id"].startswith(f"{order.name}-")
            and one["delivery_id"] in books.town.accepted
        ]
        late = {one["delivery_id"]: _why_not(story, order, one) for one in told}
        booked = _of(books, order)
        if bool(booked) != (not all(late.values())):
            yield f"{order.name} is booked as {len(booked)}, though {late}"
        known_ms = min((one["at_ms"] for one in _decided(books, booked)), default=0)
        for event in books["event"] if booked else ():
            if event["reason"] in REFUSED and event["at_ms"] > known_ms + SKEW_MS:
                yield f"{order.name} is known, and told again it is {event['reason']}"
        for one in told:
            why, said = late[one["delivery_id"]], one["reason"]
            if said in REFUSED and said != why:
                yield f"{one['delivery_id']} is left aside as {said}, not {why or 'booked'}"
            if why and not booked and said != why:
                yield f"{one['delivery_id']} is {said}, not {why}"


def _decided(books: Books, booked: list[Item]) -> list[Item]:
    names = [one["conversion_id"] for one in booked]
    return [one for one in books["decision"] if one["conversion_id"] in names]


def _why_not(story: "Story", order: "Order", delivery: Item) -> str:
    if order.at_ms + SKEW_MS < story.made_ms:
        return "before_programme"
    return "too_old" if delivery["received_ms"] - order.at_ms > BACK_MS else ""


AGES = (_stale,)
