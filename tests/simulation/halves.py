"""An order with two rewards, of which a person refuses one, and that is told again afterwards.

What was refused stays so, and with it the order as it was decided: the other reward is not taken
away because more is said of the same order.
"""

from collections.abc import Iterator
from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING

from goodword.rewards.model import Reward

from tests.simulation.books import Books
from tests.simulation.brinks import kind_of
from tests.simulation.offers import Basket, Offer
from tests.simulation.rarities import Draft
from tests.simulation.returning import look_on

if TYPE_CHECKING:
    from tests.simulation.healing import Play
    from tests.simulation.story import Story

HALVES = 0.09  # of the stories that are not calm and no race
HOUR_MS = 3_600_000


def halve(story: "Story") -> None:
    """The first order of such a story earns two things, and is told with other sums before."""
    chance = Random(f"halves {story.seed}")
    order = story.orders[0]
    plain = not (story.calm or story.accepts or story.gives or story.extra or story.fickle)
    plain = (
        plain
        and not kind_of(story)
        and not (story.caps or story.budget or story.rates or story.ladder)
    )
    able = plain and order.action == "sale" and not order.twin and not order.returns
    if not able or not order.clicks or story.leaning == "race" or chance.random() > HALVES:
        return
    order.clicks = [replace(order.clicks[0], at_ms=order.at_ms - HOUR_MS)]
    order.code, order.told_apart, order.email, order.halved = None, False, None, True
    order.basket, order.refunds = Basket(), []
    order.draft = Draft(order.net + 700, order.gross + 700, provisional=True, days=3)
    story.orders[1:] = [one for one in story.orders[1:] if one.friend != order.friend]
    story.limit, story.gift, story.second_look, story.turns = 0, None, None, []
    story.hold_days, story.on_lapse = 14, "refuse"
    for version in story.versions:
        version.offers = (Offer("one", size=500), Offer("two", size=300))


def come_by_halves(play: "Play") -> None:
    """The draft is told; of what it earns one is refused and one approved; then the last word."""
    order = play.town.story.orders[0]
    if not order.halved:
        return
    names = (f"{order.name}-draft", f"{order.name}-draft-again")
    for one in [each for each in play.outgoing if each[1] in names]:
        play.to(one[0])
        play.send(one)
        play.settle()
        look_on(play)
    held = [one for one in play.town.all(Reward) if one.state == "on_hold"]
    for number, reward in enumerate(held):
        play.answer(reward, number % 2 == 0, None)
        play.settle()


def _halves(books: Books) -> Iterator[str]:
    """Nothing is decided anew of which a part was refused, and still is."""
    refused_ms: dict[tuple[str, str], int] = {}
    by_id = {one["reward_id"]: one for one in books["reward"]}
    for event in books["event"]:
        one = by_id.get(event["subject"])
        if event["type"] == "reward.rejected" and one and one["state"] == "rejected":
            refused_ms[one["conversion_id"], one["advocate_id"]] = event["at_ms"]
    for event in books["event"]:
        one = by_id.get(event["subject"])
        if event["type"] != "reward.void" or event["reason"] != "decided_anew" or not one:
            continue
        at_ms = refused_ms.get((one["conversion_id"], one["advocate_id"]))
        if at_ms is not None and at_ms < event["at_ms"]:
            yield f"{one['order_id']} was refused in part, and is decided anew"


HALVED = (_halves,)
