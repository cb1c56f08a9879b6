"""A person says what no rail can tell, with a reference or a code, and never about themselves."""

import pytest
from goodword.errors import Conflict, GoodwordError, InvalidInput, NotFound
from goodword.payouts.confirming import find_payout
from goodword.payouts.model import Payout
from goodword.payouts.ports import PaymentOrder, RailAnswer
from goodword.persons import Person
from goodword.ports import Change
from goodword.times import DAY_MS, HOUR_MS, MINUTE_MS

from tests.support.payday import ANNA, Payday
from tests.support.scene import BEN, MAYA


@pytest.fixture
def world() -> Payday:
    scene = Payday(rail="csv")
    for person in (MAYA, BEN):
        scene.pay_to(person, rail="csv")
    scene.due(500)
    scene.due(700, BEN)
    return scene


def of(world: Payday, person: str) -> Payout:
    return next(each for each in world.all(Payout) if each.advocate_id == person)


def test_a_run_by_hand_settles_without_waiting_and_leaves_a_file(world: Payday) -> None:
    run = world.sent()
    assert world.cycle.settle(run.run_id).route == "settled"
    assert world.run().outcome["sent"].count == 2
    assert sorted(world.hands.files[run.run_id]) == sorted(
        each.payout_id for each in world.all(Payout)
    )
    assert {each.look_ms for each in world.all(Payout)} == {None}


def test_sending_a_chunk_by_hand_again_keeps_one_order(world: Payday) -> None:
    run = world.sent()
    world.cycle.send(run.run_id, 0, 1)
    assert len(world.hands.known) == 2
    world.hands.known.clear()
    world.cycle.send(run.run_id, 0, 2)
    assert len(world.hands.known) == 2


@pytest.mark.parametrize("lost", ["answer", "order", "worker"])
def test_an_order_by_hand_that_was_not_kept_is_kept_before_the_file_is_made(
    world: Payday, lost: str
) -> None:
    """The bucket refused, or the worker died before it was asked: nothing may fall out."""
    run = world.released()
    world.cycle.begin(run.run_id)
    world.hands.troubles = [{"answer": "after", "order": "before", "worker": "dies"}[lost]]
    real = world.hands.send

    def dies(order: PaymentOrder) -> RailAnswer:
        del order
        world.hands.send = real  # type: ignore[method-assign]  # only once
        raise KeyError("the process is gone")

    if lost == "worker":
        world.hands.troubles = []
        world.hands.send = dies  # type: ignore[method-assign]  # as said
        with pytest.raises(KeyError):
            world.cycle.send(run.run_id, 0, 0)
    else:
        assert world.cycle.send(run.run_id, 0, 0).route == "again"
    assert world.cycle.settle(run.run_id).route == "left"
    assert world.hands.files == {}
    world.clock.advance(2 * MINUTE_MS)
    assert world.cycle.send(run.run_id, 0, 1).route == "done"
    assert world.cycle.settle(run.run_id).route == "settled"
    assert len(world.hands.files[run.run_id]) == 2
    assert {each.state for each in world.all(Payout)} == {"sent"}


def test_an_order_by_hand_is_also_kept_by_the_sweep(world: Payday) -> None:
    world.hands.troubles = ["before", "before"]
    world.sent()
    world.clock.advance(2 * MINUTE_MS)
    world.cycle.look_up()
    assert {(each.state, each.look_ms) for each in world.all(Payout)} == {("sent", None)}


def test_everything_sent_is_confirmed_under_one_reference(world: Payday) -> None:
    run = world.sent()
    world.cycle.settle(run.run_id)
    done = world.confirming.all(run.run_id, ANNA, "SEPA-1")
    assert (done.count, done.next_cursor) == (2, None)
    assert {(each.state, each.reference) for each in world.all(Payout)} == {("paid", "SEPA-1")}
    assert world.confirming.all(run.run_id, ANNA, "SEPA-2").count == 0
    assert (world.purse().paid_minor, world.ledger_differences()) == (500, [])


