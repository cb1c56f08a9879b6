"""A replay judges every conversion of a past period again, under a draft, and writes no money.

What is compared is what each advocate has of a conversion as it stands: what was decided, less what
refunds have taken, against what the draft would have given, less the same share. What was refused
stays refused on both sides, and what the programme's state or another currency kept from
earning stays so.

Caps are simulated in the order of the decisions (`replay_caps`). The rules that choose among
touches are the draft's, too: who would have won is chosen anew among those the decision kept.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal, NamedTuple

from goodword.conversions.model import Conversion
from goodword.conversions.rewarded import standing_share
from goodword.limits import CLOCK_SKEW_SECONDS, REPLAY_KEPT_DAYS
from goodword.money import Currency, NaturalMinor
from goodword.programs.model import ProgramVersion, Replayed, version_at
from goodword.records import IndexEntry, Key, Record
from goodword.rewards.caps import Room
from goodword.rewards.decision import Decision, RuleLine, Verdict, judge
from goodword.rewards.model import Reward
from goodword.times import DAY_MS, SECOND_MS
from goodword.tracking.model import Attribution, AttributionRules, attribute

ReplayState = Literal["counting", "judging", "done", "outdated", "failed"]
RUNNING: frozenset[ReplayState] = frozenset({"counting", "judging"})
WAITING = "REPLAYS"  # the index partition of replays that are not done
NOT_JUDGED = frozenset({"programme_paused", "programme_closed", "currency_mismatch"})
_NOT_A_REFUSAL = frozenset(
    {
        *("after_conversion", "before_link", "outside_window", "sticky_advocate"),
        *(
            "code_before_link",
            "link_before_code",
            "later_touch",
            "earlier_touch",
            "last_touch",
            "first_touch",
        ),
    }
)
_SOMEBODY = "?"  # the friend's first advocate, when all that is known is that it was another


class Replay(Record):
    """One replay: what is asked, how far it is, and what it found so far.

    `done` of `total` decisions are through; `conversions` of them stood and were judged. `day` and
    `cursor` are where it goes on. Amounts are by currency.
    """

    KIND: ClassVar[str] = "program_replay"

    replay_id: str
    program_id: str
    draft_id: str
    digest: str
    from_ms: int
    until_ms: int
    asked_by: str
    asked_ms: int
    changed_ms: int
    state: ReplayState = "counting"
    reason: str = ""
    day: str
    cursor: str | None = None
    total: int = 0
    done: int = 0
    conversions: int = 0
    left_out: dict[str, int] = {}
    changed: int = 0
    newly_earning: int = 0
    no_longer_earning: int = 0
    before_minor: dict[Currency, int] = {}
    after_minor: dict[Currency, int] = {}

    @property
    def key(self) -> Key:
        return replay_key(self.replay_id)

    @property
    def index_entry(self) -> IndexEntry | None:
        if self.state not in RUNNING:
            return None
        return IndexEntry(WAITING, f"{self.changed_ms:015d}#{self.replay_id}")

    @property
    def expires_s(self) -> int:
        return (self.asked_ms + REPLAY_KEPT_DAYS * DAY_MS) // SECOND_MS

    @property
    def difference_minor(self) -> dict[Currency, int]:
        """What all advocates together would have more or less, by currency."""
        return {one: self.after_minor[one] - self.before_minor[one] for one in self.before_minor}

    @property
    def percent(self) -> int:
        """How much of it is through; 100 only when all is."""
        if self.state == "done":
            return 100
        return 0 if self.total == 0 else min(99, self.done * 100 // self.total)

    @property
    def summary(self) -> Replayed:
        """What is kept with the version that is published on it."""
        return Replayed(
            replay_id=self.replay_id,
            from_ms=self.from_ms,
            until_ms=self.until_ms,
            conversions=self.conversions,
            changed=self.changed,
            difference_minor=self.difference_minor,
        )


class ReplayChange(Record):
    """What one advocate would have of one conversion instead of what they have."""

    KIND: ClassVar[str] = "replay_change"

    replay_id: str
    number: int
    conversion_id: str
    order_id: str
    advocate_id: str
    version_number: int
    occurred_ms: int
    currency: Currency
    before_minor: NaturalMinor
    after_minor: NaturalMinor
    why: str
    before_arithmetic: str = ""
    after_arithmetic: str = ""
    keep_s: int

    @property
    def key(self) -> Key:
        return Key("core", f"RPL#{self.replay_id}", f"{CHANGES}{self.number:09d}")

    @property
    def expires_s(self) -> int:
        return self.keep_s


CHANGES = "X#"


def replay_key(replay_id: str) -> Key:
    """Where a replay is."""
    return Key("core", f"RPL#{replay_id}", "HEAD")


@dataclass(frozen=True)
class Standing:
    """A conversion, the decision that stands, and the rewards that it made."""

    conversion: Conversion
    decision: Decision
    rewards: Sequence[Reward]

    @property
    def left_out(self) -> str:
        """Why it cannot be judged again; empty if it can."""
        if self.decision.reason in NOT_JUDGED:
            return self.decision.reason
        refused = any(reward.state == "rejected" for reward in self.rewards)
        return "refused" if refused else ""


class Held(NamedTuple):
    """What a reward holds, less what refunds of its conversion have taken."""

    advocate_id: str
    amount_minor: int


@dataclass(frozen=True)
class Outcome:
    """What each advocate has and would have; `verdict` is None if nobody would earn."""

    winner: str | None
    verdict: Verdict | None
    before: tuple[Held, ...]
    after: tuple[Held, ...]

    @property
    def people(self) -> Mapping[str, tuple[int, int]]:
        """By advocate, what they have and what they would have."""
        ids = dict.fromkeys(one.advocate_id for one in (*self.before, *self.after))
        return {one: (_sum(self.before, one), _sum(self.after, one)) for one in ids}


def winner_under(standing: Standing, rules: AttributionRules, before: AttributionRules) -> str:
    """Whose conversion it would have been; empty for nobody's.

    Under the same rules it is whose it is. Under others it is chosen anew among the touches that
    the decision kept, with what it says of who could not earn and of whose friend it was.
    """
    decision = standing.decision
    if rules == before:
        return decision.advocate_id or ""
    kept = decision.attribution
    occurred_ms = decision.basis.occurred_ms + CLOCK_SKEW_SECONDS * SECOND_MS
    times = [one.touch.at_ms for one in kept.considered]
    again = attribute(
        [one.touch for one in kept.considered],
        rules=rules,
        conversion_ms=occurred_ms,
        received_ms=max([occurred_ms, *times]),
        sticky_advocate=_first_advocate(kept),
        refused={
            one.touch.advocate_id: one.reason
            for one in kept.considered
            if one.reason not in _NOT_A_REFUSAL
        },
    )
    return again.winner.advocate_id if again.winner else ""


def rejudged(standing: Standing, draft: ProgramVersion, winner: str, room: Room) -> Outcome:
    """Judge it under the draft. `room` is what the simulation has left of the draft's caps."""
    conversion, decision = standing.conversion, standing.decision
    before = _held(conversion, standing.rewards)
    if not winner:
        return Outcome(None, None, before, ())
    verdict = judge(decision.basis, draft, winner, room, decision.at_ms)
    return Outcome(winner, verdict, before, _held(conversion, verdict.rewards))


