"""Worked cases as text: what happens, step by step, and what each step changes for the advocate.

    order 30.00 +1.00; refund 10.00 -0.33; refund 10.00 -0.34; refund 10.00 -0.33

An order may carry a name (`order B 30.00`) and what was paid in all (`order 30.00/35.70`); without
a name it is order 1001. `refund`, `chargeback` and `cancel` take an amount or `all`; `gross` behind
it says that the amount is a part of what was paid, `total` that it is everything refunded so far.
`won` gives back what the last chargeback took. `assess`, `hold` and `pay` move the reward on, and
`refuse` refuses those on hold. `wait 3` passes days from Saturday, 22 November 2025 on. An order is
by the same friend unless it says by whom: `order B 30.00 by kim`. `budget 50.00 in all` changes it.
A rule is `10 %`, `10 % down`, `5.00` or `10 % from 50.00`; several are joined by `and`,
as caps are.
"""

import re
from dataclasses import dataclass

from goodword.conversions.model import Customer, ReinstatementFact, ReversalFact
from goodword.money import parse_decimal
from goodword.programs.caps import BudgetLimit, Cap
from goodword.programs.model import FlatReward, PercentageReward, Rule
from goodword.rewards.budget import Budgets
from goodword.rewards.model import Reward
from goodword.times import DAY_MS

from tests.support.payday import Payday
from tests.support.scene import MAYA, PROGRAM, Scene

FRIEND = Customer(customer_id="c1", email="friend@x.example")
REASONS = {"refund": "refund", "chargeback": "chargeback", "cancel": "cancelled"}
ROUNDINGS = {"": "half_even", "down": "down", "half up": "half_up", "half even": "half_even"}
_RULE = re.compile(
    r"(?P<sign_up>sign-up )?(?P<value>[\d.]+)(?P<percent> %)?"
    r"(?: (?P<rounding>down|half up|half even))?(?: from (?P<minimum>[\d.]+))?"
)

_CAP = re.compile(
    r"(?P<size>[\d.]+)(?P<rewards> rewards?)?(?P<friend> a friend)?(?P<all> of all)?"
    r" (?:in all|an? (?P<period>order|day|week|month|quarter|year))"
)


@dataclass(frozen=True)
class Case:
    """One worked case. `cap` is `300.00 a month`, `3 rewards a friend in all`; empty for none."""

    name: str
    currency: str
    rule: str
    story: str
    says: str = ""
    cap: str = ""
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
        return sum(one.remaining_minor for one in own if one.state not in ("rejected", "void"))

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
        rules = [self._rule(n, text) for n, text in enumerate(case.rule.split(" and "))]
        caps = [self._cap(text) for text in case.cap.split(" and ") if text]
        return Scene(currency=case.currency, rules=tuple(rules), caps=tuple(caps))

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

    def _rule(self, number: int, text: str) -> Rule:
        said = _RULE.fullmatch(text)
        assert said is not None, text
        whole, _, part = said["value"].partition(".")
        reward: FlatReward | PercentageReward
        if said["percent"]:
            reward = PercentageReward.model_validate(
                {
                    "basis_points": int(whole) * 100 + int(part.ljust(2, "0")),
                    "rounding": ROUNDINGS[said["rounding"] or ""],
                }
            )
        else:
            reward = FlatReward(amount_minor=self.minor(said["value"]))
        return Rule(
            rule_id=f"rule{number}",
            action="lead" if said["sign_up"] else "sale",
            reward=reward,
            minimum_order_minor=self.minor(said["minimum"] or "0"),
        )

    def _do(self, what: str, *rest: str) -> None:
        if what in ("order", "sign-up"):
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
        rest = [word for word in rest if word != "by"]
        name = rest.pop(0) if rest and not rest[0][0].isdigit() else "1001"
        net, _, gross = (rest[0] if rest else "0").partition("/")
        self.scene.sale(
            name,
            self.minor(net),
            action="sale" if what == "order" else "lead",
            currency=self.currency,
            gross_minor=self.minor(gross or net),
            click_ids=(self.scene.click(),),
            customer=friend,
        )

    def _reverse(self, what: str, rest: list[str]) -> None:
        name = rest.pop(0) if not rest[0][0].isdigit() and rest[0] != "all" else "1001"
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
