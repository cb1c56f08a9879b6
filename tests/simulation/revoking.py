"""The whole of what was paid, or handed over, comes back; and the bank decides for the shop.

The money has left by then: what is taken is a debt, and what is won ends it. In between the payment
itself may come back, so that what is won must be paid once more.
"""

from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING

from goodword.payouts.calendar import next_payout

from tests.simulation.happenings import Returned

if TYPE_CHECKING:
    from goodword.programs.payment import Payment

    from tests.simulation.healing import Play
    from tests.simulation.story import Order, Story

REVOKED = 0.12  # of the stories of paydays in which nothing is capped
SOON_DAYS = 2
PARTS = 0.3  # of the orders come back in two parts, of which the bank gives both
NOT_YET_DAYS = 40
ROUNDS = 4  # in which a delivery is booked
PERSONS = 3  # who let a run pass
HOUR_MS, DAY_MS = 3_600_000, 86_400_000


def revoke(story: "Story", *, brief: bool) -> None:
    """All of some orders comes back once it is paid, and most of it is won."""
    chance = Random(f"revoked {story.seed}")
    capped = bool(story.caps or story.budget)
    paying = story.paying
    soon = paying.cadence != "monthly" and paying.net_days <= SOON_DAYS
    able = [one for one in story.orders if one.twin is None and one.draft is None and one.clicks]
    able = [one for one in able if one.action == "sale" and not one.lasted]
    asked = any(one.inquiry for one in story.orders)  # a bank's question, closed later, holds
    plain = story.leaning == "payday" and soon and not capped and not asked
    if not plain or not able or chance.random() > REVOKED * (0.5 if brief else 1):
        return
    story.hold_days, story.limit, story.second_look = chance.choice((0, 0, 1)), 100_000, None
    story.turns, story.holds = [], False
    for order in able[:2]:
        order.refunds = _whole(chance, order)
        order.basket = replace(order.basket, lines=()) if len(order.refunds) > 1 else order.basket
    story.revokes = True


def _whole(chance: Random, order: "Order") -> list[Returned]:
    """All of it, at once or in two parts."""
    if chance.random() > PARTS:
        amount = chance.choice((None, order.net))
        return [Returned("r0", amount, "net", total=False, by_alias=False, won=True)]
    first = chance.choice((order.net // 3, order.net // 2, 1))
    parts = [first, order.net - first]
    won = chance.choice(((True, True), (True, False), (False, True)))
    return [
        Returned(f"r{number}", part, "net", total=False, by_alias=False, won=wins)
        for number, (part, wins) in enumerate(zip(parts, won, strict=True))
    ]


def hold_back(play: "Play") -> None:
    """Nothing comes back as yet."""
    town = play.town
    if town.story.revokes:
        play.outgoing = [
            (at_ms + NOT_YET_DAYS * DAY_MS * ("-r" in name), name, facts)
            for at_ms, name, facts in play.outgoing
        ]


def take_back_paid(play: "Play", payment: "Payment") -> None:
    """All is paid; then what was paid comes back, and what is won is told some time later."""
    town = play.town
    if not town.story.revokes:
        return
    play.heal()
    play.to(next_payout(payment, town.clock.at_ms) + HOUR_MS)
    play.pump()
    for act in (play.settle, play.press, play.settle) * PERSONS:
        act()
    play.heal()
    told = [one for one in play.outgoing if one[1].rpartition("-")[2] in ("r0", "r1")]
    for one in told:
        play.send(one)
        play.settle()
    for _ in range(ROUNDS * bool(told)):
        play.stream()
        play.settle()
    days = Random(f"revoked days {town.story.seed}")
    play.outgoing = [
        (town.clock.at_ms + days.randrange(5) * DAY_MS, name, facts)
        if name.endswith("-won")
        else (at_ms, name, facts)
        for at_ms, name, facts in play.outgoing
    ]
    town.outside.healed = False
