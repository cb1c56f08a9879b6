"""A replay judges every conversion of a past period again, under a draft, and writes no money.

What is compared is what everybody has of a conversion as it stands, advocates and friends, money
and units that are none: what was decided, less what refunds have taken, against what the draft
would have given, less the same share. What was refused stays refused on both sides, and what the
programme's state, another currency or a missing rate kept from earning stays so.

Caps are simulated in the order of the decisions (`replay_caps`), also of those that others have
followed since. The rules that choose among touches are the draft's, too: who would have won is
chosen anew among those the decision kept. What a record of then cannot tell is said of each
conversion that it matters to (`uncertain`, `doubts`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal, NamedTuple

from goodword.conversions.exchange import MISMATCH
from goodword.conversions.exchange import WAITING as WAITING_FOR_RATE
from goodword.conversions.model import Conversion
from goodword.conversions.refused import REFUSED_BEFORE
from goodword.conversions.rewarded import standing_share
from goodword.limits import (
    CLOCK_SKEW_SECONDS,
    REPLAY_BACK_DAYS,
    REPLAY_END_DAYS,
    REPLAY_KEPT_DAYS,
)
from goodword.money import Currency, NaturalMinor
from goodword.programs.model import ProgramVersion, Replayed, version_at
from goodword.records import IndexEntry, Key, Record
from goodword.rewards.basis import Basis
from goodword.rewards.caps import Room
from goodword.rewards.decision import Decision, Verdict, judge
from goodword.rewards.model import BAN, Reward
from goodword.rewards.ruling import gives
from goodword.times import DAY_MS, SECOND_MS
from goodword.tracking.model import Attribution, AttributionRules, attribute

ReplayState = Literal["counting", "judging", "done", "outdated", "failed"]
RUNNING: frozenset[ReplayState] = frozenset({"counting", "judging"})
WAITING = "REPLAYS"  # the index partition of replays that are not done
NOT_JUDGED = frozenset(
    {"programme_paused", "programme_closed", MISMATCH, WAITING_FOR_RATE, REFUSED_BEFORE}
)
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
NEW_FRIEND = "frd_new"  # a friend whom the version of then gave no account
Side = Literal["advocate", "friend"]
_SOMEBODY = "?"  # the friend's first advocate, when all that is known is that it was another


class Replay(Record):
    """One replay: what is asked, how far it is, and what it found so far.

    `done` of `total` decisions are through; `conversions` of them stood and were judged. `day` and
    `cursor` are where it goes on. Amounts are by currency or unit. `uncertain` counts conversions
    whose outcome the records of then do not determine, `reasons` why, each conversion under each.
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
    uncertain: int = 0
    reasons: dict[str, int] = {}

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
        """What all together would have more or less, by currency or unit."""
        return {one: self.after_minor[one] - self.before_minor[one] for one in self.before_minor}

    @property
    def percent(self) -> int:
        """How much of it is through; 100 only when all is."""
        if self.state == "done":
            return 100
        return 0 if self.total == 0 else min(99, self.done * 100 // self.total)

    def reaches(self, created_ms: int) -> bool:
        """Whether its period is enough to publish on, in a programme made at `created_ms`.

        It goes back four weeks (REPLAY_BACK_DAYS) from when it was asked for, or to the beginning
        of a programme that is younger, and ends within the last two days (REPLAY_END_DAYS).
        """
        back_ms = max(created_ms, self.asked_ms - REPLAY_BACK_DAYS * DAY_MS)
        last_ms = self.asked_ms - REPLAY_END_DAYS * DAY_MS
        return self.from_ms <= back_ms and self.until_ms >= last_ms

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
            uncertain=self.uncertain,
        )


class ReplayChange(Record):
    """What somebody would have of one conversion instead of what they have.

    `currency` is the currency or the unit. Of a friend (`side`) `advocate_id` is the random id, or
    NEW_FRIEND for one who has no account yet.
    """

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
    side: Side = "advocate"
    uncertain: tuple[str, ...] = ()
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
    """A decision under judgement with the rewards that it made, of both sides.

    `stands` is false once another decision of the conversion has followed. `basis` are its facts,
    with what has become known of the friend since (`replay_facts`).
    """

    conversion: Conversion
    decision: Decision
    rewards: Sequence[Reward]
    basis: Basis
    stands: bool = True

    @property
    def unjudged(self) -> str:
        """Why the rules were not asked; empty if they were."""
        return self.decision.reason if self.decision.reason in NOT_JUDGED else ""

    @property
    def left_out(self) -> str:
        """Why it cannot be compared; empty if it can."""
        if self.unjudged:
            return self.unjudged
        refused = any(one.state == "rejected" or one.reason == BAN for one in self.rewards)
        return "refused" if refused else ""

    @property
    def is_fleeting(self) -> bool:
        """Whether its rewards went at a moment that no decision tells."""
        return bool(self.left_out) or self.conversion.duplicate_of is not None

    @property
    def came_back(self) -> bool:
        """Whether some of it was owed again after it had been taken back or refused."""
        claims = self.conversion.claims
        again = claims is not None and claims.again
        return again or any(reward.again for reward in self.rewards)

    def held(self, reward: Reward) -> int:
        """What a reward, of then or of the draft, holds less what refunds have taken."""
        return reward.earned_minor - standing_share(reward, self.conversion)


