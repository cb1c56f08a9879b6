"""A payout ends once, with its rewards, its balance and its entry; a run ends with its payouts."""

from collections.abc import Callable

import pytest
from goodword.errors import Conflict, Stale
from goodword.ledger.model import Entry
from goodword.payouts.ending import end_payout
from goodword.payouts.model import Payout
from goodword.payouts.movements import entry_of

from tests.support.payday import Payday
from tests.support.scene import BEN


@pytest.fixture
def world() -> Payday:
    scene = Payday()
    scene.due(500)
    scene.due(700)
    return scene


def test_a_refund_while_the_payout_is_under_way_becomes_a_debt(world: Payday) -> None:
    reward = world.due(300, BEN)
    world.released()
    world.take_back(reward, 300)
    world.sent()
    assert (world.at(reward).state, world.at(reward).reason) == ("reversed", "refunded")
    assert (world.purse(BEN).payable_minor, world.purse(BEN).paid_minor) == (-300, 300)
    assert world.ledger_differences() == []


def test_a_refund_while_a_payout_fails_leaves_nothing_due(world: Payday) -> None:
    reward = world.due(300, BEN)
    world.rail.troubles = ["refuse", "refuse"]
    world.released()
    world.take_back(reward, 300)
    world.sent()
    assert world.at(reward).state == "reversed"
    assert world.purse(BEN).payable_minor == 0
    assert world.ledger_differences() == []


def test_an_end_that_was_written_before_is_not_written_again(world: Payday) -> None:
    world.listed()
    payout = world.payout
    end_payout(world.desk(), payout, "cancelled", "run_cancelled")
    with pytest.raises((Stale, Conflict)):
        end_payout(world.desk(), payout, "cancelled", "run_cancelled")
    given_back = entry_of(payout, "payout_given_back", 0).entry_id
    assert [each.entry_id for each in world.all(Entry)].count(given_back) == 1


@pytest.mark.parametrize("end", ["cancelled", "expired"])
def test_an_ended_run_gives_everything_back(world: Payday, end: str) -> None:
    world.due(400, BEN)
    run = world.released() if end == "cancelled" else world.listed()
    moves: dict[str, Callable[[], object]] = {
        "cancelled": lambda: world.approving.cancel(run.run_id, "other"),
        "expired": lambda: world.approving.expire(run.run_id),
    }
    moves[end]()
    assert world.cycle.stand(run.run_id).route == "give_back"
    assert world.cycle.give_back(run.run_id, "").route == "given_back"
    assert world.cycle.stand(run.run_id).route == "given_back"
    assert world.cycle.give_back(run.run_id, "").route == "given_back"
    assert {each.state for each in world.all(Payout)} == {"cancelled"}
    assert (world.purse().payable_minor, world.purse(BEN).payable_minor) == (1_200, 400)
    assert world.ledger_differences() == []


def test_giving_back_goes_page_by_page(world: Payday, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("goodword.payouts.ending.PAGE_ITEMS_MAX", 1)
    monkeypatch.setattr("goodword.payouts.ending.GIVE_BACK_PAGES", 1)
    world.due(400, BEN)
    run = world.listed()
    world.approving.cancel(run.run_id, "other")
    step = world.cycle.give_back(run.run_id, "")
    assert step.route == "give_back"
    assert world.cycle.give_back(run.run_id, step.cursor).route == "given_back"


def test_a_run_that_is_not_over_gives_nothing_back(world: Payday) -> None:
    run = world.released()
    assert world.ending.give_back(run.run_id, "") == ""
    assert world.payout.state == "draft"


def test_settling_twice_settles_once(world: Payday) -> None:
    run = world.sent()
    world.cycle.settle(run.run_id)
    assert world.cycle.settle(run.run_id).route == "reconcile"
    assert len(world.events("payout_run.settled")) == 1
