"""Where people live, and how they are paid: some where nobody may be paid, some by another rail.

Whoever moves from there is paid like everybody else, and the other way round.
"""

from collections.abc import Mapping
from random import Random
from typing import TYPE_CHECKING, Any

from tests.support.desk import PlainIndex

if TYPE_CHECKING:
    from tests.simulation.story import Story

ABROAD = 0.1  # of the stories that are not calm have somebody
BARRED, ALLOWED = "IR", "DE"
OTHER_RAILS = {"paypal": "simulator"}


def home_of(story: "Story", person: str, number: int) -> dict[str, Any]:
    """The rail and the country of a person's n-th destination."""
    chance = Random(f"homes {story.seed}")
    somebody, kind = chance.choice(sorted(story.receivers)), chance.choice(("country", "rail"))
    odd = chance.random() < ABROAD and not story.calm and person == somebody and number % 2 == 0
    country = BARRED if odd and kind == "country" else ALLOWED
    return {
        "rail": OTHER_RAILS.get(story.rail, "paypal") if odd and kind == "rail" else story.rail,
        "country_hash": PlainIndex().mac("country", country),
    }


def wrong_home(method: Mapping[str, Any], rail: str) -> str:
    """Why nobody is paid there by this rail; "" if they are."""
    if method["country_hash"] == PlainIndex().mac("country", BARRED):
        return "sanctioned_country"
    return "" if method["rail"] == rail else "rail_mismatch"
