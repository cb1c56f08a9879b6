"""How an order is told beside its sums: its number, a gross below its net, and the same twice.

A number is what the shopper reads, and shops write it as they like; two shops may have the same.
Whoever says less gross than net has told no tax: the gross is the net then. And who knew that a sum
is not the last word may be told by another, who does, that it is.
"""

from collections.abc import Iterator
from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING

from tests.simulation.books import Books

if TYPE_CHECKING:
    from tests.simulation.story import Order, Story

NUMBERED, UNDER, SAME, GROWING = (
    0.1,
    0.06,
    0.3,
    0.1,
)  # of the orders; of those with a draft; refunds
ALIKE = 0.2  # of the stories with two versions
NUMBERS = {  # as shops write them, by what they are
    "1001": ("1001", "#1001", " # 1001", "#10\uff101"),
    "en-7": ("EN-7", "en-7", "#En- 7", "en-\uff17"),
}
TOTALS = (5, 3, 2, 1)  # of so many parts of an order a running total has each


def add_words(story: "Story") -> None:
    """All of it."""
    numbers, under = Random(f"numbers {story.seed}"), Random(f"under {story.seed}")
    same, growing = Random(f"same {story.seed}"), Random(f"growing {story.seed}")
    _be_alike(Random(f"alike {story.seed}"), story)
    for order in story.orders:
        if numbers.random() < NUMBERED:
            order.number = numbers.choice(NUMBERS[numbers.choice(sorted(NUMBERS))])
        if order.net and order.net == order.gross and under.random() < UNDER:
            order.under = under.choice((1, order.net // 5, order.net))
        if order.draft is not None and not story.disputed and same.random() < SAME:
            order.draft = replace(order.draft, net=order.net, gross=order.gross)
        if order.refunds and growing.random() < GROWING:
            _grow(growing, order)


def said_gross(order: "Order") -> int:
    """Less than the net, where it is the same: whoever says so is taken to have told no tax."""
    return max(0, order.gross - order.under) if order.gross == order.net else order.gross


def _be_alike(chance: Random, story: "Story") -> None:
    """A later version promises the same; an order has a click under each, told apart."""
    able = [one for one in story.orders if one.clicks and not (one.returns or one.twin or one.shy)]
    if len(story.versions) != 2 or not able or chance.random() > ALIKE:
        return
    abroad = [one for one in able if story.abroad.home_only and one.currency != "EUR"]
    (first, then), order = story.versions, chance.choice(abroad or able)
    if then.trial is not None:
        return
    then.points, then.flat, then.offers = first.points, first.flat, first.offers
    click = order.clicks[-1]
    then.from_ms, order.told_apart = click.at_ms, True
    nonce = bytes([6]) + click.nonce[1:]
    order.clicks.append(replace(click, at_ms=click.at_ms - 3_600_000, nonce=nonce))


def _grow(chance: Random, order: "Order") -> None:
    """Running totals, told in any order, and perhaps a part beside them."""
    first = order.refunds[0]
    if first.lines or any(one.won for one in order.refunds):
        return
    whole = order.net if first.of == "net" else order.gross
    parts = chance.sample(TOTALS, 3)
    grown = [
        replace(first, name=f"r{number}", amount=whole * part // 7 + 1, total=True)
        for number, part in enumerate(sorted(parts))
    ]
    if chance.random() < 0.5:
        grown.append(replace(first, name="r7", amount=max(1, whole // 9), total=False))
    order.refunds = grown


def _numbers(books: Books) -> Iterator[str]:
    """Whoever looks for a number finds every order that was told with it, and none besides."""
    story = books.town.story
    if any(order.twin for order in story.orders):
        return
    for plain, written in NUMBERS.items():
        told = {one.name for one in story.orders if one.number in written and one.action == "sale"}
        wanted = {one["conversion_id"] for one in books["conversion"] if one["order_id"] in told}
        known = [one for one in books["order_number"] if one["number"] == plain]
        found = {name for one in known for name in one["conversion_ids"]}
        if found != wanted or any(one.get("granted") for one in known):
            yield f"under {plain} are {sorted(found)}, not {sorted(wanted)}"


WORDS = (_numbers,)
