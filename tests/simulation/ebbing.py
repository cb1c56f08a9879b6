"""A limit of all that ebbs: what came back lies in many pots, and who comes next needs several.

Some orders use most of a limit, are refunded, and others use what is left to the last cent, or one
cent less, perhaps under the next version of the terms, whose limit is another.
"""

from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING

from tests.simulation.happenings import Returned, Touched
from tests.simulation.limits import Limited

if TYPE_CHECKING:
    from tests.simulation.healing import Play
    from tests.simulation.story import Order, Story

EBBS, EBBS_BRIEF = 0.12, 0.05  # of the stories where something is capped
PASSES = 1_000_000  # what is smaller passes by itself
ROUNDS = 3  # in which deliveries are booked
WON = 0.15  # of the refunds: a bank decides for the shop
HOUR_MS, DAY_MS = 3_600_000, 86_400_000


def ebb(story: "Story", start_ms: int, *, brief: bool) -> None:
    """Make the story plain, and let a limit ebb."""
    chance = Random(f"ebb {story.seed}")
    able = not story.calm and not story.fickle and bool(story.caps or story.budget)
    if not able or chance.random() > (EBBS_BRIEF if brief else EBBS):
        return
    _plain(story)
    early, late = chance.choice((2, 2, 3)), chance.choice((1, 2, 2))
    people = list(story.receivers)
    orders = [
        _order(story, number, chance.choice(people), chance.choice((10_000, 20_000)))
        for number in range(early + late)
    ]
    for number, order in enumerate(orders):
        order.at_ms = start_ms + (2 + number) * HOUR_MS + number * 11 + 3
        if number < early:
            part = chance.choice((order.net, order.net, order.net // 2, order.net // 4))
            won = chance.random() < WON
            order.refunds = [Returned("r0", part, "net", total=False, by_alias=False, won=won)]
        else:
            order.at_ms += 2 * DAY_MS
            back = sum(one.refunds[0].amount or 0 for one in orders[:early])
            order.net = order.gross = back + chance.choice((0, 5_000, 20_000))
        order.clicks = [replace(one, at_ms=order.at_ms - HOUR_MS) for one in order.clicks]
    story.orders, story.ebbs = orders, early
    _versions(chance, story, start_ms)
    _limit(chance, story, orders[:early], orders[early])


def _versions(chance: Random, story: "Story", start_ms: int) -> None:
    """At times the later orders are of the next version."""
    first = replace(story.versions[0], from_ms=0, offers=(), trial=None, tie=None)
    story.versions = [first]
    if chance.random() < 0.4:
        story.versions.append(replace(first, from_ms=start_ms + DAY_MS))


def _limit(chance: Random, story: "Story", early: "list[Order]", late: "Order") -> None:
    """What is left when the early ones came back is what the late one gives, or nearly."""
    share = story.versions[0].points
    gives = [one.net * share // 10_000 for one in early]
    backs = [(one.refunds[0].amount or 0) * share // 10_000 for one in early]
    off = chance.choice((-1, 0, 0, 1, -30))
    left = late.net * share // 10_000 + off
    size = max(sum(gives), sum(gives) - sum(backs) + left)
    period = chance.choice(("lifetime", "quarter", "year"))
    cap = Limited("programme", period, "amount_minor", size)
    number = Limited("programme", "lifetime", "rewards", len(early))
    story.caps, story.budget = [], []
    match chance.choice(("budget", "budget", "cap", "cap", "both", "number")):
        case "budget":
            story.budget = [replace(cap, scope="budget")]
        case "cap":
            story.caps = [cap]
        case "both":
            story.caps = [cap]
            story.budget = [replace(cap, scope="budget", size=size + chance.choice((-1, 0, 7)))]
        case _:
            story.caps = [number, cap] if chance.random() < 0.5 else [number]


def _plain(story: "Story") -> None:
    """Amounts are shares of orders, and nothing else."""
    story.rates, story.gives, story.turns, story.link_ms = {}, {}, [], {}
    story.accepts, story.extra, story.ladder, story.ending = False, 0, None, None
    story.lasts, story.segments = False, {}
    story.minimum_order, story.second_look, story.limit = 0, None, PASSES
    story.watched = story.leaves = story.sharp = story.conduct = story.sticky = False


def _order(story: "Story", number: int, person: str, net: int) -> "Order":
    one = story.orders[0]
    return one.bare(
        number,
        f"c{number + 1}",
        net,
        clicks=[Touched(person, 0, bytes([8, number, 0, 0, 0, 0, 0, 0]))],
        basket=replace(one.basket, lines=(), coupons=None, nth=None, renewal=False),
        shy=False,
        taxed=False,
        lasted=(),
        returns=False,
    )


def flow_back(play: "Play") -> None:
    """The early ones are booked, and what is returned of them; the rest happens as it may."""
    names = [one.name for one in play.town.story.orders[: play.town.story.ebbs]]
    play.town.outside.healed = bool(names)  # nothing fails so far
    for kind in ("0", "r0"):
        told = [one for one in play.outgoing if one[1] in {f"{name}-{kind}" for name in names}]
        for one in sorted(told):
            play.to(one[0] if kind == "0" else 0)
            play.send(one)
            play.settle()
        for _ in range(ROUNDS * bool(told)):
            play.stream()
            play.settle()
    play.town.outside.healed = False
