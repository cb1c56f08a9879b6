"""A run is audited before anybody can request it; what stops it waits for a person's decision."""

from typing import Any

import pytest
from goodword.advocates.model import Payee
from goodword.errors import Conflict, Stale
from goodword.payouts.auditing import Auditing
from goodword.payouts.deciding import Deciding
from goodword.payouts.findings import RunDecision, RunFinding
from goodword.payouts.model import Payout, PayoutRun
from goodword.payouts.origins import KnownOrigins
from goodword.payouts.ports import Origin
from goodword.persons import Person
from goodword.ports import Change
from goodword.programs.payment import AuditTerms, CheckName
from goodword.times import DAY_MS
from goodword.trust.signals import Mark, Trace

from tests.support.payday import ANNA, CARL, CUTOFF_MS, PERIOD, Payday
from tests.support.scene import BEN, MAYA, PROGRAM

LATER = ("2025-11", CUTOFF_MS + 30 * DAY_MS)
LATEST = ("2025-12", CUTOFF_MS + 61 * DAY_MS)
OTHER_PERSON = Person("usr_dora", None)


def paid_before(**audit: object) -> Payday:
    """Maya and Ben were paid 20.00 and 30.00 a month ago."""
    world = Payday(audit=AuditTerms.model_validate(audit))
    world.due(2_000)
    world.due(3_000, BEN)
    settled(world, PERIOD, CUTOFF_MS)
    world.clock.at_ms = LATER[1] + DAY_MS
    return world


def settled(world: Payday, period: str, cutoff_ms: int) -> None:
    run = world.sent(period, cutoff_ms)
    world.cycle.settle(run.run_id)


def found(world: Payday) -> dict[tuple[str, str], str]:
    whose = {one.payout_id: one.advocate_id for one in world.all(Payout)}
    return {
        (one.check, whose.get(one.subject, one.subject)): one.state for one in world.all(RunFinding)
    }


def decide(
    world: Payday,
    run: PayoutRun,
    verdict: str = "clear",
    code: str = "other",
    person: Person = ANNA,
    check: CheckName = "own_spike",
) -> PayoutRun:
    subject = next(one.subject for one in world.all(RunFinding) if one.check == check)
    return Deciding(world.desk()).decide(
        run.run_id,
        check,
        subject,
        verdict,  # type: ignore[arg-type]  # both are verdicts
        code,
        person,
    )


def test_a_usual_run_has_no_findings() -> None:
    world = paid_before()
    world.due(2_500)
    run = world.listed(*LATER)
    assert (run.listing, run.open_findings, found(world)) == ("hashed", 0, {})
    assert run.run_hash == run.lines_hash


def test_a_spike_stops_its_payment_until_a_person_clears_it() -> None:
    world = paid_before(stops=("own_spike",))
    world.due(50_000)
    run = world.listed(*LATER)
    assert found(world) == {("own_spike", MAYA): "open", ("program_spike", "run"): "noted"}
    assert world.code_of(world.approving.request, run.run_id, ANNA, run.run_hash) == "findings_open"
    after = decide(world, run, code="known_campaign")
    assert (after.open_findings, after.run_hash != run.run_hash) == (0, True)
    assert decide(world, run, code="known_campaign").run_hash == after.run_hash
    assert world.one(RunDecision).by == "usr_anna"
    assert [event.reason for event in world.events("payout_run.finding_cleared")] == [
        "known_campaign"
    ]
    assert world.code_of(world.approving.request, run.run_id, ANNA, run.run_hash) == "run_changed"
    settled(world, *LATER)
    assert world.purse().paid_minor == 52_000


def test_a_payment_is_taken_out_and_its_money_is_due_again() -> None:
    world = paid_before(stops=("own_spike",))
    world.due(50_000)
    world.due(3_100, BEN)
    run = world.listed(*LATER)
    after = decide(world, run, "hold", "suspected_fraud")
    assert (after.count, after.total_minor) == (1, 3_100)
    assert after.held is not None
    assert (after.held.count, after.held.amount_minor) == (1, 50_000)
    assert (world.purse().payable_minor, world.purse().in_payout_minor) == (50_000, 0)
    settled(world, *LATER)
    assert (world.purse().paid_minor, world.purse(BEN).paid_minor) == (2_000, 6_100)
    held = next(one for one in world.all(Payout) if one.amount_minor == 50_000)
    assert (held.state, held.reason) == ("cancelled", "held_by_audit")
    assert world.ledger_differences() == []
    # The next run takes the money up, and looks at it again.
    world.clock.at_ms = LATEST[1] + DAY_MS
    assert world.listed(*LATEST).open_findings == 1


