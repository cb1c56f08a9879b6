"""A journey is a document: what starts it, who may enter, what happens step by step, its limits.

Steps are walked in their order; `branch` jumps forward to a step by its name, so every journey
ends. What a journey may never do is decided when it is published, not when it runs:

* A public ask (a review on a site that others read) never depends on what somebody answered,
  rated or complained of. Sentiment only routes private asks (`gating`).
* A reward that follows a public ask is for the act; nothing about the rating can change it.

`refusing.refusals` names every rule that a document breaks, with the place of the break.
"""

from collections.abc import Iterator
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from goodword.advocates.segments import SegmentName
from goodword.journeys.own_words import Texts
from goodword.journeys.reviewing import Profile
from goodword.journeys.scoring import Motion
from goodword.journeys.signal import STAGES, VALUES, SignalKind, as_word
from goodword.limits import HAND_OVER_DAYS_MAX, JOURNEY_STEPS_MAX, TRIGGER_DAYS
from goodword.money import PositiveMinor
from goodword.records import Value

Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]
Channel = Literal["email", "in_app", "webhook"]  # what is delivered; others would send nothing
Hour = Annotated[int, Field(ge=0, le=23)]
PUBLIC: frozenset[Motion] = frozenset({"review"})
StaffRole = Literal["marketer", "finance", "admin"]  # whose work a hand-over can be
HandOverOutcome = Literal["done", "not_needed", "not_reached", "declined"]


def _as_heard(word: object) -> object:
    """As signals come, so that a name copied from another product is met: in small letters."""
    return (as_word(word) or word) if isinstance(word, str) else word


Said = Annotated[str, BeforeValidator(_as_heard), StringConstraints(max_length=80)]


class SignalCondition(Value):
    """The newest signal of a kind within so many days, its value between `low` and `high`."""

    of: Literal["signal"] = "signal"
    kind: SignalKind
    low: int | None = None
    high: int | None = None
    word: Said | None = None
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
    word: Said | None = None

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

    `template` names its words: the journey's own of that name (`texts`), else those that ship.
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
    """Go on at the step `then` if the condition holds (or the ask was answered so), else go on.

    Or if a hand-over came to this `outcome`; `late` is one that nobody had closed by its day.
    """

    step: Literal["branch"] = "branch"
    name: Name
    when: Condition | None = None
    of_ask: Name | None = None
    answered: Literal["accepted", "declined", "expired"] | None = None
    of_hand_over: Name | None = None
    outcome: HandOverOutcome | Literal["late"] | None = None
    then: Name

    @model_validator(mode="after")
    def _one_question(self) -> Self:
        asked = [one for one in (self.when, self.of_ask, self.of_hand_over) if one is not None]
        if len(asked) != 1:
            raise ValueError(
                "a branch asks about one: signals (when), an ask (of_ask), or of_hand_over"
            )
        if (self.of_ask is None) != (self.answered is None):
            raise ValueError("answered goes with of_ask")
        if (self.of_hand_over is None) != (self.outcome is None):
            raise ValueError("outcome goes with of_hand_over")
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
    """A person takes over: sales for a reference call, support for somebody who is unhappy.

    `to` is the team in the company's own words; whoever has the `role` sees it in the console, or
    it is one sign-in's from the start (`assignee`, the id of it). `why` is what they read: words
    about the journey, never about the person. It is to be done in `due_days`. The journey goes on
    at once; with `until_closed` when it was closed, or on that day.
    """

    step: Literal["hand_over"] = "hand_over"
    name: Name
    to: Name
    role: StaffRole = "marketer"
    assignee: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{1,64}$")] | None = None
    why: Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f@]{0,300}$")] = ""
    due_days: int = Field(default=7, ge=1, le=HAND_OVER_DAYS_MAX)
    until_closed: bool = False


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
    nothing but signals is known: these are spoken to by the company's own system alone. `texts` are
    own words of requests and reminders, by the name of their template and by language.
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
    texts: Texts = {}

    def requests(self) -> Iterator[tuple[int, Ask | Remind, Ask]]:
        """Each request and each reminder by its place, with the ask that it is or reminds of."""
        asks = {one.name: one for one in self.steps if isinstance(one, Ask)}
        for place, one in enumerate(self.steps):
            ask = asks.get(one.of_ask) if isinstance(one, Remind) else one
            if isinstance(one, Ask | Remind) and isinstance(ask, Ask):
                yield place, one, ask

    def step(self, name: str) -> int:
        """The place of a step. Raises KeyError for one that is not there."""
        for place, one in enumerate(self.steps):
            if one.name == name:
                return place
        raise KeyError(name)


def work_name(motion: Motion) -> str:
    """The name of the event that accepted work of a kind is credited as, for rules to look at."""
    return f"advocacy_{motion}"
