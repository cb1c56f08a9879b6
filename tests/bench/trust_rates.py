"""How many of the planted are held, and how many honest people with them: `make trust-rates`.

A crowd of one seed (`tests.support.crowd`) goes through the product's own path: people say where
they are paid, deliveries are booked, rewards assessed when they are new and again before they
become due. What is counted is whether a reward was ever held by a check. Limits: at least 99 % of
planted self-referrals and rings held, at most 1 % of honest orders.

    python -m tests.bench.trust_rates --seed 7 [--orders 4000] [--seeds 3]
"""

import argparse
import hashlib
import heapq
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from goodword.advocates.methods import PayoutMethods
from goodword.advocates.model import Advocate, Enrolment, Known, Link
from goodword.conversions.model import ConversionFact, Customer
from goodword.ports import Change
from goodword.privacy.model import PersonalFields, fold_email
from goodword.records import Key, Record
from goodword.rewards.model import Reward
from goodword.times import DAY_MS
from goodword.tracking.click import Click, sign_click
from goodword.tracking.model import ClickCount, Visited, click_count_key
from goodword.trust.checks import CHECKS
from goodword.trust.model import REASONS, Assessment
from goodword.trust.noting import own_marks
from goodword.trust.signals import own_names

from tests.fakes.privacy import MemoryVault
from tests.support.crowd import START_MS, Bought, Crowd, Label
from tests.support.crowd_people import Member
from tests.support.people import MACS
from tests.support.scene import PROGRAM, SECRET, Scene

PLANTED_HELD_LEAST, HONEST_HELD_MOST = 0.99, 0.01
DEMANDED: tuple[Label, ...] = ("self_referral", "ring")


@dataclass
class SeenVisits:
    """What clicks looked like, by touch id."""

    known: dict[str, Visited] = field(default_factory=dict)

    def places(self, _clicks: Sequence[Click]) -> Mapping[Key, type[Record]]:
        return {}

    def of(self, clicks: Sequence[Click], _found: object) -> Mapping[str, Visited]:
        return {one.touch_id: self.known[one.touch_id] for one in clicks}


@dataclass
class Rates:
    """What became of one crowd. `by_check` counts rewards each check would hold, by label."""

    total: Counter[str] = field(default_factory=Counter)
    held: Counter[str] = field(default_factory=Counter)
    by_check: dict[str, Counter[str]] = field(default_factory=dict)
    missed: list[str] = field(default_factory=list)
    false: Counter[str] = field(default_factory=Counter)

    def share(self, *labels: Label) -> float:
        """How many of these labels were held."""
        total = sum(self.total[one] for one in labels)
        return sum(self.held[one] for one in labels) / max(1, total)

    def add(self, other: "Rates") -> None:
        """Another crowd's to this one's."""
        self.total += other.total
        self.held += other.held
        self.missed += other.missed
        self.false += other.false
        for check, counts in other.by_check.items():
            self.by_check[check] = self.by_check.get(check, Counter()) + counts


