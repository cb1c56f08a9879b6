"""Every number that a rule about money reads is a cache, and can be made again from the journal.

    kept in core                    read by                            made again from
    Balance, its amounts            payouts, minimums, debts           entries
    Balance, leads and sales        "the first N of an advocate"       what events say orders add
    Tally, in all and by month      levels and milestones              the same
    Conversion, what is refunded    the share that a reversal takes    the same
    Reward, earned and what is left payouts, reversals, approval       the entries of the reward
    CapUse, money and number        caps per advocate and friend       entries of its rewards
    Pool with its pots              caps of all together, budgets      the same

Two things are taken from core: which caps a reward counts in (one may be named by a friend's
identifier, which must not stand in a journal that is for ever), and what a conversion adds of which
only events from before 26 November 2026 tell (see `rewards.added`).

What is read is read while others write. Each number moves in the transaction of what it is made of,
so one that is the same before and after the journal was read can be judged; one that is not is
left to the next reading (`moving`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from goodword.advocates.model import Enrolment
from goodword.conversions.model import Conversion
from goodword.events import Event
from goodword.ledger.model import Balance, Entry, expense, fold_in
from goodword.records import Key, Record
from goodword.rewards.added import Added, added, heard
from goodword.rewards.caps import CapUse
from goodword.rewards.model import Counted, Reward, RewardState
from goodword.rewards.pools import Pool, Pot
from goodword.rewards.tally import Tally
from goodword.tracking.model import ClickCount

KINDS: tuple[type[Record], ...] = (Balance, Tally, CapUse, Pool, Pot, Reward, Conversion)
PEOPLE: tuple[type[Record], ...] = (Enrolment, ClickCount)  # read with them, to be counted
TOLD: tuple[type[Record], ...] = (Entry, Event)
MAC_SHOWN = 8  # characters of it, by which a person finds the record again
GONE = ("rejected", "void")  # such a reward left the ledger whole


class Held(NamedTuple):
    """What a reward's record says of its money; `held` is what of it is in the ledger."""

    key: Key
    version: int
    program_id: str
    conversion_id: str
    currency: str
    earned: int
    held: int
    gone: bool
    counted: tuple[Counted, ...]
    state: RewardState
    created_ms: int


class Wrong(NamedTuple):
    """One number or more of a record that the journal does not bear out.

    `values` are what it gives; none where no record could say it. `fresh` is the record as it would
    be made new, `beside` are records that are written with it, as they were compared.
    """

    kind: type[Record]
    key: Key
    version: int
    sentences: tuple[str, ...]
    values: Mapping[str, object] = {}
    fresh: Record | None = None
    beside: tuple[Record, ...] = ()


class One(NamedTuple):
    """One record as it was judged; it says nothing if it moved meanwhile."""

    wrong: Wrong
    moves: bool


@dataclass
class Kept:
    """What core holds at one time, as far as it is compared or counted.

    `joined` and `clicks` are by programme and advocate.
    """

    records: dict[Key, Record] = field(default_factory=dict)
    rewards: dict[str, Held] = field(default_factory=dict)
    added: dict[str, Added] = field(default_factory=dict)
    joined: dict[tuple[str, str], int] = field(default_factory=dict)
    clicks: dict[tuple[str, str], int] = field(default_factory=dict)

    def keep(self, records: Iterable[Record]) -> "Kept":
        """All of these, each in the form in which it is compared."""
        for record in records:
            if isinstance(record, Reward):
                self.rewards[record.reward_id] = _held(record)
            elif isinstance(record, Conversion):
                self.added[record.conversion_id] = added(record)
            elif isinstance(record, Enrolment):
                self.joined[record.program_id, record.advocate_id] = record.created_ms
            elif isinstance(record, ClickCount):
                self.clicks[record.program_id, record.advocate_id] = record.clicks
            else:
                self.records[record.key] = record
        return self

    def version(self, key: Key) -> int:
        """The version of a record; 0 if there is none."""
        return self.records[key].version if key in self.records else 0


@dataclass
class Journal:
    """What the journal gives, folded record by record in any order."""

    entries: int = 0
    balances: dict[Key, Balance] = field(default_factory=dict)
    earned: dict[str, int] = field(default_factory=dict)
    left: dict[str, int] = field(default_factory=dict)
    added: dict[str, Added] = field(default_factory=dict)

    def read(self, records: Iterable[Record]) -> "Journal":
        """Fold all of these in."""
        for record in records:
            if isinstance(record, Entry):
                self._entry(record)
            elif isinstance(record, Event) and (what := heard(record)) is not None:
                known = self.added.get(record.subject)
                if known is None or known.revision < what.revision:
                    self.added[record.subject] = what
        return self

    def _entry(self, entry: Entry) -> None:
        self.entries += 1
        fold_in(self.balances, entry)
        reward_id = entry.refs.get("reward_id")
        if reward_id is None:
            return
        cost = expense(entry.program_id)
        moved = sum(leg.amount_minor for leg in entry.legs if leg.account == cost)
        self.left[reward_id] = self.left.get(reward_id, 0) + moved
        if entry.what == "reward_earned":
            self.earned[reward_id] = self.earned.get(reward_id, 0) + moved


def sentences(
    key: Key, word: str, want: Mapping[str, int], have: Mapping[str, int]
) -> tuple[str, ...]:
    """What differs, number by number; one that is not there is 0."""
    place = f"{_shown(key)} {key.sk}"
    return tuple(
        f"{place} {name}: journal says {want.get(name, 0)}, {word} says {have.get(name, 0)}"
        for name in sorted({*want, *have})
        if want.get(name, 0) != have.get(name, 0)
    )


def _shown(key: Key) -> str:
    """Where it is; of a friend's identifier only the beginning, since sentences are kept."""
    if not key.pk.startswith("IDN#"):
        return key.pk
    place, _, mac = key.pk.rpartition("#")
    return f"{place}#{mac[:MAC_SHOWN]}..."


def _held(reward: Reward) -> Held:
    gone = reward.state in GONE
    return Held(
        key=reward.key,
        version=reward.version,
        program_id=reward.program_id,
        conversion_id=reward.conversion_id,
        currency=reward.currency,
        earned=reward.earned_minor,
        held=0 if gone else reward.remaining_minor,
        gone=gone,
        counted=reward.counted,
        state=reward.state,
        created_ms=reward.created_ms,
    )
