"""The sums of a run that has ended are those of its payments, whatever becomes of them."""

import pytest
from goodword.payouts.model import Payout, PayoutRun, Sum
from goodword.payouts.ports import PaymentOrder, RailAnswer
from goodword.ports import Change
from goodword.times import DAY_MS, HOUR_MS

from tests.support.payday import Payday
from tests.support.scene import BEN, MAYA
from tests.support.sums import sums_of


def settled(*troubles: str, parts: tuple[int, int] = (500, 700)) -> Payday:
    """A run of two payments, Maya's and Ben's, that has ended as the rail's troubles let it."""
    world = Payday()
    for amount, who in zip(parts, (MAYA, BEN), strict=True):
        world.due(amount, who)
    world.rail.troubles = list(troubles)
    world.cycle.settle(world.sent().run_id)
    world.rail.troubles = []
    agrees(world)
    return world


def agrees(world: Payday) -> None:
    run = world.run()
    assert (run.outcome, run.part_back) == sums_of(world.all(Payout))
    assert sum(one.amount_minor for one in run.outcome.values()) == run.total_minor


def says(world: Payday, who: str, answer: RailAnswer) -> None:
    """The rail says this of the person's payment."""
    (payout,) = [one for one in world.all(Payout) if one.advocate_id == who]
    world.sending._record(payout, answer)
    agrees(world)


def back(world: Payday, who: str, returned_minor: int) -> None:
    """So much of the person's payment is with the rail again; all of it: the payment came back."""
    (payout,) = [one for one in world.all(Payout) if one.advocate_id == who]
    whole = returned_minor == payout.amount_minor
    answer = RailAnswer(
        "returned" if whole else "paid",
        amount_minor=payout.amount_minor,
        returned_minor=returned_minor,
    )
    world.sending.post_back(payout, answer)


def of_before(world: Payday, **fields: object) -> None:
    """The run as it was stored before its sums followed its payments."""
    change = Change()
    change.replace(world.run().but(summed=False, part_back=None, **fields))
    world.store.commit(change)


def test_what_was_unknown_is_taken_and_then_paid() -> None:
    world = settled("after", "after")
    for status in ("accepted", "unknown", "accepted", "paid"):
        says(world, MAYA, RailAnswer(status, amount_minor=500))
    assert world.run().outcome == {
        "unknown": Sum(count=1, amount_minor=700),
        "paid": Sum(count=1, amount_minor=500),
    }


@pytest.mark.parametrize("silent", [MAYA, BEN])
def test_one_silent_look_up_loses_no_payment(silent: str) -> None:
    world = settled("accept", "after")
    for who in (MAYA, BEN):
        (payout,) = [one for one in world.all(Payout) if one.advocate_id == who]
        if who == silent:
            says(world, who, RailAnswer("unknown", reason="no_answer"))
        says(world, who, RailAnswer("paid" if payout.state == "sent" else "failed"))
    assert sorted(one.amount_minor for one in world.run().outcome.values()) == [500, 700]


def test_a_payment_whose_first_answer_comes_after_its_run_is_counted() -> None:
    """The worker died while it asked, and the rail was left alone until the run had ended."""
    world = Payday()
    world.due(500)
    run, real = world.released(), world.rail.send

    def dying(order: PaymentOrder) -> RailAnswer:
        raise KeyboardInterrupt(order.payout_id)

    world.rail.send = dying  # type: ignore[method-assign]  # put back below
    (chunk,) = world.cycle.begin(run.run_id).chunks
    with pytest.raises(KeyboardInterrupt):
        world.cycle.send(run.run_id, chunk, 0)
    world.rail.send = real  # type: ignore[method-assign]  # as it was
    world.cycle.settle(run.run_id)
    assert set(world.run().outcome) == {"sent"}
    world.clock.advance(HOUR_MS)
    world.cycle.look_up()
    assert (world.payout.state, set(world.run().outcome)) == ("paid", {"paid"})
    agrees(world)


def test_a_payment_that_ends_while_its_run_is_summed_up_is_counted_as_it_ended() -> None:
    world = Payday()
    world.due(500)
    world.rail.troubles = ["accept"]
    run, real = world.sent(), world.store.commit

    def late(change: Change) -> None:
        world.store.commit = real  # type: ignore[method-assign]  # once
        world.sending._record(world.payout, RailAnswer("paid", amount_minor=500))
        real(change)

    world.store.commit = late  # type: ignore[method-assign]  # put back by itself
    world.cycle.settle(run.run_id)
    assert (world.payout.state, world.run().state) == ("paid", "settled")
    agrees(world)


def test_parts_that_came_back_of_a_run_of_before_are_counted_with_the_next() -> None:
    world = settled()
    back(world, MAYA, 300)
    of_before(world)
    back(world, BEN, 100)
    assert world.run().part_back == Sum(count=2, amount_minor=400)
    back(world, MAYA, 500)
    assert world.run().part_back == Sum(count=1, amount_minor=100)
    agrees(world)


def test_sums_of_before_that_lost_a_payment_are_counted_anew() -> None:
    world = settled("after", "after")
    of_before(world, outcome={"paid": Sum(count=2, amount_minor=1_200)})
    says(world, BEN, RailAnswer("paid", amount_minor=700))


def test_sums_that_cannot_hold_a_payment_are_counted_anew() -> None:
    world = settled()
    change = Change()
    change.replace(world.run().but(outcome={"paid": Sum(count=2, amount_minor=600)}))
    world.store.commit(change)
    back(world, BEN, 700)
    agrees(world)


def test_no_sum_of_a_long_run_of_before_is_less_than_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What nobody can count anew in one call takes off what it has, and no more."""
    monkeypatch.setattr("goodword.payouts.sums.RUN_RECOUNT_MAX", 1)
    world = settled()
    back(world, MAYA, 300)
    of_before(world)
    back(world, BEN, 100)
    back(world, MAYA, 500)
    assert world.run().part_back == Sum(count=1, amount_minor=100)
    back(world, BEN, 200)
    assert world.run().part_back == Sum(count=1, amount_minor=200)
    assert world.run().outcome == sums_of(world.all(Payout))[0]


def test_a_run_that_was_summed_up_is_not_again() -> None:
    world = settled("after")
    before: PayoutRun = world.run()
    world.clock.advance(DAY_MS)
    world.cycle.settle(before.run_id)
    assert world.run() == before
