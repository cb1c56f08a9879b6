"""What one payment is, worked out anew: the orders that it is believed to be, and what they earn.

An order knows its touches, and all of its friend's. The last one before it earns ten per cent of
its net, unless another's is due by then. What came back counts once, under whatever name it came.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, TypeVar

from goodword.conversions.model import InquiryFact, OtherNames, ReinstatementFact

from tests.simulation.rarities import Twin
from tests.simulation.story import DAY_MS, HOUR_MS, PEOPLE
from tests.simulation.tales.teller import Teller

SKEW_MS = 60_000  # that a shop's clock may be behind
SOON_MS = 600_000  # after a click; what comes sooner is looked at
ANOTHER = Twin(0, provisional=False)  # what it counts for is said by the tale
V = TypeVar("V")


@dataclass
class One:
    """What is one order by now: its names, the touches that it knows and what came back."""

    names: list[str]
    at_ms: int
    net: int
    gross: int
    touches: dict[int, str]
    friends: set[str]
    provisional: bool = False
    back: dict[str, tuple[str, int | None]] = field(default_factory=dict)  # of what, how much
    won: set[str] = field(default_factory=set)  # refunds that are given back, told before or not
    asked: set[str] = field(default_factory=set)  # what banks have asked
    closed: set[str] = field(default_factory=set)  # what they ask no more, told before or not
    told: set[tuple[int, int, bool]] = field(default_factory=set)  # as what else
    extra: int = 0
    person: str = ""
    locked: bool = False

    def wins(self) -> None:
        """Who has the last touch before it has it, while it is not due."""
        able = [at_ms for at_ms in self.touches if at_ms <= self.at_ms + SKEW_MS]
        if not self.locked:
            self.person = self.touches[max(able)] if able else ""

    @property
    def differs(self) -> bool:
        """Whether it was told with other sums, by somebody who knows as much."""
        sums = self.net, self.gross
        return any(told[:2] != sums and (self.provisional or not told[2]) for told in self.told)

    def claimed(self, of: str, most: int) -> int:
        """How much of its net, or of its gross, is claimed back."""
        back = [what for name, what in self.back.items() if name not in self.won]
        if any(amount is None for _, amount in back):
            return most
        return min(most, sum(amount or 0 for unit, amount in back if unit == of))

    @property
    def share(self) -> Fraction:
        """How much of it came back, 0 to 1."""
        if any(what[1] is None for name, what in self.back.items() if name not in self.won):
            return Fraction(1)
        sums = {
            of: self.claimed(of, most) for of, most in (("net", self.net), ("gross", self.gross))
        }
        parts = [Fraction(sums["net"], self.net), Fraction(sums["gross"], self.gross)]
        return min(Fraction(1), sum(parts, Fraction(0)))

    def left(self, of: int) -> int:
        """What is left of a part of it."""
        return of - round(of * self.share)

    @property
    def owned(self) -> int:
        """What is left of what it earned."""
        return self.money + self.left(self.extra) if self.person else 0

    @property
    def money(self) -> int:
        """What of it is no points."""
        return self.left(round(Fraction(self.net, 10))) if self.person else 0

    @property
    def counted(self) -> tuple[int, int, int]:
        """As a sale, as one that is not wholly back, and with what is left of its net."""
        left = self.left(self.net)
        return 1, int(left > 0), left


class Payment:
    """The orders that one payment is believed to be; whoever tells of it knows what must follow."""

    def __init__(self, teller: Teller, *people: str) -> None:
        self.teller, self.draw, self.people = teller, teller.draw, people or PEOPLE
        self.ones: list[One] = []
        self._refunds, self._taken = 0, 0

    def told(self, name: str, at_ms: int, net: int, friend: str, **fields: Any) -> One:
        """A shop reports it under this name, with somebody's click."""
        person = self.draw.choice(self.people)
        click_ms = (
            at_ms - self.draw.choice((0, 4, 23)) * HOUR_MS - self.draw.randrange(SOON_MS, HOUR_MS)
        )
        click = self.teller.click(person, self.teller.now_ms - click_ms)
        more: dict[str, Any] = {
            "occurred_ms": at_ms,
            "friend": friend,
            "click_ids": (click,),
        } | fields
        fact = self.teller.sold(name, net, **more)
        self.teller.town.story.order(name).twin = ANOTHER
        gross = max(net, fact.gross_minor)
        one = One([name], at_ms, net, gross, {click_ms: person}, {friend} - {""}, fact.provisional)
        one.extra = self.teller.town.story.extra
        self.ones.append(one)
        self._share()
        self.teller.tells(fact)
        return one

    def of(self, name: str) -> One:
        """The order that has this name."""
        return next(one for one in self.ones if name in one.names)

    def joins(self, name: str, other: str, reason: str = "") -> None:
        """A delivery says that both are one."""
        self.teller.tells(names=(OtherNames(order_id=name, aliases=(other,)),))
        self.are_one(name, other)
        self.teller.ends(reason or ("order_differs" if self.of(name).differs else ""))
        self.holds()

    def are_one(self, *names: str) -> None:
        """These are one order from now on: the one that happened first."""
        found = {id(one): one for one in map(self.of, names)}
        kept, *others = sorted(found.values(), key=lambda one: one.at_ms)
        self._taken += sum(one.money for one in others)
        for one in others:
            if kept.provisional and not one.provisional and not kept.locked:
                kept.net, kept.gross, kept.provisional = one.net, one.gross, False
            kept.told |= one.told | {(one.net, one.gross, one.provisional)}
            kept.names += one.names
            kept.touches |= one.touches
            kept.friends |= one.friends
            kept.back = one.back | kept.back
            kept.won |= one.won
            kept.asked |= one.asked
            kept.closed |= one.closed
            self.ones.remove(one)
        self._share()

    def _merged(self) -> None:
        """What was taken of those that are nothing is told."""
        events = (one.plain for one in self.teller.town.dynamo.of_kind("event"))
        merged = [one["data"] for one in events if one["type"] == "conversion.merged"]
        told = sum(one["taken_minor"] for one in merged)
        self.teller.wants("what merges have taken", told, self._taken)

    def comes_back(
        self, name: str, amount: int | None, refund: str = "", of: str = "net", **fields: Any
    ) -> None:
        """A refund under this name, of an id that it has not had, or has had."""
        self._refunds += 1
        refund, one = refund or f"r{self._refunds}", self.of(name)
        self.teller.tells(self.teller.back(refund, name, amount, of=of, **fields))
        known = one.back.setdefault(refund, (of, amount))
        self.teller.ends("" if known == (of, amount) else "refund_differs")
        self.holds()

    def is_won(self, name: str, refund: str) -> None:
        """A bank gives back what a chargeback has taken, or will take."""
        self.of(name).won.add(refund)
        told = {"refund_id": refund, "orders": (name,), "currency": "EUR"}
        at_ms = self.teller.now_ms
        self.teller.tells(ReinstatementFact.model_validate(told | {"occurred_ms": at_ms}))
        self.teller.ends()
        self.holds()

    def is_asked(self, name: str, inquiry: str, state: str) -> None:
        """A bank asks about it, or asks no more."""
        one, told = self.of(name), {"inquiry_id": inquiry, "orders": (name,), "currency": "EUR"}
        (one.asked if state == "open" else one.closed).add(inquiry)
        more: dict[str, Any] = {"occurred_ms": self.teller.now_ms, "state": state}
        self.teller.tells(InquiryFact.model_validate(told | more))
        self.teller.ends()
        self.holds()

    def _share(self) -> None:
        """Orders of one friend know each other's touches."""
        for one in self.ones:
            for other in self.ones:
                if one.friends & other.friends:
                    one.friends |= other.friends
                    one.touches |= other.touches
        for one in self.ones:
            one.wins()

    def holds(self) -> None:
        """Everybody owns and is counted for what is theirs; each order is there once."""
        owned, counted = dict.fromkeys(PEOPLE, 0), dict.fromkeys(PEOPLE, (0, 0, 0))
        for one in self.ones:
            if one.person:
                owned[one.person] += one.owned
                sales, orders, net = counted[one.person]
                more = one.counted
                counted[one.person] = sales + more[0], orders + more[1], net + more[2]
        self.teller.owns(**short(owned))
        self.teller.counts(**short(counted))
        self._merged()
        for one in self.ones:
            first, *others = one.names
            state = "qualified" if one.person else "unattributed"
            self.teller.orders(**{first: [state]})
            plain = self.teller.conversion(first)
            said = plain["refunded_net_minor"], plain["refunded_gross_minor"]
            claimed = one.claimed("net", one.net), one.claimed("gross", one.gross)
            self.teller.wants(f"what is back of {first}", said, claimed)
            for name in others:
                found = self.teller.conversion(name)
                said = found["state"], found["reason"]
                self.teller.wants(f"what became of {name}", said, GONE)
            held = [each.reward_id for each in self.teller.of_order(first, "on_hold")]
            waits = bool(one.asked - one.closed) and one.owned > 0 and not one.locked
            self.teller.wants(f"{first} is held", bool(held), waits)
            one.locked |= not waits and one.owned > 0 and one.at_ms + DAY_MS <= self.teller.now_ms

    def settles(self) -> None:
        """What is left is paid, and what was on its way before."""
        paid = dict.fromkeys(PEOPLE, 0) | self.teller.has_paid("draft", "paid")
        self.teller.pays()
        self.holds()
        owned = dict.fromkeys(PEOPLE, 0)
        for one in self.ones:
            if one.person:
                owned[one.person] += one.money
        wanted = {name: max(owned[name], paid[name]) for name in PEOPLE}
        self.teller.paid(**short(wanted))


GONE = ("disqualified", "duplicate_order")


def short(people: Mapping[str, V]) -> dict[str, V]:
    """Without what all names begin with."""
    return {name.removeprefix("adv_"): each for name, each in people.items()}
