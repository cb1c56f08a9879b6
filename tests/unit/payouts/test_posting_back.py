"""A comparison that finds money back posts it as a notice of the rail does: once, whoever is first.

In each story the payment was booked as paid, and the rail has changed its mind since.
"""

from collections.abc import Callable
from typing import Any

import pytest
from goodword.payouts.model import Payout
from goodword.payouts.ports import RailAnswer
from goodword.payouts.reconciling import (
    ChunkTally,
    Reconciliation,
    Reconciling,
    ReportRow,
    RunDifference,
)
from goodword.ports import Change
from goodword.times import DAY_MS

from tests.support.payday import CUTOFF_MS, Payday
from tests.support.scene import BEN, MAYA
from tests.unit.payouts.test_hearing import notice

BACK = (
    RailAnswer("failed", reason="order_canceled"),
    RailAnswer("returned", reason="account_closed"),
    RailAnswer("returned", amount_minor=500, returned_minor=500, reason="reversed"),
)


def paid(answer: RailAnswer | None = None) -> Payday:
    """A settled run of two payments, of which the rail now says so of Maya's."""
    world = Payday()
    world.due(500)
    world.due(700, BEN)
    world.cycle.settle(world.sent().run_id)
    if answer is not None:
        now_says(world, answer)
    return world


def hers(world: Payday) -> Payout:
    return next(one for one in world.all(Payout) if one.advocate_id == MAYA)


def now_says(world: Payday, answer: RailAnswer) -> None:
    amount, _, at_ms = world.rail.known[hers(world).payout_id]
    world.rail.known[hers(world).payout_id] = (amount, answer, at_ms)


def compared(world: Payday) -> Reconciliation:
    run_id = world.run().run_id
    for first in world.cycle.reconcile(run_id).chunks:
        world.cycle.compare(run_id, first)
    world.cycle.sum_up(run_id)
    return world.one(Reconciliation)


def told(world: Payday) -> None:
    """The rail tells of it, and the clock takes that up."""
    notice(world, hers(world).payout_id)
    world.cycle.look_up()


def sums(world: Payday) -> tuple[str, int, int, int]:
    """What must be so in the end: the state, what is payable, paid, and how often it was told."""
    assert world.ledger_differences() == []
    purse, events = world.purse(), world.events("payout.returned")
    return hers(world).state, purse.payable_minor, purse.paid_minor, len(events)


@pytest.mark.parametrize("answer", BACK)
@pytest.mark.parametrize("ways", [(compared,), (compared, told), (told, compared), (compared,) * 2])
def test_what_came_back_is_posted_once_whoever_comes_first(
    answer: RailAnswer, ways: tuple[Callable[[Payday], Any], ...]
) -> None:
    world = paid(answer)
    for way in ways:
        way(world)
    assert sums(world) == ("returned", 500, 0, 1)
    assert world.purse(BEN).payable_minor == 0
    tally = compared(world).tally
    assert (tally.ours_minor, tally.rails_minor, tally.differences) == (700, 700, 0)
    assert (tally.came_back, tally.came_back_minor, world.all(RunDifference)) == (1, 500, [])
    (event,) = world.events("payout.returned")
    assert (event.reason, event.data["amount_minor"]) == (answer.reason, 500)


@pytest.mark.parametrize("ways", [(compared,), (compared, told), (told, compared)])
def test_a_part_is_posted_once_and_the_rest_when_it_comes(
    ways: tuple[Callable[[Payday], Any], ...],
) -> None:
    world = paid(RailAnswer("paid", amount_minor=500, returned_minor=200))
    for way in ways:
        way(world)
    assert sums(world) == ("paid", 200, 300, 0)
    tally = compared(world).tally
    assert (tally.ours_minor, tally.rails_minor, tally.came_back_minor) == (1_000, 1_000, 200)
    now_says(world, RailAnswer("failed"))
    tally = compared(world).tally
    assert sums(world) == ("returned", 500, 0, 1)
    assert (tally.differences, tally.came_back, tally.came_back_minor) == (0, 1, 500)


@pytest.mark.parametrize("answer", BACK)
def test_both_at_the_same_moment_post_it_once(
    answer: RailAnswer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The notice is taken up between the comparison's last read and its commit."""
    world = paid(answer)
    real, between = world.store.commit, [lambda: told(world)]

    def commit(change: Change) -> None:
        if between and any(isinstance(one, Payout) for one, _ in change.replaced):
            between.pop()()
        real(change)

    monkeypatch.setattr(world.store, "commit", commit)
    compared(world)
    assert between == []
    assert sums(world) == ("returned", 500, 0, 1)


def test_a_comparison_that_dies_after_posting_is_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    world = paid(BACK[0])
    real = world.store.commit

    def commit(change: Change) -> None:
        if any(isinstance(one, ChunkTally) for one in change.created):
            raise ConnectionError("killed")
        real(change)

    monkeypatch.setattr(world.store, "commit", commit)
    with pytest.raises(ConnectionError):
        world.cycle.compare(world.run().run_id, 0)
    monkeypatch.setattr(world.store, "commit", real)
    assert compared(world).tally.came_back == 1
    assert sums(world) == ("returned", 500, 0, 1)


def test_what_a_comparison_posted_back_goes_out_with_the_next_run() -> None:
    world = paid(BACK[0])
    compared(world)
    world.clock.at_ms = CUTOFF_MS + 31 * DAY_MS
    world.sent("2025-11", CUTOFF_MS + 30 * DAY_MS)
    assert [amount for key, amount in world.rail.paid if key == hers(world).payout_id] == [500]
    assert sorted(amount for _, amount in world.rail.paid) == [500, 500, 700]
    assert (world.purse().payable_minor, world.ledger_differences()) == (0, [])


@pytest.mark.parametrize(
    "answer",
    [
        RailAnswer("unknown", reason="no_answer"),
        RailAnswer("accepted"),
        RailAnswer("unclaimed", amount_minor=500),
        RailAnswer("paid", amount_minor=400),
        RailAnswer("paid", amount_minor=1_000, returned_minor=500, reason="paid_twice"),
    ],
)
def test_nothing_is_posted_without_a_clear_word_that_it_came_back(answer: RailAnswer) -> None:
    world = paid(answer)
    assert compared(world).tally.came_back == 0
    assert sums(world) == ("paid", 0, 500, 0)


def test_a_rail_that_has_forgotten_the_payment_takes_nothing_back() -> None:
    world = paid()
    del world.rail.known[hers(world).payout_id]
    assert compared(world).tally.differences == 1
    assert sums(world) == ("paid", 0, 500, 0)


@pytest.mark.parametrize("status", ["failed", "returned"])
def test_the_report_of_a_person_moves_nothing(status: Any) -> None:
    world = paid()
    rows = [
        ReportRow(
            payout_id=one.payout_id,
            status=status if one.advocate_id == MAYA else "paid",
            amount_minor=one.amount_minor,
        )
        for one in world.all(Payout)
    ]
    found = Reconciling(world.desk()).report(world.run().run_id, rows)
    assert found.tally.differences == 1
    assert [one.what for one in world.all(RunDifference)] == ["not_paid_at_rail"]
    assert sums(world) == ("paid", 0, 500, 0)
