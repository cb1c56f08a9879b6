"""Mistakes with orders that are told again, and with people who were away when something sold."""

from collections.abc import Iterable
from typing import Any

from goodword.advocates.model import Enrolment
from goodword.conversions import amounts, deciding, evidence, weighing

from tests.simulation.planting import Mistake, Swap, swap


def refused_is_open() -> Iterable[Swap]:
    real = deciding._changes

    def changes(desk: Any, basis: Any, conversion: Any, rewards: Any, *rest: Any) -> Any:
        kept = [one for one in rewards if one.state != "rejected"]
        return real(desk, basis, conversion, kept, *rest)

    yield deciding, "_changes", changes


def newest_counts() -> Iterable[Swap]:
    real = amounts.retold

    def retold(known: Any, told: Any) -> Any:
        return real(known.but(provisional=True), told.but(provisional=False))

    yield weighing, "retold", retold


def once_provisional() -> Iterable[Swap]:
    real = amounts.retold

    def retold(known: Any, told: Any) -> Any:
        after = real(known, told)
        return after and after.but(provisional=known.provisional)

    yield weighing, "retold", retold


def segments_of_today() -> Iterable[Swap]:
    def now(self: Enrolment, _: int) -> tuple[str, ...]:
        return tuple(sorted(one.segment for one in self.segments if one.until_ms is None))

    yield Enrolment, "segments_at", now


RETELLING = (
    Mistake("what was not the last word is never", once_provisional),
    Mistake("people are in the segments of today", segments_of_today),
    Mistake("a number is as it is written", swap(evidence, "folded_number", lambda text: text)),
    Mistake("what was refused earns when it is told again", refused_is_open),
    Mistake("the sums that came last count", newest_counts),
    Mistake("orders that were paid get other sums", swap(weighing, "unlocked", lambda *_: True)),
    Mistake(
        "who was away is judged as they are now",
        swap(Enrolment, "state_at", lambda self, _: self.state),
    ),
)
