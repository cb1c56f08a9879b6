"""Which money a period takes, by the calendar of the terms."""

import pytest
from goodword.payouts.model import Exclusion
from goodword.ports import Change
from goodword.times import DAY_MS

from tests.support.payday import CUTOFF_MS, PERIOD, Payday
from tests.support.scene import PROGRAM


def test_net_terms_pay_what_was_earned_in_the_period_and_is_due_by_the_cut_off() -> None:
    world = Payday(net_days=30)
    world.due(500)
    world.cycle.open(PROGRAM, PERIOD, CUTOFF_MS, CUTOFF_MS - 25 * DAY_MS)
    world.listed()
    assert [(one.reason, one.amount_minor) for one in world.all(Exclusion)] == [
        ("later_period", 500)
    ]


def test_of_two_who_close_an_empty_list_one_settles_the_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = Payday()
    run = world.cycle.open(PROGRAM, PERIOD, CUTOFF_MS)
    world.cycle.freeze(run.run_id, "")
    real = world.store.commit

    def meanwhile(change: Change) -> None:
        real(change)
        monkeypatch.undo()
        assert world.cycle.close_list(run.run_id).route == "nothing_due"

    monkeypatch.setattr(world.store, "commit", meanwhile)
    assert world.cycle.close_list(run.run_id).route == "nothing_due"
    assert len(world.events("payout_run.listed")) == 1
