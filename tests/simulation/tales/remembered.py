"""What is remembered of a customer: many orders under two names, some told late, and objections.

Of many orders the first ones and the newest are known one by one; an order that is told late counts
by when it happened, among those. Who objects to being remembered has no earlier recommendation, and
no later one, until it is allowed again.
"""

from dataclasses import replace
from functools import partial
from random import Random
from unittest.mock import patch

from goodword.conversions import friends
from goodword.conversions.forgetting import Forgetting
from goodword.conversions.model import Customer
from goodword.events import Actor

from tests.simulation.shops import FIRST
from tests.simulation.story import HOUR_MS, Story
from tests.simulation.tales.teller import Tale, Teller, plain
from tests.support.desk import PlainIndex
from tests.support.scene import PROGRAM

MAIL = "robin@shoppers.example"
BY_ID, BY_MAIL = Customer(customer_id="c1"), Customer(email=MAIL)
BOTH = Customer(customer_id="c1", email=MAIL)
KEPT, ORDERS = 4, 7  # orders that are remembered here; that are told before the late one
LATE = {  # when a late one happened: which it is, and which the one after all of them is
    0.5: (1, 9),
    3.5: (2, 8),
    4.5: (2, 8),
    5.5: (6, 9),
    7.5: (8, 9),
}


_few = partial(patch.object, friends, "FRIEND_CONVERSIONS_MAX", KEPT)


def _sticking(draw: Random) -> Story:
    return replace(plain(draw), sticky=True, window_days=3)


def _late(teller: Teller) -> None:
    """Seven orders hour by hour, one between them or before, and one after; Maya brought the first.

    What happened before it is nobody's.
    """
    with _few():
        draw, base_ms = teller.draw, teller.now_ms - 12 * HOUR_MS
        owned = 0

        def told(name: str, hour: float, nth: int, *, by: str = "", hers: bool = True) -> None:
            nonlocal owned
            at_ms, net = base_ms + round(hour * HOUR_MS), draw.randrange(100, 9_000, 10)
            click = (teller.click(by, teller.now_ms - at_ms + HOUR_MS // 4),) if by else ()
            fact = teller.sold(name, net, occurred_ms=at_ms, customer=BOTH, click_ids=click)
            for _ in range(draw.choice((1, 1, 1, 1, 2))):
                teller.tells(fact)
            owned += net // 10 if hers else 0
            teller.owns(maya=owned)
            said = teller.decided(name).basis
            teller.wants(f"which order {name} is", said.friend_order, nth)
            if hers:
                first_ms = base_ms + HOUR_MS
                teller.wants("since", said.friend_since_ms, first_ms)

        told("o1", 1, 1, by="adv_maya")
        for number in range(2, ORDERS + 1):
            told(f"o{number}", number, number, by=draw.choice(("", "adv_ben")))
        hour = draw.choice(list(LATE))
        place, last = LATE[hour]
        told("late", hour, place, hers=hour > 1)
        told("last", 9, last, by="adv_ben")


class Shopper:
    """Who buys under one name, the other, or both, and objects; the hours pass between."""

    def __init__(self, teller: Teller) -> None:
        self.teller, self.owned = teller, {"maya": 0, "ben": 0}
        self._forgetting = Forgetting(teller.town.desk(Actor(kind="system", id="friend")))
        self._orders = 0

    def buys(self, names: Customer, who: str, by: str = "") -> None:
        """An order, with somebody's click or none, which is this person's."""
        teller, net = self.teller, self.teller.draw.randrange(100, 90_000, 10)
        name, self._orders = f"o{self._orders}", self._orders + 1
        click = (teller.click(by, HOUR_MS // 4),) if by else ()
        teller.tells(teller.sold(name, net, customer=names, click_ids=click))
        teller.ends()
        if who:
            self.owned[who] += net // 10
        teller.owns(**self.owned)
        teller.orders(**{name: ["qualified" if who else "unattributed"]})
        teller.to(teller.now_ms + HOUR_MS)

    def objects(self, mac: str, known: int, *, closed: bool = True) -> None:
        """To being remembered, or no more; under so many names it is known."""
        teller = self.teller

        def act() -> None:
            self._forgetting.close(PROGRAM, mac, closed=closed)

        for _ in range(teller.draw.choice((1, 2))):
            teller.wants("objects", teller.tries("friend", act), "")
        found = [one.plain for one in teller.town.dynamo.of_kind("identity")]
        said = [one["mac"] for one in found if one.get("closed_ms") is not None]
        teller.wants("names", (mac in said, len(said)), (closed, known * closed))


def _objects(teller: Teller) -> None:
    """Somebody is known under two names, or one by one, and objects under one of them."""
    draw, shopper = teller.draw, Shopper(teller)
    sticks = teller.town.story.sticky
    macs = PlainIndex().mac("customer", f"{FIRST}:c1"), PlainIndex().mac("email", MAIL)
    at = draw.randrange(2)
    one, other = (BY_ID, BY_MAIL) if at == 0 else (BY_MAIL, BY_ID)
    joined = draw.random() < 0.4
    first = BOTH if joined else one
    shopper.buys(first, "maya", "adv_maya")
    shopper.buys(first, "maya")
    if not joined and draw.random() < 0.5:
        shopper.buys(other, "ben", "adv_ben")
    shopper.objects(macs[at], 1 + joined)
    if draw.random() < 0.7:
        if draw.randrange(2):
            shopper.buys(one, "")
            shopper.buys(first, "ben", "adv_ben")
        shopper.buys(BOTH, "")
        if draw.randrange(2):
            shopper.buys(other, "ben", "adv_ben")
            shopper.buys(other, "")
        joined = True
    shopper.objects(macs[at], 1 + joined, closed=False)
    ways = (("maya", "adv_maya"), ("" if sticks else "ben", "adv_ben"), ("", ""), ("", ""))
    shopper.buys(one, *draw.choice(ways))


def _perhaps(draw: Random) -> Story:
    return replace(plain(draw), sticky=draw.random() < 0.4)


REMEMBERED = (
    Tale("a late order of many", _late, _sticking),
    Tale("a customer objects", _objects, _perhaps),
)
