"""Planted mistakes about one order that two have told of."""

from collections.abc import Iterable

from goodword.conversions import merging

from tests.simulation.planting import Mistake, Swap, swap


def keeps_the_later() -> Iterable[Swap]:
    real = merging.known_as
    yield merging, "known_as", lambda *given: real(*given)[::-1]


TWINS = (
    Mistake("what a second order earned stays", swap(merging, "_take_back", lambda *_: 0)),
    Mistake("of two orders the later is kept", keeps_the_later),
)
