"""What is used of each cap is kept per subject and period, and moves only with the reward itself.

`CapUse` counts what rewards hold at present: a new one is added in the transaction that makes it, a
reversal, a refusal and a decision anew take off exactly what they take, where it was added. The
record is written on the version that was read, so two decisions never use the same room.

A decision sees all its caps as one `Room`. Each reward gets the smallest of what they leave, and
its line says of every cap what was left before and after. Example: 5.00 computed, 3.00 left of the
month and 20.00 of the year make 3.00; the month cut it. A reward that is no money counts as one in
limits on a number, and in no others.

A reinstatement is owed in any case, so it may use more than the limit (`over_minor`). Nothing is
left then until reversals have made it up.
"""

from collections.abc import Sequence
from typing import ClassVar, NamedTuple, Self

from pydantic import Field

from goodword.money import NaturalMinor, is_money
from goodword.programs.caps import (
    Cap,
    CapPeriod,
    CountScope,
    Measure,
    period_end_ms,
    period_name,
)
from goodword.programs.model import Program, ProgramVersion
from goodword.records import Key, Record, Value
from goodword.rewards.model import COUNT_ONLY, Counted, Reward

SHARED: tuple[CountScope, ...] = ("programme", "budget")


class CapUse(Record):
    """What the rewards of one subject hold in one period, in money and in number.

    The limits are those of the last decision that used it; None where the terms had none.
    """

    KIND: ClassVar[str] = "cap_use"

    program_id: str
    counted: Counted
    used_minor: int = Field(default=0, ge=0)
    rewards: int = Field(default=0, ge=0)
    limit_minor: int | None = None
    limit_rewards: int | None = None

    @property
    def key(self) -> Key:
        return cap_key(self.program_id, self.counted)

    @property
    def over_minor(self) -> int:
        """What reinstatements owe above the limit."""
        return max(0, self.used_minor - (self.limit_minor or self.used_minor))

    def used(self, measure: Measure) -> int:
        """How much is used of it."""
        return self.used_minor if measure == "money" else self.rewards


def cap_key(program_id: str, counted: Counted) -> Key:
    """Where the use of a cap is: beside its advocate, or beside its friend."""
    if counted.scope == "advocate":
        return Key("core", f"ADV#{counted.subject}", f"CAP#{program_id}#{counted.name}")
    return Key("core", f"IDN#{program_id}#{counted.subject}", f"CAP#{counted.name}")


class CapLine(Value):
    """What one limit did to one reward: minor units, or rewards, by its measure.

    `cut` says that the reward is smaller because of it. Of a limit of the whole programme `before`
    and `after` may be only what the conversion's pot showed (`whole` is false then): enough to know
    that there was enough. `over` is what was used above the limit already.
    """

    cap: str
    period: str
    limit: int
    before: int
    used: int
    after: int
    cut: bool = False
    whole: bool = True
    over: int = 0


class Limit(Value):
    """A cap or a budget as one decision finds it. `when` is the name of its period.

    `places` are what it is looked up in and adds to; none for the period of an order, which begins
    with each decision. `version_number` is the version that it stands in, 0 for a budget.
    """

    name: str
    scope: CountScope
    measure: Measure
    period: CapPeriod
    when: str
    size: int
    places: tuple[Counted, ...]
    left: NaturalMinor
    whole: bool = True
    over: NaturalMinor = 0
    version_number: int = 0
    ends_ms: int | None = None

    @property
    def is_shared(self) -> bool:
        """Whether it is of the whole programme, and lies in pots."""
        return bool(self.places) and self.scope in SHARED

    def concerns(self, currency: str) -> bool:
        """Whether it limits rewards of this currency or unit."""
        return self.measure == "rewards" or is_money(currency)

    def most(self, computed_minor: int) -> int:
        """How much of a reward it lets through."""
        if self.measure == "rewards":
            return computed_minor if self.left else 0
        return min(computed_minor, self.left)

    def used(self, units: int) -> "Limit":
        """The limit when so much of it is used."""
        return self.but(left=max(0, self.size - units), over=max(0, units - self.size))

    def after(self, earned_minor: int) -> "Limit":
        """The limit when so much was earned by one reward."""
        took = earned_minor if self.measure == "money" else min(earned_minor, 1)
        return self.but(left=self.left - took)


class Grant(NamedTuple):
    """What the caps make of a computed amount: what is earned, and how it came to that."""

    earned_minor: int
    room: "Room"
    lines: tuple[CapLine, ...]
    reason: str


