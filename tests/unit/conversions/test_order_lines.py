"""The lines of an order add up to its net, whatever a source says; nothing is dropped."""

import pytest
from goodword.conversions.friends import friend_order
from goodword.conversions.model import Conversion, Customer, Identity, Settled
from goodword.conversions.order import REST, OrderFacts, OrderLine, merged_facts, reconciled
from goodword.limits import FRIEND_CONVERSIONS_MAX, ORDER_LINES_MAX
from goodword.rewards.decision import Decision
from goodword.rewards.model import Reward
from goodword.times import DAY_MS, HOUR_MS
from hypothesis import given
from hypothesis import strategies as st

from tests.support.bookkeeping_rules import rule_of
from tests.support.scene import MAYA, Scene, sale


def line(name: str, net: int, **fields: object) -> OrderLine:
    return OrderLine.model_validate({"line_id": name, "net_minor": net} | fields)


def nets(lines: tuple[OrderLine, ...]) -> dict[str, int]:
    return {one.line_id: one.net_minor for one in lines}


@pytest.mark.parametrize(
    ("told", "net", "kept"),
    [
        ([], 50, {}),
        ([("a", 30), ("b", 20)], 50, {"a": 30, "b": 20}),
        ([("a", 30)], 50, {"a": 30, REST: 20}),
        ([("a", 30), ("b", 20)], 45, {"a": 27, "b": 18}),
        # 1/3 each of 100: the odd one goes to the first
        ([("a", 1), ("b", 1), ("c", 1)], 2, {"a": 1, "b": 1, "c": 0}),
        ([("a", 30), ("b", 20)], 0, {"a": 0, "b": 0}),
        ([("a", 0)], 0, {"a": 0}),
        # a name that comes twice, and one that is ours, are part of the rest
        ([("a", 30), ("a", 20)], 50, {"a": 30, REST: 20}),
        ([(REST, 30), ("b", 20)], 50, {"b": 20, REST: 30}),
    ],
)
def test_lines_are_made_to_sum_to_the_net(
    told: list[tuple[str, int]], net: int, kept: dict[str, int]
) -> None:
    found = reconciled([line(name, amount) for name, amount in told], net)
    assert nets(found) == kept
    assert reconciled(found, net) == found


def test_what_is_beyond_the_limit_is_one_sum() -> None:
    told = [line(f"l{number}", 2) for number in range(ORDER_LINES_MAX + 5)]
    found = reconciled(told, 2 * len(told))
    assert len(found) == ORDER_LINES_MAX + 1
    assert (found[-1].line_id, found[-1].net_minor, found[-1].quantity) == (REST, 10, 0)


@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=12), st.integers(0, 50_000))
def test_any_lines_sum_to_the_net(amounts: list[int], net: int) -> None:
    told = [line(f"l{number}", amount) for number, amount in enumerate(amounts)]
    found = reconciled(told, net)
    assert sum(one.net_minor for one in found) == net
    if sum(amounts) > net:
        whole = sum(amounts)
        for one, amount in zip(found, amounts, strict=False):
            assert abs(one.net_minor - amount * net / whole) < 1


def test_two_deliveries_say_together_what_either_knows() -> None:
    first = OrderFacts(country="DE", coupons=("A",))
    later = OrderFacts(lines=(line("a", 5),), said_minor=5, country="FR", channel="web", nth=2)
    both = merged_facts(first, later)
    assert (both.country, both.coupons, both.channel, both.nth) == ("DE", ("A",), "web", 2)
    assert merged_facts(both, OrderFacts(lines=(line("b", 5),))) == both


def scene_of(rule: str) -> Scene:
    return Scene(rules=(rule_of(0, rule, lambda text: int(text.replace(".", ""))),), caps=())


def earned(scene: Scene) -> dict[str, int]:
    alive = [one for one in scene.all(Reward) if one.state != "void"]
    return {one.order_id: one.remaining_minor for one in alive}


