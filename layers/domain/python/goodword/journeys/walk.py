"""One person's way through one journey, and the asks it came to: what is true of both now.

A walk stands at a step, by name, and says when to look at it again. Its asks are records of their
own, since people answer them; the walk keeps a short line of each, changed in the same Change.
Nothing of a person is in any of these but ids.
"""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import ClassVar, Literal

from pydantic import Field

from goodword.ids import shard_of
from goodword.journeys.asked import Asked, AskState, Rating
from goodword.journeys.definition import Channel, HandOverOutcome
from goodword.journeys.journey import Journey, JourneyVersion, version_key
from goodword.journeys.reference import CallState
from goodword.journeys.scoring import Motion
from goodword.limits import JOURNEYS_READ_MAX, WALK_SHARDS, WALKS_KEPT_MAX
from goodword.paging import pages
from goodword.ports import Page, Store
from goodword.records import IndexEntry, Key, Record, Value

WalkState = Literal["walking", "ended", "held_out"]


class WalkAsk(Value):
    """What became of one ask of a walk."""

    step: str
    ask_id: str
    motion: Motion
    state: AskState
    made_ms: int
    expires_ms: int
    taken_ms: int | None = None


class WalkHandOver(Value):
    """What became of one hand-over of a walk; `outcome` is None until it is closed."""

    step: str
    hand_over_id: str
    due_ms: int
    outcome: HandOverOutcome | None = None


class Walk(Record):
    """A person on their way. `number` is the version walked by, `seen` the newest considered.

    `next_ms` is when to look again. `held` says why nothing happens until then, `reason` why it
    ended. Of those `held_out` only the entry is kept, and `reached_ms`: when the person did what
    the journey is for, however it came (`reaching`). `began` is the version of the entry, whose
    goal it is; 0 of old walks. `reminded` names the steps whose ask was said once more. `owed_ms`
    of one that ended is when something that was promised in it is over if nobody has done it.
    """

    KIND: ClassVar[str] = "walk"

    walk_id: str
    journey_id: str
    program_id: str
    subject_id: str
    number: int = Field(ge=1)
    seen: int = Field(ge=1)
    state: WalkState = "walking"
    step: str
    since_ms: int
    next_ms: int
    held: str = ""
    reason: str = ""
    asks: tuple[WalkAsk, ...] = ()
    handed: tuple[WalkHandOver, ...] = ()
    reminded: tuple[str, ...] = ()
    signal_id: str
    entered_ms: int
    changed_ms: int
    began: int = 0
    reached_ms: int | None = None
    owed_ms: int | None = None

    @property
    def entered_by(self) -> int:
        """The version that the person entered by."""
        return self.began or self.number

    @property
    def key(self) -> Key:
        return walk_key(self.journey_id, self.walk_id)

    @property
    def index_entry(self) -> IndexEntry | None:
        look_ms = self.next_ms if self.state == "walking" else self.owed_ms
        if look_ms is None:
            return None
        shard = shard_of(self.walk_id, WALK_SHARDS)
        return IndexEntry(f"WALKS#{shard}", f"{look_ms:015d}#{self.walk_id}")

    def of_step(self, step: str) -> WalkAsk | None:
        """The ask that this step has made."""
        return next((one for one in self.asks if one.step == step), None)

    @property
    def unanswered(self) -> WalkAsk | None:
        """The ask that waits for an answer."""
        return next((one for one in self.asks if one.state == "sent"), None)

    def handed_by(self, step: str) -> WalkHandOver | None:
        """The hand-over that this step has made."""
        return next((one for one in self.handed if one.step == step), None)

    def with_ask(self, ask: WalkAsk) -> "Walk":
        """The walk with this ask as it is now."""
        others = tuple(one for one in self.asks if one.ask_id != ask.ask_id)
        return self.but(asks=(*others, ask))


def walk_key(journey_id: str, walk_id: str) -> Key:
    """Where a walk is: with the others of its journey, for whoever counts them."""
    return Key("core", f"JRN#{journey_id}", f"W#{walk_id}")


def stopped_by_version(store: Store, walk: Walk, journey: Journey) -> bool:
    """Whether a version that the walk has not considered yet stops those on their way."""
    later = range(walk.seen + 1, journey.in_force + 1)
    keys = [version_key(journey.journey_id, number) for number in later]
    found = store.get_many(JourneyVersion, keys) if keys else {}
    return any(one.in_flight == "stop" for one in found.values())


