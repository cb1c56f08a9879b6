"""Whatever order deliveries come in and however often, the same advocates have the same money."""

from collections.abc import Sequence
from typing import NamedTuple

from goodword.conversions.model import Conversion, Customer, Fact, ReversalFact
from goodword.ledger.model import Balance
from goodword.rewards.model import Reward
from goodword.times import DAY_MS, HOUR_MS
from goodword.tracking.click import sign_click
from goodword.tracking.model import AttributionRules
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.desk import NOW_MS
from tests.support.scene import SECRET, Scene, sale

CODES = ("MAYA7", "BEN77")
START_MS = NOW_MS - 20 * DAY_MS


class Told(NamedTuple):
    """What is alike in every order of arrival: per order the advocate and what is left of it."""

    orders: tuple[tuple[str, str | None, int], ...]
    money: tuple[tuple[str, int, int], ...]


def told(scene: Scene) -> Told:
    """The outcome of a scene."""
    left: dict[str, int] = {}
    for reward in scene.all(Reward):
        alive = reward.remaining_minor if reward.state == "pending" else 0
        left[reward.conversion_id] = left.get(reward.conversion_id, 0) + alive
    orders = sorted(
        (one.order_id, one.advocate_id, left.get(one.conversion_id, 0))
        for one in scene.all(Conversion)
    )
    money = sorted(
        (one.advocate_id, one.pending_minor, one.sales)
        for one in scene.all(Balance)
        if one.pending_minor or one.sales
    )
    return Told(tuple(orders), tuple(money))


@st.composite
def stories(draw: st.DrawFn) -> list[Fact]:
    """A few orders of two friends with clicks, codes and refunds; each fact is one delivery."""
    facts: list[Fact] = []
    for number in range(draw(st.integers(1, 4))):
        at_ms = START_MS + draw(st.integers(0, 15 * 24)) * HOUR_MS
        clicks = tuple(
            sign_click(
                at_ms - draw(st.integers(-24, 15 * 24)) * HOUR_MS,
                draw(st.sampled_from(CODES)),
                bytes([number, each, 0, 0, 0, 0, 0, 0]),
                SECRET,
            )
            for each in range(draw(st.integers(0, 2)))
        )
        amount = draw(st.sampled_from((999, 3_000, 4_990)))
        customer = Customer(customer_id=draw(st.sampled_from(("c1", "c2"))))
        for click in clicks or (None,):
            facts.append(
                sale(
                    f"o{number}",
                    amount,
                    at_ms,
                    customer=customer,
                    click_ids=(click,) if click else (),
                    codes=draw(st.sampled_from(((), (), ("BEN77",)))),
                )
            )
        for refund in range(draw(st.integers(0, 2))):
            facts.append(
                ReversalFact(
                    refund_id=f"r{refund}",
                    orders=(f"o{number}",),
                    occurred_ms=at_ms,
                    currency="EUR",
                    amount_minor=draw(st.integers(1, 5_000)),
                    of="net",
                )
            )
    return facts


def played(facts: Sequence[Fact], sticky: bool) -> Scene:
    """The facts delivered one by one."""
    scene = Scene(caps=(), attribution=AttributionRules(sticky=sticky))
    for fact in facts:
        assert scene.deliver(fact).state == "booked"
    return scene


@settings(max_examples=300, deadline=None)
@given(st.data(), stories(), st.booleans())
def test_any_order_and_any_repetition_gives_the_same_money(
    data: st.DataObject, facts: list[Fact], sticky: bool
) -> None:
    repeated = [*facts, *data.draw(st.lists(st.sampled_from(facts), max_size=4))]
    first, second = played(facts, sticky), played(data.draw(st.permutations(repeated)), sticky)
    assert told(first) == told(second)
    for scene in (first, second):
        assert scene.ledger_differences() == []
        for reward in scene.all(Reward):
            assert 0 <= reward.remaining_minor <= reward.earned_minor
