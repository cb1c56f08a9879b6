"""Whose profile suits a motion, as a programme says: points for each fact, added up in the open.

A programme may say for a motion which industries and sizes it wants, for how long somebody has to
be known, and what they have to have achieved. Each of these that is met gives its points towards
the motion's score; where it is `needed`, whoever misses one does not qualify. What a programme does
not name counts for nothing, and of whom a fact is not known, it is not met. Points count only for
whom signals do not speak against on the whole: nobody who is unhappy qualifies by who they are. Of
public reviews nothing may be said: they are asked of everybody alike.
"""

from collections.abc import Sequence
from typing import NamedTuple, Self

from pydantic import Field, model_validator

from goodword.journeys.definition import PUBLIC
from goodword.journeys.reference import ReferenceProfile, Size, Trait
from goodword.journeys.scoring import BARS, Fact, FitPart, Motion, Standing, Verdict
from goodword.journeys.signal import Signal, Subject
from goodword.records import Value
from goodword.times import DAY_MS


class FitWish(Value):
    """What suits one motion; `points` for each fact that is named here and met.

    `known_days` since the first thing that was heard of the person or the company; `results` is a
    sum of points, as a standing has it.
    """

    motion: Motion
    industries: tuple[Trait, ...] = Field(default=(), max_length=20)
    sizes: tuple[Size, ...] = Field(default=(), max_length=4)
    known_days: int = Field(default=0, ge=0, le=3_650)
    results: int = Field(default=0, ge=0, le=100)
    points: int = Field(default=10, ge=0, le=30)
    needed: bool = False

    @property
    def of_profile(self) -> bool:
        """Whether it asks what only a reference's profile says."""
        return bool(self.industries or self.sizes)

    @model_validator(mode="after")
    def _of_favours(self) -> Self:
        if self.motion in PUBLIC or self.motion == "feedback":
            raise ValueError("nobody is chosen for a public review, or to say how it was")
        return self


class Facts(NamedTuple):
    """What is known of a person; None where nothing is."""

    industry: str | None
    size: str | None
    since_ms: int


def facts_of(
    subject: Subject, signals: Sequence[Signal], profile: ReferenceProfile | None
) -> Facts:
    """What a person's records say."""
    heard = [one.occurred_ms for one in signals]
    return Facts(
        industry=profile.traits.industry if profile else None,
        size=profile.traits.size if profile else None,
        since_ms=min((subject.created_ms, *heard)),
    )


def fitted(found: Standing, wishes: Sequence[FitWish], facts: Facts) -> Standing:
    """The standing with what suits each motion; the score itself stays what signals say."""
    named = {one.motion: one for one in wishes}
    motions = tuple(
        _with(one, named[one.motion], found, facts) if one.motion in named else one
        for one in found.motions
    )
    return found.but(motions=motions)


def fit_parts(wish: FitWish, found: Standing, facts: Facts) -> tuple[FitPart, ...]:
    """One row for each fact that the wish names; below a score of 0 a fact that is met gives 0."""
    points = wish.points if found.score >= 0 else 0
    known_days = (found.at_ms - facts.since_ms) // DAY_MS
    asked: tuple[tuple[Fact, bool, bool], ...] = (
        ("industry", bool(wish.industries), facts.industry in wish.industries),
        ("size", bool(wish.sizes), facts.size in wish.sizes),
        ("known_days", wish.known_days > 0, known_days >= wish.known_days),
        ("results", wish.results > 0, found.results >= wish.results),
    )
    return tuple(
        FitPart(fact=fact, met=met, points=points if met else 0)
        for fact, named, met in asked
        if named
    )


def _with(verdict: Verdict, wish: FitWish, found: Standing, facts: Facts) -> Verdict:
    parts = fit_parts(wish, found, facts)
    score = found.score + sum(one.points for one in parts)
    enough = score >= BARS[verdict.motion].score
    reasons = [one for one in verdict.reasons if one != "score_too_low" or not enough]
    if wish.needed and not all(one.met for one in parts):
        reasons.append("does_not_fit")
    return verdict.but(qualifies=not reasons, reasons=tuple(reasons), fit=parts)