class Entered(Record):
    """That a person entered a journey, how often and when last: nobody enters twice at a time."""

    KIND: ClassVar[str] = "journey_entered"

    subject_id: str
    journey_id: str
    walks: tuple[str, ...] = Field(max_length=WALKS_KEPT_MAX)
    entered_ms: int

    @property
    def key(self) -> Key:
        return entered_key(self.subject_id, self.journey_id)


def entered_key(subject_id: str, journey_id: str) -> Key:
    """Where it is said."""
    return Key("core", f"SBJ#{subject_id}", f"J#{journey_id}")


def entries_of(store: Store, names: Sequence[str]) -> Iterator[Entered]:
    """Every journey that a person, by any of these names, has entered, read to the end."""

    def read(name: str, cursor: str | None) -> Page[Entered]:
        place = f"SBJ#{name}"
        return store.query(Entered, "core", place, "J#", limit=JOURNEYS_READ_MAX, cursor=cursor)

    for name in names:
        for rows in pages(partial(read, name)):
            yield from rows


class AskCall(Value):
    """The reference call that a yes has come to, so far."""

    call_id: str
    state: CallState
    booked_ms: int


class AskMade(Record):
    """One ask of one person; `advocate_id` is empty of a customer who does not take part.

    `reason` says why it ended as it did; `reward_ids` what it earned. `call` is of a reference that
    said yes: the newest call that rests on it, or the one by which it was done (`calling`).
    `referral` is the conversion of the recommendation that came of one to refer (`recommending`).
    `resent_ms` is when staff had its letter sent once more. `rating` and `about` are of feedback:
    what the person said, and which ask it is about.

    `words` is the name of the template: the company's own system finds its text by it, and letters
    and pages say the journey's own words of that name in the version `worded`; 0: those that ship.
    In the index of a programme while it waits for staff: something was promised, or said to be
    done.
    """

    KIND: ClassVar[str] = "ask"

    ask_id: str
    program_id: str
    journey_id: str
    walk_id: str
    subject_id: str
    advocate_id: str
    step: str
    motion: Motion
    words: str
    worded: int = 0
    site: str | None = None
    profile: str | None = None
    channels: tuple[Channel, ...]
    state: AskState
    reason: str = ""
    made_ms: int
    expires_ms: int
    taken_ms: int | None = None
    changed_ms: int
    reward_ids: tuple[str, ...] = ()
    resent_ms: tuple[int, ...] = ()
    rating: Rating | None = None
    about: str = ""
    call: AskCall | None = None
    referral: str = ""

    @property
    def key(self) -> Key:
        return ask_key(self.ask_id)

    @property
    def index_entry(self) -> IndexEntry | None:
        if self.state not in ("accepted", "submitted"):
            return None
        return IndexEntry(f"ASKS#{self.program_id}", f"{self.changed_ms:015d}#{self.ask_id}")

    @property
    def noted(self) -> Asked:
        """What the person's book keeps of it, when it is made."""
        return Asked(
            ask_id=self.ask_id,
            journey_id=self.journey_id,
            motion=self.motion,
            at_ms=self.made_ms,
            state=self.state,
            about=self.about,
        )

    @property
    def line(self) -> WalkAsk:
        """What its walk keeps of it."""
        return WalkAsk(
            step=self.step,
            ask_id=self.ask_id,
            motion=self.motion,
            state=self.state,
            made_ms=self.made_ms,
            expires_ms=self.expires_ms,
            taken_ms=self.taken_ms,
        )


def ask_key(ask_id: str) -> Key:
    """Where an ask is."""
    return Key("core", f"ASK#{ask_id}", "HEAD")


class AskOfAdvocate(Record):
    """That an ask is an advocate's, for their own list."""

    KIND: ClassVar[str] = "advocate_ask"

    advocate_id: str
    ask_id: str

    @property
    def key(self) -> Key:
        return Key("core", f"ADV#{self.advocate_id}", f"K#{self.ask_id}")


class Member(Record):
    """That a person was seen to belong to an account; the person says whether it still is so."""

    KIND: ClassVar[str] = "account_member"

    account_id: str
    subject_id: str

    @property
    def key(self) -> Key:
        return member_key(self.account_id, self.subject_id)


def member_key(account_id: str, subject_id: str) -> Key:
    """Where it is said."""
    return Key("core", f"SBJ#{account_id}", f"M#{subject_id}")
