"""Paydays on the brink: an amount that is just enough, or an instant that is just in time.

Two plain orders to the cent. What was too little for a run grows to the minimum, or to a cent
less; what is earned, or due, in the very millisecond that a period ends is of the next; a debt eats
what is earned after it to the last cent; a run is of the total from which two people must check.
"""

from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING

from tests.simulation.happenings import Returned, Touched
from tests.simulation.paydays import calendar, oddly

if TYPE_CHECKING:
    from tests.simulation.story import Order, Story

BRINKS = 0.09  # of the stories that are not calm and no race
HOUR_MS, DAY_MS = 3_600_000, 86_400_000
NETS = (10_000, 20_000, 40_000)  # of which every share is whole cents
PASSES = 1_000_000  # what is smaller passes by itself
KINDS = ("grown", "grown", "due", "earned", "netted", "checkers")


def kind_of(story: "Story") -> str:
    """On which brink a story stands; "" if on none."""
    able = not story.calm and story.leaning != "race"
    chance = Random(f"brinks {story.seed}")
    return chance.choice(KINDS) if able and chance.random() < BRINKS else ""


def kept(story: "Story") -> int:
    """How many orders are left of it where few are told."""
    return 2 if kind_of(story) in ("grown", "netted", "checkers") else 1


def stand(chance: Random, story: "Story", start_ms: int) -> None:
    """Make the story plain, and put it there. Days that are odd, others may have, too."""
    story.paying = oddly(Random(f"calendar {story.seed}"), story.paying)
    if not (kind := kind_of(story)):
        return
    _plain(story)
    person = chance.choice(list(story.receivers))
    first, second = (_order(chance, story, number, person) for number in range(2))
    first.at_ms = start_ms + chance.randrange(1, 30) * HOUR_MS + 7
    second.at_ms = first.at_ms + 2 * DAY_MS + 11
    off = chance.choice((-1, 0, 0, 0, 1))
    share = story.versions[0].points
    gives = [order.net * share // 10_000 for order in (first, second)]
    story.orders = [first, second]
    cadence = chance.choice(("daily", "daily", "every_n_days"))
    story.paying = replace(story.paying, cadence=cadence, minimum=0, net_days=0, checkers=None)
    story.hold_days = 0
    match kind:
        case "grown":
            story.paying = replace(story.paying, cadence="daily", minimum=sum(gives) + off)
            story.hold_days = chance.choice((1, 3, 3))
        case "netted":
            story.paying = replace(story.paying, cadence="daily")
            first.refunds = [Returned("r0", first.net, "net", total=False, by_alias=False)]
            second.net = second.gross = first.net + off * 10
            second.at_ms += chance.choice((2, 8, 18)) * DAY_MS
        case "checkers":
            second.at_ms = first.at_ms + chance.choice((10, HOUR_MS))
            other = chance.choice((gives[:1], gives))
            story.paying = replace(story.paying, checkers=sum(other) + off)
        case _:
            story.orders = [first] if chance.random() < 0.5 else [first, second]
            _in_time(chance, story, first, due=kind == "due")
    for order in story.orders:
        order.clicks = [replace(one, at_ms=order.at_ms - HOUR_MS) for one in order.clicks]


def _in_time(chance: Random, story: "Story", order: "Order", *, due: bool) -> None:
    """It is due, or earned, when something ends: a millisecond before, just then, or after."""
    off = chance.choice((-1, 0, 0, 1))
    net_days = chance.choice((0, 0, 2)) if due else 2
    story.paying = replace(story.paying, net_days=net_days)
    story.hold_days = chance.choice((0, 1, 3)) if due else 0
    ends = calendar(story.paying)
    days = 1 + story.hold_days if due else 0
    least_ms = order.at_ms - 12 * HOUR_MS + days * DAY_MS
    moments = sorted(ends if due else ends.values())
    at_ms = next(one for one in moments if one > least_ms)
    order.at_ms = at_ms - story.hold_days * DAY_MS + off


def _plain(story: "Story") -> None:
    """Amounts are shares of orders, and nothing else."""
    story.versions = [replace(story.versions[0], offers=())]
    story.caps, story.budget, story.rates, story.gives, story.turns = [], [], {}, {}, []
    story.accepts, story.extra, story.ladder = False, 0, None
    story.minimum_order, story.limit, story.second_look = 0, PASSES, None
    story.watched = story.leaves = story.sharp = story.conduct = False


def _order(chance: Random, story: "Story", number: int, person: str) -> "Order":
    one = story.orders[0]
    return one.bare(
        number,
        f"c{number + 1}",
        chance.choice(NETS),
        clicks=[Touched(person, 0, bytes([7, number, 0, 0, 0, 0, 0, 0]))],
        basket=replace(one.basket, lines=(), coupons=None, nth=None, renewal=False),
    )
