"""A run freezes what is due and covered, once, and says why it leaves somebody out."""

import pytest
from goodword.advocates.model import Enrolment, PayoutMethod
from goodword.errors import Conflict, NotFound, Stale
from goodword.ledger.model import Balance, due_index
from goodword.limits import PAYOUT_REWARDS_MAX
from goodword.payouts.choice import hindrance
from goodword.payouts.freezing import Freezing
from goodword.payouts.listing import Listing
from goodword.payouts.model import Exclusion, OpenRun, Payout, RunChunk, RunLine
from goodword.ports import Change, GuardFailed, Page
from goodword.rewards.model import Reward
from goodword.times import DAY_MS

from tests.support.desk import PlainIndex
from tests.support.payday import CUTOFF_MS, PERIOD, Payday
from tests.support.scene import BEN, MAYA, PROGRAM


def reasons(world: Payday) -> dict[str, tuple[str, int]]:
    return {each.advocate_id: (each.reason, each.amount_minor) for each in world.all(Exclusion)}


def test_what_is_due_is_frozen_with_everything_that_belongs_to_it() -> None:
    world = Payday()
    first, second = world.due(500), world.due(700)
    run = world.listed()
    payout = world.payout
    assert [each.reward_id for each in payout.rewards] == [first.reward_id, second.reward_id]
    assert (payout.amount_minor, payout.carry_minor, payout.state) == (1_200, 0, "draft")
    assert {world.at(each).state for each in (first, second)} == {"batched"}
    assert world.at(first).payout_id == payout.payout_id
    assert (world.purse().payable_minor, world.purse().in_payout_minor) == (0, 1_200)
    assert (run.count, run.total_minor, run.chunks, run.listing) == (1, 1_200, 1, "hashed")
    assert world.one(RunLine).digest == world.one(RunChunk).rows[0].digest
    assert [event.subject for event in world.events("payout.frozen")] == [payout.payout_id]
    assert world.ledger_differences() == []


def test_freezing_again_changes_nothing() -> None:
    world = Payday()
    world.due(500)
    run = world.listed()
    before = dict(world.store.items)
    assert Freezing(world.desk(), PlainIndex()).freeze(run.run_id, "") == ""
    assert world.listed() == run
    assert world.store.items == before


def test_a_debt_after_an_earlier_payment_is_netted() -> None:
    world = Payday()
    paid = world.due(500)
    world.sent()
    world.take_back(paid, 200)
    world.clock.advance(31 * DAY_MS)
    world.due(900)
    world.listed("2025-11", CUTOFF_MS + 30 * DAY_MS)
    payout = world.all(Payout)[-1]
    assert (payout.carry_minor, payout.amount_minor) == (-200, 700)
    assert world.purse().payable_minor == 0
    assert world.ledger_differences() == []


def test_what_becomes_due_after_the_cut_off_waits() -> None:
    world = Payday()
    world.due(500, hold_until_ms=CUTOFF_MS)
    world.listed()
    assert reasons(world) == {MAYA: ("after_cutoff", 500)}


def test_more_rewards_than_a_payout_takes_make_a_second_one() -> None:
    world = Payday()
    for _ in range(PAYOUT_REWARDS_MAX + 2):
        world.due(100)
    run = world.listed()
    assert sorted(len(each.rewards) for each in world.all(Payout)) == [2, PAYOUT_REWARDS_MAX]
    assert (run.count, run.total_minor) == (2, 100 * (PAYOUT_REWARDS_MAX + 2))


def test_a_rest_below_the_minimum_waits_and_says_so() -> None:
    world = Payday(minimum_minor=150)
    for _ in range(PAYOUT_REWARDS_MAX + 1):
        world.due(100)
    assert world.listed().count == 1
    assert reasons(world) == {MAYA: ("below_minimum", 100)}


