"""I11: no cap and no budget is ever exceeded by decisions, whoever decides at the same moment.

Workers really interleave: at every call to the store the seed may let another worker run first, so
that each decides on what others have moved in between. After every step, and at the end, what is
recorded as used is what rewards hold, and what is left is the rest.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

from goodword.conversions.model import Customer, Fact, ReinstatementFact, ReversalFact
from goodword.errors import Unavailable
from goodword.ports import Collision, Desk, GuardFailed
from goodword.programs.caps import BudgetLimit, Cap
from goodword.programs.model import PercentageReward, Review, Rule
from goodword.rewards.budget import Budgets
from goodword.rewards.caps import SHARED, CapUse, weight
from goodword.rewards.model import Counted, Reward
from goodword.rewards.pools import Pool, Pot, measure_of
from goodword.times import DAY_MS
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.store import MemoryStore
from tests.simulation.baton import Baton
from tests.support.desk import NOW_MS, FakeClock
from tests.support.scene import PROGRAM, Scene, sale

PERIODS = ("order", "day", "week", "month", "quarter", "year", "lifetime")
TRIES = 60  # of one worker until it has its way; the sweeper has days


class Turns:
    """A store at each of whose calls another worker may run first."""

    def __init__(self, memory: MemoryStore, baton: Baton) -> None:
        self._memory, self._baton = memory, baton

    def __getattr__(self, name: str) -> Any:
        called = getattr(self._memory, name)
        if not callable(called):
            return called

        def call(*given: object, **named: object) -> object:
            self._baton.pause()
            return called(*given, **named)

        return call


class Race:
    """A programme with limits, and workers that are let loose on it together."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)
        scene = Scene(
            caps=tuple(self._caps()),
            rules=tuple(
                Rule(rule_id=f"rule{n}", action="sale", reward=PercentageReward(basis_points=share))
                for n, share in enumerate(self.chance.choice(((1_000,), (1_000, 333))))
            ),
            review=Review(auto_approve_limit_minor=300),
        )
        self.scene, self.sent = scene, 0
        self.baton = Baton(self.chance, FakeClock(), self.chance.choice((0.2, 0.5, 0.9)))
        self.plain = scene.store
        self.racing: Any = Turns(scene.store, self.baton)
        if self.chance.random() < 0.7:
            Budgets(scene.desk()).put(PROGRAM, self._budget(), "planned")

    def _caps(self) -> list[Cap]:
        found = {}
        for _ in range(self.chance.randint(0, 3)):
            of = self.chance.choice(("amount_minor", "amount_minor", "rewards"))
            cap = Cap.model_validate(
                {
                    "scope": self.chance.choice(("advocate", "friend", "programme")),
                    "period": self.chance.choice(PERIODS),
                    of: self.chance.randint(1, 4 if of == "rewards" else 2_000),
                }
            )
            found[cap.name] = cap
        shared = [one for one in found.values() if one.scope == "programme"]
        return [one for one in found.values() if one not in shared[2:]]

    def _budget(self) -> list[BudgetLimit]:
        sizes = {"lifetime": self.chance.randint(1, 3_000), "day": self.chance.randint(1, 1_500)}
        kept = [name for name in sizes if self.chance.random() < 0.7]
        return [
            BudgetLimit.model_validate({"period": name, "amount_minor": sizes[name]})
            for name in kept
        ]

    def desk(self) -> Desk:
        whole = self.scene.desk("worker")
        return Desk(store=self.racing, clock=whole.clock, ids=whole.ids, actor=whole.actor)

    def together(self, works: list[Callable[[], object]]) -> None:
        """All of them at once; each again until it is through, as the sweeper would."""
        scene, racing = self.scene, self.desk()
        scene.worker = replace(scene.worker, desk=racing)
        scene.approval = replace(scene.approval, desk=racing)
        for number, work in enumerate(works):
            self.baton.spawn(f"worker {number}", lambda work=work: stubborn(work))  # type: ignore[misc]
        while ready := self.baton.ready():
            self.baton.give(self.chance.choice(ready))
        scene.worker = replace(scene.worker, desk=scene.desk("conversions"))
        scene.approval = replace(scene.approval, desk=scene.desk("reward_approval"))

    def told(self, fact: Fact) -> Callable[[], object]:
        """A worker that books the fact."""
        return lambda: self.scene.deliver(fact)

    def sale(self, number: int) -> Fact:
        code = self.chance.choice(("MAYA7", "BEN77"))
        at_ms = NOW_MS - self.chance.choice((0, 0, 1)) * DAY_MS
        return sale(
            f"o{number}",
            self.chance.choice((100, 999, 3_000, 9_990)),
            at_ms,
            click_ids=(self.scene.click(code, 2),),
            customer=Customer(customer_id=self.chance.choice(("c1", "c2", "c3"))),
        )

    def refund(self, number: int, orders: int) -> Fact:
        return ReversalFact(
            refund_id=f"r{number}",
            orders=(f"o{self.chance.randrange(orders)}",),
            occurred_ms=NOW_MS,
            currency="EUR",
            amount_minor=self.chance.choice((None, 33, 500, 5_000)),
            of="net",
        )


