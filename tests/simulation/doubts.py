"""What happens to people while it is not clear whether they were paid, and what was judged there.

Somebody's payment stays unclear though nothing fails (`moods`). Meanwhile they give another place
to be paid at, finance stops their payouts, they are away for a while, or the rail tells of it.
"""

from collections.abc import Callable, Iterator
from random import Random
from typing import TYPE_CHECKING

from goodword.payouts.model import Payout
from goodword.payouts.notices import RailNotice
from goodword.payouts.stops import PayoutStop

from tests.simulation.books import Books
from tests.simulation.lambdas import noticed
from tests.simulation.rail import SimulatedRail
from tests.simulation.timing import turn

if TYPE_CHECKING:
    from tests.simulation.town import Town

HOUSE = 50  # destinations from this number on are given then
BACK = 0.25  # of the rounds somebody is back who was away
TOLD = 0.3  # of the rounds the rail tells of what is unclear


class Doubts:
    """The people of one town whose payments are unclear."""

    def __init__(self, town: "Town") -> None:
        self.town = town
        self._chance = Random(f"doubts {town.story.seed}")
        self._met: dict[str, str] = {}
        self._away: list[Callable[[], None]] = []

    @property
    def idle(self) -> bool:
        """Whether there are none in this story."""
        rail = self.town.rail
        return not isinstance(rail, SimulatedRail) or not rail.moods.doubts

    def stir(self) -> None:
        """Something happens to whoever is met first, and some are back."""
        for payout in self.town.all(Payout):
            if payout.state != "unknown":
                continue
            if payout.payout_id not in self._met:
                self._met[payout.payout_id] = payout.advocate_id
                self._happen(payout.advocate_id)
            if self._chance.random() < TOLD:
                self._tell(payout.payout_id)
        if self._away and self._chance.random() < BACK:
            self._away.pop()()

    def _happen(self, person: str) -> None:
        acts: list[Callable[[str], None]] = [self._move, self._move, lambda _: None]
        if not self.town.story.calm:
            acts += [self._stop, self._leave]
        self._chance.choice(acts)(person)

    def _move(self, person: str) -> None:
        if not self.town.story.leaves:
            self.town.pay_to(person, self.town.story.receivers[person], HOUSE + len(self._met))

    def _stop(self, person: str) -> None:
        body = {"advocate_id": person, "reason_code": "other"}
        self.town.asks("usr_dora", "POST", "/v1/payout-holds", body)

        def lift() -> None:
            for stop in self.town.all(PayoutStop):
                for name, cause in stop.causes.items():
                    if stop.advocate_id == person and cause.reason == "on_hold":
                        again = {"advocate_id": person, "hold_id": name, "reason_code": "other"}
                        self.town.asks("usr_dora", "POST", "/v1/payout-holds/lift", again)

        self._away.append(lift)

    def _leave(self, person: str) -> None:
        turn(self.town, person, "paused")
        self._away.append(lambda: turn(self.town, person, "active"))

    def _tell(self, payout_id: str) -> None:
        notice = RailNotice(
            rail=self.town.story.rail,
            event_id=self.town.ids.new("evt"),
            payout_ids=(payout_id,),
            received_ms=self.town.clock.at_ms,
        )
        noticed(self.town, notice)


def _patience(books: Books) -> Iterator[str]:
    """Nobody asks a rail that wants no calls, nor sends anything new when there is no money."""
    if isinstance(books.town.rail, SimulatedRail):
        yield from books.town.rail.hasty


def _references(books: Books) -> Iterator[str]:
    """What a rail has paid is kept under the rail's own name of it."""
    rail = books.town.rail
    if not isinstance(rail, SimulatedRail):
        return
    names = {one["key"]: rail.name_of(one) for one in rail.transfers()}
    people = {
        event["subject"]
        for event in books["event"]
        if event["type"].startswith("payout.") and event["actor"]["kind"] == "staff"
    }
    for payout in books["payout"]:
        key = payout["payout_id"]
        if payout["state"] == "paid" and key not in people and payout["reference"] != names[key]:
            yield f"{key} is {names[key]} at the rail, and {payout['reference']} here"


DOUBTED = (_patience, _references)
