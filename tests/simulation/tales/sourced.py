"""What was accepted of a shop is booked as it was then, whatever becomes of the shop meanwhile.

Only of one that is gone altogether nothing can be read any more; a person must look at it then.
"""

from goodword.conversions.model import Source
from goodword.ports import Change

from tests.simulation.shops import FIRST
from tests.simulation.story import HOUR_MS
from tests.simulation.tales.teller import Tale, Teller


def _changes(teller: Teller, what: str) -> None:
    """The shop is turned off, has other secrets, another namespace, or is gone."""
    shops: list[Source] = teller.town.all(Source)
    (shop,) = (one for one in shops if one.source_id == FIRST)
    change = Change()
    match what:
        case "gone":
            change.delete(shop)
        case "off":
            change.replace(shop.but(state="disabled"))
        case "rotated":
            change.replace(shop.but(sealed_secrets=("bmV3",)))
        case _:
            change.replace(shop.but(namespace="elsewhere"))
    teller.town.memory.commit(change)


def _sourced(teller: Teller) -> None:
    """Orders and a refund are on their way while the shop changes."""
    draw = teller.draw
    net, what = draw.randrange(100, 90_000, 10), draw.choice(("gone", "off", "rotated", "moved"))
    booked = draw.random() < 0.7  # then the shop is remembered
    at_ms = teller.now_ms - HOUR_MS // 2
    if booked:
        teller.tells(teller.sold("a", net, "adv_maya", occurred_ms=at_ms))
        teller.owns(maya=net // 10)
    facts = [teller.sold("b", 3_000, "adv_ben", friend="c2")]
    facts += [] if booked else [teller.sold("a", net, "adv_maya", occurred_ms=at_ms)]
    teller.sends(*facts)
    _changes(teller, what)
    teller.goes_on()
    teller.ends("unknown_source" if what == "gone" else "")
    maya = net // 10 if booked or what != "gone" else 0
    ben = 0 if what == "gone" else 300
    teller.owns(maya=maya, ben=ben)
    teller.days(0.1)
    teller.pays()
    teller.paid(maya=maya, ben=ben)


SOURCED = (Tale("a shop changes meanwhile", _sourced),)
