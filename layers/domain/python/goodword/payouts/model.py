"""A payout is frozen once: rewards, amount and destination never change; its id is its rail key.

    run     draft -> requested -> released -> sending -> settled
              \\-> settled (nothing due)   cancelled | expired: everything is given back
    payout  draft -> sent -> paid -> returned
              \\       \\-> unknown -> paid | failed | returned
               \\-> cancelled, failed (never sent)

A draft payout is as far as its run: `standing` shows it as approved once a first person has
requested the run, as released once a second one has let it go. The two people act on the run, whose
`run_hash` covers every payout, so a run of many thousand is approved by one conditional write.
"""

from typing import Annotated, ClassVar, Literal

from pydantic import Field, StringConstraints

from goodword.advocates.model import DestinationHash
from goodword.ids import derived_id
from goodword.limits import PAYOUT_REWARDS_MAX, RUN_CHUNK_PAYOUTS
from goodword.money import Currency, Minor, NaturalMinor, PositiveMinor
from goodword.programs.payment import RailName
from goodword.records import IndexEntry, Key, Record, Value

RunState = Literal["draft", "requested", "released", "sending", "settled", "cancelled", "expired"]
PayoutState = Literal["draft", "sent", "unknown", "paid", "failed", "returned", "cancelled"]
Standing = Literal[
    "draft",
    "approved",
    "released",
    "sent",
    "unknown",
    "paid",
    "failed",
    "returned",
    "cancelled",
]
Why = Literal[
    "negative_balance",
    "not_enrolled",
    "enrolment_paused",
    "enrolment_banned",
    "on_hold",
    "dispute_open",
    "sanctioned_country",
    "other_currency",
    "no_method",
    "rail_mismatch",
    "after_cutoff",
    "later_period",
    "below_minimum",
    "still_moving",
]
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]

RUN_MOVES: dict[RunState, tuple[RunState, ...]] = {
    "draft": ("requested", "settled", "cancelled", "expired"),
    "requested": ("released", "cancelled", "expired"),
    "released": ("sending", "cancelled"),
    "sending": ("settled",),
    "settled": (),
    "cancelled": (),
    "expired": (),
}
PAYOUT_MOVES: dict[PayoutState, tuple[PayoutState, ...]] = {
    "draft": ("sent", "failed", "cancelled"),
    "sent": ("unknown", "paid", "failed", "returned"),
    "unknown": ("sent", "paid", "failed", "returned"),
    "paid": ("returned",),
    "failed": (),
    "returned": (),
    "cancelled": (),
}

# These rails give no answer of their own: a person says what became of their payments.
RAILS_BY_HAND: frozenset[RailName] = frozenset({"csv"})
# These find a payment by our id only when they are told it again: silence is no sign that they have
# none, so what may not be sent again is a person's to decide.
RAILS_TOLD_AGAIN: frozenset[RailName] = frozenset({"paypal"})


class Sum(Value):
    """How many, and how much together."""

    count: int = Field(ge=0)
    amount_minor: Minor


def add(so_far: Sum | None, amount_minor: int) -> Sum:
    """The sum with one more amount in it."""
    before = so_far or Sum(count=0, amount_minor=0)
    return Sum(count=before.count + 1, amount_minor=before.amount_minor + amount_minor)


class Tally(Value):
    """The people left out as far as they are counted, by reason; `cursor` is where to go on."""

    cursor: str
    sums: dict[str, Sum]


