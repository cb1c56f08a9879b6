"""A person earns only while the enrolment is active; links lead on safely whatever its state is.

Nothing here knows a name or an address: those are in the person's vault item (`privacy`).
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Annotated, ClassVar, Literal, Self

from pydantic import StringConstraints

from goodword.advocates.code import fold
from goodword.advocates.segments import Membership, segments_at
from goodword.limits import ABSENCES_MAX
from goodword.programs.payment import RailName
from goodword.records import IndexEntry, Key, Record, Value

EnrolmentState = Literal["invited", "pending", "active", "paused", "declined", "banned", "left"]

MOVES: dict[EnrolmentState, tuple[EnrolmentState, ...]] = {
    "invited": ("active", "pending", "declined", "banned"),
    "pending": ("active", "declined", "banned", "left"),
    "active": ("paused", "banned", "left"),
    "paused": ("active", "banned", "left"),
    "declined": ("invited", "pending", "banned"),
    "banned": ("active",),  # only by an appeal that was granted
    "left": ("invited", "pending", "active", "banned"),
}

DestinationHash = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class Advocate(Record):
    """A person, by id only. `links` counts the links made (`advocates.links` says why here).

    `known` are the MACs by which the person is found, so that all can be removed. From `erased_ms`
    on nothing personal is taken in (`privacy.erasing`).
    """

    KIND: ClassVar[str] = "advocate"

    advocate_id: str
    created_ms: int
    links: int = 0
    known: tuple[str, ...] = ()
    erased_ms: int | None = None

    @property
    def key(self) -> Key:
        return advocate_key(self.advocate_id)


class Absence(Value):
    """A time in which an enrolment was not active: from that instant, up to the other."""

    state: EnrolmentState
    from_ms: int
    until_ms: int


class Enrolment(Record):
    """One person in one programme. `terms_accepted` is the version agreed to (0: none).

    `keeps_earned` is set by a ban of `trust`: what it left is still paid. `since_ms` is since when
    the state counts, if that is not since the change: a violation began before it was found.
    `absences` are the times before in which it was not active, `segments` those in segments.
    """

    KIND: ClassVar[str] = "enrolment"

    advocate_id: str
    program_id: str
    state: EnrolmentState
    terms_accepted: int = 0
    created_ms: int
    changed_ms: int
    reason: str = ""
    keeps_earned: bool = False
    since_ms: int | None = None
    absences: tuple[Absence, ...] = ()
    segments: tuple[Membership, ...] = ()

    @property
    def key(self) -> Key:
        return enrolment_key(self.advocate_id, self.program_id)

    def is_banned_at(self, at_ms: int) -> bool:
        """Whether a ban that stands covers what happened at that instant."""
        return self.state == "banned" and at_ms >= self.begun_ms

    @property
    def begun_ms(self) -> int:
        """Since when the present state counts; a ban without a day covers everything."""
        if self.since_ms is not None:
            return self.since_ms
        return 0 if self.state == "banned" else self.changed_ms

    def state_at(self, at_ms: int) -> EnrolmentState:
        """The state that counts for what happened at that instant, by what is known now.

        A ban counts before all else. Example: paused on Monday, active again on Wednesday: a sale
        of Tuesday finds `paused`, whenever it is told.
        """
        now = Absence(state=self.state, from_ms=self.begun_ms, until_ms=at_ms + 1)
        known = (*self.absences, now) if self.state != "active" else self.absences
        found = [one.state for one in known if one.from_ms <= at_ms < one.until_ms]
        if "banned" in found:
            return "banned"
        return found[-1] if found else "active"

    def segments_at(self, at_ms: int) -> tuple[str, ...]:
        """The segments that the advocate was in at that instant."""
        return segments_at(self.segments, at_ms)

    def turned(self, state: EnrolmentState, at_ms: int, since_ms: int | None = None) -> Self:
        """In another state from now on; a time in which it was not active is kept, if only a ms."""
        absences = self.absences
        if self.state != "active":
            until_ms = max(at_ms, self.begun_ms + 1)
            gone = Absence(state=self.state, from_ms=self.begun_ms, until_ms=until_ms)
            absences = _bounded((*absences, gone))
        return self.but(state=state, changed_ms=at_ms, since_ms=since_ms, absences=absences)

    @property
    def index_entry(self) -> IndexEntry:
        return IndexEntry(f"ENR#{self.program_id}", f"{self.created_ms:015d}#{self.advocate_id}")


class Link(Record):
    """What the redirect reads, in one item: everything it needs to send a shopper on."""

    KIND: ClassVar[str] = "link"

    code: str
    link_id: str
    advocate_id: str
    program_id: str
    state: Literal["active", "paused"] = "active"
    destination: str
    hosts: tuple[str, ...]
    parameters: dict[str, str] = {}
    fallback: str
    created_ms: int
    expires_ms: int | None = None
    label: str = ""

    @property
    def key(self) -> Key:
        return link_key(self.code)


class LinkOfAdvocate(Record):
    """The same link, listed in its advocate's partition."""

    KIND: ClassVar[str] = "advocate_link"

    advocate_id: str
    link_id: str
    code: str
    program_id: str
    created_ms: int

    @property
    def key(self) -> Key:
        return Key("core", f"ADV#{self.advocate_id}", f"L#{self.link_id}")


