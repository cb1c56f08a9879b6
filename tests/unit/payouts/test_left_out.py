"""Those whom a run leaves out are counted, however many they are."""

import pytest
from goodword.payouts.model import Sum

from tests.support.payday import CUTOFF_MS, PERIOD, Payday
from tests.support.scene import BEN, PROGRAM


def test_any_number_of_people_may_be_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are counted some pages at a time, and a step that dies goes on from where it was."""
    monkeypatch.setattr("goodword.payouts.listing.LEFT_OUT_PAGES", 1)
    monkeypatch.setattr("goodword.payouts.listing.PAGE_ITEMS_MAX", 2)
    world = Payday(minimum_minor=1_000)
    world.due(1_000)
    for number in range(7):
        world.enrol(f"adv_{number}", f"CODE{number}")
        world.due(10 + number, f"adv_{number}")
    step = world.cycle.open(PROGRAM, PERIOD, CUTOFF_MS)
    step = world.cycle.freeze(step.run_id, step.cursor)
    counted = []
    while step.route == "close_list":
        step = world.cycle.close_list(step.run_id)
        left_out = world.run().left_out
        counted.append(left_out.sums["no_method"].count if left_out else 0)
        assert left_out is None or world.run().excluded == {}
    assert (step.route, counted) == ("audit", [2, 4, 6, 0])
    run = world.listed()
    assert (run.count, run.excluded) == (1, {"no_method": Sum(count=7, amount_minor=91)})


def test_a_run_cancelled_while_the_left_out_are_counted_stays_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("goodword.payouts.listing.LEFT_OUT_PAGES", 1)
    monkeypatch.setattr("goodword.payouts.listing.PAGE_ITEMS_MAX", 1)
    world = Payday(minimum_minor=1_000)
    world.due(1)
    world.due(2, BEN)
    step = world.cycle.open(PROGRAM, PERIOD, CUTOFF_MS)
    world.cycle.freeze(step.run_id, step.cursor)
    assert world.cycle.close_list(step.run_id).route == "close_list"
    world.approving.cancel(step.run_id, "other")
    assert world.cycle.close_list(step.run_id).route == "give_back"
    assert (world.run().state, world.run().count, world.run().excluded) == ("cancelled", 0, {})