def test_the_largest_rewards_go_first_when_a_debt_eats_the_oldest() -> None:
    world = Payday(minimum_minor=1)
    paid = world.due(5_000)
    world.sent()
    world.take_back(paid, 5_000)
    world.clock.advance(31 * DAY_MS)
    for _ in range(PAYOUT_REWARDS_MAX):
        world.due(10)
    world.due(6_000)
    world.listed("2025-11", CUTOFF_MS + 30 * DAY_MS)
    amounts = [each.amount_minor for each in world.all(Payout) if each.state == "draft"]
    assert sorted(amounts) == [10, 6_000 + 10 * (PAYOUT_REWARDS_MAX - 1) - 5_000]


def test_nobody_is_left_out_without_a_reason() -> None:
    world = Payday(minimum_minor=1_000)
    paid = world.due(2_000)
    world.sent()
    world.take_back(paid, 500)
    world.clock.advance(31 * DAY_MS)
    people = {
        "adv_paused": "enrolment_paused",
        "adv_banned": "enrolment_banned",
        "adv_small": "below_minimum",
        "adv_rail": "rail_mismatch",
        "adv_none": "no_method",
        "adv_alien": "not_enrolled",
    }
    for number, person in enumerate(people):
        world.enrol(person, f"CODE{number}")
        world.pay_to(person, rail="csv" if person == "adv_rail" else "simulator")
        world.due(500 if person == "adv_small" else 5_000, person)
    world.set_enrolment("adv_paused", "paused")
    world.set_enrolment("adv_banned", "banned")
    change = Change()
    change.delete(next(each for each in world.all(Enrolment) if each.advocate_id == "adv_alien"))
    change.delete(next(each for each in world.all(PayoutMethod) if each.advocate_id == "adv_none"))
    world.store.commit(change)
    run = world.listed("2025-11", CUTOFF_MS + 30 * DAY_MS)
    assert {who: why for who, (why, _) in reasons(world).items()} == {
        **people,
        MAYA: "negative_balance",
    }
    assert run.state == "settled"
    assert run.excluded["negative_balance"].amount_minor == -500


def test_somebody_who_left_is_still_paid() -> None:
    world = Payday()
    world.due(500)
    world.set_enrolment(MAYA, "left")
    assert world.listed().count == 1


def test_a_balance_in_another_currency_is_none_of_the_run() -> None:
    world = Payday()
    dollars = Balance(advocate_id=MAYA, program_id=PROGRAM, currency="USD", payable_minor=900)
    change = Change()
    change.create(dollars)
    world.store.commit(change)
    run = world.listed()
    assert (run.count, reasons(world)) == (0, {})
    assert hindrance(run, dollars, None, None) == "other_currency"


def test_the_reason_of_somebody_who_is_paid_after_all_goes_away() -> None:
    world = Payday()
    world.due(50)
    run = world.cycle.open(PROGRAM, PERIOD, CUTOFF_MS)
    world.cycle.freeze(run.run_id, "")
    assert reasons(world) == {MAYA: ("below_minimum", 50)}
    world.due(100)
    world.listed()
    assert (reasons(world), world.payout.amount_minor) == ({}, 150)


def test_a_due_reward_that_the_index_does_not_show_yet_is_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = Payday()
    world.due(500)
    world.due(700)
    real = world.store.query_index

    def lagging(kind: type[Reward], table: str, pk: str, **options: object) -> Page[Reward]:
        page = real(kind, table, pk, **options)  # type: ignore[arg-type]  # passed on as they came
        return Page(page.rows[:1], None) if pk.startswith("DUE_REWARDS") else page

    monkeypatch.setattr(world.store, "query_index", lagging)
    world.listed()
    assert (world.payout.amount_minor, world.payout.carry_minor) == (1_200, 0)


def test_somebody_whose_balance_never_stands_still_holds_nobody_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = Payday()
    world.due(500)
    world.due(600, BEN)
    real = world.store.commit

    def racing(change: Change) -> None:
        if any(isinstance(each, Payout) and each.advocate_id == MAYA for each in change.created):
            raise Stale("stale", "somebody was quicker")
        real(change)

    monkeypatch.setattr(world.store, "commit", racing)
    world.listed()
    assert reasons(world) == {MAYA: ("still_moving", 500)}
    assert world.payout.advocate_id == BEN


