"""What an advocate has reached is seen from the totals of orders; only its dates are kept here.

The level is computed from the totals each time it is shown, as decisions do it. What is kept is
when it was seen to change and by which order, so that people find a history of it, and which
milestones were reached, so that each is reached once. A period that ends without a word ends the
level with it: that is added when the history is read, with the date on which it ended.

    10 Oct silver (order), 1 Nov bronze (the month ended), 3 Nov silver (order)
"""

from collections.abc import Sequence
from typing import ClassVar, Literal, Self

from goodword.limits import LEVEL_CHANGES_MAX
from goodword.programs.milestones import Milestone
from goodword.programs.model import Terms
from goodword.programs.tiers import Tiers
from goodword.records import IndexEntry, Key, Record, Value
from goodword.rewards.tally import Tally, months_of
from goodword.times import months_later, parse_rfc3339

Why = Literal["order", "refund", "period_ended", "terms_changed"]
ANNIVERSARIES = "ANNIVERSARIES"  # the index of advocates by their next anniversary
YEAR = 12  # months


class LevelChange(Value):
    """From one level to another, when and why; `conversion_id` is the order that did it."""

    at_ms: int
    before: str
    after: str
    reason: Why
    conversion_id: str = ""


class Reached(Value):
    """A milestone that was reached, and by which order; empty for an anniversary."""

    milestone_id: str
    at_ms: int
    conversion_id: str = ""


class Recognition(Record):
    """The dates of one advocate in one programme.

    `level` is the one last seen, under `tiers`, until `ends_ms` if these count by periods. `told`
    are the levels that this period has told of. `look_ms` is the next anniversary of joining.
    """

    KIND: ClassVar[str] = "recognition"

    advocate_id: str
    program_id: str
    level: str = ""
    tiers: Tiers | None = None
    ends_ms: int | None = None
    told: tuple[str, ...] = ()
    changes: tuple[LevelChange, ...] = ()
    reached: tuple[Reached, ...] = ()
    look_ms: int | None = None

    @property
    def key(self) -> Key:
        return recognition_key(self.advocate_id, self.program_id)

    @property
    def index_entry(self) -> IndexEntry | None:
        if self.look_ms is None:
            return None
        where = f"{self.look_ms:015d}#{self.advocate_id}#{self.program_id}"
        return IndexEntry(ANNIVERSARIES, where)

    def changed(self, *more: LevelChange) -> Self:
        """With these after those before; the oldest go."""
        return self.but(changes=(*self.changes, *more)[-LEVEL_CHANGES_MAX:])

    def has(self, milestone_id: str) -> bool:
        """Whether it was reached."""
        return any(one.milestone_id == milestone_id for one in self.reached)


def recognition_key(advocate_id: str, program_id: str) -> Key:
    """Where an advocate's dates are."""
    return Key("core", f"ADV#{advocate_id}", f"LEVEL#{program_id}")


def looked(
    known: Recognition, terms: Terms, tally: Tally, at_ms: int, conversion_id: str = ""
) -> Recognition:
    """The same with every change of level that has come since; itself if there was none."""
    tiers = terms.tiers
    if tiers is None:
        return known
    lowest, now = tiers.levels[0].name, tiers.level(tally.total(tiers, at_ms))
    after = known if known.level else known.but(level=lowest, tiers=tiers)
    if after.ends_ms is not None and at_ms >= after.ends_ms:
        if after.level != lowest:
            ended = LevelChange(
                at_ms=after.ends_ms, before=after.level, after=lowest, reason="period_ended"
            )
            after = after.changed(ended)
        after = after.but(level=lowest, told=())
    after = after.but(ends_ms=period_end(tiers, at_ms))
    if now != after.level:
        reason: Why = "terms_changed" if after.tiers != tiers else _moved(tiers, after.level, now)
        by = "" if reason == "terms_changed" else conversion_id
        change = LevelChange(
            at_ms=at_ms, before=after.level, after=now, reason=reason, conversion_id=by
        )
        after = after.changed(change)
    return after.but(level=now, tiers=tiers)


def told(known: Recognition) -> tuple[bool, Recognition]:
    """Whether a letter is due for the level that it has risen to, and the same with that noted.

    Whoever falls and comes back to where they were in this period is not told again.
    """
    assert known.tiers is not None  # it has risen in them
    names = [one.name for one in known.tiers.levels]
    reached = (*known.told, *names[: names.index(known.level) + 1])
    return known.level not in known.told, known.but(told=tuple(dict.fromkeys(reached)))


def due(known: Recognition, terms: Terms, tally: Tally, joined_ms: int, at_ms: int) -> list[str]:
    """The milestones that are reached by now and were not before, as the terms list them."""
    return [
        one.milestone_id
        for one in terms.milestones
        if not known.has(one.milestone_id) and so_far(one, tally, joined_ms, at_ms) >= one.at_least
    ]


def so_far(milestone: Milestone, tally: Tally, joined_ms: int, at_ms: int) -> int:
    """How much of what it takes there is: orders, net in minor units, or whole years."""
    if milestone.measure == "years":
        years = 0
        while years < milestone.at_least and months_later(joined_ms, YEAR * (years + 1)) <= at_ms:
            years += 1
        return years
    return tally.in_all.orders if milestone.measure == "orders" else tally.in_all.net_minor


def next_anniversary(joined_ms: int, at_ms: int) -> int:
    """The first anniversary of joining after that time."""
    years = 1
    while months_later(joined_ms, YEAR * years) <= at_ms:
        years += 1
    return months_later(joined_ms, YEAR * years)


def period_end(tiers: Tiers, at_ms: int) -> int | None:
    """When the period of the levels is over that the time is in; None if they count for ever."""
    if tiers.period == "lifetime":
        return None
    last = months_of(tiers.period, at_ms)[-1]
    return months_later(parse_rfc3339(f"{last}-01T00:00:00Z"), 1)


def _moved(tiers: Tiers, before: str, after: str) -> Why:
    names: Sequence[str] = [one.name for one in tiers.levels]
    return "order" if names.index(after) > names.index(before) else "refund"