def test_two_findings_about_one_payment_take_it_out_once() -> None:
    world = paid_before(stops=("own_spike", "new_destination"))
    world.due(50_000)
    world.pay_to(MAYA, "new@x.example")
    world.clock.at_ms = LATER[1] + DAY_MS
    run = world.listed(*LATER)
    assert run.open_findings == 2
    decide(world, run, "hold", "unclear")
    after = decide(world, world.run(run.run_id), "hold", "unclear", check="new_destination")
    assert (after.count, after.total_minor, after.open_findings) == (0, 0, 0)
    assert world.purse().payable_minor == 50_000


def test_a_run_that_was_cancelled_is_nothing_to_compare_with() -> None:
    world = paid_before(off=("own_spike",))
    world.due(50_000)
    run = world.listed(*LATER)
    world.approving.cancel(run.run_id, "wrong_amounts")
    assert world.cycle.give_back(run.run_id, "").route == "given_back"
    world.clock.at_ms = LATEST[1] + DAY_MS
    again = world.listed(*LATEST)
    (spike,) = (one for one in world.all(RunFinding) if one.run_id == again.run_id)
    assert (spike.check, spike.figures["compared_with"]) == ("program_spike", 1)
    assert (spike.figures["total_minor"], spike.figures["usual_minor"]) == (50_000, 5_000)


def test_periods_without_a_payment_do_not_hide_a_spike() -> None:
    """Two runs in three are empty; their middle would be nothing, and nothing is never exceeded."""
    world = paid_before(off=("own_spike",))
    for day in range(3):
        settled(world, f"2025-11-0{day + 1}", LATER[1] + day)
    world.clock.at_ms = LATEST[1] + DAY_MS
    world.due(50_000)
    world.listed(*LATEST)
    (spike,) = world.all(RunFinding)
    assert (spike.check, spike.figures["compared_with"]) == ("program_spike", 1)


def test_a_first_payment_is_compared_with_what_others_get() -> None:
    world = paid_before(off=("program_spike",))
    world.enrol("adv_new", "NEW77")
    world.pay_to("adv_new")
    world.due(12_500, "adv_new")
    world.listed(*LATER)
    assert found(world) == {("own_spike", "adv_new"): "open"}
    (spike,) = world.all(RunFinding)
    assert (spike.figures["usual_minor"], spike.figures["compared_with"]) == (2_500, 0)


def test_new_terms_do_not_make_a_run_forget_the_ones_before() -> None:
    """The cadence changed: today's calendar names another run before than there was."""
    world = paid_before(off=("own_spike",))
    world.due(50_000)
    world.clock.at_ms += 7 * DAY_MS
    run = world.listed("2025-W48", LATER[1] + 7 * DAY_MS)
    assert run.previous_run_id is not None
    assert found(world) == {("program_spike", "run"): "open"}


def test_a_program_spike_stops_the_run_as_a_whole() -> None:
    world = paid_before(off=("own_spike",))
    world.due(50_000)
    run = world.listed(*LATER)
    assert found(world) == {("program_spike", "run"): "open"}
    assert world.code_of(decide, world, run, "hold", "other", ANNA, "program_spike") == (
        "run_is_cancelled_whole"
    )
    payee = Person("usr_maya", MAYA)
    assert world.code_of(decide, world, run, "clear", "other", payee, "program_spike") == (
        "payee_may_not_decide"
    )
    elsewhere = Person("usr_x", "adv_elsewhere")
    decide(world, run, person=elsewhere, check="program_spike")
    settled(world, *LATER)
    assert world.purse().paid_minor == 52_000


