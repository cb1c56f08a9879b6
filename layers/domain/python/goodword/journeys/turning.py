"""What is done to a whole journey reaches everybody whom it concerns, a page of people at a time.

One that begins, or goes on after a pause of its own or of the programme, looks at whoever is heard
of: the trigger may have come while nothing listened, and the dry run has counted on it. One that
has ended, or stops those on their way by a new version, wakes them, so that what they were asked
is over within minutes, not when its time is; one that moves them does, so that they go by the new
version from now on, not after the wait of the old. A programme that is closed wakes those of each
of its journeys.

A page is brought by an event, the first by what was done and each further one by the page before
it. Heard twice, an event brings the same next page: its id is made of the one before.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from goodword.events import Event
from goodword.ids import derived_id
from goodword.journeys.asked import OWED
from goodword.journeys.entering import Entering
from goodword.journeys.journey import Journey, JourneyVersion, version_key
from goodword.journeys.signal import Subject, subject_key
from goodword.journeys.walk import Walk, walk_key
from goodword.limits import TRIGGER_DAYS, TURN_PEOPLE
from goodword.ports import Change, Collision, Desk, until_settled
from goodword.times import DAY_MS

TURNED = "journey.turned"


@dataclass(frozen=True)
class Turning:
    """Listens to what is done to journeys and programmes. `people` are those of one page."""

    desk: Desk
    entering: Entering
    people: int = TURN_PEOPLE

    def heard(self, event: Event) -> None:
        """One event; of others there is nothing to do. Safe to repeat."""
        said = event.data
        if event.type == TURNED:
            self._go_on(event, str(said["what"]), str(said["cursor"]) or None)
        elif event.type == "journey.published":
            if self._concerns(event.subject, int(str(said["number"]))):
                self._wake(event, event.subject, None)
            self._look(event, str(said["program_id"]), None)
        elif event.type == "journey.state_changed" and said["after"] == "active":
            self._look(event, str(said["program_id"]), None)
        elif event.type == "journey.state_changed" and said["after"] == "ended":
            self._wake(event, event.subject, None)
        elif event.type == "program.state_changed" and said["after"] == "active":
            self._look(event, event.subject, None)
        elif event.type == "program.state_changed" and said["after"] == "closed":
            self._close(event, event.subject, None)

    def _go_on(self, event: Event, what: str, cursor: str | None) -> None:
        """A further page of what was begun, or the first of one of a programme's journeys."""
        if what == "look":
            self._look(event, str(event.data["program_id"]), cursor)
        elif what == "close":
            self._close(event, str(event.data["program_id"]), cursor)
        else:
            self._wake(event, str(event.data["journey_id"]), cursor)

    def _concerns(self, journey_id: str, number: int) -> bool:
        """Whether a version is about those on their way."""
        version = self.desk.store.get(JourneyVersion, version_key(journey_id, number))
        assert version is not None  # versions are never deleted
        return version.in_flight != "finish"

    def _look(self, event: Event, program_id: str, cursor: str | None) -> None:
        """Let in whoever may enter now, of those of whom anything was heard lately enough."""
        page = self.entering.subjects.page(program_id, self.people, cursor)
        for person in self._lately(page.rows):
            self.entering.consider(person.subject_id)
        self._next(event, program_id, "look", page.cursor)

    def _lately(self, people: Sequence[Subject]) -> list[Subject]:
        """Those of whom, or of whose company, a trigger may have come that still counts."""
        since_ms = self.desk.clock.now_ms() - TRIGGER_DAYS * DAY_MS
        names = {one.account_id for one in people if one.account_id is not None}
        keys = [subject_key(one) for one in sorted(names)]
        known = self.desk.store.get_many(Subject, keys) if keys else {}
        fresh = {
            one.subject_id
            for one in known.values()
            if one.last_ms > since_ms or one.merged_into is not None
        }
        return [one for one in people if one.last_ms > since_ms or one.account_id in fresh]

    def _close(self, event: Event, program_id: str, cursor: str | None) -> None:
        """Have the walks of each journey woken; of those that have ended they were."""
        page = self.desk.store.query_index(
            Journey, "core", f"JOURNEYS#{program_id}", limit=self.people, cursor=cursor
        )
        for one in page.rows:
            if one.state != "ended":
                self._bring(event, program_id, "wake", "", one.journey_id)
        self._next(event, program_id, "close", page.cursor)

    def _wake(self, event: Event, journey_id: str, cursor: str | None) -> None:
        """Have whoever is on their way looked at now: the sweep finds them."""
        page = self.desk.store.query(
            Walk, "core", f"JRN#{journey_id}", "W#", limit=self.people, cursor=cursor
        )
        for walk in page.rows:
            until_settled(partial(self._woken, walk))
        self._next(event, str(event.data["program_id"]), "wake", page.cursor, journey_id)

    def _woken(self, listed: Walk) -> None:
        now_ms = self.desk.clock.now_ms()
        walk = self.desk.store.get(Walk, walk_key(listed.journey_id, listed.walk_id))
        assert walk is not None  # walks are never deleted
        if walk.state != "walking" or any(one.state in OWED for one in walk.asks):
            return  # whoever has promised something keeps it, whatever is done
        change = Change()
        # Also of one that is due: whatever moves it has read how things stood before.
        change.replace(walk.but(next_ms=min(walk.next_ms, now_ms)))
        self.desk.store.commit(change)

    def _next(
        self, event: Event, program_id: str, what: str, cursor: str | None, journey_id: str = ""
    ) -> None:
        """Bring the page that follows, if there is one."""
        if cursor is not None:
            self._bring(event, program_id, what, cursor, journey_id)

    def _bring(
        self, event: Event, program_id: str, what: str, cursor: str, journey_id: str
    ) -> None:
        """Bring a page, once; the first has no cursor."""
        subject = journey_id or program_id
        told = self.desk.event(
            TURNED, subject, program_id=program_id, journey_id=journey_id, what=what, cursor=cursor
        )
        parts = (event.event_id, what) if cursor else (event.event_id, what, journey_id)
        name = derived_id("evt", event.at_ms, *parts)
        change = Change()
        change.create(told.but(event_id=name, at_ms=event.at_ms))
        try:
            self.desk.store.commit(change)
        except Collision:
            return  # it was brought before
