"""After a run, the rail's word and ours are compared to the cent; differences are listed."""

import pytest
from goodword.errors import Conflict, InvalidInput
from goodword.ledger.model import Entry
from goodword.payouts.deciding import Deciding
from goodword.payouts.findings import RunFinding
from goodword.payouts.model import Payout
from goodword.payouts.ports import RailAnswer
from goodword.payouts.reconciling import (
    ChunkTally,
    Reconciliation,
    Reconciling,
    ReportRow,
    RunDifference,
    compare,
)
from goodword.programs.payment import AuditTerms
from goodword.times import DAY_MS

from tests.support.payday import ANNA, CUTOFF_MS, Payday
from tests.support.scene import BEN, MAYA

LATER = ("2025-11", CUTOFF_MS + 30 * DAY_MS)


def settled() -> Payday:
    world = Payday()
    world.due(500)
    world.due(700, BEN)
    run = world.sent()
    assert world.cycle.settle(run.run_id).route == "reconcile"
    return world


def reconciled(world: Payday) -> Reconciliation:
    compared(world, world.run().run_id)
    return world.one(Reconciliation)


def compared(world: Payday, run_id: str) -> None:
    step = world.cycle.reconcile(run_id)
    assert step.route == "compare"
    for first in step.chunks:
        world.cycle.compare(run_id, first)
    assert world.cycle.sum_up(run_id).route == "settled"


def differences(world: Payday) -> dict[str, str]:
    whose = {one.payout_id: one.advocate_id for one in world.all(Payout)}
    return {whose.get(one.payout_id, one.payout_id): one.what for one in world.all(RunDifference)}


def change_at_rail(world: Payday, person: str, answer: RailAnswer | None) -> None:
    key = next(one.payout_id for one in world.all(Payout) if one.advocate_id == person)
    amount, _, at_ms = world.rail.known[key]
    if answer is None:
        del world.rail.known[key]
    else:
        world.rail.known[key] = (amount, answer, at_ms)


def test_a_run_that_went_well_is_clean_to_the_cent() -> None:
    found = reconciled(settled())
    assert found.source == "rail"
    assert (found.tally.ours_minor, found.tally.rails_minor) == (1_200, 1_200)
    assert (found.tally.compared, found.tally.differences) == (2, 0)


def test_one_cent_is_a_difference_and_goes_when_it_is_gone() -> None:
    world = settled()
    change_at_rail(world, MAYA, RailAnswer("paid", amount_minor=501))
    found = reconciled(world)
    assert (found.tally.differences, found.tally.rails_minor) == (1, 1_201)
    assert differences(world) == {MAYA: "amount_differs"}
    change_at_rail(world, MAYA, RailAnswer("paid", amount_minor=500))
    assert reconciled(world).tally.differences == 0
    assert differences(world) == {}
    assert [event.reason for event in world.events("payout_run.reconciled")] == ["differences", ""]


@pytest.mark.parametrize(
    ("answer", "what"),
    [
        (None, "not_at_rail"),
        (RailAnswer("unknown"), "unclear"),
        (RailAnswer("accepted"), "not_paid_at_rail"),
        (RailAnswer("paid", amount_minor=1_000, reason="paid_twice"), "paid_twice"),
        (RailAnswer("paid", amount_minor=499), "amount_differs"),
        (RailAnswer("paid", amount_minor=1_000, returned_minor=500, reason="paid_twice"), None),
        (RailAnswer("paid", amount_minor=500), None),
        (RailAnswer("paid"), None),
        (RailAnswer("unclaimed", amount_minor=500), None),
    ],
)
def test_what_the_rail_may_say_of_a_payment_that_was_paid(
    answer: RailAnswer | None, what: str | None
) -> None:
    world = settled()
    change_at_rail(world, MAYA, answer)
    reconciled(world)
    assert differences(world).get(MAYA) == what


@pytest.mark.parametrize(
    ("state", "answer", "what"),
    [
        ("failed", RailAnswer("paid", amount_minor=500), "paid_at_rail"),
        ("failed", RailAnswer("failed"), None),
        ("failed", None, None),
        ("failed", RailAnswer("unknown"), "unclear"),
        ("returned", RailAnswer("unknown"), "unclear"),
        ("returned", RailAnswer("paid"), "paid_at_rail"),
        ("returned", RailAnswer("returned"), None),
        ("sent", RailAnswer("paid"), "unclear"),
        ("unknown", None, "unclear"),
    ],
)
def test_what_the_rail_may_say_of_other_payments(
    state: str, answer: RailAnswer | None, what: str | None
) -> None:
    payout = settled().all(Payout)[0].but(state=state)
    assert compare(payout, answer) == what


def test_more_that_came_back_than_had_left_is_all_of_it_and_a_difference() -> None:
    world = settled()
    change_at_rail(world, MAYA, RailAnswer("paid", amount_minor=500, returned_minor=507))
    found = reconciled(world)
    assert (found.tally.ours_minor, found.tally.rails_minor) == (700, 700)
    assert (found.tally.came_back_minor, differences(world)) == (500, {MAYA: "amount_differs"})


