"""No public ask, and nothing that follows one, hangs on what somebody answered, rated or felt.

A journey gates in plain sight (a trigger of 9 and 10, a branch by the score) and in disguise:

* behind a private ask: that one is made only to whoever qualifies, and the others end there;
* after the ask: a reward, a flag or a reminder that only some reach, by what they rated;
* by a step that those who were chosen before stand at, when a new version moves them to itself.

So every step has a cause for which only some reach it, or none. What can say how satisfied somebody
is counts, whatever it is called: a score holds answers, staff may put people into segments by them,
and a risk of leaving or an open case is what unhappy customers have. So does a word that somebody
chose freely ("nps promoter"), and the size of a number that somebody else sends: only stages and
the milestones that the programme's own terms name say what they are.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from goodword.errors import FieldError
from goodword.journeys.definition import (
    PUBLIC,
    Ask,
    Branch,
    Condition,
    Flag,
    JourneyTerms,
    MotionCondition,
    Remind,
    Reward,
    SignalCondition,
    Step,
)
from goodword.journeys.scoring import SENTIMENT
from goodword.journeys.signal import SignalKind

Names = frozenset[str]
NONE: Names = frozenset()
SIZED: frozenset[SignalKind] = frozenset({"usage", "result"})  # others say how large the number is
UNHAPPY: frozenset[SignalKind] = frozenset({"churn_risk", "churn_cleared", "case_opened"})


class Published(Protocol):
    """A version of a journey, and what it did with those who were on their way."""

    @property
    def terms(self) -> JourneyTerms: ...
    @property
    def in_flight(self) -> str: ...


def is_about_sentiment(condition: Condition, milestones: Names = NONE) -> bool:
    """Whether a question is, or may contain, how satisfied somebody is.

    `milestones` are the ids of those in the programme's terms; any other word may say anything.
    """
    if isinstance(condition, SignalCondition):
        if condition.kind in SENTIMENT | UNHAPPY:
            return True
        if condition.kind in SIZED and (condition.low is not None or condition.high is not None):
            return True
        plain = condition.kind == "stage" or condition.word is None
        return not plain and (condition.kind != "milestone" or condition.word not in milestones)
    if isinstance(condition, MotionCondition):
        return condition.motion not in PUBLIC  # the others' bars look at answers
    return True  # a score is made of answers too, and staff may put people into segments by them


def named_milestones(terms: JourneyTerms) -> Names:
    """Every milestone that some question of a journey asks for by its name."""
    branches = [one.when for one in terms.steps if isinstance(one, Branch)]
    asked = [terms.trigger.as_condition(), *terms.entry, *branches]
    signals = [one for one in asked if isinstance(one, SignalCondition)]
    return frozenset(one.word for one in signals if one.kind == "milestone" and one.word)


def gating(terms: JourneyTerms, milestones: Names = NONE) -> Iterator[FieldError]:
    """Every public ask that only some reach, with the cause; and where everybody is asked, every
    reminder, reward and flag after it that only some reach."""
    causes = _causes(terms, milestones)
    for place, one in enumerate(terms.steps):
        ask, cause = _public_ask(terms, one), causes.get(one.name)
        if ask is not None and cause and (ask is one or ask.name not in causes):
            yield _refused(place, cause)


def gated_movers(
    earlier: Sequence[Published], terms: JourneyTerms, milestones: Names = NONE
) -> Iterator[FieldError]:
    """Every step of a public ask that people of earlier versions, chosen there by sentiment, would
    come to if they were moved into these terms at the step they stand at."""
    standing: set[str] = set()
    for version in earlier:
        causes = _causes(version.terms, milestones)
        moved = _reached(version.terms, standing) if version.in_flight == "move" else set()
        standing |= moved | set(causes)
    reached = _reached(terms, standing)
    for place, one in enumerate(terms.steps):
        if one.name in reached and _public_ask(terms, one) is not None:
            yield _refused(place, "in_flight: some of those to be moved were chosen so")


def _causes(terms: JourneyTerms, milestones: Names) -> Mapping[str, str]:
    """Each step that only some reach, by sentiment: the place of the first cause.

    Everything behind a branch counts as reached by it, also where the two ways have met again: a
    step between may have ended the journey for some.
    """
    asked_first = [
        ("trigger.kind", is_about_sentiment(terms.trigger.as_condition(), milestones)),
        *((f"entry.{n}", is_about_sentiment(one, milestones)) for n, one in enumerate(terms.entry)),
    ]
    cause = next((path for path, bad in asked_first if bad), "")
    found: dict[str, str] = {}
    for place, one in enumerate(terms.steps):
        if cause:
            found[one.name] = cause
        elif isinstance(one, Branch) and one.when is not None:
            passes_over = terms.step(one.then) > place + 1
            chosen = passes_over and is_about_sentiment(one.when, milestones)
            cause = f"steps.{place}.when" if chosen else ""
        elif isinstance(one, Branch) and one.of_hand_over is not None:
            passes_over = terms.step(one.then) > place + 1  # staff say how it went
            cause = f"steps.{place}.of_hand_over" if passes_over else ""
        elif isinstance(one, Ask) and not one.public:
            cause = f"steps.{place}: asked only of whoever qualifies"
    return found


def _reached(terms: JourneyTerms, names: set[str]) -> set[str]:
    """The steps at or behind one of these names."""
    places = [place for place, one in enumerate(terms.steps) if one.name in names]
    return {one.name for one in terms.steps[min(places) :]} if places else set()


def _public_ask(terms: JourneyTerms, step: Step) -> Ask | None:
    """The public ask that it is, or that it reminds of, or gives something for."""
    if isinstance(step, Remind | Reward | Flag):
        step = terms.steps[terms.step(step.of_ask)]
    return step if isinstance(step, Ask) and step.public else None


def _refused(place: int, cause: str) -> FieldError:
    message = f"review_gating: a public review is for some only, by sentiment ({cause})"
    return FieldError(f"steps.{place}", message, "review_gating", (("cause", cause),))
