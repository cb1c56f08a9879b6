"""The audit counts an order for everybody whom it rewards."""

from goodword.payouts.findings import RunFinding
from goodword.payouts.ports import Origin
from goodword.ports import Change

from tests.support.payday import Payday
from tests.support.scene import BEN, MAYA


def test_orders_that_reward_both_sides_count_for_both() -> None:
    """Ben is the friend of Maya's six orders, all from one network, and in the same chunk."""
    world = Payday()
    for number in range(1, 7):
        mine = world.due(100)
        his = world.due(50, BEN)
        change = Change()
        change.replace(world.at(his).but(conversion_id=mine.conversion_id))
        world.store.commit(change)
        world.origins.known[mine.conversion_id] = Origin("net_1", f"place_{number}")
    world.listed()
    assert {one.advocate_id: one.figures["from_one_network"] for one in world.all(RunFinding)} == {
        MAYA: 6,
        BEN: 6,
    }
