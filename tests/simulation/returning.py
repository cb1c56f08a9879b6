"""An order that is somebody's, another's, and the first one's again: each click is told apart.

A person looks at what the first one earns before the next click is told. What was refused of it
stays refused: whoever has it again earns nothing, and the decision says why. What has passed its
hold is the first one's for good.
"""

from collections.abc import Iterator
from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING

from goodword.rewards.model import Reward

from tests.simulation.books import Books, Item

if TYPE_CHECKING:
    from tests.simulation.healing import Play
    from tests.simulation.story import Story

RETURNS = 0.1  # of the stories in which the last click wins
REFUSED = 0.6  # of what the first one earns; the rest is approved
ROUNDS = 4  # in which a delivery is booked, and what it earns is looked at
REFUSED_BEFORE = "refused_before"
MINUTE_MS, HOUR_MS, DAY_MS = 60_000, 3_600_000, 86_400_000


def return_some(story: "Story") -> None:
    """The first order of such a story has three clicks, of two people."""
    chance = Random(f"returns {story.seed}")
    order = story.orders[0]
    plain = story.model == "last" and not story.sticky and story.leaning != "race"
    able = plain and order.action == "sale" and order.email is None and not order.twin
    if not (able and order.clicks) or chance.random() > RETURNS:
        return
    one, other = chance.sample(sorted(story.receivers), 2)
    template, people = order.clicks[0], ((one, 3), (other, 2), (one, 1))
    order.clicks = [
        replace(
            template,
            person=person,
            at_ms=order.at_ms - hours * HOUR_MS,
            nonce=bytes([9, hours]) + template.nonce[2:],
        )
        for person, hours in people
    ]
    order.told_apart, order.code, order.draft, order.returns = True, None, None, True
    story.limit = 0


def told_after_ms(name: str, days: int) -> int:
    """How much later each of its clicks is told: by a day, if anything is held so long."""
    number = name.split("-")[1]
    return int(number) * (DAY_MS if days else MINUTE_MS) if number.isdigit() else 0


def come_back(play: "Play") -> None:
    """Its clicks are told one after the other; what the first one earns is refused, or is due."""
    order, town = play.town.story.orders[0], play.town
    refuses = play.chance.random() < REFUSED if order.returns else False
    for number in range(len(order.clicks) * order.returns):
        told = [one for one in play.outgoing if one[1] == f"{order.name}-{number}"]
        for one in told:
            play.to(one[0])
            play.send(one)
            play.settle()
        look_on(play)
        held = [one for one in town.all(Reward) if one.state == "on_hold"]
        for reward in held if number == 0 else ():
            play.answer(reward, not refuses, None)
            play.settle()
        if number == 0 and not refuses and not town.story.calm:
            ends = [one.hold_until_ms for one in town.all(Reward) if one.state == "approved"]
            play.to(max(ends, default=0))
            play.schedule("rewards_schedule")
            look_on(play)
        if number == 0 and town.story.disputed:
            play.complaints.open()


def look_on(play: "Play") -> None:
    """What was told is booked, and what it earns is looked at."""
    for _ in range(ROUNDS):
        play.stream()
        play.bus()
        play.settle()


def _refusals(books: Books) -> Iterator[str]:
    """Who earns nothing because of a refusal was refused, and stays so."""
    for decision in books["decision"]:
        if decision["reason"] != REFUSED_BEFORE:
            continue
        place = decision["conversion_id"], decision["advocate_id"]
        mine = [one for one in books["reward"] if _place(one) == place]
        if not any(one["state"] == "rejected" or one.get("reason") == "ban" for one in mine):
            yield f"{place[1]} earned nothing for what nobody has refused"


def _place(reward: Item) -> tuple[str, str]:
    return reward["conversion_id"], reward["advocate_id"]


RETURNING = (_refusals,)