class PayoutMethod(Record):
    """Which rail takes the money and a keyed hash of where to; the place itself is in the vault.

    `destination_hash` is of all fields and changes with any of them; `account_hash` is of the
    account alone, the same for everybody who is paid there (a record from before has none).
    `country_hash` is the keyed hash of the country of the destination; empty if it has none.
    `moved_ms` is when the account became another one the last time; 0 while it is the first.
    """

    KIND: ClassVar[str] = "payout_method"

    advocate_id: str
    rail: RailName
    destination_hash: DestinationHash
    account_hash: DestinationHash | Literal[""] = ""
    country_hash: str = ""
    changed_ms: int
    moved_ms: int = 0

    @property
    def key(self) -> Key:
        return method_key(self.advocate_id)

    @property
    def paid_at(self) -> str:
        """Under what `Payee` has the advocate."""
        return self.account_hash or self.destination_hash


def _bounded(absences: Sequence[Absence]) -> tuple[Absence, ...]:
    """At most ABSENCES_MAX, oldest first: of too many the two that lie closest become one."""
    ordered = sorted(absences, key=lambda one: (one.from_ms, one.until_ms))
    while len(ordered) > ABSENCES_MAX:
        gaps = [later.from_ms - one.until_ms for one, later in pairwise(ordered)]
        at = gaps.index(min(gaps))
        first, second = ordered[at : at + 2]
        state = first.state if first.state == "banned" else second.state
        until_ms = max(first.until_ms, second.until_ms)
        ordered[at : at + 2] = [Absence(state=state, from_ms=first.from_ms, until_ms=until_ms)]
    return tuple(ordered)


def advocate_key(advocate_id: str) -> Key:
    """Where the person is."""
    return Key("core", f"ADV#{advocate_id}", "A#HEAD")


def enrolment_key(advocate_id: str, program_id: str) -> Key:
    """Where the enrolment is."""
    return Key("core", f"ADV#{advocate_id}", f"A#ENR#{program_id}")


def method_key(advocate_id: str) -> Key:
    """Where the payout method is."""
    return Key("core", f"ADV#{advocate_id}", "A#METHOD")


def link_key(code: str) -> Key:
    """Where the link of a code is, however people type it. Raises InvalidInput `bad_code`."""
    return Key("core", f"CODE#{fold(code)}", "LINK")


class Known(Record):
    """A blind index entry: the keyed MAC of an e-mail address or sign-in subject, and whose."""

    KIND: ClassVar[str] = "blind"

    mac: str
    of: Literal["email", "subject"]
    advocate_id: str

    @property
    def key(self) -> Key:
        return known_key(self.mac)


def known_key(mac: str) -> Key:
    """Where the entry of a MAC is."""
    return Key("core", f"BLIND#{mac}", "BLIND")


class Payee(Record):
    """Says that an advocate is paid on this account: advocates who share one are found so."""

    KIND: ClassVar[str] = "payee"

    account_hash: DestinationHash
    advocate_id: str

    @property
    def key(self) -> Key:
        return payee_key(self.account_hash, self.advocate_id)


def payees_of(account_hash: str) -> str:
    """The partition of the advocates who are paid on one account."""
    return f"PAYEE#{account_hash}"


def payee_key(account_hash: str, advocate_id: str) -> Key:
    """Where it is said that this advocate is paid there."""
    return Key("core", payees_of(account_hash), advocate_id)