class PayoutRun(Record):
    """One run of one programme and currency for one period; there is never a second one (I12).

    `listing` is open while payouts are frozen into it, closed while they are counted, counted while
    they are audited, and hashed once people may decide. From then on only decisions about findings
    change `run_hash`, `count` and `total_minor`. `barred` are keyed hashes of countries; above
    `two_checkers_from_minor` a run takes two releases, the first by `checked_by`. The marks tell
    the mailboxes of those people apart. `changed_ms` is the last move of its state or its listing.
    `outcome` are its payments by state, also as they move once it has ended; `part_back` is what
    came back in part of those that are paid; `summed` is whether both follow each payment since
    they were counted (False in runs of before). `file_by` is who last saved the bank's file of a
    run by hand, at `file_ms`; it was written at `file_made_ms` in `file_parts` parts (None and 0:
    not kept then), and is asked for anew since `file_asked_ms`. What was earned from `ended_ms` on
    waits (None: what is due by the cut-off is of the period). `left_out` is how far a closed list
    is counted.
    """

    KIND: ClassVar[str] = "payout_run"

    run_id: str
    program_id: str
    period: str
    cutoff_ms: int
    ended_ms: int | None = None
    rail: RailName
    currency: Currency
    minimum_minor: NaturalMinor
    state: RunState = "draft"
    reason: str = ""
    listing: Literal["open", "closed", "counted", "hashed"] = "open"
    created_ms: int
    changed_ms: int
    previous_run_id: str | None = None
    barred: tuple[str, ...] = ()
    run_hash: str = ""
    lines_hash: str = ""
    decisions: int = Field(default=0, ge=0)
    decisions_hash: str = ""
    open_findings: int = Field(default=0, ge=0)
    held: Sum | None = None
    count: int = Field(default=0, ge=0)
    total_minor: NaturalMinor = 0
    chunks: int = Field(default=0, ge=0)
    left_out: Tally | None = None
    excluded: dict[str, Sum] = {}
    outcome: dict[str, Sum] = {}
    part_back: Sum | None = None
    summed: bool = False
    requested_by: str | None = None
    requested_ms: int | None = None
    requested_mark: str = ""
    two_checkers_from_minor: PositiveMinor | None = None
    checked_by: str | None = None
    checked_ms: int | None = None
    checked_mark: str = ""
    released_by: str | None = None
    released_ms: int | None = None
    file_by: str | None = None
    file_ms: int | None = None
    file_made_ms: int | None = None
    file_asked_ms: int | None = None
    file_parts: int = Field(default=0, ge=0)

    @property
    def key(self) -> Key:
        return run_key(self.run_id)

    @property
    def index_entry(self) -> IndexEntry:
        # Newest first: the index is only read upwards.
        return IndexEntry("RUNS", f"{10**15 - self.cutoff_ms:015d}#{self.run_id}")


class OpenRun(Record):
    """Stands beside a run until nothing is left to do for it; the sweeper reads only these."""

    KIND: ClassVar[str] = "open_run"

    run_id: str
    created_ms: int

    @property
    def key(self) -> Key:
        return open_run_key(self.run_id)

    @property
    def index_entry(self) -> IndexEntry:
        return IndexEntry("OPEN_RUNS", f"{self.created_ms:015d}#{self.run_id}")


class FrozenReward(Value):
    """A reward as it stood when the payout was frozen; refunds since then are in the ledger."""

    reward_id: str
    amount_minor: PositiveMinor


class Payout(Record):
    """One payment to one advocate.

    `amount_minor` is the sum of the frozen rewards plus `carry_minor`, what the advocate owed from
    reversals after earlier payments (negative), or is owed because such a one was reinstated after
    it had been netted (positive). `account_hash` says who else is paid there (`Payee`), frozen with
    the destination. `sent_ms` is the first time that the rail was asked, `look_ms` when it is to be
    asked again, `looks` how often it has been. `unclaimed_ms` is since when it waits for its
    receiver. Of a paid one `returned_minor` is the part that came back.
    """

    KIND: ClassVar[str] = "payout"

    payout_id: str
    run_id: str
    advocate_id: str
    program_id: str
    rewards: tuple[FrozenReward, ...] = Field(max_length=PAYOUT_REWARDS_MAX)
    carry_minor: Minor
    amount_minor: PositiveMinor
    currency: Currency
    rail: RailName
    destination_hash: DestinationHash
    account_hash: DestinationHash | Literal[""] = ""
    state: PayoutState = "draft"
    reason: str = ""
    cutoff_ms: int
    created_ms: int
    changed_ms: int
    sent_ms: int | None = None
    look_ms: int | None = None
    looks: int = Field(default=0, ge=0)
    reference: str = ""
    fee_minor: NaturalMinor = 0
    returned_minor: NaturalMinor = 0
    unclaimed_ms: int | None = None

    @property
    def key(self) -> Key:
        return payout_key(self.advocate_id, self.payout_id)

    @property
    def index_entry(self) -> IndexEntry | None:
        if self.look_ms is None:
            return None
        return IndexEntry("UNKNOWN", f"{self.look_ms:015d}#{self.payout_id}")


