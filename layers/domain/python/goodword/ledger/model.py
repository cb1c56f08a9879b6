"""An entry moves money between accounts and sums to zero; it is one item and written once.

Accounts, seen from the company that runs the programme (credit is negative):

    program:<id>:expense            what advocacy has cost
    advocate:<id>:pending           earned, inside the hold period
    advocate:<id>:on_hold           earned, waiting for a person
    advocate:<id>:payable           due
    advocate:<id>:in_payout         frozen in a payout that has not settled
    rail:<name>:paid                handed to the rail and confirmed
    rail:<name>:fees                what the rail took for it
    program:<id>:fees               the same, as the programme's cost

A 5.00 EUR reward: `expense +500, pending -500`; after the hold `pending +500, payable -500`; frozen
`payable +500, in_payout -500`; paid `in_payout +500, rail -500`. What an advocate owns is therefore
*minus* the sum of the advocate's accounts; `Balance` stores it with the sign people expect.
"""

from collections.abc import Iterable, Mapping
from typing import ClassVar, Literal, Self

from pydantic import model_validator

from goodword.ids import shard_of
from goodword.limits import DUE_SHARDS
from goodword.money import Currency, Minor, NaturalMinor
from goodword.records import IndexEntry, Key, Record, Table, Value

Bucket = Literal["pending", "on_hold", "payable", "in_payout"]
BUCKETS: tuple[Bucket, ...] = ("pending", "on_hold", "payable", "in_payout")
# What of a balance the journal alone gives: the amounts, all of them.
FOLDED = (
    *(f"{bucket}_minor" for bucket in BUCKETS),
    "paid_minor",
    "earned_minor",
    "reversed_minor",
)
REINSTATED = "reward_reinstated"  # `what` of an entry that undoes a part of earlier reversals


class Leg(Value):
    """One side of an entry; debit is positive, credit negative, never zero."""

    account: str
    amount_minor: Minor

    @model_validator(mode="after")
    def _moves(self) -> Self:
        if self.amount_minor == 0:
            raise ValueError("a leg of zero moves nothing")
        return self


class Entry(Record):
    """One movement of money with all its legs. `refs` are ids (reward_id, payout_id ...)."""

    TABLE: ClassVar[Table] = "journal"
    KIND: ClassVar[str] = "entry"

    entry_id: str
    what: str
    at_ms: int
    program_id: str
    currency: Currency
    legs: tuple[Leg, ...]
    refs: dict[str, str] = {}

    @model_validator(mode="after")
    def _balanced(self) -> Self:
        if len(self.legs) < 2 or sum(leg.amount_minor for leg in self.legs) != 0:
            raise ValueError(f"entry {self.entry_id} does not sum to zero")
        return self

    @property
    def key(self) -> Key:
        return entry_key(self.entry_id)


def entry_key(entry_id: str) -> Key:
    """Where an entry is."""
    return Key("journal", f"ENT#{entry_id}", "ENTRY")


class Balance(Record):
    """What one advocate has in one programme and currency; a cache of the journal, moved with it.

    All amounts are what the advocate owns (positive) or owes (negative payable after a clawback).
    `paid_minor`, `earned_minor` and `reversed_minor` are lifetime sums; what is reinstated is no
    longer reversed. `least_minor` is the minimum below which a payout run left the balance out:
    until it reaches that, no run has to read it again. `payable_since_ms` is since when there has
    been something payable, or owed, without a break.
    """

    KIND: ClassVar[str] = "balance"

    advocate_id: str
    program_id: str
    currency: Currency
    pending_minor: Minor = 0
    on_hold_minor: Minor = 0
    payable_minor: Minor = 0
    in_payout_minor: Minor = 0
    paid_minor: Minor = 0
    earned_minor: Minor = 0
    reversed_minor: Minor = 0
    least_minor: NaturalMinor = 0
    payable_since_ms: int | None = None
    leads: int = 0
    sales: int = 0

    @property
    def key(self) -> Key:
        return balance_key(self.advocate_id, self.program_id, self.currency)

    @property
    def index_entry(self) -> IndexEntry | None:
        if self.payable_minor == 0:
            return None
        place = (self.program_id, self.currency, shard_of(self.advocate_id, DUE_SHARDS))
        if max(0, self.payable_minor) < self.least_minor:
            return IndexEntry(
                small_index(*place), f"{small_rank(self.payable_minor)}#{self.advocate_id}"
            )
        return IndexEntry(due_index(*place), self.advocate_id)


