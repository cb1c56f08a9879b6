"""Planted mistakes about what finance holds, and about the list of whose money waits."""

from collections.abc import Iterable
from typing import Any

from goodword.payouts import choice, standing, stops, waiting
from goodword.payouts.stops import PayoutStop

from tests.simulation.lambdas import SHARDS
from tests.simulation.planting import Mistake, Swap, nothing, swap


def unstopped(enrolment: Any, _stop: Any = None) -> Any:
    return REAL_BAR(enrolment)


REAL_BAR = choice.bar


def stops_nothing() -> Iterable[Swap]:
    yield choice, "bar", unstopped
    yield standing, "bar", unstopped


def lifts_all(stop: PayoutStop, _cause_id: str) -> PayoutStop:
    return stop.but(causes={})


def only_due(program_id: str, currency: str, part: int) -> str:
    return REAL_PARTITION(program_id, currency, part) if part < SHARDS else "NOTHING"


REAL_PARTITION = waiting._partition

KEEPING = (
    Mistake("what is held is frozen and sent", stops_nothing),
    Mistake("what was frozen before is sent though it is held", swap(standing, "bar", unstopped)),
    Mistake("one hold that is lifted lifts them all", swap(stops, "lifted", lifts_all)),
    Mistake("people let their own money go", swap(stops, "_may", nothing)),
    Mistake("a hold takes any reason", swap(stops, "_known", nothing)),
    Mistake("the list forgets who is held", swap(waiting, "_stops", lambda _: [])),
    Mistake("the list forgets what was put aside", swap(waiting, "_partition", only_due)),
)
