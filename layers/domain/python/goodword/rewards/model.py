"""A reward is decided once, moves only along its states, and every movement of money has an entry.

    pending -> approved -> due -> batched -> paid          rejected(reason), void(reason), reversed
       \\-> on_hold -^         ^-------/ (payout failed)
       ^--- void (reinstated)  ^--- reversed ---^ (reinstated)

What each state means for the ledger: pending and approved money is in `pending`, on_hold in
`on_hold`, due in `payable`, batched in `in_payout`; paid, rejected, void and reversed in none.
A reversal takes back a part of `remaining_minor`, never more. Once a reward is batched or paid, the
payout is what it is, so the reversal is a negative `payable` that nets with the next payout. A
reinstatement undoes a reversal: what was void is checked anew, what was reversed is due again, or
paid if its payout was.
"""

from typing import ClassVar, Literal

from goodword.ids import shard_of
from goodword.ledger.model import Bucket, Leg, account, expense, move
from goodword.limits import DUE_SHARDS
from goodword.money import Currency, NaturalMinor, PositiveMinor
from goodword.ports import Page, Store
from goodword.programs.cancellation import Cancellation
from goodword.programs.caps import CountScope
from goodword.records import IndexEntry, Key, Record, Value
from goodword.rewards.arithmetic import LinePart

BAN = "ban"  # the reason of a reward that is void or reversed because its advocate is banned

RewardState = Literal[
    "pending", "on_hold", "approved", "due", "batched", "paid", "rejected", "void", "reversed"
]

MOVES: dict[RewardState, tuple[RewardState, ...]] = {
    "pending": ("on_hold", "approved", "rejected", "void"),
    "on_hold": ("pending", "approved", "rejected", "void"),
    "approved": ("on_hold", "due", "void"),
    "due": ("batched", "reversed", "paid"),  # paid at once: what is no money was handed over
    "batched": ("due", "paid", "reversed"),
    "paid": ("reversed", "due"),
    "rejected": ("pending",),  # only by a dispute that was granted
    "void": ("pending",),  # these two only by a reinstatement
    "reversed": ("due", "paid"),
}

BUCKET_OF: dict[RewardState, Bucket | None] = {
    "pending": "pending",
    "approved": "pending",
    "on_hold": "on_hold",
    "due": "payable",
    "batched": "in_payout",
    "paid": None,
    "rejected": None,
    "void": None,
    "reversed": None,
}


LEFT: frozenset[RewardState] = frozenset({"rejected", "void", "reversed"})  # no longer earned

COUNT_ONLY = "rewards"


class Counted(Value):
    """Where a reward counts: `2026-11` of an advocate (by id) or of a friend (by identifier).

    Of the whole programme (`programme`, `budget`) the subject is the limit's name. `of` is empty
    where money of the programme's own currency counts, and any reward as one; an accepted currency
    has a use of its own for its money, and adds only to the number (`COUNT_ONLY`) of the other.
    """

    scope: CountScope
    subject: str
    period: str
    of: str = ""

    @property
    def name(self) -> str:
        """Its period, with the currency where it is not the programme's own."""
        return self.period if self.of in ("", COUNT_ONLY) else f"{self.period}#{self.of}"


