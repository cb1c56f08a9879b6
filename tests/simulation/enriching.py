"""Richer stories: rules of many kinds, baskets with lines, and instants and amounts on the edge.

Drawn apart from the rest of a story, so that a seed keeps its people, orders and times.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from tests.simulation.offers import (
    LEVELS,
    Ask,
    Basket,
    Ladder,
    Line,
    Offer,
    Seen,
    lines_of,
    worth,
)

if TYPE_CHECKING:
    from tests.simulation.happenings import Returned
    from tests.simulation.story import Order, Story

RICH, ZONED, EDGED, ODD = 0.45, 0.3, 0.35, 0.4  # of the stories; of the orders of a rich one
LADDER, NAMED, LINED = 0.3, 0.5, 0.75
ZONES = ("Europe/Berlin", "America/New_York", "Asia/Tokyo")
NETS = (999, 1_500, 4_990, 12_345, 30_000)
SKEW_MS, DAY_MS = 60_000, 86_400_000
TEXTS = (
    *(("in", "brand", "acme"), ("not_in", "brand", "bolt"), ("in", "country", "DE", "at")),
    *(("not_in", "country", "US"), ("in", "coupon", "May"), ("in", "channel", "web")),
    *(("equals", "customer", "new"), ("equals", "customer", "returning")),
)
COUNTS = (
    *(("at_least", "coupons", 1), ("at_most", "coupons", 0), ("at_least", "quantity", 2)),
    *(("at_most", "friend_order", 1), ("at_most", "friend_order", 2), ("equals", "quantity", 1)),
    *(("at_most", "advocate_conversion", 1), ("at_most", "advocate_conversion", 2)),
    *(("at_least", "friend_order", 2), ("between", "friend_order", 2, 3)),
)


def enrich(chance: Random, story: "Story", start_ms: int) -> None:
    """Some stories get offers and baskets; some another time zone; some stand on an edge."""
    if chance.random() < RICH:
        ladder = _ladder(chance) if chance.random() < LADDER else None
        story.ladder = ladder
        for version in story.versions:
            offers = [_offer(chance, n, ladder) for n in range(chance.choice((1, 1, 2, 2, 3)))]
            if story.leaning == "payday":  # so that something is paid
                offers[0] = Offer("rule0", size=1_000, rounding=offers[0].rounding)
            version.offers = tuple(offers)
        for order in story.orders:
            if order.action == "sale":
                _fill(chance, order)
    if chance.random() < ZONED:
        story.zone = chance.choice(ZONES)
        story.paying = replace(story.paying, zone=story.zone)
    if chance.random() < EDGED and story.leaning != "race":
        _edge(chance, story, start_ms)


def given(story: "Story", order: "Order") -> int:
    """What an order gives a new friend's advocate under the first version, or a cent."""
    version = story.versions[0]
    if not version.offers:
        return max(1, order.net * version.points // 10_000)
    first = Seen(1, 1, LEVELS[0])
    found = (worth(one, order.basket, (order.net, order.net), first) for one in version.offers)
    return max(1, *(one.amount for one in found if one), 0)


def _ladder(chance: Random) -> Ladder:
    measure = chance.choice(("orders", "net"))
    low = chance.choice((1, 1, 2)) if measure == "orders" else chance.choice((999, 1_500, 12_345))
    high = low + (1 if measure == "orders" else chance.choice((1, 4_990, 30_000)))
    period = chance.choice(("lifetime", "lifetime", "month", "quarter", "year"))
    return Ladder(measure, period, (0, low, high))


def _offer(chance: Random, number: int, ladder: Ladder | None) -> Offer:
    kind = chance.choice(("percentage", "percentage", "percentage", "per_line", "per_unit", "flat"))
    tiered = ladder is not None and chance.random() < 0.6
    levels = [name for name in LEVELS if chance.random() < 0.8] or [LEVELS[0]]
    return Offer(
        name=f"rule{number}",
        action=chance.choice(("sale",) * 5 + ("first_purchase", "repeat_purchase", "renewal")),
        kind=kind,
        size=_size(chance, kind),
        rounding=chance.choice(("half_even", "half_up", "down")),
        minimum=chance.choice((0, 0, 0, *NETS[:3], NETS[1] + 1)),
        asks=tuple(_ask(chance, ladder) for _ in range(chance.choice((0, 0, 1, 1, 2)))),
        by_level=tuple((name, _size(chance, kind)) for name in levels) if tiered else (),
    )


def _size(chance: Random, kind: str) -> int:
    if kind in ("percentage", "per_line"):
        return chance.choice((1_000, 750, 333, 1_250, chance.randint(1, 2_500)))
    return chance.choice((200, chance.randint(1, 700)))


def _ask(chance: Random, ladder: Ladder | None) -> Ask:
    odd = chance.random()
    if odd < 0.12:
        return ("not", _plain(chance, ladder))
    if odd < 0.22:
        return ("any", _plain(chance, ladder), _plain(chance, ladder))
    return _plain(chance, ladder)


def _plain(chance: Random, ladder: Ladder | None) -> Ask:
    match chance.choice(("text", "text", "count", "net", "level" if ladder else "text")):
        case "text":
            return chance.choice(TEXTS)
        case "count":
            return chance.choice(COUNTS)
        case "level":
            return (chance.choice(("in", "not_in")), "level", *chance.sample(LEVELS, 2))
    low, high = sorted(chance.sample(NETS, 2))
    of = chance.choice(("order_net", "order_net", "line_net"))
    return chance.choice((("between", of, low, high), ("at_least", of, high), ("at_most", of, low)))


def _fill(chance: Random, order: "Order") -> None:
    """The basket of an order, another sum at times, and refunds that name lines."""
    if chance.random() < ODD:
        more = order.gross - order.net
        order.net = chance.randint(1, 40_000)
        order.gross = order.net + (chance.randint(1, order.net) if more else 0)
    order.basket = Basket(
        lines=_lines(chance, order.net) if chance.random() < LINED else (),
        country=chance.choice((None, "DE", "AT", "US")),
        coupons=chance.choice((None, (), ("MAY",), ("VIP", "May"))),
        channel=chance.choice((None, "web", "app")),
        nth=chance.choice((None, None, None, 1, 2, 5)),
        renewal=chance.random() < 0.15,
    )
    names = {line.name: line.net for line in lines_of(order.basket, order.net)}
    order.refunds = [
        _named(chance, one, names)
        if names and one.of == "net" and not one.total and chance.random() < NAMED
        else one
        for one in order.refunds
    ]


def _lines(chance: Random, net: int) -> tuple[Line, ...]:
    """One to three lines that sum to the net, or to less, or to more."""
    count = chance.choice((1, 2, 2, 3))
    cuts = sorted(chance.randint(0, net) for _ in range(count - 1))
    nets = [end - begin for begin, end in zip([0, *cuts], [*cuts, net], strict=True)]
    off = chance.random()
    if off < 0.15:
        nets[0] = nets[0] // 2
    elif off < 0.3:
        nets[-1] += chance.randint(1, max(1, net // 4))
    return tuple(
        Line(f"l{number}", chance.choice(("Acme", "bolt", None)), chance.choice((1, 1, 2, 3)), one)
        for number, one in enumerate(nets)
    )


def _named(chance: Random, refund: "Returned", names: dict[str, int]) -> "Returned":
    """It says of which lines it is; a part of it may be of none."""
    if refund.amount is None:
        return refund
    picked = chance.sample(sorted(names), chance.choice((1, 1, min(2, len(names)))))
    lines = tuple(
        (name, chance.choice((names[name], names[name] // 2, names[name] // 3))) for name in picked
    )
    unnamed = chance.choice((0, 0, 0, 300))
    return replace(refund, lines=lines, amount=sum(net for _, net in lines) + unnamed)


def _edge(chance: Random, story: "Story", start_ms: int) -> None:
    """A touch as old as the window allows, or of the moment of a new version; a day's end."""
    off = chance.choice((-1, 0, 0, 1))
    order = chance.choice(story.orders)
    clicked = bool(order.clicks)
    match chance.choice(("window", "version", "midnight")):
        case "window" if clicked:
            age_ms = story.window_days * DAY_MS - SKEW_MS
            order.clicks[0] = replace(order.clicks[0], at_ms=order.at_ms - age_ms + off)
        case "version" if clicked and len(story.versions) > 1:
            story.versions[1].from_ms = order.clicks[0].at_ms + off
        case _:
            zone = ZoneInfo(story.zone)
            day = datetime.fromtimestamp(start_ms // 1_000, zone).date()
            days = chance.choice((2, 2, 5) if story.calm else (2, 2, 5, 9))
            end = datetime.combine(day + timedelta(days=days), datetime.min.time(), zone)
            moved = int(end.timestamp()) * 1_000 + min(off, 0) - order.at_ms
            order.at_ms += moved
            order.clicks = [replace(one, at_ms=one.at_ms + moved) for one in order.clicks]
