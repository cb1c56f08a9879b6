"""A labelled crowd: honest people with everything that makes them look alike, and planted fraud.

One seed makes one crowd. Nothing here knows how checks weigh: people get identities (cards,
devices, homes, networks, names), and what they do follows from who they are. Honest: friends,
families of one household, offices behind one network with alike machines and one delivery address,
gifts, joint accounts of couples, travellers and company networks abroad, wrapped links, popular
posts, a tablet at a market stall, people with two accounts. Planted: own orders with all sorts of
evasions, and rings with theirs. `out_of_reach` is planted too, and leaves nothing but what a family
leaves; it is counted by itself.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Literal

from goodword.times import DAY_MS, HOUR_MS, MINUTE_MS
from goodword.tracking.model import Visited
from goodword.trust.signals import Signals

from tests.support.crowd_people import (
    AGENTS,
    DOMAINS,
    FIRST,
    LAST,
    STREETS,
    Human,
    Member,
    mailbox,
    misspelt,
    plain,
)

Label = Literal["honest", "self_referral", "ring", "stuffing", "coupon", "bot", "out_of_reach"]
START_MS = 1_763_800_000_000


@dataclass
class Bought:
    """One order. `via` is None for the open order of an advocate or anybody."""

    at_ms: int
    human: Human
    label: Label
    via: Member | None
    gap_ms: int = HOUR_MS
    typed: bool = False
    scheme: str = ""
    visited: Visited = field(default_factory=Visited)
    email_kind: Literal["", "disposable"] = ""

    def signals(self) -> Signals:
        """What a shop says of it."""
        who = self.human
        return Signals(
            ip=who.ip,
            agent=who.agent,
            card=who.card,
            device=who.device,
            name=who.name,
            address=who.address,
            postcode=who.postcode,
            country=who.country,
            email_kind=self.email_kind,
        )


class Crowd:
    """Everybody of one seed. `members` are the advocates, `orders` are in the order of time."""

    def __init__(self, seed: int, orders: int = 2_000) -> None:
        self.chance = Random(f"crowd {seed}")
        self.members: list[Member] = []
        self._number = 0
        self._homes: dict[str, list[Human]] = {}
        self._orders = list[Bought]()
        self._honest(orders)
        for _ in range(max(12, orders // 40)):
            self._self_referrer()
        for _ in range(max(4, orders // 250)):
            self._ring()
        self._others()
        self.orders = sorted(self._orders, key=lambda one: one.at_ms)

    # --- people -----------------------------------------------------------------------------

    def human(self, **same: object) -> Human:
        """Somebody new, but for what is the `same` as somebody else's."""
        self._number += 1
        n, pick = self._number, self.chance.choice
        first, last = pick(FIRST), f"{pick(LAST)}{pick(('', 'mann', 'sen', 'er', 'ke'))}"
        fields: dict[str, object] = {
            "name": f"{first} {last}",
            "email": f"{plain(first)}.{plain(last)}{n}@{pick(DOMAINS)}",
            "card": f"card-{n}",
            "device": f"device-{n}" if self.chance.random() < 0.6 else "",
            "address": (f"{pick(STREETS)} Street {n}",),
            "postcode": f"{10_000 + n % 80_000}",
            "ip": self._ip(),
            "agent": pick(AGENTS),
        }
        return Human(**(fields | same))  # type: ignore[arg-type]  # fields of a Human

    def _ip(self) -> str:
        """One's own, or one of the few that a carrier gives to many."""
        if self.chance.random() < 0.15:
            return f"80.187.0.{self.chance.randint(1, 40)}"
        return f"91.{self.chance.randint(0, 255)}.{self._number % 250}.{self._number // 250 % 250}"

    def member(self, human: Human | None = None, payee: str = "") -> Member:
        """A new advocate."""
        n = len(self.members)
        one = Member(
            advocate_id=f"adv_{n:06d}",
            code=f"W{n:06d}",
            human=human or self.human(),
            payee=payee or f"payee-{n}",
        )
        self.members.append(one)
        return one

    def _when(self, days: float = 25) -> int:
        return START_MS + int(self.chance.random() * days * DAY_MS)

    def _gap(self) -> int:
        """From a minute to days, most of it within the hour; a wallet may be done in seconds."""
        if self.chance.random() < 0.001:
            return self.chance.randint(4_000, 12_000)
        return int(min(20 * DAY_MS, 45_000 + self.chance.lognormvariate(13.5, 2.2)))

    def order(self, human: Human, via: Member | None, label: Label, **more: object) -> Bought:
        """Somebody buys."""
        fields: dict[str, object] = {
            "at_ms": self._when(),
            "gap_ms": self._gap(),
            "typed": self.chance.random() < 0.2,
            "visited": self._visit(via, human),
        }
        made = Bought(human=human, via=via, label=label, **(fields | more))  # type: ignore[arg-type]
        self._orders.append(made)
        return made

    def _visit(self, via: Member | None, human: Human) -> Visited:
        opened, referrer = via.opened if via else ("", "")
        if self.chance.random() < 0.15:
            opened = ""  # an old browser, or an app's own
        country = human.country if self.chance.random() < 0.98 else "FR"
        return Visited.model_validate(
            {"opened": opened, "referrer": referrer, "country": country, "device": "phone"}
        )

    # --- honest people ----------------------------------------------------------------------

    def _honest(self, orders: int) -> None:
        circles = [self.member() for _ in range(max(20, orders // 25))]
        for one in circles:
            one.opened = self.chance.choice(
                (("prompted", "other"), ("prompted", ""), ("unprompted", "wrapper"), ("", ""))
            )
            one.extra_clicks = self.chance.randint(5, 400)
            if self.chance.random() < 0.5:
                self.order(one.human, None, "honest")
        self._couples(circles)
        offices = [self._office(circles) for _ in range(max(2, orders // 400))]
        for _ in range(orders):
            self._one_honest(self.chance.choice(circles), offices)
        for _ in range(max(1, orders // 1_000)):
            self._popular(circles)
        for _ in range(orders // 500):
            if self.chance.random() < 0.2:
                self._stall(circles)

    def _one_honest(self, via: Member, offices: list[tuple[Human, list[Member]]]) -> None:
        kind = self.chance.random()
        if kind < 0.08:
            self.order(self._at_home(via), via, "honest")
        elif kind < 0.14:
            office, members = self.chance.choice(offices)
            self.order(self._colleague(office), self.chance.choice(members), "honest")
        elif kind < 0.19:
            self.order(self._giver(via), via, "honest")
        elif kind < 0.20:
            self.order(self.human(), via, "honest", email_kind="disposable")
        elif kind < 0.202:
            self._two_accounts(via)
        else:
            self.order(self.human(), via, "honest")

    def _at_home(self, via: Member) -> Human:
        """Somebody of the advocate's household, which has up to three others who ever buy."""
        home = self._homes.setdefault(via.advocate_id, [])
        if len(home) < 3 and self.chance.random() < 1 / (1 + len(home)):
            home.append(self._relative(via.human))
        return self.chance.choice(home)

    def _relative(self, of: Human) -> Human:
        """One household: address and network, often the phone's model, seldom card or device."""
        roll, same = self.chance.random, dict[str, object]()
        if roll() < 0.04:
            same["card"] = of.card
        if roll() < 0.04:
            same["device"] = of.device
        if roll() < 0.25:
            same["agent"] = of.agent
        first = self.chance.choice([one for one in FIRST if one != of.name.split()[0]])
        name = of.name if roll() < 0.01 else f"{first} {of.name.split()[1]}"
        return self.human(address=of.address, postcode=of.postcode, ip=of.ip, name=name, **same)

    def _office(self, circles: list[Member]) -> tuple[Human, list[Member]]:
        """One network, alike machines, one door; some networks surface abroad."""
        place = self.human(ip=f"62.{self.chance.randint(0, 255)}.7.{self.chance.randint(1, 250)}")
        place.country = self.chance.choice(("DE", "DE", "DE", "US"))
        members = self.chance.sample(circles, min(4, len(circles)))
        for one in members:
            one.human.ip, one.human.agent = place.ip, place.agent
        return place, members

    def _colleague(self, office: Human) -> Human:
        same: dict[str, object] = {"ip": office.ip}
        if self.chance.random() < 0.6:
            same["agent"] = office.agent
        if self.chance.random() < 0.4:
            same |= {"address": office.address, "postcode": office.postcode}
        return self.human(**same)

    def _giver(self, via: Member) -> Human:
        """Pays, and has it sent to somebody else: mostly a third person, at times the advocate."""
        to = via.human if self.chance.random() < 0.15 else self.human()
        return self.human(address=to.address, postcode=to.postcode)

    def _couples(self, circles: list[Member]) -> None:
        """Two advocates of one home with one account; nobody is in two couples."""
        people = self.chance.sample(circles, len(circles) // 20 * 2)
        for one, two in zip(people[::2], people[1::2], strict=True):
            two.payee = one.payee
            two.human.address, two.human.ip = one.human.address, one.human.ip

    def _two_accounts(self, via: Member) -> None:
        """The same person, twice, with another address of e-mail."""
        who = self.human()
        self.order(who, via, "honest")
        again = self.human(
            name=who.name,
            card=who.card,
            device=who.device,
            address=who.address,
            postcode=who.postcode,
            ip=who.ip,
            agent=who.agent,
        )
        self.order(again, via, "honest")

    def _popular(self, circles: list[Member]) -> None:
        """A post that everybody sees: many orders within a day, and far more clicks."""
        via, day = self.chance.choice(circles), self._when(20)
        via.extra_clicks += 5_000
        for _ in range(50):
            self.order(self.human(), via, "honest", at_ms=day + self.chance.randint(0, DAY_MS))

    def _stall(self, circles: list[Member]) -> None:
        """A tablet on a market, on which a few people order one after the other."""
        via, tablet, at_ms = self.chance.choice(circles), self.human(), self._when()
        for n in range(3):
            who = self.human(device=f"tablet-{tablet.card}", ip=tablet.ip, agent=tablet.agent)
            self.order(who, via, "honest", at_ms=at_ms + n * 20 * MINUTE_MS, typed=True)

    # --- planted ----------------------------------------------------------------------------

    def _self_referrer(self) -> None:
        """Somebody orders over the own link. What is left of the own identity varies."""
        own = self.member()
        openly = self.chance.random() < 0.7
        if openly:
            # The own order may come before or after the others, yet within their hold period.
            self.order(own.human, None, "honest", at_ms=self._when(12))
        named = ["name", "email_tag", "payee_email"]
        left = self.chance.choice(
            [*named, "card", "device", "home", "nothing"] if openly else named
        )
        if left == "payee_email":
            own.payee = own.payee.replace("payee", "mail")
        times = self.chance.randint(4, 6) if left == "home" else self.chance.randint(1, 3)
        label: Label = "out_of_reach" if left == "nothing" else "self_referral"
        for _ in range(times):
            fake = self._fake(own, left)
            self.order(fake, own, label, at_ms=self._when(12), scheme=f"{own.code} {left}")

    def _fake(self, own: Member, left: str) -> Human:
        """The advocate in disguise: everything new but what is left, and what is too much work."""
        human, same = own.human, dict[str, object]()
        lazy = {
            "ip": human.ip,
            "agent": human.agent,
            "address": human.address,
            "postcode": human.postcode,
        }
        if left in ("home", "nothing"):
            same |= lazy
        elif self.chance.random() < 0.5:
            same |= {"ip": human.ip, "agent": human.agent}
        if left == "device" and not human.device:
            left = "card"
        if left in ("card", "device"):
            same[left] = getattr(human, left)
        if left == "name":
            same["name"] = misspelt(human.name, self.chance)
        if left == "email_tag":
            same["email"] = self._tagged(human)
        if left == "payee_email":
            same["email"] = mailbox(own.payee)
        return self.human(**same)

    def _tagged(self, human: Human) -> str:
        """The own address, written otherwise."""
        local, _, domain = human.email.partition("@")
        if domain == "gmail.com":
            local = ".".join(local.replace(".", ""))
        return f"{local}+{self.chance.randint(1, 99)}@{domain}".upper()

    def _ring(self) -> None:
        """A few advocates who are one, with customers who are nobody."""
        size, days = self.chance.randint(3, 6), self.chance.choice((2, 9, 9, 20))
        members = [self.member() for _ in range(size)]
        shared = self.chance.choice(("payee", "cards", "devices", "pairs"))
        start = self.chance.random() * 12
        pool = [self.human() for _ in range(3)]
        if shared == "payee":
            for one in members:
                one.payee = members[0].payee
        if shared == "pairs":
            for n, one in enumerate(members):
                one.payee = members[n // 2 * 2 if n < size - size % 2 else 0].payee
        for n in range(size * self.chance.randint(3, 5)):
            via = members[n % size]
            at_ms = START_MS + int((start + self.chance.random() * days) * DAY_MS)
            tool, same = pool[n // size % 3], dict[str, object]()
            if shared in ("cards", "pairs"):
                same["card"] = tool.card
            if shared == "cards" and self.chance.random() < 0.003:
                same["card"] = self.human().card  # a card that is used once, and leaves nothing
            if shared == "devices":
                same |= {"device": f"farm-{tool.card}", "agent": tool.agent}
            self.order(
                self.human(**same), via, "ring", at_ms=at_ms, scheme=f"{members[0].code} {shared}"
            )

    def _others(self) -> None:
        """Planted clicks, a coupon page, and a script that buys."""
        stuffer, page, script = self.member(), self.member(), self.member()
        stuffer.opened, stuffer.extra_clicks = ("unprompted", "other"), 4_000
        page.opened = ("prompted", "coupon")
        for _ in range(6):
            self.order(self.human(), stuffer, "stuffing", typed=False, gap_ms=3 * DAY_MS)
            self.order(self.human(), page, "coupon", typed=False, gap_ms=90_000)
            self.order(self.human(), script, "bot", typed=False, gap_ms=3_000)

    def clicks(self) -> Iterator[tuple[Member, int, int]]:
        """Per advocate: clicks that led to nothing, and how many of them no person made."""
        for one in self.members:
            yield one, one.extra_clicks, one.extra_clicks * (one.opened[0] == "unprompted")
