"""A dispute is open, answered, then resolved with an outcome, or withdrawn; nothing else ends it.

    open           -> answered   staff has written; it is the advocate's turn
    open, answered -> resolved   granted, partly or upheld, with a reason code and what was learned
    open, answered -> withdrawn  by the advocate
An answer of the advocate gives the turn back to staff. Whoever's turn it is has until `due_ms`.
When staff lets it pass the dispute is escalated and stays open: no clock decides about a person.
When the advocate does, it is resolved as upheld, with that reason.

What people write is sealed under the advocate's own key and read nowhere else.
"""

from typing import ClassVar, Literal

from pydantic import Field

from goodword.errors import Conflict
from goodword.limits import DISPUTE_MESSAGES_MAX, DISPUTES_OPEN_MAX
from goodword.money import NaturalMinor
from goodword.records import IndexEntry, Key, Record, Value

About = Literal["reward", "payout", "hold", "payouts_held", "missing_conversion", "ban"]
DisputeState = Literal["open", "answered", "resolved", "withdrawn"]
Outcome = Literal["granted", "partly", "upheld"]
Turn = Literal["staff", "advocate"]

RESOLVE_CODES = (
    "evidence_found",
    "evidence_missing",
    "checked_with_shop",
    "mistake_of_ours",
    "terms_broken",
    "own_order",
    "already_settled",
    "goodwill",
    "no_answer",
    "other",
)
# What is to be learned from it; counted, and no sentence, so that it names nobody.
LEARNED_CODES = (
    "check_too_strict",
    "tracking_lost",
    "source_not_reporting",
    "words_unclear",
    "payment_details",
    "fraud_confirmed",
    "staff_mistake",
    "nothing",
)


class Dispute(Record):
    """One disagreement. `subject_id` is the reward, payout or programme; texts are in `Said`.

    For a missing conversion `order_number` and `ordered_ms` are what the advocate knows of it.
    """

    KIND: ClassVar[str] = "dispute"

    dispute_id: str
    advocate_id: str
    program_id: str
    about: About
    subject_id: str = ""
    order_number: str = ""
    ordered_ms: int | None = None
    state: DisputeState = "open"
    turn: Turn = "staff"
    opened_ms: int
    changed_ms: int
    due_ms: int
    escalations: int = 0
    messages: int = 0
    outcome: Outcome | None = None
    reason: str = ""
    learned: str = ""
    decided_by: str | None = None
    conversion_id: str | None = None
    reward_ids: tuple[str, ...] = ()

    @property
    def key(self) -> Key:
        return dispute_key(self.dispute_id)

    @property
    def index_entry(self) -> IndexEntry | None:
        if self.is_over:
            return None
        return IndexEntry("DISPUTES", f"{self.due_ms:015d}#{self.dispute_id}")

    @property
    def is_over(self) -> bool:
        """Whether nothing can happen to it any more."""
        return self.state in ("resolved", "withdrawn")


def dispute_key(dispute_id: str) -> Key:
    """Where a dispute is."""
    return Key("core", f"DSP#{dispute_id}", "HEAD")


class DisputeOfAdvocate(Record):
    """The same dispute, listed in its advocate's partition."""

    KIND: ClassVar[str] = "advocate_dispute"

    advocate_id: str
    dispute_id: str

    @property
    def key(self) -> Key:
        return Key("core", f"ADV#{self.advocate_id}", f"D#{self.dispute_id}")


class Said(Record):
    """One message of a dispute's thread, sealed under the advocate's own key."""

    KIND: ClassVar[str] = "dispute_message"

    dispute_id: str
    number: int = Field(ge=1, le=DISPUTE_MESSAGES_MAX)
    by: Turn
    by_id: str
    at_ms: int
    sealed: str = Field(repr=False)

    @property
    def key(self) -> Key:
        return Key("core", f"DSP#{self.dispute_id}", f"M#{self.number:04d}")


class OpenDispute(Value):
    """What a payout run needs to know of a dispute that is not over."""

    dispute_id: str
    about: About
    subject_id: str


class OpenDisputes(Record):
    """An advocate's disputes in one programme that are not over; read with the advocate's summary.

    A dispute about a payout also stops further payouts (`payouts.stops`): where the money went is
    in question. Any other dispute stops only what it is about, which is not due anyway.
    """

    KIND: ClassVar[str] = "open_disputes"

    advocate_id: str
    program_id: str
    disputes: tuple[OpenDispute, ...] = Field(default=(), max_length=DISPUTES_OPEN_MAX)

    @property
    def key(self) -> Key:
        return open_disputes_key(self.advocate_id, self.program_id)

    def plus(self, dispute: Dispute) -> "OpenDisputes":
        """With one more. Conflict `disputed_already` for its subject, `too_many_disputes`."""
        subject = (dispute.about, dispute.subject_id or dispute.order_number)
        if any((one.about, one.subject_id) == subject for one in self.disputes):
            raise Conflict("disputed_already", "a dispute about this is open already")
        if len(self.disputes) >= DISPUTES_OPEN_MAX:
            raise Conflict("too_many_disputes", f"at most {DISPUTES_OPEN_MAX} may be open")
        one = OpenDispute(dispute_id=dispute.dispute_id, about=dispute.about, subject_id=subject[1])
        return self.but(disputes=(*self.disputes, one))

    def without(self, dispute_id: str) -> "OpenDisputes":
        """Without the one that is over."""
        left = tuple(one for one in self.disputes if one.dispute_id != dispute_id)
        return self.but(disputes=left)


def open_disputes_key(advocate_id: str, program_id: str) -> Key:
    """Where an advocate's open disputes are: `DSP#...`, beside the summary."""
    return Key("core", f"ADV#{advocate_id}", f"DSP#{program_id}")


class GrantedOrder(Value):
    """An order that was never reported, as staff has verified it with the shop."""

    order_id: str = Field(pattern=r"^[\x21-\x3f\x41-\x7e]{1,200}$")
    action: Literal["lead", "sale"] = "sale"
    net_minor: NaturalMinor = 0
    occurred_ms: int
    source_id: str = ""
