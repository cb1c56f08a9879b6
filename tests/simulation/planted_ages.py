"""Planted mistakes about orders from far back, refused in part, owed, or of another currency."""

from collections.abc import Iterable
from typing import Any

from goodword.conversions import deciding, evidence, weighing

from tests.simulation.planting import Mistake, Swap, swap


def a_millisecond_too_old() -> Iterable[Swap]:
    real = evidence.too_old
    yield weighing, "too_old", lambda fact, program, at_ms: real(fact, program, at_ms + 1)


def before_there_was_any() -> Iterable[Swap]:
    real = evidence.too_old
    yield weighing, "too_old", lambda fact, program, at: real(fact, program.but(created_ms=0), at)


def paused_owes_nothing() -> Iterable[Swap]:
    real = deciding._verdict

    def verdict(desk: Any, books: Any, basis: Any, conversion: Any, *rest: Any) -> Any:
        return real(desk, books, basis, conversion.but(state="unattributed"), *rest)

    yield deciding, "_verdict", verdict


def versions_are_alike() -> Iterable[Swap]:
    real = deciding._differs

    def differs(last: Any, basis: Any, version: Any) -> bool:
        return real(last, basis, version.but(number=last.version_number))

    yield deciding, "_differs", differs


AGES = (
    Mistake("a quarter back is a millisecond too old", a_millisecond_too_old),
    Mistake("orders may be older than their programme", before_there_was_any),
    Mistake("what is refused in part is open", swap(deciding, "is_refused", lambda _: False)),
    Mistake("a programme that is paused owes nothing", paused_owes_nothing),
    Mistake("what comes to the same is not decided by its version", versions_are_alike),
)
