"""Money that goes elsewhere since shortly before the cut-off is seen, also the very first money."""

import pytest
from goodword.advocates.model import PayoutMethod, method_key
from goodword.payouts.findings import RunFinding
from goodword.times import DAY_MS, HOUR_MS

from tests.support.payday import CUTOFF_MS, Payday
from tests.support.scene import MAYA


def found(world: Payday) -> dict[str, str]:
    return {one.check: one.state for one in world.all(RunFinding)}


@pytest.mark.parametrize(("hours", "state"), [(1, "open"), (7 * 24 - 1, "open"), (7 * 24, None)])
def test_an_account_moved_before_the_first_payment_is_seen(hours: int, state: str | None) -> None:
    world = Payday()
    world.due(90_000)
    now_ms, world.clock.at_ms = world.clock.at_ms, CUTOFF_MS - hours * HOUR_MS
    world.pay_to(MAYA, "thief@x.example")
    world.clock.at_ms = now_ms
    world.listed()
    assert found(world).get("new_destination") == state


def test_a_first_destination_is_no_move() -> None:
    world = Payday()
    world.due(90_000)
    method = world.store.get(PayoutMethod, method_key(MAYA))
    assert method is not None
    assert method.changed_ms > CUTOFF_MS - 7 * DAY_MS
    world.listed()
    assert "new_destination" not in found(world)