def test_nothing_slips_into_a_list_that_was_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    world = Payday()
    world.due(500)
    run = world.cycle.open(PROGRAM, PERIOD, CUTOFF_MS)
    real = Freezing._freeze_part

    def closing(self: Freezing, *args: object) -> bool:
        Listing(world.desk()).close(run.run_id)
        return real(self, *args)  # type: ignore[arg-type]  # passed on as they came

    monkeypatch.setattr(Freezing, "_freeze_part", closing)
    assert world.cycle.freeze(run.run_id, "").route == "nothing_due"
    assert world.all(Payout) == []
    assert world.purse().payable_minor == 500


def test_a_period_has_one_run() -> None:
    world = Payday()
    first = Freezing(world.desk(), PlainIndex()).open(PROGRAM, PERIOD, CUTOFF_MS)
    assert Freezing(world.desk(), PlainIndex()).open(PROGRAM, PERIOD, CUTOFF_MS) == first
    assert len(world.events("payout_run.drafted")) == 1
    assert first.run_id == f"run_{PROGRAM}_{PERIOD}"


def test_a_period_that_has_not_ended_has_none() -> None:
    world = Payday()
    with pytest.raises(Conflict, match="period_is_open"):
        Freezing(world.desk(), PlainIndex()).open(PROGRAM, "2025-11", world.clock.at_ms + 1)


def test_an_unknown_programme_has_no_run() -> None:
    with pytest.raises(NotFound, match="unknown_program"):
        Freezing(Payday().desk(), PlainIndex()).open("prg_other", PERIOD, CUTOFF_MS)


def test_a_run_with_nothing_due_is_settled_at_once() -> None:
    world = Payday()
    run = world.listed()
    assert (run.state, run.reason, world.all(OpenRun)) == ("settled", "nothing_due", [])


def test_every_payout_is_in_exactly_one_chunk() -> None:
    world = Payday()
    for number in range(60):
        world.enrol(f"adv_{number:03d}", f"C{number:04d}")
        world.pay_to(f"adv_{number:03d}")
        world.due(500, f"adv_{number:03d}")
    run = world.listed()
    rows = [row.payout_id for chunk in world.all(RunChunk) for row in chunk.rows]
    assert run.chunks == 3
    assert sorted(rows) == sorted(each.payout_id for each in world.all(Payout))


def test_many_balances_are_frozen_over_several_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("goodword.payouts.freezing.FREEZE_PAGE", 2)
    monkeypatch.setattr("goodword.payouts.freezing.FREEZE_PAGES", 1)
    world = Payday()
    for number in range(9):
        world.enrol(f"adv_{number}", f"CODE{number}")
        world.pay_to(f"adv_{number}")
        world.due(500, f"adv_{number}")
    calls, step = 0, world.cycle.open(PROGRAM, PERIOD, CUTOFF_MS)
    while step.route == "freeze":
        step = world.cycle.freeze(step.run_id, step.cursor)
        calls += 1
    assert (len(world.all(Payout)), calls >= 5) == (9, True)


def test_a_slow_call_stops_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    world = Payday()
    world.due(500)
    real = world.store.query_index

    def slow(*args: object, **options: object) -> object:
        world.clock.advance(30_000)
        return real(*args, **options)  # type: ignore[arg-type]  # passed on as they came

    monkeypatch.setattr(world.store, "query_index", slow)
    run = world.cycle.open(PROGRAM, PERIOD, CUTOFF_MS)
    assert world.cycle.freeze(run.run_id, "").cursor == "1:0:1:"


