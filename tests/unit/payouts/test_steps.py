"""Where a rail pays no fractions, the fraction waits for the next payout; none is lost or sent."""

import pytest
from goodword.payouts.model import Exclusion
from goodword.programs.payment import RAIL_STEPS, Payment, in_steps, step_of
from goodword.times import DAY_MS
from goodword_aws.rails.paypal import WHOLE

from tests.support.payday import CUTOFF_MS, Payday

LATER = ("2025-11", CUTOFF_MS + 30 * DAY_MS)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Payday:
    """A rail that pays whole euros."""
    monkeypatch.setitem(RAIL_STEPS, "simulator", {"EUR": 100})
    return Payday(minimum_minor=0)


def test_a_fraction_stays_payable_and_goes_out_when_it_is_whole(world: Payday) -> None:
    world.due(1_250)
    run = world.sent()
    assert (world.payout.amount_minor, world.payout.carry_minor) == (1_200, -50)
    assert world.rail.paid_in == [("EUR", 1_200)]
    assert (run.count, run.excluded, world.all(Exclusion)) == (1, {}, [])
    world.cycle.settle(run.run_id)
    assert (world.purse().payable_minor, world.purse().paid_minor) == (50, 1_200)
    world.clock.at_ms = LATER[1] + DAY_MS
    world.due(155)
    world.sent(*LATER)
    assert world.rail.paid_in[1:] == [("EUR", 200)]
    assert (world.purse().payable_minor, world.ledger_differences()) == (5, [])


def test_less_than_a_step_waits_as_what_is_below_the_minimum(world: Payday) -> None:
    world.due(99)
    world.listed()
    (left,) = world.all(Exclusion)
    assert (left.reason, left.amount_minor) == ("below_minimum", 99)


@pytest.mark.parametrize(("stated", "least"), [(0, 100), (100, 100), (150, 200)])
def test_the_minimum_is_what_the_rail_can_pay(stated: int, least: int) -> None:
    payment = Payment(rail="paypal", minimum_minor=stated)
    assert in_steps(payment, "HUF").minimum_minor == least
    assert in_steps(payment, "EUR") is payment


def test_what_paypal_writes_without_decimals_is_paid_without() -> None:
    assert {one for one in WHOLE if step_of("paypal", one) == 100} == {"HUF", "TWD"}
    assert step_of("paypal", "JPY") == step_of("csv", "HUF") == 1  # a yen has no smaller part