class Market(Scene):
    """A programme in which a crowd plays; nothing is held but by a check."""

    def __init__(self, crowd: Crowd) -> None:
        super().__init__(review={"auto_approve_limit_minor": 10**9}, caps=())
        self.seen = SeenVisits()
        self.worker = type(self.worker)(
            self.worker.desk, MACS, self.worker.click_secrets, self.seen
        )
        self.crowd = crowd
        self.vault = MemoryVault()
        self.labels: dict[str, Bought] = {}
        self.clock.at_ms = START_MS - 30 * DAY_MS
        for member in crowd.members:
            self._join(member)
        for member, clicks, alone in crowd.clicks():
            self._clicked(member, clicks, alone)

    def _join(self, member: Member) -> None:
        change, mac, vault = Change(), MACS.mac, self.vault
        email = mac("email", fold_email(member.human.email))
        fields = {"advocate_id": member.advocate_id, "program_id": PROGRAM}
        at = {"created_ms": self.clock.at_ms, "changed_ms": self.clock.at_ms}
        change.create(
            Advocate(advocate_id=member.advocate_id, created_ms=self.clock.at_ms),
            vault.seal(member.advocate_id, PersonalFields(email=member.human.email)),
            Enrolment.model_validate(fields | at | {"state": "active"}),
            Link(
                code=member.code,
                link_id=f"lnk_{member.code}",
                advocate_id=member.advocate_id,
                program_id=PROGRAM,
                destination="https://shop.example/",
                hosts=("shop.example",),
                fallback="https://shop.example/",
                created_ms=self.clock.at_ms,
            ),
            Known(mac=email, of="email", advocate_id=member.advocate_id),
        )
        marks = [
            ("email", email),
            *own_names(member.human.name, MACS),
        ]
        own_marks(self.desk("join"), change, member.advocate_id, marks)
        self.store.commit(change)
        methods = PayoutMethods(self.desk("join"), MACS, vault)
        methods.put(member.advocate_id, *member.paid_at())

    def _clicked(self, member: Member, clicks: int, alone: int) -> None:
        change = Change()
        change.create(
            ClickCount(
                advocate_id=member.advocate_id,
                program_id=PROGRAM,
                clicks=clicks,
                unprompted=alone,
            )
        )
        self.store.commit(change)

    def play(self) -> Rates:
        """Every order in its turn, every reward assessed, and posted when its hold is over."""
        due: list[tuple[int, str]] = []
        for number, order in enumerate(self.crowd.orders):
            while due and due[0][0] <= order.at_ms:
                self._post(*heapq.heappop(due))
            self.clock.at_ms = order.at_ms
            reward = self._buy(f"o{number}", order)
            if reward is not None:
                heapq.heappush(due, (reward.hold_until_ms, reward.reward_id))
        while due:
            self._post(*heapq.heappop(due))
        return self._rates()

    def _buy(self, order_id: str, order: Bought) -> Reward | None:
        clicks: tuple[str, ...] = ()
        if order.via is not None and not order.typed:
            at_ms = order.at_ms - order.gap_ms
            nonce = self.ids.entropy(8)
            clicks = (sign_click(at_ms, order.via.code, nonce, SECRET),)
            touch = Click(at_ms, order.via.code, nonce.hex()).touch_id
            self.seen.known[touch] = order.visited
            self._count(order.via, order.visited.opened == "unprompted")
        before = len(self.store.commits)
        self.deliver(
            ConversionFact(
                action="sale",
                order_id=order_id,
                occurred_ms=order.at_ms,
                currency="EUR",
                net_minor=4_000,
                gross_minor=4_000,
                customer=Customer(
                    customer_id=f"c-{order.human.email}".lower(),
                    email=fold_email(order.human.email),
                ),
                click_ids=clicks,
                codes=(order.via.code,) if order.via and order.typed else (),
                signals=order.signals(),
            )
        )
        since = self.store.commits[before:]
        made = [one for change in since for one in change.created if isinstance(one, Reward)]
        if not made:
            # Refused as somebody's own order before any check: the e-mail address gave it away.
            if order.label != "honest":
                self.labels[f"refused {order_id}"] = order
            return None
        self.labels[made[0].reward_id] = order
        self.approval.assess(made[0].reward_id)
        return made[0]

    def _count(self, member: Member, alone: bool) -> None:
        key = click_count_key(member.advocate_id, PROGRAM)
        count, change = self.store.get(ClickCount, key), Change()
        assert count is not None
        change.replace(count.but(clicks=count.clicks + 1, unprompted=count.unprompted + alone))
        self.store.commit(change)

    def _post(self, at_ms: int, reward_id: str) -> None:
        self.clock.at_ms = max(self.clock.at_ms, at_ms)
        self.approval.post(reward_id)

    def _rates(self) -> Rates:
        rates = Rates(by_check={check: Counter() for check in CHECKS})
        reasons = set(REASONS.values())
        rewards = {one.reward_id: one for one in self.all(Reward)}
        found: dict[str, set[str]] = {}
        for made in self.all(Assessment):
            would = {one.check for one in made.findings if one.outcome != "pass"}
            found.setdefault(made.reward_id, set()).update(would)
        for reward_id, order in self.labels.items():
            reward = rewards.get(reward_id)
            held = reward is None or reward.reason in reasons
            rates.total[order.label] += 1
            rates.held[order.label] += held
            for check in found.get(reward_id, ()):
                rates.by_check.setdefault(check, Counter())[order.label] += 1
            if order.label in DEMANDED and not held:
                rates.missed.append(order.scheme)
            if order.label == "honest" and held and reward is not None:
                rates.false[reward.reason] += 1
        return rates


