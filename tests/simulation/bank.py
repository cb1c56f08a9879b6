"""What banks do to payments that a rail has made: a part comes back, later the rest, or all of it.

The rail tells of it by a notice, as the door of rails' webhooks keeps it; what it said is asked
anew. Some receivers have to claim their money first, and do, or do not. All of it also happens when
the run has long been closed.
"""

from collections.abc import Callable, Iterator
from random import Random
from typing import TYPE_CHECKING

from goodword.payouts.notices import RailNotice

from tests.simulation.books import Books, Item
from tests.simulation.lambdas import noticed
from tests.simulation.rail import SimulatedRail

if TYPE_CHECKING:
    from tests.simulation.town import Town

CLAIMED = 0.5  # of the payments that wait for their receiver
TWICE = 0.3  # of the notices come again
LATE = 0.35  # of the stories: what comes back has failed after all, as the rail calls it
AGAIN = 0.7  # what comes back is of a payment of which a part came back before


class Bank:
    """The banks of one town, and what their rail has still to tell."""

    def __init__(self, town: "Town", task: Callable[[str, Callable[[], object]], None]) -> None:
        self.town, self._task = town, task
        self._untold: list[RailNotice] = []
        self._late = Random(f"late {town.story.seed}").random() < LATE

    def acts(self) -> list[Callable[[], None]]:
        """What there is to do in this story."""
        return [self.take_back, self.take_back, self.claim, self.tell] * self.town.story.fickle

    def takes_back(self) -> bool:
        """Whether there is anything that could still come back."""
        return bool(self.town.story.fickle and self._able())

    def take_back(self) -> None:
        """A part of some payment comes back, or what is left of it."""
        able, chance = self._able(), self.town.chance
        if able:
            again = [one for one in able if self._rail().ledger.returned(one["key"])]
            one = chance.choice(again if again and chance.random() < AGAIN else able)
            whole = one["amount_minor"]
            part = chance.choice((1, whole // 3, whole // 3, whole // 2, whole)) or 1
            part = part if self._rail().parts else whole
            if self._late and not self._rail().ledger.returned(one["key"]):
                self._rail().ledger.refuse(one["key"])
            else:
                self._rail().ledger.take_back(one["key"], part)
            self._says(one["key"], f"{part} of {whole} came back")

    def claim(self, chance: float = CLAIMED) -> None:
        """A receiver claims what waits for them, or the rail takes it back."""
        waiting = self._waiting()
        if waiting:
            key = self.town.chance.choice(waiting)["key"]
            status = "paid" if self.town.chance.random() < chance else "returned"
            self._rail().ledger.claim(key, status)
            self._says(key, f"what waited is {status}")

    def tell(self) -> None:
        """The rail tells what it could not tell so far."""
        for notice in list(self._untold):
            self._send(notice)

    def end(self) -> None:
        """Nothing waits for a receiver any more, and all of it is told."""
        if self.town.story.fickle:
            for _ in self._waiting():
                self.claim()
            self.tell()

    def open(self) -> list[str]:
        """What the rail has told and nobody has asked it about."""
        if not self.town.story.fickle:
            return []
        waiting = [one.plain["event_id"] for one in self.town.dynamo.of_kind(RailNotice.KIND)]
        return [f"notice {one}" for one in (*waiting, *(one.event_id for one in self._untold))]

    def _rail(self) -> SimulatedRail:
        rail = self.town.rail
        assert isinstance(rail, SimulatedRail), "stories by hand have no rail"
        return rail

    def _able(self) -> list[Item]:
        """What is with its receiver, as far as the banks and the rail agree."""
        made = self._rail().transfers()
        return [
            one for one in made if one["status"] == "paid" and one["key"] not in self.town.came_back
        ]

    def _waiting(self) -> list[Item]:
        return [one for one in self._rail().transfers() if one["status"] == "unclaimed"]

    def _says(self, key: str, what: str) -> None:
        self.town.tell(f"bank: {key} {what}")
        self._rail().told.add(key)
        for _ in range(1 + (self.town.chance.random() < TWICE)):
            notice = RailNotice(
                rail=self.town.story.rail,
                event_id=self.town.ids.new("evt"),
                payout_ids=(key,),
                received_ms=self.town.clock.at_ms,
            )
            self._untold.append(notice)
            self._send(notice)

    def _send(self, notice: RailNotice) -> None:
        """Tell until it is kept, as rails do."""

        def tell() -> None:
            noticed(self.town, notice)
            if notice in self._untold:
                self._untold.remove(notice)

        self._task("payouts_web", tell)


def _came_back(books: Books) -> Iterator[str]:
    """I1, I3: what came back is booked as that, to the cent and once, whatever had become of it."""
    rail = books.town.rail
    if not isinstance(rail, SimulatedRail) or not books.town.story.fickle:
        return
    made = {one["key"]: one for one in rail.transfers()}
    for payout in books["payout"]:
        key = payout["payout_id"]
        back = payout.get("returned_minor", 0)
        if payout["state"] == "paid" and key in made:
            if made[key]["status"] == "returned" and key in rail.told and rail.finds(payout):
                yield f"{key} is paid, though all of it came back"
            elif made[key]["status"] == "paid" and back != rail.ledger.returned(key):
                yield f"{key}: {back} came back, the rail says {rail.ledger.returned(key)}"
        gone = payout["amount_minor"] - back if payout["state"] == "paid" else 0
        if gone != (booked := _out(books, key)):
            yield f"{key}: the journal has {booked} with its receiver, not {gone}"


def _out(books: Books, payout_id: str) -> int:
    """What the journal says has left by the rail, and did not come back."""
    left: int = sum(
        leg["amount_minor"]
        for entry in books["entry"]
        if entry["refs"].get("payout_id") == payout_id
        for leg in entry["legs"]
        if leg["account"].startswith("rail:") and leg["account"].endswith(":paid")
    )
    return -left


BANKS = (_came_back,)
