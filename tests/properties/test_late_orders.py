"""Whenever an order is reported, it counts in the period in which it happened, up to its limit."""

from collections import Counter

from goodword.conversions.model import Customer, Fact, ReversalFact
from goodword.programs.caps import Cap, CapPeriod, period_name
from goodword.programs.payment import Payment
from goodword.rewards.caps import CapUse
from goodword.rewards.model import Reward
from goodword.times import DAY_MS, HOUR_MS
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.desk import NOW_MS
from tests.support.scene import Scene, sale

PERIODS: tuple[CapPeriod, ...] = ("day", "week", "month")


@settings(max_examples=150, deadline=None)
@given(
    st.data(),
    st.sampled_from(PERIODS),
    st.sampled_from(("UTC", "Europe/Berlin", "Pacific/Auckland")),
    st.lists(st.tuples(st.integers(0, 80 * 24), st.sampled_from((999, 4_990))), max_size=9),
)
def test_no_period_gives_more_than_its_limit_however_late_its_orders_are_told(
    data: st.DataObject, period: CapPeriod, zone: str, orders: list[tuple[int, int]]
) -> None:
    payment = Payment(rail="simulator", time_zone=zone)
    scene = Scene(caps=(Cap(period=period, amount_minor=700),), payment=payment)
    facts: list[Fact] = []
    for number, (hours, amount) in enumerate(orders):
        at_ms = NOW_MS - hours * HOUR_MS
        more = {"customer": Customer(customer_id=f"c{number}"), "codes": ("MAYA7",)}
        facts.append(sale(f"o{number}", amount, at_ms, **more))
        if data.draw(st.booleans()):
            what = {"refund_id": "r", "orders": (f"o{number}",), "occurred_ms": at_ms}
            what |= {"currency": "EUR", "amount_minor": data.draw(st.sampled_from((300, None)))}
            facts.append(ReversalFact.model_validate({**what, "of": "net"}))
    earned: dict[str, set[str]] = {}
    for fact in data.draw(st.permutations(facts)):
        scene.deliver(fact)
        scene.clock.advance(data.draw(st.sampled_from((0, HOUR_MS, DAY_MS))))
        held = Counter[str]()
        for one in scene.all(Reward):
            (counted,) = one.counted
            held[counted.period] += one.remaining_minor
            earned.setdefault(one.order_id, set()).add(counted.period)
        assert all(amount <= 700 for amount in held.values())
        uses = {one.counted.period: one.used_minor for one in scene.all(CapUse)}
        assert uses == {name: held[name] for name in uses}
    for number, (hours, _) in enumerate(orders):
        mine = earned.get(f"o{number}", set())
        assert mine <= {period_name(period, NOW_MS - hours * HOUR_MS, zone)}
