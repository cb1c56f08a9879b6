"""A rail that knows the key for something else is asked what became of it, never told again."""

import pytest
from goodword.payouts.ports import PaymentOrder, RailAnswer
from goodword.times import MINUTE_MS

from tests.support.payday import Payday


def test_a_conflict_of_keys_is_looked_up_before_anything_is_sent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = Payday()
    world.due(500)
    asked: list[str] = []
    real_send, real_look = world.rail.send, world.rail.look_up

    def send(order: PaymentOrder) -> RailAnswer:
        asked.append("send")
        real_send(order)
        return RailAnswer("unknown", reason="key_conflict")

    def look_up(payout_id: str, reference: str = "") -> RailAnswer | None:
        asked.append("look_up")
        return real_look(payout_id, reference)

    monkeypatch.setattr(world.rail, "send", send)
    monkeypatch.setattr(world.rail, "look_up", look_up)
    world.sent()
    assert (world.payout.state, world.payout.reason) == ("unknown", "key_conflict")
    world.clock.advance(2 * MINUTE_MS)
    world.cycle.look_up()
    assert (world.payout.state, asked) == ("paid", ["send", "look_up"])
    assert len(world.rail.paid) == 1