def test_a_payment_that_the_rail_was_never_asked_for_is_not_asked_about() -> None:
    world = Payday()
    world.due(500)
    world.due(700, BEN)
    world.released()
    world.pay_to(MAYA, "elsewhere@x.example")
    run = world.sent()
    world.cycle.settle(run.run_id)
    found = reconciled(world)
    assert (found.tally.compared, found.tally.ours_minor, found.tally.differences) == (2, 700, 0)


def test_a_payment_that_the_audit_took_out_is_not_compared() -> None:
    world = Payday(audit=AuditTerms(stops=("own_spike",)))
    world.due(500)
    world.cycle.settle(world.sent().run_id)
    world.clock.at_ms = LATER[1] + DAY_MS
    world.due(50_000)
    world.due(700, BEN)
    run = world.listed(*LATER)
    spike = next(one for one in world.all(RunFinding) if one.check == "own_spike")
    Deciding(world.desk()).decide(
        run.run_id, "own_spike", spike.subject, "hold", "suspected_fraud", ANNA
    )
    assert world.cycle.settle(world.sent(*LATER).run_id).route == "reconcile"
    compared(world, run.run_id)
    (found,) = (one for one in world.all(Reconciliation) if one.run_id == run.run_id)
    assert (found.tally.compared, found.tally.ours_minor, found.tally.differences) == (1, 700, 0)


def test_a_large_run_is_compared_in_several_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("goodword.payouts.reconciling.RECONCILE_CHUNKS", 1)
    world = Payday()
    for number in range(30):
        world.enrol(f"adv_{number}", f"CODE{number}")
        world.pay_to(f"adv_{number}")
        world.due(500, f"adv_{number}")
    run = world.sent()
    world.cycle.settle(run.run_id)
    assert world.cycle.reconcile(run.run_id).chunks == (0, 1)
    world.cycle.compare(run.run_id, 1)
    with pytest.raises(Conflict, match="not_all_compared"):
        world.cycle.sum_up(run.run_id)
    assert world.all(Reconciliation) == []
    assert reconciled(world).tally.compared == 30


def test_nothing_is_compared_before_the_run_is_over() -> None:
    world = Payday()
    world.due(500)
    run = world.sent()
    assert world.cycle.reconcile(run.run_id).route == "settled"
    world.cycle.compare(run.run_id, 0)
    assert world.cycle.sum_up(run.run_id).route == "send"
    assert world.all(ChunkTally) == []
    assert world.all(Reconciliation) == []
    with pytest.raises(Conflict, match="run_not_settled"):
        Reconciling(world.desk()).report(run.run_id, [])


def test_the_fee_of_a_payment_is_the_programmes_cost() -> None:
    world = Payday()
    world.rail.fee_minor = 25
    world.due(500)
    run = world.sent()
    world.cycle.settle(run.run_id)
    assert reconciled(world).tally.fees_minor == 25
    (entry,) = (one for one in world.all(Entry) if one.what == "payout_fee")
    assert {leg.account: leg.amount_minor for leg in entry.legs} == {
        "program:prg_test:fees": 25,
        "rail:simulator:fees": -25,
    }
    assert world.purse().paid_minor == 500
    assert world.ledger_differences() == []


def by_hand() -> Payday:
    world = Payday(rail="csv")
    for person in (MAYA, BEN):
        world.pay_to(person, rail="csv")
    world.due(500)
    world.due(700, BEN)
    run = world.sent()
    assert world.cycle.settle(run.run_id).route == "settled"
    world.confirming.all(run.run_id, ANNA, "SEPA 1")
    return world


def test_a_report_of_the_bank_is_compared_line_by_line() -> None:
    world = by_hand()
    run_id = world.run().run_id
    mine = {one.advocate_id: one.payout_id for one in world.all(Payout)}
    good = [
        ReportRow(payout_id=mine[MAYA], amount_minor=500),
        ReportRow(payout_id=mine[BEN], amount_minor=700, fee_minor=10),
    ]
    found = Reconciling(world.desk()).report(run_id, good)
    assert (found.source, found.tally.differences, found.tally.rails_minor) == ("report", 0, 1_200)
    assert found.tally.fees_minor == 10, "as the report says"
    wrong = [good[0].but(amount_minor=600), ReportRow(payout_id="pay_stray", amount_minor=9)]
    found = Reconciling(world.desk()).report(run_id, wrong)
    assert found.tally.differences == 3
    assert differences(world) == {
        MAYA: "amount_differs",
        BEN: "not_at_rail",
        "pay_stray": "not_ours",
    }


def test_a_report_must_be_whole_and_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    world = by_hand()
    row = ReportRow(payout_id="pay_1", amount_minor=1)
    compares = Reconciling(world.desk())
    with pytest.raises(InvalidInput, match="row_twice"):
        compares.report(world.run().run_id, [row, row])
    monkeypatch.setattr("goodword.payouts.reconciling.REPORT_ROWS_MAX", 1)
    with pytest.raises(Conflict, match="report_too_large"):
        compares.report(world.run().run_id, [row])
