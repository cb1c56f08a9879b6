"""What a programme owes is the sum of its people's accounts, and each part of it has an age.

The totals are the journal's own: what all entries leave in the accounts, however many people there
are. The age of money is that of the reward that it is, so every reward that is owed or may become
owed is put beside them, by its state and by the days since it was earned:

    EUR   pending 40.00 (30.00 of the last week), due 12.00      rewards     52.00
          a refund after payment, not yet set against anything   taken back  -5.00
                                                                 the ledger  47.00

Currencies and units that are no money (credit, points, gifts, codes) stand beside each other and
are never added. It is counted by the nightly check, which reads the whole journal anyway.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import ClassVar

from pydantic import Field

from goodword.ledger.model import BUCKETS, Balance, Bucket
from goodword.ledger.numbers import Held, Journal, Kept
from goodword.ports import Store
from goodword.records import Key, Record, Value
from goodword.rewards.model import BUCKET_OF, RewardState
from goodword.times import DAY_MS, rfc3339

AGES = (7, 30, 90)  # days that end an age; the last one is older
OPEN: tuple[RewardState, ...] = tuple(state for state, of in BUCKET_OF.items() if of is not None)


class Aged(Value):
    """Rewards of one state, by age: as many sums as AGES and one more, in minor units."""

    state: RewardState
    rewards: int = Field(ge=0)
    by_age: tuple[int, ...]

    @property
    def total_minor(self) -> int:
        """Of all ages."""
        return sum(self.by_age)


class Owed(Value):
    """What is owed in one currency or unit.

    `accounts` is what the journal leaves in each of the four accounts, of all people; `people` are
    those who have anything there, or owe, and `holders` how many of them do in each account (empty
    in counts from before 26 November 2026). Of `moving` of them money moved while it was counted:
    their rewards may stand in the state before or after.
    """

    currency: str
    people: int = Field(ge=0)
    moving: int = Field(ge=0)
    accounts: dict[Bucket, int]
    holders: dict[Bucket, int] = {}
    aged: tuple[Aged, ...]

    @property
    def total_minor(self) -> int:
        """What the ledger says is owed, after what is to be set against it."""
        return sum(self.accounts.values())

    @property
    def set_against_minor(self) -> int:
        """What was taken back after it was paid and comes off the next payouts; 0 or negative."""
        return self.total_minor - sum(one.total_minor for one in self.aged)

    @property
    def is_whole(self) -> bool:
        """Whether all accounts are there, so that their sum is what is owed."""
        return len(self.accounts) == len(BUCKETS)

    def of_many(self, least: int) -> "Owed":
        """The accounts that nobody or at least `least` people have anything in, and no rewards.

        Rewards beside accounts would give away who owes: due rewards less what is payable is a
        debt, perhaps of one person. For the same reason no sum is told with accounts left out.
        """
        told = {
            bucket: self.accounts[bucket]
            for bucket in BUCKETS
            if (people := self.holders.get(bucket)) is not None and (not people or people >= least)
        }
        return self.but(accounts=told, aged=())


class Liability(Record):
    """What a programme owed at `at_ms`, the currencies and units in order of their names."""

    KIND: ClassVar[str] = "liability"

    program_id: str
    at_ms: int
    units: tuple[Owed, ...]

    @property
    def key(self) -> Key:
        return Key("core", liabilities(self.program_id), rfc3339(self.at_ms))


def liabilities(program_id: str) -> str:
    """The partition of a programme's counts, by time."""
    return f"LIABILITY#{program_id}"


def newest(store: Store, program_id: str) -> Liability | None:
    """The last count of a programme; None before the first night."""
    place = liabilities(program_id)
    rows = store.query(Liability, "core", place, limit=1, newest_first=True).rows
    return rows[0] if rows else None


@dataclass
class _Sum:
    """One programme and unit while it is counted."""

    people: int = 0
    moving: int = 0
    accounts: dict[Bucket, int] = field(default_factory=lambda: dict.fromkeys(BUCKETS, 0))
    holders: dict[Bucket, int] = field(default_factory=lambda: dict.fromkeys(BUCKETS, 0))
    aged: dict[RewardState, list[int]] = field(default_factory=dict)
    rewards: dict[RewardState, int] = field(default_factory=dict)

    def add(self, balance: Balance, *, moves: bool) -> None:
        """One person's accounts."""
        amounts: dict[Bucket, int] = {one: getattr(balance, f"{one}_minor") for one in BUCKETS}
        self.people += any(amounts.values())
        self.moving += moves
        for bucket, amount in amounts.items():
            self.accounts[bucket] += amount
            self.holders[bucket] += amount != 0

    def age(self, reward: Held, at_ms: int) -> None:
        """One reward that is open."""
        sums = self.aged.setdefault(reward.state, [0] * (len(AGES) + 1))
        days = (at_ms - reward.created_ms) // DAY_MS
        sums[next((n for n, end in enumerate(AGES) if days <= end), len(AGES))] += reward.held
        self.rewards[reward.state] = self.rewards.get(reward.state, 0) + 1

    def said(self, currency: str) -> Owed:
        """As it is kept; states that nobody is in are left out."""
        return Owed(
            currency=currency,
            people=self.people,
            moving=self.moving,
            accounts=self.accounts,
            holders=self.holders,
            aged=tuple(
                Aged(state=one, rewards=self.rewards[one], by_age=tuple(self.aged[one]))
                for one in OPEN
                if one in self.aged
            ),
        )


def counted(before: Kept, journal: Journal, after: Kept, at_ms: int) -> Iterable[Liability]:
    """What each programme owes: accounts as the journal gives them, rewards as they are `after`."""
    sums: dict[tuple[str, str], _Sum] = {}
    for key, balance in journal.balances.items():
        one = sums.setdefault((balance.program_id, balance.currency), _Sum())
        one.add(balance, moves=before.version(key) != after.version(key))
    for reward in after.rewards.values():
        if reward.state in OPEN and reward.held:
            place = (reward.program_id, reward.currency)
            sums.setdefault(place, _Sum()).age(reward, at_ms)
    units: dict[str, list[Owed]] = {}
    for (program_id, currency), one in sorted(sums.items()):
        units.setdefault(program_id, []).append(one.said(currency))
    for program_id, found in units.items():
        yield Liability(program_id=program_id, at_ms=at_ms, units=tuple(found))
