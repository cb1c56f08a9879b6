"""A programme of several currencies is several programmes of one: nothing of one moves another.

Random terms with every amount said in each currency, random orders and refunds in all of them, in
any order: what is earned, left, capped and balanced of each currency is exactly what a programme of
that currency alone makes of that currency's facts. The terms of those are built here, not derived.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from goodword.conversions.model import Customer, Fact, ReversalFact
from goodword.ledger.model import Balance, Entry
from goodword.limits import AMOUNT_MINOR_MAX
from goodword.money import is_money
from goodword.programs.caps import BudgetLimit
from goodword.rewards.budget import Budgets
from goodword.rewards.caps import CapUse
from goodword.rewards.model import Reward
from goodword.times import DAY_MS, HOUR_MS
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.desk import NOW_MS
from tests.support.scene import PROGRAM, Scene, sale

EACH = ("EUR", "USD", "JPY", "KWD")  # 2, 2, 0 and 3 decimals
START_MS = NOW_MS - 10 * DAY_MS
Table = Mapping[str, Mapping[str, int]]


@st.composite
def prices(draw: st.DrawFn) -> Table:
    """What each amount of the terms is in each currency, without any relation between them."""
    sizes = {"flat": (1, 900), "piece": (1, 90), "minimum": (0, 2_000), "cap": (1, 3_000)}
    sizes |= {"review": (0, 500), "budget": (1, 4_000), "asked": (0, 3_000)}
    return {
        currency: {name: draw(st.integers(*size)) for name, size in sizes.items()}
        for currency in EACH
    }


@st.composite
def stories(draw: st.DrawFn) -> list[Fact]:
    """Orders in any currency, and refunds of them; each currency has friends of its own."""
    facts: list[Fact] = []
    for number in range(draw(st.integers(2, 6))):
        currency, name = draw(st.sampled_from(EACH)), f"o{number}"
        at_ms = START_MS + number * HOUR_MS
        net = draw(st.sampled_from((1, 7, 999, 1_000, 4_990, 100_001)))
        friend = Customer(customer_id=f"{currency}-{draw(st.integers(1, 2))}")
        shared = {"currency": currency, "customer": friend, "codes": ("MAYA7",)}
        facts.append(sale(name, net, at_ms, **shared))
        for part in range(draw(st.integers(0, 2))):
            amount = draw(st.one_of(st.none(), st.integers(0, 5_000)))
            facts.append(
                ReversalFact(
                    refund_id=f"{name}-r{part}",
                    orders=(name,),
                    occurred_ms=at_ms,
                    currency=currency,
                    amount_minor=amount,
                    of="net",
                )
            )
    return facts


def terms_of(table: Table, *currencies: str, rate: int, capped: bool) -> dict[str, Any]:
    """The terms in the first of the currencies, with what each amount is in the others."""
    home, *rest = currencies

    def amount(name: str, field: str = "amount") -> dict[str, Any]:
        others = {one: table[one][name] for one in rest}
        return {f"{field}_minor": table[home][name], f"{field}_in": others}

    asked = {one: table[one]["asked"] for one in rest}
    when = {"op": "at_least", "of": "order_net", "value": table[home]["asked"], "value_in": asked}
    flat = {"kind": "flat", **amount("flat")}
    share = {"kind": "percentage", "basis_points": rate, "rounding": "half_up"}
    rules: list[dict[str, Any]] = [
        {"rule_id": "share", "reward": share, **amount("minimum", "minimum_order")},
        {"rule_id": "flat", "reward": flat, "when": when},
        {"rule_id": "credit", "reward": flat, "unit": "store_credit"},
        {"rule_id": "points", "reward": {"kind": "flat", "amount_minor": 30}, "unit": "points"},
    ]
    return {
        "currency": home,
        "currencies": "accept" if rest else "refuse",
        "accepted": tuple(rest),
        "rules": tuple({"action": "sale", **rule} for rule in rules),
        "caps": ({"period": "year", **amount("cap")},) if capped else (),
        "review": amount("review", "auto_approve_limit"),
    }


def world_of(terms: dict[str, Any], table: Table, budget: bool) -> Scene:
    """A scene with these terms, and perhaps a budget."""
    scene = Scene(**terms)
    if budget:
        home, rest = terms["currency"], terms["accepted"]
        limit = {
            "period": "lifetime",
            "amount_minor": table[home]["budget"],
            "amount_in": {one: table[one]["budget"] for one in rest},
        }
        Budgets(scene.desk()).put(PROGRAM, [BudgetLimit.model_validate(limit)], "planned")
    return scene


def play(scene: Scene, facts: Sequence[Fact]) -> None:
    """Tell the facts, then assess what came of them."""
    for fact in facts:
        scene.deliver(fact)
        scene.clock.advance(1_000)
    for reward in scene.all(Reward):
        scene.approval.assess(reward.reward_id)


def told(scene: Scene, currency: str) -> list[list[str]]:
    """What became of one currency: its rewards, its balances and what its caps count."""
    rewards = [
        (one.order_id, one.rule_id, one.currency, one.earned_minor, one.remaining_minor, one.state)
        for one in scene.all(Reward)
        if one.currency.removesuffix(".CREDIT") == currency
    ]
    money = [
        one.but(version=0, leads=0, sales=0)
        for one in scene.all(Balance)
        if one.currency.removesuffix(".CREDIT") == currency and one.earned_minor
    ]
    uses = {"" if currency == _home(scene) else currency}
    caps = [one.used_minor for one in scene.all(CapUse) if one.counted.of in uses]
    return [sorted(map(repr, each)) for each in (rewards, money, caps)]


def _home(scene: Scene) -> str:
    return scene.program.currency


def check(scene: Scene) -> None:
    """I1 in each currency and unit, I5, and balances that are the journal's."""
    assert scene.ledger_differences() == []
    sums: Counter[str] = Counter()
    for entry in scene.all(Entry):
        assert sum(leg.amount_minor for leg in entry.legs) == 0
        sums[entry.currency] += sum(leg.amount_minor for leg in entry.legs)
    assert not any(sums.values())
    for reward in scene.all(Reward):
        assert 0 <= reward.remaining_minor <= reward.earned_minor <= AMOUNT_MINOR_MAX
    for one in scene.all(Balance):
        assert 0 <= one.reversed_minor <= one.earned_minor
        assert is_money(one.currency) or one.index_entry is None


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.data(),
    prices(),
    stories(),
    st.permutations(EACH),
    st.integers(1, 6_000),
    st.booleans(),
    st.booleans(),
)
def test_each_currency_is_as_if_it_were_alone(
    data: st.DataObject,
    table: Table,
    facts: list[Fact],
    order: list[str],
    rate: int,
    capped: bool,
    budget: bool,
) -> None:
    arriving = data.draw(st.permutations(facts))
    together = world_of(terms_of(table, *order, rate=rate, capped=capped), table, budget)
    play(together, arriving)
    check(together)
    points = 0
    for one in EACH:
        alone = world_of(terms_of(table, one, rate=rate, capped=capped), table, budget)
        play(alone, [fact for fact in arriving if fact.currency == one])
        assert told(together, one) == told(alone, one)
        points += sum(
            each.remaining_minor for each in alone.all(Reward) if each.currency == "POINTS"
        )
    has = [one.remaining_minor for one in together.all(Reward) if one.currency == "POINTS"]
    assert sum(has) == points