def test_many_orders_from_one_network_or_place_are_seen() -> None:
    world = Payday()
    for number in range(1, 7):
        world.due(100)
        near = Origin("net_1", f"place_{number}") if number < 6 else Origin("net_2")
        world.origins.known[f"cnv_{number:06d}"] = near
    world.listed()
    finding = world.one(RunFinding)
    assert finding.figures == {
        "from_one_network": 5,
        "known_networks": 6,
        "network_percent": 83,
    }


def test_advocates_who_share_a_destination_are_seen() -> None:
    world = Payday()
    world.due(500)
    change = Change()
    there = world.places.hash("simulator", world.places.fields[MAYA])
    for person in (MAYA, BEN, "adv_3"):
        change.create(Payee(account_hash=there, advocate_id=person))
    world.store.commit(change)
    world.listed()
    assert found(world) == {("shared_payee", MAYA): "open"}
    assert world.one(RunFinding).figures == {"other_advocates": 2}


def test_a_refund_share_is_only_noted() -> None:
    world = Payday()
    first = world.due(20_000)
    world.take_back(first, 12_000)
    run = world.listed()
    assert (found(world), run.open_findings) == ({("refund_share", MAYA): "noted"}, 0)
    assert world.code_of(decide, world, run, "clear", "other", ANNA, "refund_share") == (
        "finding_not_open"
    )


def test_a_check_that_is_off_is_not_made() -> None:
    world = paid_before(off=("own_spike", "program_spike"))
    world.due(50_000)
    assert (world.listed(*LATER).open_findings, found(world)) == (0, {})


def test_the_payee_never_decides_and_reasons_are_codes() -> None:
    world = paid_before(stops=("own_spike",))
    world.due(50_000)
    run = world.listed(*LATER)
    payee = Person("usr_maya", MAYA)
    refusals = [
        ("payee_may_not_decide", ("clear", "other", payee)),
        ("unknown_reason_code", ("clear", "because", ANNA)),
        ("unknown_reason_code", ("hold", "known_campaign", ANNA)),
    ]
    for code, said in refusals:
        assert world.code_of(decide, world, run, *said) == code
    decide(world, run)
    assert world.code_of(decide, world, run, "hold", "other", CARL) == "finding_not_open"
    unknown = Deciding(world.desk()).decide
    call = (run.run_id, "own_spike", "pay_no", "clear", "other", ANNA)
    assert world.code_of(unknown, *call) == "unknown_finding"
    world.approving.request(run.run_id, ANNA, world.run(run.run_id).run_hash)
    assert world.code_of(decide, world, run, "clear", "other", CARL) == "run_not_waiting"


def test_a_decision_that_was_changed_afterwards_stops_the_release() -> None:
    world = paid_before(stops=("own_spike",))
    world.due(50_000)
    run = decide(world, world.listed(*LATER))
    world.approving.request(run.run_id, ANNA, run.run_hash)
    world.approving.release(run.run_id, CARL, run.run_hash, run.total_minor)
    change = Change()
    change.replace(world.one(RunDecision).but(by="usr_somebody"))
    world.store.commit(change)
    with pytest.raises(Conflict, match="run_changed"):
        world.cycle.begin(run.run_id)