def balance_key(advocate_id: str, program_id: str, currency: str) -> Key:
    """Where a balance is: in the advocate's own partition, beside the summary."""
    return Key("core", f"ADV#{advocate_id}", f"A#BAL#{program_id}#{currency}")


def due_index(program_id: str, currency: str, shard: int) -> str:
    """The index partition of balances that have something payable (0 <= shard < DUE_SHARDS)."""
    return f"DUE#{program_id}#{currency}#{shard}"


def small_index(program_id: str, currency: str, shard: int) -> str:
    """The index partition of balances that a run left out as too small, the largest first."""
    return f"SMALL#{program_id}#{currency}#{shard}"


def small_rank(payable_minor: int) -> str:
    """Where an amount stands there; whoever owes comes last."""
    return f"{10**15 - payable_minor:016d}"


def expense(program_id: str) -> str:
    """The programme's cost account."""
    return f"program:{program_id}:expense"


def account(advocate_id: str, bucket: Bucket) -> str:
    """One of the advocate's four accounts."""
    return f"advocate:{advocate_id}:{bucket}"


def rail_account(rail: str) -> str:
    """What went out over a rail."""
    return f"rail:{rail}:paid"


def rail_fees(rail: str) -> str:
    """What a rail took for paying."""
    return f"rail:{rail}:fees"


def fees(program_id: str) -> str:
    """What paying has cost the programme."""
    return f"program:{program_id}:fees"


def move(amount_minor: int, debit: str, credit: str) -> tuple[Leg, Leg]:
    """`amount` from `credit` to `debit`; a negative amount moves the other way."""
    return (
        Leg(account=debit, amount_minor=amount_minor),
        Leg(account=credit, amount_minor=-amount_minor),
    )


def apply(balance: Balance, entry: Entry) -> Balance:
    """The balance after the entry; legs of other accounts leave it as it is.

    This is the only code that moves a cached balance, and the check folds the journal with it.
    """
    if (entry.program_id, entry.currency) != (balance.program_id, balance.currency):
        raise ValueError("an entry of another programme or currency")
    own = {account(balance.advocate_id, bucket): bucket for bucket in BUCKETS}
    moved: dict[str, int] = {}
    for leg in entry.legs:
        if bucket := own.get(leg.account):
            name = f"{bucket}_minor"
            moved[name] = moved.get(name, getattr(balance, name)) - leg.amount_minor
    if not moved:
        return balance
    for leg in entry.legs:
        if leg.account == expense(entry.program_id) and entry.what == REINSTATED:
            moved["reversed_minor"] = balance.reversed_minor - leg.amount_minor
        elif leg.account == expense(entry.program_id):
            name = "earned_minor" if leg.amount_minor > 0 else "reversed_minor"
            moved[name] = getattr(balance, name) + abs(leg.amount_minor)
        elif leg.account.startswith("rail:"):
            moved["paid_minor"] = balance.paid_minor - leg.amount_minor
    after = balance.but(**moved)
    return after.but(payable_since_ms=_payable_since(balance, after, entry.at_ms))


def _payable_since(before: Balance, after: Balance, at_ms: int) -> int | None:
    if after.payable_minor == 0:
        return None
    same = before.payable_minor * after.payable_minor > 0
    return before.payable_since_ms if same else at_ms


def owners(entry: Entry) -> set[str]:
    """The advocates whose accounts the entry touches."""
    return {leg.account.split(":")[1] for leg in entry.legs if leg.account.startswith("advocate:")}


def fold(entries: Iterable[Entry]) -> dict[Key, Balance]:
    """The balances that the entries give, by key; only `payable_since_ms` asks for their order."""
    balances: dict[Key, Balance] = {}
    for entry in entries:
        fold_in(balances, entry)
    return balances


def fold_in(balances: dict[Key, Balance], entry: Entry) -> None:
    """Move those of `balances` that the entry moves."""
    for advocate_id in owners(entry):
        key = balance_key(advocate_id, entry.program_id, entry.currency)
        start = balances.get(key) or Balance(
            advocate_id=advocate_id, program_id=entry.program_id, currency=entry.currency
        )
        balances[key] = apply(start, entry)


def differences(folded: Mapping[Key, Balance], cached: Mapping[Key, Balance]) -> list[str]:
    """What the check reports, as sentences; empty when journal and balances agree."""
    found = []
    for key in sorted({*folded, *cached}):
        for name in FOLDED:
            want = getattr(folded[key], name) if key in folded else 0
            have = getattr(cached[key], name) if key in cached else 0
            if want != have:
                found.append(f"{key.pk} {key.sk} {name}: journal says {want}, balance says {have}")
    return found
