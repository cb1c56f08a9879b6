"""A person enters a published journey when its trigger has come and its conditions hold, once.

Whatever is heard of a person makes all journeys look at them, so that it does not matter in which
order things are told: the trigger may come before or after what the conditions ask for. Whoever
entered within the journey's `again_days` does not enter again. Those of the holdout are noted and
only watched; who they are follows from the ids alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from goodword.events import Event
from goodword.ids import derived_id
from goodword.journeys.beginning import began_by
from goodword.journeys.definition import (
    JourneyTerms,
    MotionCondition,
    SegmentCondition,
)
from goodword.journeys.gate import Gate
from goodword.journeys.journey import (
    Journey,
    JourneyVersion,
    active_journeys,
    version_key,
    with_program,
)
from goodword.journeys.listening import Subjects
from goodword.journeys.previewing import again_from, counted, enters, entries, held_out
from goodword.journeys.scoring import standing
from goodword.journeys.signal import Signal, Subject
from goodword.journeys.walk import Entered, Walk
from goodword.limits import WALKS_KEPT_MAX
from goodword.ports import Change, Desk, Guard, until_settled


@dataclass(frozen=True)
class Entering:
    """Lets people into journeys; whoever hears of them calls it. Safe to repeat."""

    desk: Desk
    subjects: Subjects

    def consider(self, subject_id: str) -> list[Walk]:
        """Every journey that the person (or a person of the account) begins now."""
        begun: list[Walk] = []
        for person in self.subjects.people_of(self.subjects.read(subject_id)):
            for journey in active_journeys(self.desk.store, person.program_id):
                walk = until_settled(partial(self._enter, person.subject_id, journey))
                begun += [walk] if walk is not None else []
        return begun

    def _enter(self, subject_id: str, listed: Journey) -> Walk | None:
        store, now_ms = self.desk.store, self.desk.clock.now_ms()
        journey, program_state = with_program(store, listed.program_id, listed.journey_id)
        if journey is None or journey.state != "active" or program_state != "active":
            return None
        version = store.get(JourneyVersion, version_key(journey.journey_id, journey.in_force))
        assert version is not None  # what is in force was published
        person = self.subjects.read(subject_id)
        known = entries(self.desk, person, journey.journey_id)
        if now_ms < again_from(known, version.terms):
            return None
        signals = self.subjects.signals(person)
        if not self._enters(person, version.terms, signals):
            return None
        walk = self._walk(person, journey, version.terms, signals)
        own = next((one for one in known if one.subject_id == person.subject_id), None)
        walks = (*(own.walks if own else ()), walk.walk_id)[-WALKS_KEPT_MAX:]
        change = Change()
        change.save(
            own.but(walks=walks, entered_ms=now_ms)
            if own
            else Entered(
                subject_id=person.subject_id,
                journey_id=journey.journey_id,
                walks=walks,
                entered_ms=now_ms,
            )
        )
        change.create(walk, self._event(walk))
        change.require(journey.key, Guard({"version": journey.version}))
        change.require(person.key, Guard({"version": person.version}))
        store.commit(change)
        return walk

    def _enters(self, person: Subject, terms: JourneyTerms, signals: Sequence[Signal]) -> bool:
        """Whether the conditions hold. What was asked of the person before, and the segments, are
        read where one looks at them."""
        now_ms = self.desk.clock.now_ms()
        if any(isinstance(one, MotionCondition | SegmentCondition) for one in terms.entry):
            seen = Gate(self.desk, self.subjects).look(person.subject_id)
            return enters(terms, signals, seen.standing, now_ms, seen.segments)
        return enters(terms, signals, standing(signals, now_ms), now_ms)

    def _walk(
        self, person: Subject, journey: Journey, terms: JourneyTerms, signals: Sequence[Signal]
    ) -> Walk:
        now_ms = self.desk.clock.now_ms()
        began = began_by(terms.trigger, counted(terms, signals))
        out = held_out(journey.journey_id, person.subject_id, terms.holdout_percent)
        return Walk(
            walk_id=derived_id("wlk", now_ms, journey.journey_id, person.subject_id),
            journey_id=journey.journey_id,
            program_id=journey.program_id,
            subject_id=person.subject_id,
            number=journey.in_force,
            seen=journey.in_force,
            began=journey.in_force,
            state="held_out" if out else "walking",
            step=terms.steps[0].name,
            since_ms=now_ms,
            next_ms=now_ms,
            signal_id=began.signal_id,
            entered_ms=now_ms,
            changed_ms=now_ms,
        )

    def _event(self, walk: Walk) -> Event:
        return self.desk.event(
            "journey.entered",
            walk.walk_id,
            program_id=walk.program_id,
            journey_id=walk.journey_id,
            subject_id=walk.subject_id,
            number=walk.number,
            held_out=walk.state == "held_out",
        )
