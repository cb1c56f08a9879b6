"""Where a mark was seen before is one small record, moved in the Change of what was seen.

A `Trail` keeps the newest sightings of one mark and the advocates whose own mark it is; `Own` keeps
an advocate's own marks; `Pace` the newest rewarded conversions of an advocate. All are sets keyed
by the conversion, so seeing the same thing twice changes nothing, and all are bounded: what is read
at a decision is a fixed number of items, whatever has happened before. Trails expire.
"""

from collections.abc import Iterable
from typing import ClassVar, Literal

from pydantic import Field

from goodword.limits import (
    OWN_MARKS_MAX,
    OWN_NEAR_MAX,
    OWN_SPELT_MAX,
    PACE_MAX,
    PARTNERS_MAX,
    SIGHTINGS_MAX,
    TRAIL_DAYS,
    TRAIL_OWNERS_MAX,
)
from goodword.records import Key, Record, Value
from goodword.times import DAY_MS, SECOND_MS

OwnKind = Literal[
    "email",
    "payee",
    "card",
    "device",
    "name",
    "spelt",
    "near",
    "family",
    "address",
    "browser",
    "network",
]
CUSTOMER_LENGTH = 16  # hex digits that tell the customers of one trail apart


class Sighting(Value):
    """A mark on one conversion. `customer` tells customers apart and is no key to anything."""

    conversion_id: str
    at_ms: int
    customer: str
    advocate_id: str | None = None


class Trail(Record):
    """One mark: on which conversions it was, newest last, and whose own it is."""

    KIND: ClassVar[str] = "trail"

    kind: str
    mac: str
    sightings: tuple[Sighting, ...] = Field(default=(), max_length=SIGHTINGS_MAX)
    owners: tuple[str, ...] = Field(default=(), max_length=TRAIL_OWNERS_MAX)
    keep_s: int = 0

    @property
    def key(self) -> Key:
        return trail_key(self.kind, self.mac)

    @property
    def expires_s(self) -> int:
        return self.keep_s

    def seen(self, sighting: Sighting, now_ms: int) -> "Trail":
        """With the sighting, in the place of an earlier one of the same conversion."""
        others = [one for one in self.sightings if one.conversion_id != sighting.conversion_id]
        kept = sorted([*others, sighting], key=lambda one: (one.at_ms, one.conversion_id))
        return self.but(sightings=tuple(kept[-SIGHTINGS_MAX:]), keep_s=_keep_s(now_ms))

    def owned(self, advocate_id: str, now_ms: int) -> "Trail":
        """With one more advocate whose own mark it is."""
        if advocate_id in self.owners:
            return self
        owners = (*self.owners, advocate_id)[-TRAIL_OWNERS_MAX:]
        return self.but(owners=owners, keep_s=_keep_s(now_ms))

    def customers(self, of: str | None = None, since_ms: int = 0) -> set[str]:
        """The different customers seen, of one advocate and since then if asked."""
        return {
            one.customer
            for one in self.sightings
            if one.at_ms >= since_ms and (of is None or one.advocate_id == of)
        }

    def advocates(self) -> set[str]:
        """The advocates whose conversions it was seen on."""
        return {one.advocate_id for one in self.sightings if one.advocate_id is not None}


def trail_key(kind: str, mac: str) -> Key:
    """Where the trail of a mark is."""
    return Key("core", f"MARK#{kind}#{mac}", "TRAIL")


class Own(Record):
    """An advocate's own marks by kind, newest last, as learned from own orders and payout methods.

    `email` and `payee` are the MACs by which a person and a payout destination are known anyway.
    """

    KIND: ClassVar[str] = "own_marks"

    advocate_id: str
    marks: dict[str, tuple[str, ...]] = {}

    @property
    def key(self) -> Key:
        return own_key(self.advocate_id)

    def has(self, kind: OwnKind, mac: str) -> bool:
        """Whether the mark is this advocate's own."""
        return bool(mac) and mac in self.marks.get(kind, ())

    def plus(self, marks: Iterable[tuple[str, str]]) -> "Own":
        """With these marks, of each kind the newest."""
        kept = dict(self.marks)
        for kind, mac in marks:
            others = tuple(one for one in kept.get(kind, ()) if one != mac)
            known = mac in kept.get(kind, ())
            most = {"spelt": OWN_SPELT_MAX, "near": OWN_NEAR_MAX}.get(kind, OWN_MARKS_MAX)
            kept[kind] = kept[kind] if known else (*others, mac)[-most:]
        return self.but(marks=kept)


def own_key(advocate_id: str) -> Key:
    """Where an advocate's own marks are; not in the summary, they may be some KB."""
    return Key("core", f"ADV#{advocate_id}", "MARKS")


class Paced(Value):
    """One rewarded conversion of an advocate. `gap_s` is the time since the winning click.

    `partners` are other advocates whose customers have used the card or device of this one.
    """

    conversion_id: str
    at_ms: int
    customer: str
    kind: str
    link_id: str
    gap_s: int | None = None
    visit_country: str = ""
    order_country: str = ""
    buyer: str | None = None
    partners: tuple[str, ...] = Field(default=(), max_length=PARTNERS_MAX)


class Pace(Record):
    """The newest rewarded conversions of an advocate in one programme, oldest first."""

    KIND: ClassVar[str] = "pace"

    advocate_id: str
    program_id: str
    newest: tuple[Paced, ...] = Field(default=(), max_length=PACE_MAX)

    @property
    def key(self) -> Key:
        return pace_key(self.advocate_id, self.program_id)

    def plus(self, paced: Paced) -> "Pace":
        """With this conversion, once."""
        others = [one for one in self.newest if one.conversion_id != paced.conversion_id]
        kept = sorted([*others, paced], key=lambda one: (one.at_ms, one.conversion_id))
        return self.but(newest=tuple(kept[-PACE_MAX:]))


def pace_key(advocate_id: str, program_id: str) -> Key:
    """Where the pace of an advocate is; not in the summary, it may be some KB."""
    return Key("core", f"ADV#{advocate_id}", f"PACE#{program_id}")


def customer_of(identities: tuple[str, ...], conversion_id: str) -> str:
    """What tells a conversion's customer from others: the first identifier, else the conversion.

    A digest's beginning when it is one; never the value that a person is known by.
    """
    return (identities[0] if identities else conversion_id)[-CUSTOMER_LENGTH:]


def _keep_s(now_ms: int) -> int:
    return (now_ms + TRAIL_DAYS * DAY_MS) // SECOND_MS
