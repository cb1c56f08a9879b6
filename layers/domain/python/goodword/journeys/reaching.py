"""Who entered a journey and then did what it is for, however it came: asked by it, or not at all.

The goal is reached by the first of these within the goal's days after the entry, and noted with the
walk, of those held out just as of those let in:
    any motion   work of an ask for it that staff accepted, whichever journey asked
    feedback     an answer to how being asked was, whatever it is
    review       a public review that was heard of, whatever its stars
    referral     a lead or an order that is owed to the person as an advocate
What is taken back later stays reached, in both groups. A repeat changes nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from goodword.advocates.model import Advocate, Known, advocate_key, known_key
from goodword.errors import NotFound
from goodword.events import Event
from goodword.journeys.happened import is_lead
from goodword.journeys.journey import JourneyVersion, version_key
from goodword.journeys.listening import head
from goodword.journeys.scoring import Motion
from goodword.journeys.signal import SubjectMark, mark_key
from goodword.journeys.walk import Walk, entries_of, walk_key
from goodword.ports import Change, Desk, until_settled
from goodword.times import DAY_MS


class Done(NamedTuple):
    """What somebody did, and when; `subject_id` or `advocate_id` says who."""

    motion: Motion
    at_ms: int
    program_id: str
    subject_id: str = ""
    advocate_id: str = ""


@dataclass(frozen=True)
class Reaching:
    """Notes it. The worker of events calls it; safe to repeat, in any order."""

    desk: Desk

    def heard(self, event: Event) -> int:
        """What follows of an event; how many walks have reached their goal by it."""
        did = done(event)
        if did is None:
            return 0
        subject_id = did.subject_id or self._subject(did)
        if not subject_id:
            return 0
        keys = list(self._walks(subject_id))
        return sum(until_settled(partial(self._note, *key, did)) for key in keys)

    def _walks(self, subject_id: str) -> Iterator[tuple[str, str]]:
        """Journey and walk of each time that the person, by whatever name, entered one."""
        try:
            person = head(self.desk, subject_id)
        except NotFound:
            return
        for entered in entries_of(self.desk.store, (person.subject_id, *person.parts)):
            yield from ((entered.journey_id, walk) for walk in entered.walks)

    def _note(self, journey_id: str, walk_id: str, did: Done) -> bool:
        walk = self.desk.store.get(Walk, walk_key(journey_id, walk_id))
        if walk is None or not walk.entered_ms < did.at_ms < (walk.reached_ms or did.at_ms + 1):
            return False
        version = self.desk.store.get(JourneyVersion, version_key(journey_id, walk.entered_by))
        assert version is not None  # versions are never deleted
        goal = version.terms.goal
        last_ms = walk.entered_ms + goal.within_days * DAY_MS
        if goal.motion != did.motion or did.at_ms > last_ms:
            return False
        change = Change()
        change.replace(walk.but(reached_ms=did.at_ms))
        self.desk.store.commit(change)
        return True

    def _subject(self, did: Done) -> str:
        """Whom an advocate is known as by their address; empty if nothing was heard of them."""
        store = self.desk.store
        advocate = store.get(Advocate, advocate_key(did.advocate_id))
        if advocate is None or not advocate.known:
            return ""
        known = store.get_many(Known, [known_key(mac) for mac in advocate.known])
        keys = [mark_key(did.program_id, one.mac) for one in known.values() if one.of == "email"]
        marks = store.get_many(SubjectMark, keys) if keys else {}
        return next((one.subject_id for one in marks.values()), "")


def done(event: Event) -> Done | None:
    """What a person did, by this event; None for all that is not doing."""
    said, when = event.data, event.data.get("occurred_ms")
    at_ms = when if isinstance(when, int) else event.at_ms
    program_id = str(said.get("program_id"))
    if event.type == "journey.ask_accepted_work":
        motion: Motion = str(said.get("motion"))  # type: ignore[assignment]  # an ask's own
        return Done(motion, event.at_ms, program_id, subject_id=str(said.get("subject_id")))
    if event.type == "journey.feedback_given":
        return Done("feedback", event.at_ms, program_id, subject_id=str(said.get("subject_id")))
    if event.type == "journey.signal_noted" and said.get("kind") == "review":
        return Done("review", at_ms, program_id, subject_id=event.subject)
    if event.type == "conversion.decided" and (who := said.get("advocate_id")):
        action = said.get("action")
        if action == "sale" or (action == "lead" and is_lead(said)):
            return Done("referral", at_ms, program_id, advocate_id=str(who))
    return None
