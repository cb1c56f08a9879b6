"""Money that is reversed or reinstated around a payout, wherever the payout stands."""

import pytest
from goodword.payouts.model import Payout
from goodword.ports import Change
from goodword.rewards.books import RewardBooks
from goodword.rewards.model import Reward

from tests.support.payday import ANNA, CUTOFF_MS, Payday
from tests.support.scene import MAYA


def give_back(world: Payday, reward: Reward, amount: int) -> Reward:
    """A reinstatement, whatever has become of the reward."""
    change = Change()
    books = RewardBooks(world.desk("conversions"), change)
    books.give(world.at(reward), amount, "dp_1", "dispute_won")
    books.close()
    world.store.commit(change)
    assert world.ledger_differences() == []
    return world.at(reward)


@pytest.mark.parametrize("amount", [300, 1_000])
def test_in_a_batch_the_payout_is_what_it_is(amount: int) -> None:
    world = Payday()
    reward = world.due(1_000)
    world.listed()
    assert world.take_back(reward, amount).state == "batched"
    assert world.purse().payable_minor == -amount
    after = give_back(world, reward, amount)
    assert (after.state, after.remaining_minor) == ("batched", 1_000)
    assert world.purse().payable_minor == 0


@pytest.mark.parametrize("trouble", ["", "after", "refuse"])
@pytest.mark.parametrize("amount", [300, 1_000])
def test_taken_in_the_batch_and_given_back_after_it(amount: int, trouble: str) -> None:
    world = Payday()
    reward = world.due(1_000)
    world.listed()
    world.take_back(reward, amount)
    world.rail.troubles = [trouble]
    world.sent()
    state = world.payout.state
    assert state == {"": "paid", "after": "unknown", "refuse": "failed"}[trouble]
    after = give_back(world, reward, amount)
    assert after.remaining_minor == 1_000
    assert after.state == {"paid": "paid", "unknown": "batched", "failed": "due"}[state]
    assert world.purse().payable_minor == (1_000 if state == "failed" else 0)


def test_reversed_after_payment_and_reinstated_is_paid_again() -> None:
    world = Payday()
    reward = world.due(1_000)
    world.sent()
    assert world.take_back(reward, 1_000).state == "reversed"
    after = give_back(world, reward, 1_000)
    assert (after.state, after.payout_id) == ("paid", world.payout.payout_id)
    assert world.purse().payable_minor == 0


def test_what_a_later_payout_had_netted_is_paid_out_once_reinstated() -> None:
    world = Payday(cadence="daily")
    first = world.due(1_000)
    world.sent("2025-10-30", CUTOFF_MS)
    world.take_back(first, 400)
    world.due(1_000)
    world.sent("2025-10-31", CUTOFF_MS)
    give_back(world, first, 400)
    assert world.purse().payable_minor == 400
    world.sent("2025-11-01", CUTOFF_MS)
    assert sorted(one.amount_minor for one in world.all(Payout)) == [400, 600, 1_000]
    assert world.purse(MAYA).payable_minor == 0
    assert world.purse(MAYA).paid_minor == 2_000
    assert world.ledger_differences() == []


def test_a_returned_payout_leaves_what_was_reversed_due_again() -> None:
    world = Payday()
    reward = world.due(1_000)
    world.sent()
    world.take_back(reward, 1_000)
    payout = world.payout
    world.confirming.one(
        payout.payout_id, ANNA, "returned", run_id=payout.run_id, code="account_closed"
    )
    after = give_back(world, reward, 1_000)
    assert (after.state, after.payout_id) == ("due", None)
    assert world.purse().payable_minor == 1_000