def test_an_audit_may_be_cut_off_and_repeated_anywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    world = paid_before(stops=("own_spike",))
    world.due(50_000)
    step = world.cycle.open(PROGRAM, *LATER)
    while step.route == "freeze":
        step = world.cycle.freeze(step.run_id, step.cursor)
    world.cycle.close_list(step.run_id)
    monkeypatch.setattr(Auditing, "_finish", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        world.cycle.audit(step.run_id, "")
    monkeypatch.undo()
    assert world.run(step.run_id).listing == "counted"
    assert world.cycle.audit(step.run_id, "").route == "ask_request"
    assert world.cycle.audit(step.run_id, "").route == "ask_request"
    assert len(world.all(RunFinding)) == 2
    assert world.run(step.run_id).open_findings == 1


def test_a_large_run_is_audited_in_several_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("goodword.payouts.auditing.AUDIT_CHUNKS", 1)
    world = Payday()
    for number in range(30):
        world.enrol(f"adv_{number}", f"CODE{number}")
        world.pay_to(f"adv_{number}")
        world.due(500, f"adv_{number}")
    step = world.cycle.open(PROGRAM, PERIOD, CUTOFF_MS)
    step = world.cycle.freeze(step.run_id, "")
    step = world.cycle.close_list(step.run_id)
    step = world.cycle.audit(step.run_id, "")
    assert (step.route, step.cursor) == ("audit", "1")
    assert world.cycle.audit(step.run_id, step.cursor).route == "ask_request"


def test_a_run_that_is_cancelled_during_the_audit_stays_cancelled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = paid_before()
    world.due(50_000)
    real = Auditing._chunk

    def cancelling(self: Auditing, run: PayoutRun, *rest: Any) -> None:
        world.approving.cancel(run.run_id, "wrong_period")
        real(self, run, *rest)

    monkeypatch.setattr(Auditing, "_chunk", cancelling)
    with pytest.raises(Conflict, match="guard_failed"):
        world.listed(*LATER)
    monkeypatch.undo()
    run_id = f"run_{PROGRAM}_{LATER[0]}"
    assert world.cycle.audit(run_id, "").route == "give_back"


def test_two_decisions_at_one_moment_are_both_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    world = paid_before(stops=("own_spike",))
    world.due(50_000)
    world.due(60_000, BEN)
    run = world.listed(*LATER)
    first, second = (one.subject for one in world.all(RunFinding) if one.check == "own_spike")
    real, turns = world.store.commit, [0]

    def racing(change: Change) -> None:
        turns[0] += 1
        if turns[0] == 1:
            call = (run.run_id, "own_spike", second, "clear", "other", CARL)
            Deciding(world.desk()).decide(*call)  # type: ignore[arg-type]  # a check's name
            raise Stale("stale", "somebody was quicker")
        real(change)

    monkeypatch.setattr(world.store, "commit", racing)
    Deciding(world.desk()).decide(run.run_id, "own_spike", first, "clear", "other", ANNA)
    after = world.run(run.run_id)
    assert (after.decisions, after.open_findings) == (2, 0)
    world.approving.request(run.run_id, OTHER_PERSON, after.run_hash)


def test_origins_are_the_marks_that_trust_keeps() -> None:
    world = Payday()
    change = Change()
    for number, kinds in (("1", ("network", "address")), ("2", ("card",))):
        marks = tuple(Mark(kind=kind, mac=f"{kind}_mac") for kind in kinds)  # type: ignore[arg-type]  # kinds of marks
        change.create(
            Trace(conversion_id=f"cnv_{number}", program_id=PROGRAM, marks=marks, keep_s=1)
        )
    world.store.commit(change)
    found = KnownOrigins(world.store).of(["cnv_1", "cnv_1", "cnv_2", "cnv_3"])
    assert found == {"cnv_1": Origin("network_mac", "address_mac")}
    assert KnownOrigins(world.store).of([]) == {}


def test_a_run_is_compared_with_the_last_ones_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("goodword.payouts.auditing.AUDIT_HISTORY", 1)
    world = paid_before(off=("own_spike",))
    world.due(50_000)
    world.listed(*LATER)
    assert world.one(RunFinding).figures["compared_with"] == 1


def test_of_two_who_end_an_audit_one_hashes_the_list(monkeypatch: pytest.MonkeyPatch) -> None:
    world = Payday()
    world.due(500)
    run = world.cycle.open(PROGRAM, PERIOD, CUTOFF_MS)
    world.cycle.freeze(run.run_id, "")
    world.cycle.close_list(run.run_id)
    real = Auditing._finish

    def meanwhile(self: Auditing, run_id: str, terms: AuditTerms) -> None:
        real(self, run_id, terms)
        real(self, run_id, terms)

    monkeypatch.setattr(Auditing, "_finish", meanwhile)
    assert world.cycle.audit(run.run_id, "").route == "ask_request"
    assert len(world.events("payout_run.listed")) == 1


def test_a_run_looks_back_only_so_far(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("goodword.payouts.auditing.AUDIT_RUNS_BACK", 1)
    world = paid_before(off=("own_spike",))
    world.due(50_000)
    world.listed(*LATER)
    assert world.one(RunFinding).figures["compared_with"] == 1
