"""Worked cases as text: what happens, step by step, and what each step changes for the advocate.

    order 30.00 +1.00; refund 10.00 -0.33; refund 10.00 -0.34; refund 10.00 -0.33

An order may carry a name (`order B 30.00`) and what was paid in all (`order 30.00/35.70`); without
a name it is order 1001. `refund`, `chargeback` and `cancel` take an amount or `all`; `gross` behind
it says that the amount is a part of what was paid, `total` that it is everything refunded so far.
`won` gives back what the last chargeback took. `assess`, `hold` and `pay` move the reward on, and
`refuse` refuses those on hold. `wait 3` passes days from Saturday, 22 November 2025 on. An order is
by the same friend unless it says by whom: `order B 30.00 by kim`. `budget 50.00 in all` changes it.
Besides orders there are `renewal`, `upgrade` (a paid level-up), `sign-up`, `qualified`, `level-up`
and `event`. Rules are said as in `bookkeeping_rules`; several are joined by `and`, as caps are.

An order may list its lines and facts: `order acme=30.00 bolt=2x10.00 in:DE with:SUMMER by:c2` has a
line of each brand (two pieces of Bolt), a country, a coupon (`with:none`: none) and a customer;
`via:` is the channel, `nth:` the shop's count, `group:` the customer's group. A refund may name
lines, too: `refund acme=10.00`. What is paid apart from the lines is said first: `order 45.00
acme=50.00`.
"""

import re
from dataclasses import dataclass

from goodword.conversions.model import (
    Customer,
    ReinstatementFact,
    ReversalFact,
)
from goodword.conversions.order import OrderFacts, OrderLine, ReturnedLine
from goodword.money import decimal_text, parse_decimal
from goodword.programs.caps import BudgetLimit, Cap
from goodword.programs.tiers import Tiers
from goodword.rewards.budget import Budgets
from goodword.rewards.model import Reward
from goodword.times import DAY_MS

from tests.support.bookkeeping_rules import rule_of
from tests.support.payday import Payday
from tests.support.scene import MAYA, PROGRAM, Scene

FRIEND = Customer(customer_id="c1", email="friend@x.example")
REASONS = {"refund": "refund", "chargeback": "chargeback", "cancel": "cancelled"}

HAPPENS = {
    "order": ("sale", "plain"),
    "renewal": ("sale", "renewal"),
    "upgrade": ("sale", "level_up"),
    "sign-up": ("lead", "plain"),
    "qualified": ("lead", "qualified"),
    "level-up": ("lead", "level_up"),
    "event": ("lead", "event"),
}
_CAP = re.compile(
    r"(?P<size>[\d.]+)(?P<rewards> rewards?)?(?P<friend> a friend)?(?P<all> of all)?"
    r" (?:in all|an? (?P<period>order|day|week|month|quarter|year))"
)


@dataclass(frozen=True)
class Case:
    """One worked case. `cap` is `300.00 a month`, `3 rewards a friend in all`; empty for none.

    `tiers` is `net a month: silver 0, gold 100.00` or `orders in all: ...`.
    """

    name: str
    currency: str
    rule: str
    story: str
    says: str = ""
    cap: str = ""
    tiers: str = ""
    budget: str = ""