class PayoutPlace(Record):
    """Finds a payout by its id alone."""

    KIND: ClassVar[str] = "payout_place"

    payout_id: str
    advocate_id: str

    @property
    def key(self) -> Key:
        return payout_place_key(self.payout_id)


class RunLine(Record):
    """One payout of a run as the two people see it; lines are hashed in the order of their keys."""

    KIND: ClassVar[str] = "run_line"

    run_id: str
    payout_id: str
    advocate_id: str
    amount_minor: PositiveMinor
    digest: Digest

    @property
    def key(self) -> Key:
        return line_key(self.run_id, self.payout_id)


class ChunkRow(Value):
    """A payout of a chunk, and the digest it must still have when it is sent."""

    payout_id: str
    advocate_id: str
    digest: Digest


class RunChunk(Record):
    """A part of the lines that one call can send."""

    KIND: ClassVar[str] = "run_chunk"

    run_id: str
    number: int = Field(ge=0)
    rows: tuple[ChunkRow, ...] = Field(min_length=1, max_length=RUN_CHUNK_PAYOUTS)

    @property
    def key(self) -> Key:
        return chunk_key(self.run_id, self.number)


class Exclusion(Record):
    """Why an advocate with a balance is not, or not wholly, in the run."""

    KIND: ClassVar[str] = "run_exclusion"

    run_id: str
    advocate_id: str
    reason: Why
    amount_minor: Minor
    currency: Currency

    @property
    def key(self) -> Key:
        return exclusion_key(self.run_id, self.advocate_id, self.currency)


def run_id_of(program_id: str, period: str, abroad: str = "") -> str:
    """The one id that this period of this programme can have; it fits an execution's name.

    Money in another currency than the programme's own (`abroad`) has a run of its own.
    """
    return f"run_{program_id}_{period}" + (f"_{abroad}" if abroad else "")


def payout_id_of(run_id: str, cutoff_ms: int, advocate_id: str, part: int) -> str:
    """The one id of an advocate's `part`-th payout in a run, and for ever its key at the rail."""
    return derived_id("pay", cutoff_ms, run_id, advocate_id, str(part))


def run_key(run_id: str) -> Key:
    """Where a run is."""
    return Key("core", f"RUN#{run_id}", "HEAD")


def open_run_key(run_id: str) -> Key:
    """Where the sign is that a run still has something to do."""
    return Key("core", f"RUN#{run_id}", "OPEN")


def line_key(run_id: str, payout_id: str) -> Key:
    """Where a line is."""
    return Key("core", f"RUN#{run_id}", f"L#{payout_id}")


def chunk_key(run_id: str, number: int) -> Key:
    """Where a chunk is."""
    return Key("core", f"RUN#{run_id}", f"C#{number:05d}")


def exclusion_key(run_id: str, advocate_id: str, currency: str) -> Key:
    """Where an exclusion is; an advocate may have balances in two currencies."""
    return Key("core", f"RUN#{run_id}", f"X#{advocate_id}#{currency}")


def payout_key(advocate_id: str, payout_id: str) -> Key:
    """Where a payout is: in its advocate's partition."""
    return Key("core", f"ADV#{advocate_id}", f"P#{payout_id}")


def payout_place_key(payout_id: str) -> Key:
    """Where the place of a payout is."""
    return Key("core", f"PAY#{payout_id}", "WHERE")


def run_moved(run: PayoutRun, state: RunState, at_ms: int, reason: str = "") -> PayoutRun:
    """The run in its next state. Raises ValueError for a move that the states do not have."""
    if state not in RUN_MOVES[run.state]:
        raise ValueError(f"a run does not move from {run.state} to {state}")
    return run.but(state=state, changed_ms=at_ms, reason=reason)


def payout_moved(payout: Payout, state: PayoutState, at_ms: int, reason: str = "") -> Payout:
    """The payout in its next state, no longer to be looked up. Raises ValueError as `run_moved`."""
    if state not in PAYOUT_MOVES[payout.state]:
        raise ValueError(f"a payout does not move from {payout.state} to {state}")
    return payout.but(state=state, changed_ms=at_ms, reason=reason, look_ms=None)


def standing(payout: Payout, run_state: RunState) -> Standing:
    """What the payout is called: its own state, or while it is a draft how far its run has come."""
    if payout.state != "draft":
        return payout.state
    if run_state == "requested":
        return "approved"
    return "released" if run_state in ("released", "sending") else "draft"
