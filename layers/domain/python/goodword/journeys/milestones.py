"""A milestone of the programme is a signal like any other, so that journeys can begin with it.

It is noted for the person whose address the advocate is known by, under a name of its own, so that
it counts once however often it is told. Of an advocate without an address nobody hears.
"""

from typing import NamedTuple

from goodword.advocates.model import Advocate, Known, advocate_key, known_key
from goodword.conversions.order import Space
from goodword.journeys.listening import Listening
from goodword.journeys.signal import OWN_SOURCE, SignalKind


class OwnOrigin(NamedTuple):
    """We ourselves say it."""

    program_id: str
    source_id: str = OWN_SOURCE

    @property
    def space(self) -> Space:
        """No source can have this namespace: theirs are ids or longer."""
        return Space(self.program_id, f"#{OWN_SOURCE}")


class MilestoneSignal(NamedTuple):
    """What is said of it."""

    signal_id: str
    word: str
    occurred_ms: int
    kind: SignalKind = "milestone"
    value: int | None = None
    about: str | None = None


def note_milestone(
    listening: Listening, program_id: str, advocate_id: str, milestone_id: str, at_ms: int
) -> bool:
    """Note that the advocate has reached it; whether there is a person to note it of."""
    store = listening.desk.store
    advocate = store.get(Advocate, advocate_key(advocate_id))
    if advocate is None or advocate.erased_ms is not None or not advocate.known:
        return False
    found = store.get_many(Known, [known_key(mac) for mac in advocate.known])
    marks = [one.mac for one in found.values() if one.of == "email"]
    if not marks:
        return False
    said = MilestoneSignal(f"{advocate_id}:{milestone_id}", milestone_id, at_ms)
    listening.note_of(OwnOrigin(program_id), marks, said)
    return True
