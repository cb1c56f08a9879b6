"""Mistakes with what is told: to finance over the API, and to a stream of what failed."""

from collections.abc import Callable, Iterable
from typing import Any

from goodword_aws import conversions as worker
from goodword_aws import rewards

from tests.simulation.planting import Mistake, Swap, swap


def failed_is_done() -> Iterable[Swap]:
    real = worker._settled
    yield worker, "_settled", lambda *given: real(*given) or True


def _read_as(change: Callable[[Any], Any]) -> Callable[[], Iterable[Swap]]:
    real = rewards.shown
    return swap(rewards, "shown", lambda reward: real(change(reward)))


TELLING = (
    Mistake("a delivery that failed is told as done", failed_is_done),
    Mistake(
        "what is left is told as earned",
        _read_as(lambda one: one.but(earned_minor=one.remaining_minor)),
    ),
    Mistake(
        "a change is told as the beginning",
        _read_as(lambda one: one.but(created_ms=one.changed_ms)),
    ),
    Mistake("half of a history is told", swap(rewards, "EVENTS_SHOWN", 1)),
)