@pytest.mark.parametrize("at_once", [True, False])
def test_nobody_confirms_an_order_by_hand_that_is_not_kept_yet(
    world: Payday, at_once: bool
) -> None:
    """It would stand as paid in a run whose file can never be written."""
    run = world.released()
    world.cycle.begin(run.run_id)
    real = world.hands.send

    def dies(order: PaymentOrder) -> RailAnswer:
        raise KeyError(order.payout_id)

    world.hands.send = dies  # type: ignore[method-assign]  # only once
    with pytest.raises(KeyError):
        world.cycle.send(run.run_id, 0, 0)
    (asked,) = (each for each in world.all(Payout) if each.state == "sent")
    if at_once:
        assert world.confirming.all(run.run_id, ANNA, "SEPA-1").count == 0
    else:
        with pytest.raises(Conflict, match="payout_not_open"):
            world.confirming.one(
                asked.payout_id, ANNA, "paid", run_id=run.run_id, reference="SEPA-1"
            )
    world.hands.send = real  # type: ignore[method-assign]  # the next one lives
    world.clock.advance(2 * MINUTE_MS)
    world.cycle.send(run.run_id, 0, 1)
    assert world.cycle.settle(run.run_id).route == "settled"
    assert len(world.hands.files[run.run_id]) == len(world.hands.known) == 2


