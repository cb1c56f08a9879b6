"""A signal says one thing of a customer or an account at one time; it is put once.

Nothing of it ever changes, but what a CRM said of the end of a deal may be withdrawn (`outcome`).

Signals come unordered and repeated, so nothing is computed when one is noted: what they come to is
made of all of them, each time it is asked for (`scoring`). No text of a person is kept of them.
"""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, Protocol, Self

from pydantic import Field, StringConstraints, model_validator

from goodword.ids import derived_id
from goodword.limits import SIGNAL_DAYS, SUBJECT_MARKS_MAX
from goodword.ports import Change, Desk
from goodword.records import IndexEntry, Key, Record, Value
from goodword.times import DAY_MS, SECOND_MS

if TYPE_CHECKING:  # deliveries carry signals, so they know this module
    from goodword.conversions.order import Space

SignalKind = Literal[
    "nps",
    "csat",
    "review",
    "mention",
    "complaint",
    "case_opened",
    "case_resolved",
    "case_dropped",
    "usage",
    "milestone",
    "result",
    "renewal",
    "deal_won",
    "stage",
    "invoice_overdue",
    "invoice_paid",
    "churn_risk",
    "churn_cleared",
    "consent",
]
# What is heard of a company because of a case of one of its people; no source may say it.
CompanyKind = Literal["company_case"]
# What `value` means, and between what it lies; a kind that is not here has no value.
VALUES: dict[SignalKind, tuple[int, int]] = {
    "nps": (0, 10),
    "csat": (0, 100),  # percent of the scale
    "review": (1, 5),  # stars
    "mention": (-1, 1),  # against, neither, in favour
    "case_opened": (1, 4),  # priority, 1 is the most urgent
    "usage": (-100, 1_000),  # percent more than before
    "result": (0, 10_000),  # percent better than before
    "consent": (0, 1),  # withdrawn, given
}
PAIRED: frozenset[SignalKind] = frozenset(
    {"case_opened", "case_resolved", "case_dropped", "invoice_overdue", "invoice_paid"}
)
CASES: frozenset[SignalKind] = frozenset({"case_opened", "case_resolved", "case_dropped"})
OF_ACCOUNTS: frozenset[SignalKind] = frozenset(
    {"renewal", "deal_won", "invoice_overdue", "invoice_paid", "churn_risk", "churn_cleared"}
)
OWN_SOURCE = "goodword"  # stands for a source: nobody else's ids are in its space
STAGES = ("onboarding", "adoption", "expansion", "renewal")

OutsideName = Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{1,200}$")]
Word = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._ -]{0,79}$")]

_WORD, _NO_WORD = re.compile(r"[a-z0-9][a-z0-9._ -]{0,79}"), re.compile(r"[^a-z0-9._-]+")


def folded(name: str) -> str | None:
    """A name that somebody chose, as the word that a signal has of it; None if nothing is left.

    "First Report Created" is `first report created`: what no word may have is a space.
    """
    return _NO_WORD.sub(" ", name.lower()).strip(" ._-")[:80].rstrip() or None


def as_word(name: str) -> str | None:
    """The same of a name that may be a word already: that stays as it is."""
    return name if _WORD.fullmatch(name) else folded(name)


class SignalFact(Value):
    """What a source says, in our words. `about` is the case, invoice, survey or site it is about.

    Of whom: `customer_id` and `email` name a person, `account_id` the company they belong to.
    `word` is a stage, or the name of a milestone or of what was used.
    """

    signal_id: OutsideName
    kind: SignalKind
    occurred_ms: int = Field(ge=0)
    customer_id: OutsideName | None = None
    email: str | None = Field(default=None, max_length=320, repr=False)
    account_id: OutsideName | None = None
    value: int | None = None
    about: OutsideName | None = None
    word: Word | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        for field, message in wrong(self):
            raise ValueError(f"{field} {message}")
        return self


class Content(Protocol):
    """What a signal says, whoever it is about."""

    @property
    def kind(self) -> SignalKind: ...
    @property
    def value(self) -> int | None: ...
    @property
    def about(self) -> str | None: ...
    @property
    def word(self) -> str | None: ...


class Named(Protocol):
    """Identifiers of somebody."""

    @property
    def customer_id(self) -> str | None: ...
    @property
    def email(self) -> str | None: ...
    @property
    def account_id(self) -> str | None: ...


class Said(Content, Named, Protocol):
    """The whole of a signal, in a fact or in a body that may become one."""


def wrong(said: Said) -> Iterator[tuple[str, str]]:
    """Each field that does not fit the kind, and what it should be."""
    low, high = VALUES.get(said.kind, (0, -1))
    if low > high and said.value is not None:
        yield "value", f"must be left out: {said.kind} has none"
    if low <= high and (said.value is None or not low <= said.value <= high):
        yield "value", f"must be from {low} to {high} for {said.kind}"
    if said.kind in PAIRED and said.about is None:
        yield "about", "must name the case or invoice"
    if said.kind == "stage" and said.word not in STAGES:
        yield "word", f"must be a stage: {', '.join(STAGES)}"
    nobody = said.customer_id is None and said.email is None
    if nobody and (said.account_id is None or said.kind == "consent"):
        yield "customer_id", "must say whose signal it is"


