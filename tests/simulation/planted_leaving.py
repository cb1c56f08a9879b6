"""Mistakes with people who are erased: too soon, in part, or more than they are."""

from collections.abc import Iterable
from typing import Any

from goodword.ports import Change
from goodword.privacy import erasing
from goodword.privacy.erasing import Erasing

from tests.simulation.planting import Mistake, Swap, nothing, swap


def never_again() -> Iterable[Swap]:
    real = Erasing._begin

    def begin(self: Any, advocate_id: str) -> bool:
        found = self.of(advocate_id)
        return bool(found and found.state == "asked" and real(self, advocate_id))

    yield Erasing, "_begin", begin


def books_too() -> Iterable[Swap]:
    real = Erasing._remove

    def remove(self: Any, advocate_id: str) -> None:
        real(self, advocate_id)
        change = Change()
        for one in self.balances(advocate_id):
            change.delete(one)
        if change.keys:
            self.desk.store.commit(change)

    yield Erasing, "_remove", remove


LEAVING = (
    Mistake("erasing waits for no payout", swap(erasing, "obstacles", lambda *_, **__: ())),
    Mistake("who is erased can still be paid", swap(Erasing, "_remove", nothing)),
    Mistake("who is erased goes on earning", swap(Erasing, "_leave", nothing)),
    Mistake("an erasure that was cut off stays so", never_again),
    Mistake("who is erased loses the books, too", books_too),
)
