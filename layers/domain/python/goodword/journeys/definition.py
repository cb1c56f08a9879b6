"""A journey is a document: what starts it, who may enter, what happens step by step, its limits.

Steps are walked in their order; `branch` jumps forward to a step by its name, so every journey
ends. What a journey may never do is decided when it is published, not when it runs:

* A public ask (a review on a site that others read) never depends on what somebody answered,
  rated or complained of: not by the trigger, not by who may enter, not by the branch it stands
  behind. Sentiment only routes private asks.
* A reward that follows a public ask is for the act; nothing about the rating can change it.

`refusals` names every rule that a document breaks, with the place of the break.
"""

from collections.abc import Iterator, Sequence
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from goodword.advocates.segments import SegmentName
from goodword.errors import FieldError
from goodword.journeys.reviewing import FORMS, Profile, review_link
from goodword.journeys.scoring import SENTIMENT, Motion
from goodword.journeys.signal import STAGES, VALUES, SignalKind
from goodword.limits import JOURNEY_STEPS_MAX, TRIGGER_DAYS
from goodword.money import PositiveMinor
from goodword.records import Value

Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]
Channel = Literal["email", "in_app", "webhook"]  # what is delivered; others would send nothing
Hour = Annotated[int, Field(ge=0, le=23)]
PUBLIC: frozenset[Motion] = frozenset({"review"})


class SignalCondition(Value):
    """The newest signal of a kind within so many days, its value between `low` and `high`."""

    of: Literal["signal"] = "signal"
    kind: SignalKind
    low: int | None = None
    high: int | None = None
    word: str | None = Field(default=None, max_length=80)
    within_days: int = Field(default=90, ge=1, le=365)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        bounds = VALUES.get(self.kind)
        for value in (self.low, self.high):
            if value is not None and (bounds is None or not bounds[0] <= value <= bounds[1]):
                raise ValueError(f"low and high must be values of {self.kind}")
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError("low must not be above high")
        if self.kind == "stage" and self.word is not None and self.word not in STAGES:
            raise ValueError(f"word must be a stage: {', '.join(STAGES)}")
        return self


class ScoreCondition(Value):
    """A score of at least so many points."""

    of: Literal["score"] = "score"
    at_least: int = Field(ge=-200, le=300)


class MotionCondition(Value):
    """Qualified for a motion, whatever else."""

    of: Literal["motion"] = "motion"
    motion: Motion


class SegmentCondition(Value):
    """In a segment of the programme at that moment, a flag among them; or in none of that name."""

    of: Literal["segment"] = "segment"
    segment: SegmentName
    member: bool = True


Condition = Annotated[
    SignalCondition | ScoreCondition | MotionCondition | SegmentCondition,
    Field(discriminator="of"),
]


class Trigger(Value):
    """The signal that starts the journey for a person, as it comes in."""

    kind: SignalKind
    low: int | None = None
    high: int | None = None
    word: str | None = Field(default=None, max_length=80)

    def as_condition(self) -> SignalCondition:
        """The same as a question about one signal of the last days."""
        return SignalCondition(
            kind=self.kind,
            low=self.low,
            high=self.high,
            word=self.word,
            within_days=TRIGGER_DAYS,
        )

    @model_validator(mode="after")
    def _fits(self) -> Self:
        self.as_condition()
        return self


class Wait(Value):
    """Nothing happens for a while."""

    step: Literal["wait"] = "wait"
    name: Name
    hours: int = Field(ge=1, le=24 * 365)


class Ask(Value):
    """Somebody is asked for something. Without an answer it expires after so many days.

    `profile` is what the company is called on the `site`: the request then links to its form there.
    """

    step: Literal["ask"] = "ask"
    name: Name
    motion: Motion
    template: Name
    expires_days: int = Field(default=14, ge=1, le=90)
    site: Name | None = None
    profile: Profile | None = None

    @property
    def public(self) -> bool:
        """Whether others read what comes of it."""
        return self.motion in PUBLIC