class Signal(Record):
    """A signal as it is kept, by its subject and its time. One that is `withdrawn` never counts."""

    KIND: ClassVar[str] = "signal"

    subject_id: str
    signal_id: str
    program_id: str
    source_id: str
    kind: SignalKind | CompanyKind
    occurred_ms: int
    noted_ms: int
    value: int | None = None
    about: str | None = None
    word: str | None = None
    withdrawn: bool = False
    keep_s: int

    @property
    def key(self) -> Key:
        return signal_key(self.subject_id, self.occurred_ms, self.signal_id)

    @property
    def expires_s(self) -> int:
        return self.keep_s


def signal_key(subject_id: str, occurred_ms: int, signal_id: str) -> Key:
    """Where a signal is."""
    return Key("core", f"SBJ#{subject_id}", f"S#{occurred_ms:015d}#{signal_id}")


class SignalName(Record):
    """That a source's signal was noted: a repeat meets this, whatever time it names."""

    KIND: ClassVar[str] = "signal_name"

    program_id: str
    namespace: str
    name: str
    subject_id: str
    keep_s: int

    @property
    def key(self) -> Key:
        return signal_name_key(self.program_id, self.namespace, self.name)

    @property
    def expires_s(self) -> int:
        return self.keep_s


def signal_name_key(program_id: str, namespace: str, name: str) -> Key:
    """Where it is written down that a signal was noted."""
    return Key("core", f"SIG#{program_id}#{namespace}#{name}", "SIGNAL")


class Subject(Record):
    """Whom signals are about, in one programme: a person or an account, known by keyed MACs only.

    Two that turn out to be one are joined: the later says `merged_into`, the earlier lists it among
    its `parts`. `addresses` counts the marks that are of one. `account_id` is the subject of a
    person's company, as of `account_ms`. To one that was `forgotten` nothing leads: its signals
    stay under a random id until they expire.
    """

    KIND: ClassVar[str] = "subject"

    subject_id: str
    program_id: str
    what: Literal["person", "account"]
    marks: tuple[str, ...] = ()
    addresses: int = 0
    account_id: str | None = None
    account_ms: int = 0
    parts: tuple[str, ...] = ()
    merged_into: str | None = None
    forgotten: bool = False
    heard: int = 0
    last_ms: int
    created_ms: int

    @property
    def key(self) -> Key:
        return subject_key(self.subject_id)

    def with_part(self, other: Self) -> Self:
        """With everything that is known of another, who turned out to be the same."""
        newer = other if other.account_ms > self.account_ms else self
        return self.but(
            parts=tuple(dict.fromkeys((*self.parts, other.subject_id, *other.parts))),
            marks=tuple(dict.fromkeys((*self.marks, *other.marks)))[:SUBJECT_MARKS_MAX],
            addresses=self.addresses + other.addresses,
            account_id=newer.account_id or self.account_id or other.account_id,
            account_ms=newer.account_ms,
            last_ms=max(self.last_ms, other.last_ms),
        )

    @property
    def index_entry(self) -> IndexEntry | None:
        if self.merged_into is not None or self.what != "person" or self.forgotten:
            return None
        return IndexEntry(f"SUBJECTS#{self.program_id}", f"{self.last_ms:015d}#{self.subject_id}")


def subject_key(subject_id: str) -> Key:
    """Where a subject is."""
    return Key("core", f"SBJ#{subject_id}", "HEAD")


class SubjectMark(Record):
    """Which subject an identifier (its MAC) is of."""

    KIND: ClassVar[str] = "subject_mark"

    program_id: str
    mac: str
    subject_id: str

    @property
    def key(self) -> Key:
        return mark_key(self.program_id, self.mac)


def mark_key(program_id: str, mac: str) -> Key:
    """Where the subject of an identifier is written down."""
    return Key("core", f"SBM#{program_id}#{mac}", "SUBJECT")


class Origin(Protocol):
    """Where signals come from, and within what their ids are meant."""

    @property
    def program_id(self) -> str: ...
    @property
    def source_id(self) -> str: ...
    @property
    def space(self) -> "Space": ...


class Noted(Content, Protocol):
    """What a signal says, by its name and its time."""

    @property
    def signal_id(self) -> str: ...
    @property
    def occurred_ms(self) -> int: ...


def put_signal(desk: Desk, change: Change, delivery: Origin, subject_id: str, fact: Noted) -> None:
    """Add the signal to the change, with the name that a repeat meets and the event that tells."""
    (program_id, namespace), now_ms = delivery.space, desk.clock.now_ms()
    keep_s = (max(now_ms, fact.occurred_ms) + SIGNAL_DAYS * DAY_MS) // SECOND_MS
    signal = Signal(
        subject_id=subject_id,
        signal_id=derived_id("sig", fact.occurred_ms, program_id, namespace, fact.signal_id),
        program_id=program_id,
        source_id=delivery.source_id,
        kind=fact.kind,
        occurred_ms=fact.occurred_ms,
        noted_ms=now_ms,
        value=fact.value,
        about=fact.about,
        word=fact.word,
        keep_s=keep_s,
    )
    name = SignalName(
        program_id=program_id,
        namespace=namespace,
        name=fact.signal_id,
        subject_id=subject_id,
        keep_s=keep_s,
    )
    change.create(signal, name, told(desk, signal))


def told(desk: Desk, signal: Signal) -> Record:
    """The event that makes journeys look at the signal."""
    return desk.event(
        "journey.signal_noted",
        signal.subject_id,
        program_id=signal.program_id,
        source_id=signal.source_id,
        signal_id=signal.signal_id,
        kind=signal.kind,
        value=signal.value,
        occurred_ms=signal.occurred_ms,
    )