class Reward(Record):
    """What one advocate earned by one rule for one conversion.

    `earned_minor` never changes; `remaining_minor` is what reversals have left of it. `lapse_ms` is
    when an unanswered review takes its named path, `hold_until_ms` when the hold period ends,
    `start_by_ms` when the sweeper assesses it if the approval machine never did. `held_from` is the
    state that an open inquiry took it from. `counted` are the caps' uses that it is a part of,
    `parts` the order lines that it was computed on, with their weights; none for the whole order.
    `decided_by` answered a review, `first_look_by` approved an amount that takes two people;
    `decided_mark` and `first_look_mark` are keyed hashes of their mailboxes. `assessed` counts the
    assessments that trust has made of it. Of a friend's reward `advocate_id` is the friend's random
    id, and `kept` says that refunds leave it. `again` says that it was owed again after it had been
    taken back or refused. `ceiling_minor` is what a ban left of it, or a dispute granted of it:
    nothing that is won back brings it above. `cancellation` is what its version promised to take if
    the subscription ends that its order began.
    """

    KIND: ClassVar[str] = "reward"

    reward_id: str
    advocate_id: str
    program_id: str
    version_number: int
    rule_id: str
    conversion_id: str
    order_id: str
    action: Literal["lead", "sale"]
    currency: Currency
    earned_minor: PositiveMinor
    remaining_minor: NaturalMinor
    state: RewardState
    reason: str = ""
    created_ms: int
    changed_ms: int
    start_by_ms: int
    hold_until_ms: int
    lapse_ms: int | None = None
    escalated: bool = False
    decided_by: str | None = None
    decided_mark: str = ""
    counted: tuple[Counted, ...] = ()
    payout_id: str | None = None
    hand_out_id: str | None = None
    held_from: RewardState | None = None
    first_look_by: str | None = None
    first_look_mark: str = ""
    assessed: int = 0
    parts: tuple[LinePart, ...] = ()
    side: Literal["advocate", "friend"] = "advocate"
    kept: bool = False
    again: bool = False
    ceiling_minor: NaturalMinor | None = None
    cancellation: Cancellation | None = None

    @property
    def key(self) -> Key:
        return reward_key(self.advocate_id, self.reward_id)

    @property
    def index_entry(self) -> IndexEntry | None:
        shard = shard_of(self.reward_id, DUE_SHARDS)
        if self.state == "pending":
            return IndexEntry(f"START#{shard}", f"{self.start_by_ms:015d}#{self.reward_id}")
        if self.state == "approved":
            return IndexEntry(f"HOLD#{shard}", f"{self.hold_until_ms:015d}#{self.reward_id}")
        if self.state == "on_hold" and self.lapse_ms is not None:
            return IndexEntry("REVIEW", f"{self.lapse_ms:015d}#{self.reward_id}")
        if self.state == "due":
            return IndexEntry(
                f"DUE_REWARDS#{self.advocate_id}#{self.program_id}",
                f"{self.created_ms:015d}#{self.reward_id}",
            )
        return None


class RewardPlace(Record):
    """Finds a reward by its id alone."""

    KIND: ClassVar[str] = "reward_place"

    reward_id: str
    advocate_id: str

    @property
    def key(self) -> Key:
        return reward_place_key(self.reward_id)


def reward_key(advocate_id: str, reward_id: str) -> Key:
    """Where a reward is: in its advocate's partition."""
    return Key("core", f"ADV#{advocate_id}", f"R#{reward_id}")


def reward_place_key(reward_id: str) -> Key:
    """Where the place of a reward is."""
    return Key("core", f"RWD#{reward_id}", "WHERE")


def moved(reward: Reward, state: RewardState, at_ms: int, reason: str = "") -> Reward:
    """The reward in its next state. Raises ValueError for a move that the states do not have."""
    if state not in MOVES[reward.state]:
        raise ValueError(f"a reward does not move from {reward.state} to {state}")
    return reward.but(state=state, changed_ms=at_ms, reason=reason)


def stands_minor(reward: Reward) -> int:
    """What is left of a reward today: nothing once it was refused, void or wholly reversed."""
    return 0 if reward.state in LEFT else reward.remaining_minor


def bucket_legs(reward: Reward, before: RewardState, after: RewardState) -> tuple[Leg, ...]:
    """The legs that carry `remaining_minor` from one state's account to the other's.

    Leaving the ledger before payment (void, rejected) gives the money back to the programme. Empty
    when both states share an account or nothing remains.
    """
    source, target = BUCKET_OF[before], BUCKET_OF[after]
    if source == target or source is None or reward.remaining_minor == 0:
        return ()
    credit = account(reward.advocate_id, target) if target else expense(reward.program_id)
    return move(reward.remaining_minor, account(reward.advocate_id, source), credit)


def reward_listing(
    store: Store, advocate_id: str | None, limit: int, cursor: str | None
) -> Page[Reward]:
    """One advocate's rewards, newest first; without an advocate the review queue, soonest first."""
    if advocate_id is None:
        return store.query_index(Reward, "core", "REVIEW", limit=limit, cursor=cursor)
    return store.query(
        Reward, "core", f"ADV#{advocate_id}", "R#", limit=limit, cursor=cursor, newest_first=True
    )