class Remind(Value):
    """The ask of that name is said once more, if it has no answer yet."""

    step: Literal["remind"] = "remind"
    name: Name
    of_ask: Name
    template: Name


class Branch(Value):
    """Go on at the step `then` if the condition holds (or the ask was answered so), else go on."""

    step: Literal["branch"] = "branch"
    name: Name
    when: Condition | None = None
    of_ask: Name | None = None
    answered: Literal["accepted", "declined", "expired"] | None = None
    then: Name

    @model_validator(mode="after")
    def _one_question(self) -> Self:
        if (self.when is None) == (self.of_ask is None):
            raise ValueError("a branch asks about signals (when) or about an ask (of_ask)")
        if (self.of_ask is None) != (self.answered is None):
            raise ValueError("answered goes with of_ask")
        return self


class Reward(Value):
    """What is given for work that was accepted, by the programme's own rules of approval."""

    step: Literal["reward"] = "reward"
    name: Name
    of_ask: Name
    amount_minor: PositiveMinor


class Flag(Value):
    """Whoever did what they were asked for comes into a segment: the advisory board, for one."""

    step: Literal["flag"] = "flag"
    name: Name
    of_ask: Name
    segment: SegmentName


class HandOver(Value):
    """A person takes over: sales for a reference call, support for somebody who is unhappy."""

    step: Literal["hand_over"] = "hand_over"
    name: Name
    to: Name


class Exit(Value):
    """The journey is over for this person."""

    step: Literal["exit"] = "exit"
    name: Name


Step = Annotated[
    Wait | Ask | Remind | Branch | Reward | Flag | HandOver | Exit, Field(discriminator="step")
]


class Goal(Value):
    """What the journey is for: an ask of this motion that was accepted, within so many days."""

    motion: Motion
    within_days: int = Field(default=90, ge=1, le=365)


class Frequency(Value):
    """At most so many asks of one person in so many days, over all journeys together."""

    asks: int = Field(ge=1, le=20)
    days: int = Field(ge=1, le=365)


class QuietHours(Value):
    """Hours of the person's own day in which nothing is sent; 21 to 8 goes over midnight."""

    from_hour: Hour = 21
    until_hour: Hour = 8

    def holds(self, hour: int) -> bool:
        """Whether an hour (0 to 23) is quiet. The same hour twice is no quiet time at all."""
        if self.from_hour <= self.until_hour:
            return self.from_hour <= hour < self.until_hour
        return hour >= self.from_hour or hour < self.until_hour


class JourneyTerms(Value):
    """The whole definition. `holdout_percent` of those who could enter are only watched.

    `reach` is who is asked: those who take part in the programme, or `customers` as well, of whom
    nothing but signals is known: these are spoken to by the company's own system alone.
    """

    name: str = Field(min_length=1, max_length=80)
    trigger: Trigger
    entry: tuple[Condition, ...] = Field(default=(), max_length=20)
    steps: tuple[Step, ...] = Field(min_length=1, max_length=JOURNEY_STEPS_MAX)
    goal: Goal
    frequency: Frequency = Frequency(asks=1, days=30)
    cool_down_days: int = Field(default=14, ge=0, le=365)
    again_days: int = Field(default=180, ge=1, le=730)
    quiet_hours: QuietHours = QuietHours()
    channels: tuple[Channel, ...] = Field(default=("email",), min_length=1, max_length=3)
    holdout_percent: int = Field(default=0, ge=0, le=50)
    reach: Literal["advocates", "customers"] = "advocates"

    def step(self, name: str) -> int:
        """The place of a step. Raises KeyError for one that is not there."""
        for place, one in enumerate(self.steps):
            if one.name == name:
                return place
        raise KeyError(name)


def work_name(motion: Motion) -> str:
    """The name of the event that accepted work of a kind is credited as, for rules to look at."""
    return f"advocacy_{motion}"