class Held(NamedTuple):
    """What a reward holds, less what refunds of its conversion have taken."""

    owner: "Owner"
    amount_minor: int


class Owner(NamedTuple):
    """Whose it is, and of what currency or unit."""

    id: str
    side: Side
    unit: str


class Rooms(NamedTuple):
    """What the draft's limits leave: most likely, at the least and at the most; and why so."""

    best: Room
    tight: Room
    wide: Room
    reasons: tuple[str, ...] = ()


NO_ROOMS = Rooms(Room(), Room(), Room())


@dataclass(frozen=True)
class Outcome:
    """What everybody has and would have; `verdict` is None if nobody would earn.

    `tight` and `wide` are the verdicts between which the limits leave it open; `then` is what the
    draft would have given on the facts that were known then, if it is something else.
    """

    winner: str | None
    verdict: Verdict | None
    before: tuple[Held, ...]
    after: tuple[Held, ...]
    tight: Verdict | None = None
    wide: Verdict | None = None
    then: Verdict | None = None
    uncertain: tuple[str, ...] = ()

    @property
    def people(self) -> Mapping[Owner, tuple[int, int]]:
        """By owner and unit, what they have and what they would have."""
        owners = dict.fromkeys(one.owner for one in (*self.before, *self.after))
        return {one: (_sum(self.before, one), _sum(self.after, one)) for one in owners}

    @property
    def is_cut(self) -> bool:
        """Whether a limit makes it smaller, or may."""
        verdicts = [one for one in (self.verdict, self.tight) if one]
        return any(cap.cut for one in verdicts for line in one.lines for cap in line.caps)


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
        promised=[kept.winner.touch_id] if kept.winner and decision.basis.beyond_window else (),
    )
    return again.winner.advocate_id if again.winner else ""


def not_comparable(standing: Standing, draft: ProgramVersion) -> str:
    """Why nobody can say what it would be under this draft; empty if it can be judged.

    Where an order that stayed in its currency would be changed, or the other way round, nobody
    knows with what rate, or what its lines were.
    """
    basis, terms = standing.decision.basis, draft.terms
    stays = basis.rate is None and basis.currency not in (terms.currency, *terms.accepted)
    if stays and terms.currencies == "convert":
        return "currency_mismatch"
    changed = basis.rate is not None and basis.rate.of in terms.accepted
    return "currency_mismatch" if changed else ""


def rejudged(
    standing: Standing, draft: ProgramVersion, winner: str, rooms: Rooms, doubts: Sequence[str]
) -> Outcome:
    """Judge it under the draft, in each of the rooms if they differ.

    The draft reads in the currency of the decision; if it does not take that, it gives nothing.
    """
    before = _held(standing, standing.rewards)
    if not winner:
        return Outcome(None, None, before, (), uncertain=tuple(doubts))

    def verdict(room: Room, basis: Basis = standing.basis) -> Verdict:
        if draft.terms.currency != basis.currency:
            return Verdict(lines=(), rewards=(), reason="currency_mismatch")
        return judge(basis, draft, winner, room, standing.decision.at_ms)

    best = tight = wide = verdict(rooms.best)
    if rooms.tight != rooms.wide:
        tight, wide = verdict(rooms.tight), verdict(rooms.wide)
    reasons = rooms.reasons if _earned(tight) != _earned(wide) else ()
    after = _held(standing, (*best.rewards, *best.friend.rewards))
    uncertain = tuple(dict.fromkeys((*doubts, *reasons)))
    then = None
    if gives(standing.basis, draft) != gives(standing.decision.basis, draft):
        then = verdict(rooms.wide, standing.decision.basis)
    return Outcome(winner, best, before, after, tight, wide, then, uncertain)


def attribution_then(versions: Sequence[ProgramVersion], standing: Standing) -> AttributionRules:
    """The rules by which the conversion's touch was chosen."""
    return version_at(versions, standing.decision.basis.occurred_ms).terms.attribution


def _held(standing: Standing, rewards: Sequence[Reward]) -> tuple[Held, ...]:
    return tuple(
        Held(Owner(one.advocate_id, one.side, one.currency), standing.held(one)) for one in rewards
    )


def _sum(held: Sequence[Held], owner: Owner) -> int:
    return sum(one.amount_minor for one in held if one.owner == owner)


def _earned(verdict: Verdict) -> list[tuple[str, int]]:
    return [(one.rule_id, one.earned_minor) for one in verdict.rewards]


def _first_advocate(kept: Attribution) -> str | None:
    """Whose friend it was, as far as the decision says."""
    if kept.winner is not None and kept.reason == "sticky_advocate":
        return kept.winner.advocate_id
    lost = any(one.reason == "sticky_advocate" for one in kept.considered)
    return _SOMEBODY if lost else None
