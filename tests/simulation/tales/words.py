"""What an order is told to be counts as it was told first; a later word adds what was left open.

Each word that a rule may ask of an order has a rule of its own here, so that every one of them
shows in what is earned. The order is told twice or three times while its reward may still change.
"""

from dataclasses import replace
from random import Random
from typing import Any

from goodword.conversions.order import OrderFacts, OrderLine

from tests.simulation.offers import Offer
from tests.simulation.story import Story
from tests.simulation.tales.teller import Tale, Teller, plain

NET = 10_000  # so that a basis point is a cent
WORTH = {"coupons": 1, "country": 2, "channel": 4, "segments": 8, "nth": 16, "lines": 32}
RIGHT: dict[str, Any] = {
    "coupons": ("MAY",),
    "country": "AT",
    "channel": "web",
    "segments": ("vip",),
    "nth": 1,
}
WRONG: dict[str, Any] = {
    "coupons": (),
    "country": "US",
    "channel": "shop",
    "segments": (),
    "nth": 3,
}


def _asking(_: Random) -> Story:
    """A rule for each word, worth another power of two."""
    asks = {
        "coupons": ("in", "coupon", "may"),
        "country": ("in", "country", "at"),
        "channel": ("in", "channel", "Web"),
        "segments": ("in", "customer_segment", "VIP"),
        "nth": ("equals", "customer", "new"),
    }
    offers = [Offer(name=name, size=WORTH[name], asks=(ask,)) for name, ask in asks.items()]
    offers.append(Offer(name="lines", size=WORTH["lines"], asks=(("in", "brand", "acme"),)))
    story = plain(Random(0))
    return replace(story, versions=[replace(story.versions[0], offers=tuple(offers))])


def _told(facts: dict[str, Any], lines: tuple[OrderLine, ...]) -> OrderFacts:
    said = sum(one.net_minor for one in lines) if lines else None
    return OrderFacts(lines=lines, said_minor=said, **facts)


def _lines(brand: str, net: int) -> tuple[OrderLine, ...]:
    return (OrderLine(line_id="l1", net_minor=net, brand=brand),)


def _retold(teller: Teller) -> None:
    """Two or three words about one order, each with something that the others say otherwise."""
    draw, known = teller.draw, dict[str, bool]()
    for number in range(draw.choice((2, 3))):
        said = {name: draw.choice((None, True, False)) for name in WORTH}
        facts = {
            name: (RIGHT if right else WRONG)[name]
            for name, right in said.items()
            if name != "lines" and right is not None
        }
        lines = {None: (), True: _lines("Acme", NET), False: _lines("Bolt", NET)}[said["lines"]]
        told = teller.sold("o1", NET, "adv_maya" if number == 0 else "", order=_told(facts, lines))
        if number:
            told = told.but(occurred_ms=teller.now_ms - draw.choice((0, 1, 3_600_000)))
        teller.tells(told)
        for name, right in said.items():
            if right is not None:
                known.setdefault(name, right)
        ours = {"nth": True} | known  # what the shop does not count, we do: it is their first
        teller.owns(maya=sum(WORTH[name] for name, right in ours.items() if right))
        teller.days(draw.choice((0, 0.1, 0.2)))
    (order,) = (one.plain for one in teller.town.dynamo.of_kind("conversion"))
    teller.wants("its lines", [one["brand"] for one in order["order"]["lines"]], _brand(known))


def _brand(known: dict[str, bool]) -> list[str]:
    return {None: [], True: ["Acme"], False: ["Bolt"]}[known.get("lines")]


WORDS = (Tale("told again in other words", _retold, _asking),)