def refusals(terms: JourneyTerms) -> list[FieldError]:
    """Every rule that the document breaks, in its order; none means that it may be published."""
    found = [*_broken_names(terms.steps), *_broken_order(terms.steps), *_no_forms(terms.steps)]
    if terms.reach == "customers":
        found += _out_of_reach(terms)
    if not found:
        found += _gating(terms)
    if not any(isinstance(one, Ask) and one.motion == terms.goal.motion for one in terms.steps):
        found.append(FieldError("goal.motion", "no step asks for what the journey is for"))
    return found


def is_about_sentiment(condition: Condition) -> bool:
    """Whether a question is, or contains, how satisfied somebody is."""
    if isinstance(condition, SignalCondition):
        return condition.kind in SENTIMENT
    if isinstance(condition, MotionCondition):
        return condition.motion not in PUBLIC  # the others' bars look at answers
    return True  # a score is made of answers too, and staff may put people into segments by them


def _broken_names(steps: Sequence[Step]) -> Iterator[FieldError]:
    seen: set[str] = set()
    for place, one in enumerate(steps):
        if one.name in seen:
            yield FieldError(f"steps.{place}.name", "is the name of another step")
        seen.add(one.name)


def _broken_order(steps: Sequence[Step]) -> Iterator[FieldError]:
    """Branches go forward, and what is about an ask comes after it."""
    places = {one.name: place for place, one in enumerate(steps)}
    for place, one in enumerate(steps):
        if isinstance(one, Branch) and places.get(one.then, -1) <= place:
            yield FieldError(f"steps.{place}.then", "must be a later step")
        asked = one.of_ask if isinstance(one, Remind | Branch | Reward | Flag) else None
        if asked is None:
            continue
        at = places.get(asked)
        if at is None or at >= place or not isinstance(steps[at], Ask):
            yield FieldError(f"steps.{place}.of_ask", "must be an earlier step that asks")
            continue
        asks = steps[at]
        if isinstance(one, Reward) and isinstance(asks, Ask) and asks.motion == "feedback":
            yield FieldError(f"steps.{place}.of_ask", "nothing is given for feedback")


def _no_forms(steps: Sequence[Step]) -> Iterator[FieldError]:
    """A company's name on a site whose form is not known, or where nothing is written."""
    for place, one in enumerate(steps):
        if not isinstance(one, Ask) or one.profile is None:
            continue
        if one.motion != "review":
            yield FieldError(f"steps.{place}.profile", "is for reviews only")
        elif review_link(one.site, one.profile) is None:
            known = ", ".join(FORMS)
            yield FieldError(f"steps.{place}.profile", f"needs a site whose form is known: {known}")


def _out_of_reach(terms: JourneyTerms) -> Iterator[FieldError]:
    """What cannot be had of, or given to, somebody who does not take part."""
    if "webhook" not in terms.channels:
        yield FieldError("reach", "customers are asked by the webhook: no address is known of them")
    for place, one in enumerate(terms.steps):
        if isinstance(one, Ask) and one.motion == "story":
            yield FieldError(f"steps.{place}.motion", "a story is told by whoever takes part")
        if isinstance(one, Reward):
            yield FieldError(f"steps.{place}", "only whoever takes part can earn something")


def _gating(terms: JourneyTerms) -> Iterator[FieldError]:
    """Public asks that only some reach, by what they answered.

    Everything behind a branch that looks at sentiment counts as reached by it, also where the two
    ways have met again: a step between may have ended the journey for some.
    """
    asked_first = [
        ("trigger.kind", is_about_sentiment(terms.trigger.as_condition())),
        *((f"entry.{n}", is_about_sentiment(one)) for n, one in enumerate(terms.entry)),
    ]
    cause = next((path for path, bad in asked_first if bad), "")
    for place, one in enumerate(terms.steps):
        if isinstance(one, Ask) and one.public and cause:
            yield FieldError(
                f"steps.{place}",
                f"review_gating: a public review is asked of some only, by sentiment ({cause})",
            )
        if isinstance(one, Branch) and one.when is not None and is_about_sentiment(one.when):
            passes_over = terms.step(one.then) > place + 1
            cause = cause or (f"steps.{place}.when" if passes_over else "")