def test_confirming_all_goes_page_by_page(world: Payday, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("goodword.payouts.confirming.CONFIRM_MAX", 1)
    run = world.sent()
    first = world.confirming.all(run.run_id, ANNA, "SEPA-1")
    assert first.next_cursor is not None
    second = world.confirming.all(run.run_id, ANNA, "SEPA-1", first.next_cursor)
    assert (first.count, second.count, second.next_cursor) == (1, 1, None)


def test_confirming_all_leaves_ones_own_payout_out(world: Payday) -> None:
    run = world.sent()
    assert world.confirming.all(run.run_id, Person("usr_maya", MAYA), "SEPA-1").count == 1
    assert (of(world, MAYA).state, of(world, BEN).state) == ("sent", "paid")


def test_one_payout_is_marked_failed_and_given_back(world: Payday) -> None:
    run = world.sent()
    mine = of(world, MAYA).payout_id
    failed = world.confirming.one(mine, ANNA, "failed", run_id=run.run_id, code="wrong_details")
    assert (failed.state, failed.reason) == ("failed", "wrong_details")
    again = world.confirming.one(mine, ANNA, "failed", run_id=run.run_id, code="wrong_details")
    assert again == of(world, MAYA)
    assert (world.purse().payable_minor, world.ledger_differences()) == (500, [])


def test_what_was_paid_may_come_back(world: Payday) -> None:
    run = world.sent()
    world.confirming.all(run.run_id, ANNA, "SEPA-1")
    mine = of(world, MAYA)
    world.confirming.one(mine.payout_id, ANNA, "returned", run_id=run.run_id, code="account_closed")
    assert (of(world, MAYA).state, world.purse().payable_minor) == ("returned", 500)
    assert (world.purse().paid_minor, world.ledger_differences()) == (0, [])


def test_what_came_back_after_a_refund_is_only_the_rest(world: Payday) -> None:
    reward = world.due(300)
    run = world.sent()
    world.confirming.all(run.run_id, ANNA, "SEPA-1")
    world.take_back(reward, 300)
    mine = of(world, MAYA)
    world.confirming.one(mine.payout_id, ANNA, "returned", run_id=run.run_id, code="other")
    assert (world.at(reward).state, world.purse().payable_minor) == ("reversed", 500)
    assert world.ledger_differences() == []


@pytest.mark.parametrize(
    ("outcome", "reference", "code", "refusal"),
    [
        ("paid", "", "", "reference_missing"),
        ("failed", "SEPA-1", "", "unknown_reason_code"),
        ("returned", "", "whatever", "unknown_reason_code"),
        ("returned", "", "other", "payout_not_open"),
    ],
)
def test_what_is_said_must_be_complete_and_possible(
    world: Payday, outcome: str, reference: str, code: str, refusal: str
) -> None:
    run = world.sent()
    with pytest.raises(GoodwordError, match=refusal):
        world.confirming.one(
            of(world, MAYA).payout_id,
            ANNA,
            outcome,  # type: ignore[arg-type]  # parametrized
            run_id=run.run_id,
            reference=reference,
            code=code,
        )


def test_nobody_confirms_their_own(world: Payday) -> None:
    run = world.sent()
    with pytest.raises(GoodwordError, match="payee_may_not_confirm"):
        world.confirming.one(
            of(world, MAYA).payout_id,
            Person("usr_maya", MAYA),
            "paid",
            run_id=run.run_id,
            reference="SEPA-1",
        )


def test_a_draft_is_not_open_to_a_person(world: Payday) -> None:
    run = world.listed()
    assert world.confirming.all(run.run_id, ANNA, "SEPA-1").count == 0
    with pytest.raises(Conflict, match="payout_not_open"):
        world.confirming.one(
            of(world, MAYA).payout_id, ANNA, "paid", run_id=run.run_id, reference="SEPA-1"
        )


def test_a_payout_is_only_found_in_its_own_run(world: Payday) -> None:
    world.sent()
    with pytest.raises(NotFound, match="unknown_payout"):
        world.confirming.one(
            of(world, MAYA).payout_id, ANNA, "paid", run_id="run_other", reference="SEPA-1"
        )
    with pytest.raises(NotFound, match="unknown_payout"):
        find_payout(world.store, "pay_none")


def test_a_reference_is_needed_for_all(world: Payday) -> None:
    run = world.sent()
    with pytest.raises(InvalidInput, match="reference_missing"):
        world.confirming.all(run.run_id, ANNA, "")


def test_a_rail_that_answers_itself_is_not_overruled() -> None:
    world = Payday()
    world.due(500)
    world.rail.troubles = ["before"]
    run = world.sent()
    with pytest.raises(Conflict, match="rail_answers_itself"):
        world.confirming.all(run.run_id, ANNA, "SEPA-1")
    unknown = world.payout
    assert unknown.state == "unknown"
    with pytest.raises(Conflict, match="payout_not_open"):
        world.confirming.one(
            unknown.payout_id, ANNA, "failed", run_id=run.run_id, code="never_arrived"
        )


def test_an_unknown_payment_is_decided_once_nothing_can_be_sent_again() -> None:
    world = Payday()
    world.due(500)
    world.rail.troubles = ["before"]
    run = world.sent()
    world.clock.advance(48 * HOUR_MS)
    world.cycle.look_up()
    assert world.payout.reason == "past_key_window"
    world.confirming.one(
        world.payout.payout_id, ANNA, "failed", run_id=run.run_id, code="never_arrived"
    )
    assert (world.payout.state, world.purse().payable_minor) == ("failed", 500)


def test_a_person_decides_only_after_every_rails_window() -> None:
    world = Payday()
    assert world.rail.key_window_ms <= 48 * HOUR_MS
    assert world.rail.key_window_ms == DAY_MS


def test_a_line_whose_payout_is_gone_is_passed_over(world: Payday) -> None:
    run = world.sent()
    change = Change()
    change.delete(of(world, MAYA))
    world.store.commit(change)
    assert world.confirming.all(run.run_id, ANNA, "SEPA-1").count == 1


def test_what_the_bank_did_moves_the_sums_of_a_run_that_has_ended(world: Payday) -> None:
    run = world.sent()
    world.cycle.settle(run.run_id)
    mine = of(world, MAYA).payout_id
    world.confirming.one(mine, ANNA, "failed", run_id=run.run_id, code="wrong_details")
    assert {state: one.count for state, one in world.run().outcome.items()} == {
        "sent": 1,
        "failed": 1,
    }
    assert world.run().outcome["sent"].amount_minor == 700
    world.confirming.all(run.run_id, ANNA, "SEPA-1")
    assert {state: one.amount_minor for state, one in world.run().outcome.items()} == {
        "failed": 500,
        "paid": 700,
    }


def test_whoever_saves_the_file_is_noted_each_time(world: Payday) -> None:
    run = world.sent()
    with pytest.raises(NotFound, match="no_bank_file"):
        world.confirming.file_saved(run.run_id)
    world.cycle.settle(run.run_id)
    world.confirming.file_saved(run.run_id)
    world.clock.advance(MINUTE_MS)
    world.confirming.file_saved(run.run_id)
    assert (world.run().file_by, world.run().file_ms) == ("staff", world.clock.at_ms)
    assert len(world.events("payout_run.file_saved")) == 2