def test_lines_that_come_later_are_decided_on() -> None:
    scene = scene_of("10 % of acme")
    scene.sale("1", 5_000, click_ids=(scene.click(),))
    assert earned(scene) == {}
    told = OrderFacts(lines=(line("a", 3_000, brand="Acme"), line("b", 2_000, brand="Bolt")))
    scene.sale("1", 5_000, order=told)
    assert earned(scene) == {"1": 300}
    assert [one.reason for one in scene.all(Decision)] == ["lines_not_told", "rewarded"]
    assert scene.ledger_differences() == []


def test_an_earlier_order_that_comes_late_makes_the_other_the_second() -> None:
    scene = scene_of("10 % if new")
    now = scene.clock.at_ms
    scene.deliver(sale("2", 5_000, now, click_ids=(scene.click(),)))
    assert earned(scene) == {"2": 500}
    scene.deliver(sale("1", 1_000, now - DAY_MS))
    assert earned(scene) == {"1": 100}
    assert scene.balance(MAYA).pending_minor == 100
    last = [one for one in scene.all(Decision) if one.basis.order_id == "2"][-1]
    assert (last.basis.friend_order, last.basis.counted_by) == (2, "identity")
    assert (last.reason, last.lines[0].checks[0].found) == ("condition_not_met", "returning")
    assert scene.ledger_differences() == []


def test_a_customer_whom_nobody_knows_is_neither_new_nor_returning() -> None:
    for rule in ("10 % if new", "10 % if returning"):
        scene = scene_of(rule)
        scene.sale("1", 5_000, customer=Customer(), click_ids=(scene.click(),))
        assert scene.decision.reason == "condition_not_known"
        assert scene.decision.lines[0].checks[0].passed is None
        assert scene.decision.lines[0].checks[0].found == "not known"


def test_a_place_among_the_advocates_own_stays() -> None:
    """The second order of Maya stays hers when a later touch decides it anew."""
    scene = scene_of("10 % if my first 2")
    click = scene.click()
    for name in ("1", "2", "3"):
        scene.sale(name, 1_000, customer=Customer(customer_id=name), click_ids=(click,))
    assert earned(scene) == {"1": 100, "2": 100}
    told = OrderFacts(country="DE")
    scene.sale("2", 1_000, customer=Customer(customer_id="2"), order=told)
    assert earned(scene) == {"1": 100, "2": 100}


def test_the_oldest_that_stays_is_after_those_that_memory_drops(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It counted as the second order, and earned what is of the first two alone."""
    monkeypatch.setattr("goodword.conversions.friends.FRIEND_CONVERSIONS_MAX", 4)
    scene = scene_of("10 %")
    for number in range(8):
        clicks = (scene.click("MAYA7", 0.1),)
        scene.sale(f"o{number}", 1_000, click_ids=clicks, customer=Customer(customer_id="c1"))
        scene.clock.advance(HOUR_MS)
    (friend,) = scene.all(Identity)
    oldest = friend.conversions[1].conversion_id
    order = next(one for one in scene.all(Conversion) if one.conversion_id == oldest)
    assert order.order_id == "o5"
    assert friend_order([friend], order) == (6, "identity")
    first = next(one for one in scene.all(Conversion) if one.order_id == "o0")
    assert friend_order([friend], first) == (1, "identity")


def test_orders_that_memory_drops_are_counted_all_the_same() -> None:
    scene = scene_of("10 %")
    many = FRIEND_CONVERSIONS_MAX + 4
    start = scene.clock.at_ms - many * DAY_MS
    for number in range(many):
        scene.deliver(sale(f"o{number}", 100, start + number * DAY_MS))
    for identity in scene.all(Identity):
        assert len(identity.conversions) == FRIEND_CONVERSIONS_MAX
        assert identity.orders_dropped == 4
        assert isinstance(identity.conversions[0], Settled)
    assert scene.all(Decision)[-1].basis.friend_order is not None
    newest = max(scene.all(Decision), key=lambda one: one.basis.occurred_ms)
    assert newest.basis.friend_order == many
