"""One click ends the requests of one programme, another click those of every programme.

Wishes are kept by programme, since each asks for itself. Whoever takes part in several of one
company may mean all of them: the page of a letter's link names the others that may ask, and ends
all at once. Those are the programmes in which the person is known by any identifier that they have
here, or is enrolled as the one who was asked; where nothing was heard of them yet, they are noted,
so that the no is there before the first signal.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from goodword.advocates.model import (
    Advocate,
    Enrolment,
    Known,
    advocate_key,
    enrolment_key,
    known_key,
)
from goodword.errors import NotFound
from goodword.journeys.asks import Wishes
from goodword.journeys.crediting import read_many
from goodword.journeys.listening import Listening, head
from goodword.journeys.milestones import OwnOrigin
from goodword.journeys.signal import SubjectMark, mark_key
from goodword.journeys.walk import AskMade
from goodword.limits import STOP_PROGRAMS_MAX
from goodword.ports import Desk
from goodword.privacy.ports import Macs
from goodword.programs.model import Program


class Place(NamedTuple):
    """A programme in which somebody may be asked: by which name, empty of who was never heard of;
    and by which identifiers they would be."""

    program: Program
    subject_id: str
    marks: Sequence[str]


@dataclass(frozen=True)
class Stopping:
    """Ends requests of whoever holds a letter's link."""

    desk: Desk
    macs: Macs

    def others(self, ask: AskMade) -> list[str]:
        """The names of the other programmes that may still ask the person, at most as many as are
        looked at (STOP_PROGRAMS_MAX programmes of the installation)."""
        wishes = Wishes(self.desk)
        return [
            one.program.name
            for one in self._places(ask)
            if not one.subject_id or "all" not in wishes.read(one.subject_id).unsubscribed
        ]

    def everywhere(self, ask: AskMade) -> None:
        """End the requests of all programmes, that of the request among them. Safe to repeat."""
        wishes, listening = Wishes(self.desk), Listening(self.desk, self.macs)
        wishes.unsubscribe(ask)
        for one in self._places(ask):
            program_id, name = one.program.program_id, one.subject_id
            if not name:
                name = listening.known(OwnOrigin(program_id), one.marks).subject_id
            wishes.stop(name, program_id)

    def _places(self, ask: AskMade) -> list[Place]:
        """The other programmes that go on or rest; a closed one asks nobody any more."""
        page = self.desk.store.query_index(Program, "core", "PROGRAMS", limit=STOP_PROGRAMS_MAX)
        others = [
            one for one in page.rows if one.program_id != ask.program_id and one.state != "closed"
        ]
        if not others:
            return []
        mine = self._addresses(ask.advocate_id)
        marks = list(dict.fromkeys((*self._marks(ask), *mine)))
        places = [mark_key(one.program_id, mac) for one in others for mac in marks]
        known = read_many(self.desk.store, SubjectMark, places)
        seats = [enrolment_key(ask.advocate_id, one.program_id) for one in others]
        taking = read_many(self.desk.store, Enrolment, seats) if mine else {}
        found: list[Place] = []
        for one, seat in zip(others, seats, strict=True):
            keys = [mark_key(one.program_id, mac) for mac in marks]
            name = next((known[key].subject_id for key in keys if key in known), "")
            if name or seat in taking:
                found.append(Place(one, name, mine))
        return found

    def _marks(self, ask: AskMade) -> Sequence[str]:
        try:
            return head(self.desk, ask.subject_id).marks
        except NotFound:
            return ()

    def _addresses(self, advocate_id: str) -> list[str]:
        """The advocate's own addresses, as digests; of a customer who does not take part none."""
        store = self.desk.store
        advocate = store.get(Advocate, advocate_key(advocate_id)) if advocate_id else None
        if advocate is None or not advocate.known:
            return []
        found = store.get_many(Known, [known_key(mac) for mac in advocate.known])
        return [one.mac for one in found.values() if one.of == "email"]
