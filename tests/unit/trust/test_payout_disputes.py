"""A payout that never arrived is payable again by the dispute that is granted, and paid once."""

import pytest
from goodword.errors import Conflict, InvalidInput, NotFound
from goodword.payouts.model import Payout
from goodword.payouts.stops import Holding, PayoutStop
from goodword.ports import Change
from goodword.times import DAY_MS, HOUR_MS
from goodword.trust.dispute import Dispute, Outcome
from goodword.trust.disputing import Disputes, Wish
from goodword.trust.resolving import Resolving, Ruling

from tests.fakes.privacy import MemoryVault
from tests.support.payday import CUTOFF_MS, Payday
from tests.support.scene import MAYA, PROGRAM

LATER = ("2025-11", CUTOFF_MS + 30 * DAY_MS)


def disputed(rail: str = "simulator", trouble: str = "") -> tuple[Payday, Dispute]:
    """Maya says that her 5.00 never arrived."""
    world = Payday(rail=rail)
    world.pay_to(MAYA, rail=rail)  # type: ignore[arg-type]  # both are rails
    world.due(500)
    world.rail.troubles = [trouble] if trouble else []
    world.cycle.settle(world.sent().run_id)
    wish = Wish(PROGRAM, "payout", "It never arrived.", world.payout.payout_id)
    return world, Disputes(world.desk("x"), MemoryVault()).open(MAYA, wish)


def resolved(world: Payday, dispute: Dispute, outcome: Outcome = "granted") -> Dispute:
    disputes = Disputes(world.desk("fay"), MemoryVault())
    ruling = Ruling(outcome, "evidence_found", "payment_details")
    return Resolving(world.desk("fay"), disputes, world.flow).resolve(
        dispute.dispute_id, ruling, None
    )


@pytest.mark.parametrize(("rail", "end"), [("simulator", "returned"), ("csv", "failed")])
def test_it_is_payable_again_and_goes_out_with_the_next_run(rail: str, end: str) -> None:
    world, dispute = disputed(rail)
    assert world.one(PayoutStop).reason == "dispute_open"
    assert resolved(world, dispute).outcome == "granted"
    assert (world.payout.state, world.payout.reason) == (end, "never_arrived")
    assert (world.purse().payable_minor, world.purse().paid_minor) == (500, 0)
    assert world.one(PayoutStop).reason is None
    world.clock.at_ms = LATER[1] + DAY_MS
    run = world.sent(*LATER)
    assert (run.count, run.total_minor) == (1, 500)
    assert world.ledger_differences() == []


@pytest.mark.parametrize("outcome", ["partly", "upheld"])
def test_other_outcomes_are_recorded_and_move_nothing(outcome: Outcome) -> None:
    world, dispute = disputed()
    assert resolved(world, dispute, outcome).outcome == outcome
    assert (world.payout.state, world.purse().paid_minor) == ("paid", 500)
    assert world.one(PayoutStop).reason is None


def test_what_the_rail_still_has_is_not_paid_a_second_time() -> None:
    world, dispute = disputed(trouble="before")
    with pytest.raises(Conflict, match="cannot_grant"):
        resolved(world, dispute)
    assert (world.payout.state, world.one(PayoutStop).reason) == ("unknown", "dispute_open")
    world.clock.advance(49 * HOUR_MS)
    resolved(world, dispute)
    assert (world.payout.state, world.purse().payable_minor) == ("failed", 500)


def test_what_failed_already_is_payable_anyway() -> None:
    world, dispute = disputed(trouble="refuse")
    assert resolved(world, dispute).outcome == "granted"
    assert (world.payout.state, world.purse().payable_minor) == ("failed", 500)
    assert world.ledger_differences() == []


def test_a_payout_that_is_gone_is_not_granted() -> None:
    world, dispute = disputed()
    change = Change()
    change.delete(world.one(Payout))
    world.store.commit(change)
    with pytest.raises(Conflict, match="gone"):
        resolved(world, dispute)


def held() -> tuple[Payday, Dispute]:
    """Maya has 5.00 due; finance holds her payouts, and she disputes that."""
    world = Payday()
    world.due(500)
    Holding(world.desk("fred")).hold(MAYA, "details_unclear", None)
    wish = Wish(PROGRAM, "payouts_held", "My details are right.")
    return world, Disputes(world.desk("x"), MemoryVault()).open(MAYA, wish)


def test_a_hold_of_payouts_is_disputed_and_let_go() -> None:
    world, dispute = held()
    assert world.one(PayoutStop).reason == "on_hold"
    assert resolved(world, dispute).outcome == "granted"
    assert world.one(PayoutStop).reason is None
    (told,) = world.events("advocate.payouts_let_go")
    assert (told.actor.id, told.reason) == ("fay", "dispute_granted")
    assert told.data["dispute_id"] == dispute.dispute_id
    assert world.sent().total_minor == 500


def test_a_hold_of_payouts_that_is_upheld_stays_and_a_part_of_it_cannot_be_lifted() -> None:
    world, dispute = held()
    with pytest.raises(InvalidInput, match="outcome_does_not_fit"):
        resolved(world, dispute, "partly")
    assert resolved(world, dispute, "upheld").outcome == "upheld"
    assert world.one(PayoutStop).reason == "on_hold"


def test_a_hold_from_after_the_dispute_stays_and_one_that_is_gone_is_no_trouble() -> None:
    world, dispute = held()
    (first,) = world.one(PayoutStop).held()
    world.clock.advance(HOUR_MS)
    Holding(world.desk("fred")).hold(MAYA, "legal_request", None)
    resolved(world, dispute)
    assert first not in world.one(PayoutStop).held()
    assert len(world.one(PayoutStop).held()) == 1
    world, dispute = held()
    (first,) = world.one(PayoutStop).held()
    Holding(world.desk("fred")).lift(MAYA, first, "other", None)
    assert resolved(world, dispute).outcome == "granted"
    assert len(world.events("advocate.payouts_let_go")) == 1


def test_whoever_is_not_held_has_nothing_to_dispute() -> None:
    world, _ = disputed()
    wish = Wish(PROGRAM, "payouts_held", "Why?")
    with pytest.raises(NotFound, match="payouts_not_held"):
        Disputes(world.desk("x"), MemoryVault()).open(MAYA, wish)