def changes_of(
    standing: Standing, outcome: Outcome, replay: Replay, first_number: int
) -> tuple[ReplayChange, ...]:
    """A row for each advocate who would have something else."""
    decision, found = standing.decision, list[ReplayChange]()
    for advocate_id, (before, after) in outcome.people.items():
        if before == after:
            continue
        mine = outcome.verdict if advocate_id == outcome.winner else None
        found.append(
            ReplayChange(
                replay_id=replay.replay_id,
                number=first_number + len(found),
                conversion_id=decision.conversion_id,
                order_id=decision.basis.order_id,
                advocate_id=advocate_id,
                version_number=decision.version_number,
                occurred_ms=decision.basis.occurred_ms,
                currency=decision.basis.currency,
                before_minor=before,
                after_minor=after,
                why=_why(before, after, mine, decision.advocate_id == advocate_id),
                before_arithmetic=_sums(decision.lines) if before else "",
                after_arithmetic=_sums(mine.lines) if mine else "",
                keep_s=replay.expires_s,
            )
        )
    return tuple(found)


def attribution_then(versions: Sequence[ProgramVersion], standing: Standing) -> AttributionRules:
    """The rules by which the conversion's touch was chosen."""
    return version_at(versions, standing.decision.basis.occurred_ms).terms.attribution


def _held(conversion: Conversion, rewards: Sequence[Reward]) -> tuple[Held, ...]:
    """Money of the order's own currency alone; points and gifts are no part of a sum of money."""
    return tuple(
        Held(one.advocate_id, one.earned_minor - standing_share(one, conversion))
        for one in rewards
        if one.currency == conversion.currency
    )


def _sum(held: Sequence[Held], advocate_id: str) -> int:
    return sum(one.amount_minor for one in held if one.advocate_id == advocate_id)


def _first_advocate(kept: Attribution) -> str | None:
    """Whose friend it was, as far as the decision says."""
    if kept.winner is not None and kept.reason == "sticky_advocate":
        return kept.winner.advocate_id
    lost = any(one.reason == "sticky_advocate" for one in kept.considered)
    return _SOMEBODY if lost else None


def _why(before: int, after: int, verdict: Verdict | None, own: bool) -> str:
    if verdict is None:
        return "not_the_winner" if own else "nothing"
    if not own:
        return "the_winner"
    if after == 0:
        return verdict.reason
    if any(line.reason == "cap_reached" for line in verdict.lines):
        return "cap_reached"
    return "newly_earning" if before == 0 else ("more" if after > before else "less")


def _sums(lines: Sequence[RuleLine]) -> str:
    return "; ".join(line.arithmetic for line in lines if line.arithmetic)
