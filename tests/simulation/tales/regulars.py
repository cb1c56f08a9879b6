"""A customer with more orders than are remembered one by one: who brought them, and which it is.

The first one that somebody brought stays known, and the first order; of the others the newest. An
order that is not remembered any more is counted. It is all in the order in which it happened.
"""

from dataclasses import replace
from functools import partial
from random import Random
from typing import Any
from unittest.mock import patch

from goodword.conversions import friends

from tests.simulation.offers import Offer
from tests.simulation.story import HOUR_MS, Story
from tests.simulation.tales.teller import Tale, Teller, plain

KEPT, ORDERS = 4, 11  # conversions of a customer that are remembered here; that are told


_few = partial(patch.object, friends, "FRIEND_CONVERSIONS_MAX", KEPT)


def _sticking(draw: Random) -> Story:
    """Ten per cent of the first few orders, one per cent of each; whoever brought them first."""
    most = draw.choice((2, 5, 7, 9))
    few = Offer(name="few", size=1_000, asks=(("at_most", "friend_order", most),))
    every = Offer(name="every", size=100)
    story = plain(draw)
    version = replace(story.versions[0], offers=(few, every), flat=50)
    return replace(story, sticky=True, versions=[version], window_days=3)


def _regular(teller: Teller) -> None:
    """Orders of one customer hour by hour: some that nobody has brought, and sign-ups."""
    with _few():
        draw, (few, _) = teller.draw, teller.town.story.versions[0].offers
        (_, _, most) = few.asks[0]
        strangers, owned, nth, first = draw.choice((0, 0, 1)), {"ben": 0, "maya": 0}, 0, ""
        for number in range(ORDERS):
            brought = number >= strangers
            person = "" if not brought else draw.choice(("adv_ben", "adv_maya"))
            net, name = draw.randrange(1_000, 9_000), f"o{number}"
            is_lead = brought and draw.random() < 0.2
            clicks = (teller.click(person, HOUR_MS // 3),) if person else ()
            fields: dict[str, Any] = {"click_ids": clicks}
            if is_lead:
                fields |= {"action": "lead", "net_minor": 0, "gross_minor": 0}
            fact = teller.sold(name, net, **fields)
            teller.tells(fact)
            nth += not is_lead
            if brought:
                first = first or person.removeprefix("adv_")
                earned = 50 if is_lead else round(net / 100) + round(net / 10) * (nth <= most)
                owned[first] += earned
            teller.owns(**owned)
            if not is_lead:
                said = teller.decided(name).basis.friend_order
                teller.wants(f"which order {name} is", said, nth)
            if draw.random() < 0.2:  # told again, which changes nothing
                teller.tells(fact)
                teller.owns(**owned)
            teller.to(teller.now_ms + HOUR_MS)


REGULARS = (Tale("a customer of many orders", _regular, _sticking),)