def measure(seed: int, orders: int) -> Rates:
    """The rates of one seed's crowd."""
    return Market(Crowd(seed, orders)).play()


def table(rates: Rates) -> str:
    """What a person reads; a check that held nobody has its row as well."""
    labels = list(rates.total)
    lines = ["", f"  {'what':<16}{'orders':>8}{'held':>8}{'share':>10}"]
    lines += [
        f"  {label:<16}{rates.total[label]:>8}{rates.held[label]:>8}{rates.share(label):>10.2%}"  # type: ignore[arg-type]
        for label in labels
    ]
    lines += ["", f"  {'check (alone)':<16}" + "".join(f"{one:>15}" for one in labels)]
    for check, counts in sorted(rates.by_check.items()):
        shares = (counts[one] / max(1, rates.total[one]) for one in labels)
        lines.append(f"  {check:<16}" + "".join(f"{share:>15.2%}" for share in shares))
    lines += ["", f"  planted and not held: {dict(Counter(rates.missed)) or 'none'}"]
    lines += [f"  honest and held, by reason: {dict(rates.false) or 'none'}"]
    return "\n".join(lines)


def good(rates: Rates) -> bool:
    """Whether both limits are kept: of all planted, and of each kind of it.

    One order is more than one percent of less than a hundred; by that alone no kind fails.
    """
    lost = (rates.total[one] - rates.held[one] for one in DEMANDED)
    each = all(
        missed <= 1 or rates.share(one) >= PLANTED_HELD_LEAST
        for one, missed in zip(DEMANDED, lost, strict=True)
    )
    planted = each and rates.share(*DEMANDED) >= PLANTED_HELD_LEAST
    return planted and rates.share("honest") <= HONEST_HELD_MOST


def seed_of(text: str) -> int:
    """A number is its own seed; anything else is one by its digest: `--seed "a word of yours"`."""
    if text.isascii() and text.removeprefix("-").isdecimal():
        return int(text)
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4])


def main() -> int:
    """Print the table of one or several seeds; 1 if a limit is broken."""
    asked = argparse.ArgumentParser(description="rates of the checks of trust on a labelled crowd")
    asked.add_argument("--seed", type=seed_of, default=1, help="a number, or any text")
    asked.add_argument("--orders", type=int, default=4_000)
    asked.add_argument("--seeds", type=int, default=1, help="so many seeds, counted up from --seed")
    said, whole, kept = asked.parse_args(), Rates(), True
    for seed in range(said.seed, said.seed + said.seeds):
        rates = measure(seed, said.orders)
        planted, honest = rates.share(*DEMANDED), rates.share("honest")
        print(f"  seed {seed}: planted held {planted:.2%}, honest held {honest:.2%}", flush=True)
        whole.add(rates)
        kept = kept and good(rates)
    print(table(whole))
    print(f"\n  at least 99 % of planted, at most 1 % of honest: {'kept' if kept else 'BROKEN'}")
    return 0 if kept else 1


if __name__ == "__main__":
    raise SystemExit(main())
