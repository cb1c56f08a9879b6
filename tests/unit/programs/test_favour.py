"""Which changes of terms need no notice: nobody gets less, later, or has to wait for a person."""

import pytest
from goodword.limits import REWARDS_PER_ORDER_MAX
from goodword.programs.caps import Cap
from goodword.programs.conditions import AtLeast
from goodword.programs.favour import solely_in_favour
from goodword.programs.model import FlatReward, PercentageReward, Rule
from goodword.programs.rules import FriendSide
from goodword.rewards.model import Reward
from goodword.trust.terms import TrustTerms

from tests.support.scene import Scene, terms


class TestFavour:
    def better(self, **changes: object) -> bool:
        return solely_in_favour(terms(caps=()), terms(**({"caps": ()} | changes)))

    def rules(self, points: int, minimum: int = 0, flat: int = 200) -> tuple[Rule, ...]:
        rate = PercentageReward(basis_points=points)
        return (
            Rule(rule_id="sale", action="sale", reward=rate, minimum_order_minor=minimum),
            Rule(rule_id="lead", action="lead", reward=FlatReward(amount_minor=flat)),
        )

    def test_more_is_better(self) -> None:
        assert self.better()
        assert self.better(rules=self.rules(1_000, flat=300), hold_days=0)
        more = Rule(rule_id="more", action="sale", reward=FlatReward(amount_minor=1))
        assert self.better(rules=(*self.rules(1_000), more))
        assert not self.better(rules=(*self.rules(1_000), more.but(for_months=3)))

    def test_what_would_wait_for_a_person_is_no_favour(self) -> None:
        """At 2,000 of 20.00 a person looks; of 10 % to 20 % nobody knows how much it gives."""
        limit = terms().review.auto_approve_limit_minor
        assert self.better(rules=self.rules(1_000, flat=limit))
        assert not self.better(rules=self.rules(1_000, flat=limit + 1))
        assert not self.better(rules=self.rules(2_000))
        none = terms().review.but(auto_approve_limit_minor=0)
        before = terms(caps=(), review=none)
        assert solely_in_favour(before, before.but(rules=self.rules(2_000, flat=10**6)))
        looked = before.but(trust=TrustTerms(second_look_minor=900))
        assert solely_in_favour(looked, looked.but(rules=self.rules(1_000, flat=900)))
        assert not solely_in_favour(looked, looked.but(rules=self.rules(1_000, flat=901)))
        assert not solely_in_favour(looked, looked.but(rules=self.rules(2_000)))

    def test_more_rules_than_one_order_holds_are_no_favour(self) -> None:
        when = AtLeast(of="order_net", value=1)
        one = Rule(rule_id="r", action="sale", reward=FlatReward(amount_minor=10), when=when)
        more = [one.but(rule_id=f"r{n}") for n in range(REWARDS_PER_ORDER_MAX)]
        fits, over = more[:-2], more[:-1]
        assert self.better(rules=(*self.rules(1_000), *fits))
        assert not self.better(rules=(*self.rules(1_000), *over))
        both = fits[0].but(friend=FriendSide(reward=FlatReward(amount_minor=1), unit="points"))
        assert not self.better(rules=(*self.rules(1_000), *fits[1:], both, both.but(rule_id="b")))

    def test_a_higher_limit_on_money_over_shares_may_hold_more(self) -> None:
        """Cut to 5.00 a reward was approved at once; whole it waits for a person."""
        cap, count = Cap(amount_minor=500), Cap(rewards=5)
        assert not solely_in_favour(terms(caps=(cap,)), terms(caps=()))
        assert not solely_in_favour(terms(caps=(cap,)), terms(caps=(cap.but(amount_minor=600),)))
        assert solely_in_favour(terms(caps=(count,)), terms(caps=(count.but(rewards=6),)))
        assert solely_in_favour(terms(caps=(count,)), terms(caps=()))

    def test_less_or_otherwise_is_not(self) -> None:
        assert not self.better(rules=self.rules(999))
        assert not self.better(rules=self.rules(1_100, minimum=1))
        assert not self.better(rules=self.rules(1_100, flat=199))
        assert not self.better(rules=self.rules(1_100)[::-1])
        assert not self.better(rules=self.rules(1_100)[:1])
        assert not self.better(rules=self.rules(1_100), hold_days=15)
        assert not self.better(rules=self.rules(1_100), name="Another name")
        assert not self.better(caps=(Cap(amount_minor=10**9),))
        flat = Rule(rule_id="sale", action="sale", reward=FlatReward(amount_minor=10**6))
        assert not self.better(rules=(flat, self.rules(1_000)[1]))
        down = PercentageReward(basis_points=1_000, rounding="down")
        assert not self.better(rules=(Rule(rule_id="sale", action="sale", reward=down),))

    def test_a_limit_may_be_raised_alone(self) -> None:
        one, two = Cap(amount_minor=100), Cap(amount_minor=900, period="year")

        def better(before: tuple[Cap, ...], after: tuple[Cap, ...]) -> bool:
            flat = (Rule(rule_id="sale", action="sale", reward=FlatReward(amount_minor=90)),)
            return solely_in_favour(terms(caps=before, rules=flat), terms(caps=after, rules=flat))

        assert better((one,), (one.but(amount_minor=200),))
        assert better((one, two), ())
        assert better((one, two), (one, two))
        assert not better((one,), (one.but(amount_minor=99),))
        assert not better((one,), (two,))
        assert not better((one, two), (one.but(amount_minor=200), two))
        assert not better((one, two), (two,))
        assert not better((), (one,))

    def test_with_a_budget_only_the_hold_may_be_shorter(self) -> None:
        def better(**changes: object) -> bool:
            return solely_in_favour(terms(), terms(**changes), budget=True)

        assert better(hold_days=0)
        assert not better(caps=())
        assert not better(caps=(), rules=self.rules(2_000))

    def test_higher_shares_under_a_limit_can_be_less(self) -> None:
        """The counterexample: an order that is returned later has used up the limit.

        10 % of 50.00 and of 50.00 under a limit of 10.00; the first comes back: 5.00 are left. With
        20 % the first took all of it, and nothing is left.
        """
        from tests.support.scene import Scene  # noqa: PLC0415 - this one test plays a scene

        left = []
        for points in (1_000, 2_000):
            sale = Rule(rule_id="sale", action="sale", reward=PercentageReward(basis_points=points))
            scene = Scene(rules=(sale,), caps=(Cap(amount_minor=1_000),))
            for order in ("1001", "1002"):
                scene.sale(order, 5_000, click_ids=(scene.click(),))
            scene.refund("r1", None)
            left.append(scene.balance().pending_minor)
        assert left == [500, 0]