def test_a_run_takes_no_more_than_it_can_send(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("goodword.payouts.freezing.RUN_CHUNKS_MAX", 0)
    world = Payday()
    world.due(500)
    world.due(500, BEN)
    run = world.cycle.open(PROGRAM, PERIOD, CUTOFF_MS)
    assert world.cycle.freeze(run.run_id, "").route == "close_list"


def test_an_endless_freeze_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("goodword.payouts.freezing.FREEZE_CALLS_MAX", 1)
    monkeypatch.setattr("goodword.payouts.freezing.FREEZE_PAGES", 1)
    world = Payday()
    world.due(500)
    world.due(500, BEN)
    run = world.cycle.open(PROGRAM, PERIOD, CUTOFF_MS)
    assert world.cycle.freeze(run.run_id, "").route == "close_list"
    assert len(world.all(Payout)) == 1


def test_more_lines_than_a_run_may_have_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("goodword.payouts.listing.RUN_CHUNKS_MAX", 0)
    world = Payday()
    world.due(500)
    with pytest.raises(Conflict, match="list_too_long"):
        world.listed()


def test_an_unknown_run_is_refused() -> None:
    with pytest.raises(NotFound, match="unknown_run"):
        Payday().cycle.stand("run_none")


def test_a_crash_while_the_list_is_closed_is_made_good(monkeypatch: pytest.MonkeyPatch) -> None:
    world = Payday()
    world.due(500)
    run = world.cycle.open(PROGRAM, PERIOD, CUTOFF_MS)
    world.cycle.freeze(run.run_id, "")
    monkeypatch.setattr(Listing, "_commit", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        world.cycle.close_list(run.run_id)
    monkeypatch.undo()
    assert world.run().listing == "closed"
    assert world.cycle.stand(run.run_id).route == "close_list"
    assert world.cycle.close_list(run.run_id).route == "audit"
    assert len(world.all(RunChunk)) == 1


def test_a_closed_list_of_a_run_that_lost_its_sign_settles_too() -> None:
    world = Payday()
    run = world.cycle.open(PROGRAM, PERIOD, CUTOFF_MS)
    change = Change()
    change.delete(world.one(OpenRun))
    world.store.commit(change)
    assert world.cycle.close_list(run.run_id).route == "nothing_due"


def test_an_advocate_gets_only_so_many_payouts_in_a_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("goodword.payouts.freezing.PAYOUT_PARTS_MAX", 1)
    world = Payday()
    for _ in range(PAYOUT_REWARDS_MAX + 1):
        world.due(100)
    run = world.cycle.open(PROGRAM, PERIOD, CUTOFF_MS)
    world.cycle.freeze(run.run_id, "")
    world.cycle.freeze(run.run_id, "")
    assert len(world.all(Payout)) == 1
    assert world.purse().payable_minor == 100


def test_a_reason_that_has_not_changed_is_not_written_again() -> None:
    world = Payday()
    world.enrol("adv_1", "CODE1")  # has no payout method
    world.due(5_000, "adv_1")
    run = world.cycle.open(PROGRAM, PERIOD, CUTOFF_MS)
    world.cycle.freeze(run.run_id, "")
    assert reasons(world) == {"adv_1": ("no_method", 5_000)}
    before = len(world.store.commits)
    world.cycle.freeze(run.run_id, "")
    assert len(world.store.commits) == before


def test_money_that_no_due_reward_explains_is_paid_once_it_is_sure() -> None:
    world = Payday()
    change = Change()
    change.create(Balance(advocate_id=MAYA, program_id=PROGRAM, currency="EUR", payable_minor=400))
    world.store.commit(change)
    world.listed()
    payout = world.payout
    assert (payout.rewards, payout.carry_minor, payout.amount_minor) == ((), 400, 400)


def test_only_advocates_with_a_balance_are_read() -> None:
    world = Payday()
    world.due(500)
    shards = [
        world.store.query_index(Balance, "core", due_index(PROGRAM, "EUR", n)) for n in range(8)
    ]
    assert sum(len(page.rows) for page in shards) == 1


def test_a_freeze_after_the_run_was_cancelled_commits_nothing() -> None:
    world = Payday()
    world.due(500)
    run = world.cycle.open(PROGRAM, PERIOD, CUTOFF_MS)
    world.approving.cancel(run.run_id, "other")
    assert world.cycle.freeze(run.run_id, "").route == "give_back"
    with pytest.raises(GuardFailed):
        Freezing(world.desk(), PlainIndex())._freeze_part(
            world.run().but(state="draft"), world.purse()
        )