class Room(Value):
    """What all caps and budgets leave at one moment of a decision."""

    limits: tuple[Limit, ...] = ()

    @property
    def places(self) -> tuple[Counted, ...]:
        """Every use that a reward of this decision may add to, once."""
        return tuple(dict.fromkeys(place for limit in self.limits for place in limit.places))

    def of(self, currency: str) -> Self:
        """With the limits alone that concern rewards of this currency or unit."""
        return self.but(limits=tuple(one for one in self.limits if one.concerns(currency)))

    def grant(self, computed_minor: int, currency: str) -> Grant:
        """The most of it that every cap lets through; `currency` is what it is of."""
        limits = self.of(currency).limits
        allowed = [limit.most(computed_minor) for limit in limits]
        earned = min([computed_minor, *allowed])
        cut = [most == earned < computed_minor for most in allowed]
        cutting = [limit.scope for limit, was_cut in zip(limits, cut, strict=True) if was_cut]
        after = [limit.after(earned) for limit in limits]
        lines = [
            _line(before, then, was_cut)
            for before, then, was_cut in zip(limits, after, cut, strict=True)
        ]
        reason = "budget_exhausted" if cutting == ["budget"] * len(cutting) else "cap_reached"
        reason = reason if cutting else ""
        moved = {one.name: one for one in after}
        room = self.but(limits=tuple(moved.get(one.name, one) for one in self.limits))
        return Grant(earned, room, tuple(lines), reason)

    def next_order(self) -> "Room":
        """The room for another order: what counts per order begins anew."""
        fresh = [one.but(left=one.size) if one.period == "order" else one for one in self.limits]
        return Room(limits=tuple(fresh))


class Weight(NamedTuple):
    """How much a reward holds of the caps it counts in."""

    money: int
    rewards: int

    def of(self, measure: Measure) -> int:
        """In one of the two."""
        return self.money if measure == "money" else self.rewards


def weight(reward: Reward | None) -> Weight:
    """What is left of it, if it is money, and one reward while anything is; nothing once refused or
    void.
    """
    if reward is None or reward.state in ("rejected", "void"):
        return Weight(0, 0)
    money = reward.remaining_minor if is_money(reward.currency) else 0
    return Weight(money, min(1, reward.remaining_minor))


def whole_room(
    version: ProgramVersion,
    program: Program | None,
    advocate_id: str,
    friends: Sequence[str],
    at_ms: int,
    abroad: str = "",
) -> Room:
    """What limits a conversion of `at_ms`, as if nothing were used yet; caps before the budget.

    `abroad` is its currency where that is not the programme's own; the version reads in it.

    `friends` are the identifiers of the friend; what counts per friend counts under each of them,
    and the one that has used most decides. One of whom nothing is known is new each time.
    """
    subjects = {"advocate": (advocate_id,), "friend": friends}
    zone, limits = version.terms.payment.time_zone, []
    for cap in version.terms.caps:
        if cap.scope in SHARED and cap.period != "order":
            continue
        when = period_name(cap.period, at_ms, zone)
        found = () if cap.period == "order" else subjects[cap.scope]
        of = COUNT_ONLY if abroad and cap.measure == "rewards" else abroad
        places = [Counted(scope=cap.scope, subject=one, period=when, of=of) for one in found]
        limits.append(_limit(cap, version.number, when, places))
    return Room(limits=(*limits, *shared_limits(version, program, at_ms, abroad)))


def shared_limits(
    version: ProgramVersion, program: Program | None, at_ms: int, abroad: str = ""
) -> tuple[Limit, ...]:
    """The limits of the whole programme in the period of `at_ms`, untouched.

    Money has a pool per currency. A budget that says nothing for a currency leaves nothing in it.
    """
    zone, limits = version.terms.payment.time_zone, []
    for cap in version.terms.caps:
        if cap.scope in SHARED and cap.period != "order":
            when = period_name(cap.period, at_ms, zone)
            subject = pool_name(cap.name, abroad if cap.measure == "money" else "")
            place = Counted(scope=cap.scope, subject=subject, period=when)
            ends_ms = period_end_ms(cap.period, at_ms, zone)
            limits.append(_limit(cap, version.number, when, [place]).but(ends_ms=ends_ms))
    for one in program.budget if program else ():
        when = period_name(one.period, at_ms, zone)
        name = f"budget-{one.period}-money"
        size = one.amount_in.get(abroad, 0) if abroad else one.amount_minor
        place = Counted(scope="budget", subject=pool_name(name, abroad), period=when)
        limits.append(
            Limit(
                name=name,
                scope="budget",
                measure="money",
                period=one.period,
                when=when,
                size=size,
                places=(place,) if size else (),
                left=size,
                ends_ms=period_end_ms(one.period, at_ms, zone),
            )
        )
    return tuple(limits)


def pool_name(limit: str, abroad: str) -> str:
    """Which pool holds a limit of the whole programme: one for each currency."""
    return f"{limit}-{abroad}" if abroad else limit


def _limit(cap: Cap, number: int, when: str, places: Sequence[Counted]) -> Limit:
    return Limit(
        name=cap.name,
        scope=cap.scope,
        measure=cap.measure,
        period=cap.period,
        when=when,
        size=cap.size,
        places=tuple(places),
        left=cap.size,
        version_number=number,
    )


def _line(before: Limit, after: Limit, cut: bool) -> CapLine:
    return CapLine(
        cap=before.name,
        period=before.when,
        limit=before.size,
        before=before.left,
        used=before.left - after.left,
        after=after.left,
        cut=cut,
        whole=before.whole,
        over=before.over,
    )
