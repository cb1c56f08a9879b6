"""A dry run: who would enter a journey today, whom its first ask would reach, and why not others.

Nothing is written and nobody is asked. People are looked at page by page, as the list of subjects
has them, so that one call stays small; the answer says where to go on.
"""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from goodword.journeys.asking import Verdict
from goodword.journeys.beginning import against_beginning, began_by
from goodword.journeys.definition import (
    Ask,
    Condition,
    JourneyTerms,
    MotionCondition,
    ScoreCondition,
    SegmentCondition,
    SignalCondition,
)
from goodword.journeys.gate import Gate, Seen
from goodword.journeys.listening import Subjects
from goodword.journeys.scoring import Standing, moment
from goodword.journeys.signal import OWN_SOURCE, Signal, Subject
from goodword.journeys.walk import Entered, entered_key
from goodword.limits import PREVIEW_PEOPLE_MAX
from goodword.ports import Desk
from goodword.records import Value
from goodword.times import DAY_MS


class Looked(Value):
    """What the journey would do about one person today; `reason` is empty where it would ask."""

    subject_id: str
    enters: bool
    asks: bool
    reason: str = ""
    from_ms: int | None = None


class Preview(Value):
    """One page of a dry run. `reasons` counts why people would not be asked."""

    looked_at: int
    would_enter: int
    would_ask: int
    reasons: dict[str, int]
    people: tuple[Looked, ...]
    cursor: str | None


@dataclass(frozen=True)
class Previewing:
    """Looks at real people under a definition that nobody has published yet."""

    desk: Desk
    subjects: Subjects

    def of(
        self, program_id: str, terms: JourneyTerms, cursor: str | None, journey_id: str = ""
    ) -> Preview:
        """The next page of people; of a journey of this id also who was in it, or is watched."""
        page = self.subjects.page(program_id, PREVIEW_PEOPLE_MAX, cursor)
        gate = Gate(self.desk, self.subjects)
        seen = tuple(self._look(gate, one, terms, journey_id) for one in page.rows)
        return Preview(
            looked_at=len(seen),
            would_enter=sum(one.enters for one in seen),
            would_ask=sum(one.asks for one in seen),
            reasons=dict(sorted(Counter(one.reason for one in seen if one.reason).items())),
            people=seen,
            cursor=page.cursor,
        )

    def _look(self, gate: Gate, subject: Subject, terms: JourneyTerms, journey_id: str) -> Looked:
        """As the journey itself would look at the person."""
        seen = gate.look(subject.subject_id)
        if not enters(terms, seen.signals, seen.standing, seen.at_ms, seen.segments):
            return Looked(
                subject_id=subject.subject_id, enters=False, asks=False, reason="does_not_enter"
            )
        person = seen.subject
        if journey_id:
            from_ms = again_from(entries(self.desk, person, journey_id), terms)
            if seen.at_ms < from_ms:
                return Looked(
                    subject_id=subject.subject_id,
                    enters=False,
                    asks=False,
                    reason="entered_already",
                    from_ms=from_ms,
                )
            if held_out(journey_id, person.subject_id, terms.holdout_percent):
                return Looked(
                    subject_id=subject.subject_id, enters=True, asks=False, reason="held_out"
                )
        verdict = first_ask(terms, seen)
        return Looked(
            subject_id=subject.subject_id,
            enters=True,
            asks=verdict.allowed,
            reason=verdict.reason,
            from_ms=verdict.from_ms,
        )


def entries(desk: Desk, person: Subject, journey_id: str) -> Sequence[Entered]:
    """When the person, or whoever turned out to be the same, entered the journey last."""
    keys = [entered_key(one, journey_id) for one in (person.subject_id, *person.parts)]
    return list(desk.store.get_many(Entered, keys).values())


def again_from(known: Sequence[Entered], terms: JourneyTerms) -> int:
    """From when on somebody with these entries may enter again; 0 for who never did."""
    last_ms = max((one.entered_ms for one in known), default=None)
    return last_ms + terms.again_days * DAY_MS if last_ms is not None else 0


def held_out(journey_id: str, subject_id: str, percent: int) -> bool:
    """Whether this person is only watched in this journey; the same for ever."""
    digest = hashlib.sha256(f"{journey_id}#{subject_id}".encode()).digest()
    return int.from_bytes(digest[:8]) % 100 < percent


def enters(
    terms: JourneyTerms,
    signals: Sequence[Signal],
    found: Standing,
    now_ms: int,
    segments: Collection[str] = (),
) -> bool:
    """Whether the trigger has come and every entry condition holds."""
    questions: tuple[Condition, ...] = (terms.trigger.as_condition(), *terms.entry)
    heard = counted(terms, signals)
    return all(holds(one, heard, found, now_ms, segments) for one in questions)


def counted(terms: JourneyTerms, signals: Sequence[Signal]) -> Sequence[Signal]:
    """The signals that a journey looks at: where it asks for a public review, of milestones only
    the programme's own. Another's may be one that promoters reach, whatever its name is."""
    if not any(isinstance(one, Ask) and one.public for one in terms.steps):
        return signals
    return [one for one in signals if one.kind != "milestone" or one.source_id == OWN_SOURCE]


def holds(
    condition: Condition,
    signals: Iterable[Signal],
    found: Standing,
    now_ms: int,
    segments: Collection[str] = (),
) -> bool:
    """The answer to one question about one person, who is in these segments."""
    if isinstance(condition, SegmentCondition):
        return (condition.segment in segments) == condition.member
    if isinstance(condition, ScoreCondition):
        return found.score >= condition.at_least
    if isinstance(condition, MotionCondition):
        return any(one.qualifies for one in found.motions if one.motion == condition.motion)
    return _signalled(condition, signals, now_ms)


def first_ask(terms: JourneyTerms, seen: Seen) -> Verdict:
    """What would become of the journey's first ask, if it came today to somebody who enters."""
    ask = next((one for one in terms.steps if isinstance(one, Ask)), None)
    if ask is None:
        return Verdict(allowed=False, reason="no_ask")
    began = began_by(terms.trigger, counted(terms, seen.signals))
    begun = against_beginning(began, seen.signals) if seen.all_heard else None
    return begun or seen.may_ask(ask, terms)


def _signalled(condition: SignalCondition, signals: Iterable[Signal], now_ms: int) -> bool:
    since_ms = now_ms - condition.within_days * DAY_MS
    of_kind = [
        one
        for one in signals
        if one.kind == condition.kind
        and since_ms < one.occurred_ms <= now_ms
        and condition.word in (None, one.word)
    ]
    newest = max(of_kind, key=moment, default=None)
    if newest is None:
        return False
    low, high = condition.low, condition.high
    value = newest.value if newest.value is not None else 0
    return (low is None or value >= low) and (high is None or value <= high)