def stubborn(work: Callable[[], object]) -> None:
    """Until it is through."""
    for attempt in range(TRIES):
        try:
            work()
        except (Unavailable, Collision, GuardFailed):
            assert attempt < TRIES - 1, "somebody never has its way"
            continue
        return


def check(scene: Scene, *, over: bool) -> None:
    """What is used is what rewards hold, what is left is the rest; no limit is exceeded."""
    money: Counter[Counted] = Counter()
    number: Counter[Counted] = Counter()
    for reward in scene.all(Reward):
        for place in reward.counted:
            money[place] += weight(reward).money
            number[place] += weight(reward).rewards
    for use in scene.all(CapUse):
        assert (use.used_minor, use.rewards) == (money[use.counted], number[use.counted])
        if not over:
            assert use.limit_minor is None or use.used_minor <= use.limit_minor
            assert use.limit_rewards is None or use.rewards <= use.limit_rewards
    in_pots: Counter[Counted] = Counter()
    for pot in scene.all(Pot):
        in_pots[pot.counted] += pot.left
    for pool in scene.all(Pool):
        held = (money if measure_of(pool.counted) == "money" else number)[pool.counted]
        assert pool.limit + pool.over == held + pool.free + in_pots[pool.counted]
        assert over or held <= pool.limit
        if pool.spent:
            assert pool.free == in_pots[pool.counted] == 0
        assert not pool.over or pool.spent
    assert all(place.scope in SHARED for place in in_pots)
    assert scene.ledger_differences() == []


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32))
def test_racing_decisions_never_exceed_a_limit_and_reversals_give_back_exactly(seed: int) -> None:
    race = Race(seed)
    count = race.chance.randint(2, 7)
    race.together([race.told(race.sale(number)) for number in range(count)])
    check(race.scene, over=False)
    more = [race.told(race.refund(number, count)) for number in range(race.chance.randint(0, 4))]
    more += [race.told(race.sale(count + number)) for number in range(race.chance.randint(0, 3))]
    rewards = [one.reward_id for one in race.scene.all(Reward)]
    more += [lambda one=one: race.scene.approval.assess(one) for one in rewards[:2]]  # type: ignore[misc]
    race.together(more)
    check(race.scene, over=False)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 2**32))
def test_what_is_won_back_and_what_is_lowered_keeps_the_sum(seed: int) -> None:
    race = Race(seed)
    count = race.chance.randint(1, 5)
    race.together([race.told(race.sale(number)) for number in range(count)])
    taken = [race.refund(number, count) for number in range(3)]
    race.together([race.told(fact) for fact in taken])
    won = [
        ReinstatementFact(
            refund_id=fact.refund_id, orders=fact.orders, occurred_ms=NOW_MS, currency="EUR"
        )
        for fact in taken
        if isinstance(fact, ReversalFact)
    ]
    works = [race.told(fact) for fact in won]
    works += [race.told(race.sale(count + number)) for number in range(2)]
    works.append(lambda: Budgets(race.desk()).put(PROGRAM, race._budget(), "changed"))
    race.together(works)
    check(race.scene, over=True)
    for number in range(count + 2):
        race.scene.refund(f"all{number}", None, orders=(f"o{number}",))
    check(race.scene, over=True)
    for pool in race.scene.all(Pool):
        assert pool.over == 0 or measure_of(pool.counted) == "money"
    assert all(use.used_minor == use.rewards == 0 for use in race.scene.all(CapUse))