class Bookkeeping:
    """Plays the story of a case over the real worker and the real approval."""

    def __init__(self, case: Case) -> None:
        self.currency = case.currency
        self.scene = self._scene(case)
        if case.budget:
            self._budget(*case.budget.split(" and "))
        self._facts = 0
        self._charged_back = ""

    def change_of(self, step: str) -> int:
        """Do what the step says (without its sum); what it changed in minor units."""
        before = self.left
        self._do(*step.split())
        self.scene.clock.advance(1_000)
        return self.left - before

    @property
    def left(self) -> int:
        """What the advocate has of all rewards: waiting, due, on its way or paid."""
        own = [one for one in self.scene.all(Reward) if one.advocate_id == MAYA]
        alive = [one for one in own if one.state not in ("rejected", "void")]
        return sum(one.remaining_minor for one in alive if one.currency == self.currency)

    @property
    def owned(self) -> int:
        """The same by the balance."""
        balance = self.scene.balance()
        waiting = balance.pending_minor + balance.on_hold_minor
        return waiting + balance.payable_minor + balance.in_payout_minor + balance.paid_minor

    def minor(self, text: str) -> int:
        """An amount of the case's currency."""
        return parse_decimal(text, self.currency)

    def _scene(self, case: Case) -> Scene:
        if " pay" in case.story:
            assert (case.currency, case.rule, case.cap) == ("EUR", "10 %", ""), "as paydays are"
            return Payday()
        rules = [rule_of(n, text, self.minor) for n, text in enumerate(case.rule.split(" and "))]
        caps = [self._cap(text) for text in case.cap.split(" and ") if text]
        tiers = self._tiers(case.tiers) if case.tiers else None
        return Scene(currency=case.currency, rules=tuple(rules), caps=tuple(caps), tiers=tiers)

    def _tiers(self, text: str) -> Tiers:
        of, _, levels = text.partition(": ")
        measure, _, period = of.partition(" ")
        ends = dict(one.split(" ") for one in levels.split(", "))
        made = [
            {"name": name, "at_least": self.minor(end) if measure == "net" else int(end)}
            for name, end in ends.items()
        ]
        return Tiers.model_validate(
            {
                "measure": measure,
                "period": "lifetime" if period == "in all" else period.removeprefix("a "),
                "levels": tuple(made),
            }
        )

    def _cap(self, text: str) -> Cap:
        said = _CAP.fullmatch(text)
        assert said is not None, text
        size, of = said["size"], "rewards" if said["rewards"] else "amount_minor"
        return Cap.model_validate(
            {
                of: int(size) if said["rewards"] else self.minor(size),
                "scope": "friend" if said["friend"] else "programme" if said["all"] else "advocate",
                "period": said["period"] or "lifetime",
            }
        )

    def _do(self, what: str, *rest: str) -> None:
        if what in HAPPENS:
            self._order(what, list(rest))
        elif what in REASONS:
            self._reverse(what, list(rest))
        elif what == "won":
            self._won()
        elif what in ("month", "wait"):
            self.scene.clock.advance(int(rest[0] if rest else 31) * DAY_MS)
        elif what == "refuse":
            self._refuse()
        elif what == "budget":
            self._budget(" ".join(rest))
        else:
            self._move_on(what)

    def _budget(self, *texts: str) -> None:
        limits = [
            BudgetLimit.model_validate({"period": cap.period, "amount_minor": cap.amount_minor})
            for cap in (self._cap(text) for text in texts)
        ]
        Budgets(self.scene.desk()).put(PROGRAM, limits, "planned")

    def _refuse(self) -> None:
        for reward in self.scene.all(Reward):
            if reward.state == "on_hold":
                self.scene.approval.decide(
                    reward.reward_id, approve=False, code="other", decider_advocate_id=None
                )

    def _order(self, what: str, rest: list[str]) -> None:
        friend = Customer(customer_id=rest.pop()) if "by" in rest else FRIEND
        lines = [self._line(text) for text in rest if "=" in text]
        facts = dict(text.split(":") for text in rest if ":" in text)
        plain = [text for text in rest if text != "by" and not set(text) & {"=", ":"}]
        name = plain.pop(0) if plain and not plain[0][0].isdigit() else "1001"
        net, _, gross = (plain[0] if plain else "").partition("/")
        net_minor = self.minor(net) if net else sum(line.net_minor for line in lines)
        if "by" in facts:
            friend = Customer(customer_id=facts["by"])
        self.scene.sale(
            name,
            net_minor,
            action=HAPPENS[what][0],
            occasion=HAPPENS[what][1],
            currency=self.currency,
            gross_minor=self.minor(gross) if gross else net_minor,
            click_ids=(self.scene.click(),),
            customer=friend,
            order=_facts(lines, facts),
        )

    def _line(self, text: str) -> OrderLine:
        """`acme=30.00` or `acme=2x10.00`, net of all pieces together 20.00."""
        brand, _, amount = text.partition("=")
        pieces, _, each = amount.rpartition("x")
        count = int(pieces or 1)
        return OrderLine(
            line_id=f"line-{brand}",
            net_minor=count * self.minor(each),
            quantity=count,
            sku=f"sku-{brand}",
            brand=brand,
        )

    def _reverse(self, what: str, rest: list[str]) -> None:
        lines = [self._line(text) for text in rest if "=" in text]
        rest = [text for text in rest if "=" not in text]
        named = bool(rest) and not rest[0][0].isdigit() and rest[0] != "all"
        name = rest.pop(0) if named else "1001"
        if not rest:
            rest = [decimal_text(sum(line.net_minor for line in lines), self.currency)]
        self._facts += 1
        amount = None if rest[0] == "all" else self.minor(rest[0])
        refund_id = f"ch_1:{amount}" if "total" in rest else f"re_{self._facts}"
        if what == "chargeback":
            self._charged_back = refund_id
        fact = {
            "refund_id": refund_id,
            "orders": (name,),
            "occurred_ms": self.scene.clock.at_ms,
            "currency": self.currency,
            "amount_minor": amount,
            "of": "gross" if "gross" in rest else "net",
            "cumulative": "total" in rest,
            "reason": REASONS[what],
            "lines": tuple(
                ReturnedLine(line_id=line.line_id, net_minor=line.net_minor) for line in lines
            ),
        }
        self.scene.deliver(ReversalFact.model_validate(fact))

    def _won(self) -> None:
        self.scene.deliver(
            ReinstatementFact(
                refund_id=self._charged_back,
                orders=("1001",),
                occurred_ms=self.scene.clock.at_ms,
                currency=self.currency,
            )
        )

    def _move_on(self, what: str) -> None:
        scene = self.scene
        if what == "assess":
            for reward in scene.all(Reward):
                scene.approval.assess(reward.reward_id)
        elif what == "hold":
            scene.clock.advance(15 * DAY_MS)
            for reward in scene.all(Reward):
                scene.approval.post(reward.reward_id)
        else:
            assert (what, isinstance(scene, Payday)) == ("pay", True), what
            scene.clock.advance(20 * DAY_MS)
            scene.sent(f"p{scene.clock.at_ms}", scene.clock.at_ms)  # type: ignore[attr-defined]  # a Payday


def _facts(lines: list[OrderLine], said: dict[str, str]) -> OrderFacts:
    coupons = said.get("with")
    return OrderFacts(
        lines=tuple(lines),
        said_minor=sum(line.net_minor for line in lines) if lines else None,
        coupons=() if coupons == "none" else (tuple(coupons.split("|")) if coupons else None),
        country=said.get("in"),
        channel=said.get("via"),
        segments=(said["group"],) if "group" in said else None,
        nth=int(said["nth"]) if "nth" in said else None,
    )
