"""A dry run: who would enter a journey today, whom its first ask would reach, and why not others.

Nothing is written and nobody is asked. People are looked at page by page, as the list of subjects
has them, so that one call stays small; the answer says where to go on.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from goodword.journeys.asking import Verdict
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
from goodword.journeys.signal import Signal, Subject
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

    def of(self, program_id: str, terms: JourneyTerms, cursor: str | None) -> Preview:
        """The next page of people."""
        page = self.subjects.page(program_id, PREVIEW_PEOPLE_MAX, cursor)
        seen = tuple(self._look(one, terms) for one in page.rows)
        return Preview(
            looked_at=len(seen),
            would_enter=sum(one.enters for one in seen),
            would_ask=sum(one.asks for one in seen),
            reasons=dict(sorted(Counter(one.reason for one in seen if one.reason).items())),
            people=seen,
            cursor=page.cursor,
        )

    def _look(self, subject: Subject, terms: JourneyTerms) -> Looked:
        """As the journey itself would look at the person."""
        seen = Gate(self.desk, self.subjects).look(subject.subject_id)
        if not enters(terms, seen.signals, seen.standing, seen.at_ms, seen.segments):
            return Looked(
                subject_id=subject.subject_id, enters=False, asks=False, reason="does_not_enter"
            )
        verdict = first_ask(terms, seen)
        return Looked(
            subject_id=subject.subject_id,
            enters=True,
            asks=verdict.allowed,
            reason=verdict.reason,
            from_ms=verdict.from_ms,
        )


def enters(
    terms: JourneyTerms,
    signals: Sequence[Signal],
    found: Standing,
    now_ms: int,
    segments: Collection[str] = (),
) -> bool:
    """Whether the trigger has come and every entry condition holds."""
    questions: tuple[Condition, ...] = (terms.trigger.as_condition(), *terms.entry)
    return all(holds(one, signals, found, now_ms, segments) for one in questions)


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
    """What would become of the journey's first ask, if it came today."""
    ask = next((one for one in terms.steps if isinstance(one, Ask)), None)
    if ask is None:
        return Verdict(allowed=False, reason="no_ask")
    return seen.may_ask(ask, terms)


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
