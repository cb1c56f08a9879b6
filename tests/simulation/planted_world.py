"""Mistakes with what happens to money later: it comes back, in part or whole, or is not claimed."""

from collections.abc import Iterable
from typing import Any

from goodword.payouts import ending, hearing, movements, sending

from tests.simulation.planting import Mistake, Swap, swap


def again_and_again() -> Iterable[Swap]:
    real = movements.part_entry
    yield (
        ending,
        "part_entry",
        lambda payout, back, at_ms: real(payout.but(returned_minor=0), back, at_ms),
    )


def whole_after_part() -> Iterable[Swap]:
    real = movements._legs
    yield movements, "_legs", lambda payout, what: real(payout.but(returned_minor=0), what)


def paid_is_over() -> Iterable[Swap]:
    real = sending.Sending.ask_again

    def ask_again(self: Any, payout: Any) -> bool:
        return payout.state == "paid" or real(self, payout)

    yield sending.Sending, "ask_again", ask_again


def heard_at_once() -> Iterable[Swap]:
    real = hearing.Hearing._heard

    def heard(self: Any, payout_id: str, rail: Any) -> bool:
        real(self, payout_id, rail)
        return True

    yield hearing.Hearing, "_heard", heard


WORLD = (
    Mistake("a part that came back is not seen", swap(sending, "short_of", lambda *_: 0)),
    Mistake("what came back before comes back again", again_and_again),
    Mistake("after a part the whole comes back", whole_after_part),
    Mistake("what was paid is not asked about", paid_is_over),
    Mistake("a notice is done with, whatever the rail says", heard_at_once),
)
