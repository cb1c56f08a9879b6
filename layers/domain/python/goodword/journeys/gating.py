"""No public ask, and nothing that follows one, hangs on what somebody answered, rated or felt.

A journey gates in plain sight (a trigger of 9 and 10, a branch by the score) and in disguise:

* behind a private ask: that one is made only to whoever qualifies, and the others end there;
* after the ask: a reward, a flag or a reminder that only some reach, by what they rated;
* by a step that those who were chosen before stand at, when a new version moves them to itself.

So every step has a cause for which only some reach it, or none. What can say how satisfied somebody
is counts, whatever it is called: a score holds answers, staff may put people into segments by them,
and a risk of leaving or an open case is what unhappy customers have. So does a word that somebody
chose freely ("nps promoter"), the size of a number that somebody else sends, and the day on which
staff close what was handed over to them.

Where a public ask is rewarded, or marks who did it, no list of what is forbidden is long enough:
there only what is `NEUTRAL` may choose, and what the programme counts itself (16 CFR 465.4). And
nothing at all is given for what a review said, whatever it is given for (`paid_by_stars`).

What forbids asking is held to the same (`scoring`, `asking`): of a public review nothing that says
how satisfied somebody is, a risk of leaving among it; an open case or invoice only puts it off.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Protocol

from goodword.errors import FieldError
from goodword.journeys.definition import (
    PUBLIC,
    Ask,
    Branch,
    Condition,
    Flag,
    HandOver,
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
NEUTRAL: frozenset[SignalKind] = frozenset({"renewal", "deal_won"})  # a contract, no opinion
UNHAPPY: frozenset[SignalKind] = frozenset({"churn_risk", "churn_cleared", "case_opened"})

Asked = Callable[[Condition], bool]


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


def is_neutral(condition: Condition, milestones: Names = NONE) -> bool:
    """Whether a question may choose who is asked for a public review that is paid for.

    Nothing but that a contract was made or renewed, or that the programme's own milestone was
    reached, which in such a journey counts only as we say it ourselves (`previewing.counted`).
    """
    if not isinstance(condition, SignalCondition):
        return False
    if condition.kind == "milestone":
        return condition.word is None or condition.word in milestones
    return condition.kind in NEUTRAL and condition.word is None


def named_milestones(terms: JourneyTerms) -> Names:
    """Every milestone that some question of a journey asks for by its name."""
    branches = [one.when for one in terms.steps if isinstance(one, Branch)]
    asked = [terms.trigger.as_condition(), *terms.entry, *branches]
    signals = [one for one in asked if isinstance(one, SignalCondition)]
    return frozenset(one.word for one in signals if one.kind == "milestone" and one.word)


def pays(terms: JourneyTerms) -> bool:
    """Whether something is given for a public ask, or marks who did it."""
    given = [one for one in terms.steps if isinstance(one, Reward | Flag)]
    return any(_public_ask(terms, one) is not None for one in given)


def gating(terms: JourneyTerms, milestones: Names = NONE) -> Iterator[FieldError]:
    """Every public ask that only some reach, with the cause; where everybody is asked, every
    reminder, reward and flag after it that only some reach; and what is given for a rating."""
    causes, told = _causes(terms, _choosing(terms, milestones)), set[str]()
    for place, one in enumerate(terms.steps):
        ask, cause = _public_ask(terms, one), causes.get(one.name)
        if ask is not None and cause and (ask is one or ask.name not in causes):
            told.add(f"steps.{place}")
            yield _refused(place, cause, terms)
    yield from (one for one in paid_by_stars(terms) if one.field not in told)


def paid_by_stars(terms: JourneyTerms) -> Iterator[FieldError]:
    """Every reward and flag, whatever it is for, that only some reach by what they reviewed."""
    causes = _causes(terms, _asks_of_reviews, also=False)
    for place, one in enumerate(terms.steps):
        if isinstance(one, Reward | Flag) and one.name in causes:
            yield _starred(place, causes[one.name])


def gated_entrants(
    earlier: Sequence[Published], terms: JourneyTerms, milestones: Names = NONE
) -> Iterator[FieldError]:
    """What keeps those out of these terms who entered by earlier ones, if sentiment chose them.

    Nobody enters a journey again before its `again_days`, whichever version it was.
    """
    chosen = _choosing(terms, milestones)
    public = any(_public_ask(terms, one) is not None for one in terms.steps)
    given = any(isinstance(one, Reward | Flag) for one in terms.steps)
    for number, version in enumerate(earlier, start=1):
        cause = _entrance(version.terms, chosen) if public else ""
        stars = _entrance(version.terms, _asks_of_reviews) if given else ""
        if cause or stars:
            said = cause or stars
            message = f"review_gating: whom version {number} chose ({said}) are kept out by this"
            bounds = (("cause", said), ("number", str(number)))
            yield FieldError("again_days", message, "review_again", bounds)
            return


def gated_movers(
    earlier: Sequence[Published], terms: JourneyTerms, milestones: Names = NONE
) -> Iterator[FieldError]:
    """Every step of a public ask that people of earlier versions, chosen there by sentiment, would
    come to if they were moved into these terms at the step they stand at; and everything given that
    those would come to whom a review has chosen."""
    why = "in_flight: some of those to be moved were chosen so"
    reached = _moved(earlier, terms, partial(_causes, chosen=_choosing(terms, milestones)))
    starred = _moved(earlier, terms, partial(_causes, chosen=_asks_of_reviews, also=False))
    for place, one in enumerate(terms.steps):
        if one.name in reached and _public_ask(terms, one) is not None:
            yield _refused(place, why, terms)
        elif one.name in starred and isinstance(one, Reward | Flag):
            yield _starred(place, why)


def _moved(
    earlier: Sequence[Published],
    terms: JourneyTerms,
    causes: Callable[[JourneyTerms], Mapping[str, str]],
) -> set[str]:
    """The steps that those can come to who were chosen before, by these causes."""
    standing: set[str] = set()
    for version in earlier:
        moved = _reached(version.terms, standing) if version.in_flight == "move" else set()
        standing |= moved | set(causes(version.terms))
    return _reached(terms, standing)


def _choosing(terms: JourneyTerms, milestones: Names) -> Asked:
    """Which questions may not choose who is asked: of what is paid for all but the neutral."""
    if pays(terms):
        return lambda one: not is_neutral(one, milestones)
    return lambda one: is_about_sentiment(one, milestones)


def _asks_of_reviews(condition: Condition) -> bool:
    return isinstance(condition, SignalCondition) and condition.kind == "review"


def _entrance(terms: JourneyTerms, chosen: Asked) -> str:
    """The first of the questions at the door that chooses; empty if none does."""
    asked: list[tuple[str, Condition]] = [("trigger.kind", terms.trigger.as_condition())]
    asked += [(f"entry.{place}", one) for place, one in enumerate(terms.entry)]
    return next((path for path, one in asked if chosen(one)), "")


def _causes(terms: JourneyTerms, chosen: Asked, *, also: bool = True) -> Mapping[str, str]:
    """Each step that only some reach, by a question that is `chosen`: the place of the first cause.

    Everything behind a branch counts as reached by it, also where the two ways have met again: a
    step between may have ended the journey for some. `also`: what is no question chooses, too. A
    private ask is made only to whoever qualifies, and a hand-over that is waited for lasts as long
    as staff let it, so that the time of the goal may be over for some.
    """
    cause = _entrance(terms, chosen)
    found: dict[str, str] = {}
    for place, one in enumerate(terms.steps):
        if cause:
            found[one.name] = cause
        elif isinstance(one, Branch) and one.when is not None:
            passes_over = terms.step(one.then) > place + 1
            cause = f"steps.{place}.when" if passes_over and chosen(one.when) else ""
        elif also and isinstance(one, HandOver) and one.until_closed:
            cause = f"steps.{place}.until_closed"
        elif also and isinstance(one, Ask) and not one.public:
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


def _refused(place: int, cause: str, terms: JourneyTerms) -> FieldError:
    kind, why = "review_gating", "a public review is for some only, by sentiment"
    if pays(terms):
        known = "a renewal, a deal won or a milestone of the programme"
        kind, why = "review_paid", f"who is paid for a public review hangs on more than {known}"
    message = f"review_gating (16 CFR 465.4, 465.7): {why} ({cause})"
    return FieldError(f"steps.{place}", message, kind, (("cause", cause),))


def _starred(place: int, cause: str) -> FieldError:
    message = f"review_gating (16 CFR 465.4): something is given by what a review said ({cause})"
    return FieldError(f"steps.{place}", message, "review_stars", (("cause", cause),))
