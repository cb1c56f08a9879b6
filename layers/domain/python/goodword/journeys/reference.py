"""Which customer fits a need for a reference, and who may be called now: a sum anyone can check.

The same industry gives 3 points, the same size 2 and the next one 1, every use case in common 2. A
quota and a cool-down count calls that were booked or held: whoever is called too often stops.
"""

from collections.abc import Sequence
from typing import Annotated, ClassVar, Literal

from pydantic import Field, StringConstraints

from goodword.limits import DEAL_CALLS_MAX, REFERENCE_CALLS_KEPT
from goodword.records import IndexEntry, Key, Record, Value
from goodword.times import DAY_MS

Trait = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]
Size = Literal["small", "medium", "large", "enterprise"]
SIZES: Sequence[Size] = ("small", "medium", "large", "enterprise")
CallState = Literal["booked", "held", "missed", "cancelled"]
Outcome = Literal["", "helped", "neutral", "hurt"]
FollowUp = Literal["none", "thank", "send_material", "call_again"]
BUSY: frozenset[CallState] = frozenset({"booked", "held"})
INDUSTRY, SAME_SIZE, NEXT_SIZE, USE_CASE = 3, 2, 1, 2  # points


class Need(Value):
    """What somebody who asks for a reference is looking for; what is left out does not count."""

    industry: Trait | None = None
    size: Size | None = None
    use_cases: tuple[Trait, ...] = Field(default=(), max_length=10)


class Traits(Value):
    """What a reference can speak about, and how often: `calls_max` in `quota_days`."""

    industry: Trait
    size: Size
    use_cases: tuple[Trait, ...] = Field(default=(), max_length=10)
    calls_max: int = Field(default=3, ge=1, le=20)
    quota_days: int = Field(default=90, ge=1, le=366)
    cool_down_days: int = Field(default=14, ge=0, le=366)
    active: bool = True


class ReferenceCall(Value):
    """One call with somebody who thinks about buying; the deal it is for, if there is one here.

    `ask_id` is the ask whose yes it rests on; empty of calls from before that was looked at.
    """

    call_id: str
    booked_ms: int
    ask_id: str = ""
    state: CallState = "booked"
    opportunity_id: str | None = None
    outcome: Outcome = ""
    follow_up: FollowUp = "none"
    followed: bool = False


class ReferenceProfile(Record):
    """A person who may be a reference, with the newest calls, oldest first."""

    KIND: ClassVar[str] = "reference_profile"

    subject_id: str
    program_id: str
    traits: Traits
    calls: tuple[ReferenceCall, ...] = Field(default=(), max_length=REFERENCE_CALLS_KEPT)

    @property
    def key(self) -> Key:
        return reference_key(self.subject_id)

    def with_calls(self, calls: Sequence[ReferenceCall]) -> "ReferenceProfile":
        """With these calls too, each once, the newest of all; what the profile has stands."""
        each = {one.call_id: one for one in (*calls, *self.calls)}
        ordered = sorted(each.values(), key=lambda one: (one.booked_ms, one.call_id))
        return self.but(calls=tuple(ordered[-REFERENCE_CALLS_KEPT:]))

    @property
    def index_entry(self) -> IndexEntry | None:
        if not self.traits.active:
            return None
        return IndexEntry(f"REFERENCES#{self.program_id}", self.subject_id)


class DealCall(Value):
    """A call that was held for a deal: when it was booked, and the ask whose yes it rests on."""

    call_id: str
    program_id: str
    booked_ms: int
    ask_id: str = ""


class DealCalls(Record):
    """The calls that were held for a deal, oldest first; the deal itself may be told of later."""

    KIND: ClassVar[str] = "deal_calls"

    opportunity_id: str
    calls: tuple[DealCall, ...] = Field(default=(), max_length=DEAL_CALLS_MAX)

    @property
    def key(self) -> Key:
        return deal_calls_key(self.opportunity_id)

    def with_call(self, call: DealCall | None, call_id: str) -> "DealCalls":
        """With this call, or without the one of that id; the newest of all are kept."""
        each = [one for one in self.calls if one.call_id != call_id]
        each += [call] if call is not None else []
        ordered = sorted(each, key=lambda one: (one.booked_ms, one.call_id))
        return self.but(calls=tuple(ordered[-DEAL_CALLS_MAX:]))


def deal_calls_key(opportunity_id: str) -> Key:
    """Where the calls for a deal are: with the deal."""
    return Key("core", f"OPP#{opportunity_id}", "CALLS")


class Fit(Value):
    """How well a profile fits: the sum of its parts, e.g. `use_case:billing` 2."""

    points: int
    parts: tuple[tuple[str, int], ...]


def reference_key(subject_id: str) -> Key:
    """Where a person's profile is."""
    return Key("core", f"SBJ#{subject_id}", "REFERENCE")


def fit(traits: Traits, need: Need) -> Fit:
    """The points of each thing in common."""
    parts: list[tuple[str, int]] = []
    if need.industry == traits.industry:
        parts.append(("industry", INDUSTRY))
    if need.size is not None:
        apart = abs(SIZES.index(need.size) - SIZES.index(traits.size))
        if apart <= 1:
            parts.append(("size", NEXT_SIZE if apart else SAME_SIZE))
    common = [one for one in dict.fromkeys(need.use_cases) if one in traits.use_cases]
    parts += [(f"use_case:{one}", USE_CASE) for one in common]
    return Fit(points=sum(points for _, points in parts), parts=tuple(parts))


def free_from(profile: ReferenceProfile, now_ms: int) -> tuple[str, int]:
    """Why nobody may call now, `quota_used` or `cool_down`, and until when; ("", now) if one may.

    Whatever lasts longer is said.
    """
    traits = profile.traits
    times = sorted(one.booked_ms for one in profile.calls if one.state in BUSY)
    found = [("", now_ms)]
    if times:
        found.append(("cool_down", times[-1] + traits.cool_down_days * DAY_MS))
    if len(times) >= traits.calls_max:
        over_ms = times[-traits.calls_max] + traits.quota_days * DAY_MS
        found.append(("quota_used", over_ms))
    reason, from_ms = max(found, key=lambda one: one[1])
    return (reason, from_ms) if from_ms > now_ms else ("", now_ms)
