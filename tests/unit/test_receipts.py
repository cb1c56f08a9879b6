"""The receipt is committed with the change that it answers for, and with nothing else."""

from goodword.ports import Change
from goodword.receipts import no_receipt, settle

from tests.support.desk import World


def test_a_change_takes_its_receipt_along() -> None:
    world = World()
    desk, change = world.desk(), Change()
    change.create(desk.event("thing.made", "thi_1"))
    said = settle(desk.store, change, "done", lambda result: desk.event("kept", result))
    assert said == "done"
    assert [one.subject for one in world.store.commits[0].created] == ["thi_1", "done"]  # type: ignore[attr-defined]  # events


def test_without_a_receipt_only_the_change_is_committed() -> None:
    world = World()
    change = Change()
    change.create(world.desk().event("thing.made", "thi_1"))
    settle(world.store, change, None, no_receipt)
    assert len(world.store.items) == 1


def test_a_change_of_nothing_is_not_sent() -> None:
    world = World()
    assert settle(world.store, Change(), 7, lambda _: world.desk().event("kept", "x")) == 7
    assert not world.store.commits
