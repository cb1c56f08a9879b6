"""Planted mistakes about what is promised for months."""

from collections.abc import Iterable
from typing import Any

from goodword.conversions import deciding, founding, months
from goodword.rewards import ruling
from goodword.times import months_later

from tests.simulation.planting import Mistake, Swap, swap


def any_touch_of_theirs() -> Iterable[Swap]:
    real = founding.first_order

    def first(identities: Any, before: Any = None) -> Any:
        one, touches = real(identities, before), [each for it in identities for each in it.touches]
        mine = [each for each in touches if one is not None and each.advocate_id == one.advocate_id]
        return one.but(won=mine[0].touch_id) if one is not None and mine else one

    yield months, "first_order", first


def a_millisecond_longer() -> Iterable[Swap]:
    yield ruling, "months_later", lambda at_ms, count: months_later(at_ms, count) + 1


def shortest(rules: Any) -> int:
    """Instead of the longest."""
    return min((one.for_months or 0 for one in rules), default=0)


MONTHS = (
    Mistake("what is promised for months goes to any touch of the first", any_touch_of_theirs),
    Mistake("months are a millisecond longer", a_millisecond_longer),
    Mistake("the shortest months count", swap(months, "promised_months", shortest)),
    Mistake(
        "the window ends what is promised for months",
        swap(months, "_running", lambda *_: None),
    ),
    Mistake("it is not kept which touch won", swap(deciding, "still_won", lambda *_: "")),
)