@pytest.mark.parametrize(("points", "state"), [(1_000, "approved"), (2_000, "on_hold")])
def test_why_a_raised_share_is_no_favour(points: int, state: str) -> None:
    """Of 150.00: 15.00 is approved at once, 30.00 waits for a person and lapses if nobody looks."""
    share = PercentageReward(basis_points=points)
    scene = Scene(rules=(Rule(rule_id="sale", action="sale", reward=share),), caps=())
    scene.sale("1001", 15_000, click_ids=(scene.click(),))
    scene.approval.assess(scene.reward.reward_id)
    assert scene.reward.state == state


def test_as_many_rules_as_are_a_favour_fit_one_order() -> None:
    """In the widest case: each with a friend's side of another unit, each under a condition."""
    when = AtLeast(of="order_net", value=1)
    side = FriendSide(reward=FlatReward(amount_minor=1), unit="points")
    one = Rule(rule_id="r", action="sale", reward=FlatReward(amount_minor=10), when=when)
    most = [one.but(rule_id=f"r{n}", friend=side) for n in range(REWARDS_PER_ORDER_MAX // 2)]
    before = terms(caps=(), rules=tuple(most[:1]))
    assert solely_in_favour(before, before.but(rules=tuple(most)))
    scene = Scene(rules=tuple(most), caps=())
    delivery = scene.sale("1001", 10_000, click_ids=(scene.click(),))
    assert (delivery.state, len(scene.all(Reward))) == ("booked", REWARDS_PER_ORDER_MAX)
