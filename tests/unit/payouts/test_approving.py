"""Two different people, neither of them paid, confirm the same list; nobody else's word counts."""

import threading
from collections.abc import Callable

import pytest
from goodword.errors import GoodwordError, InvalidInput
from goodword.limits import RUN_RELEASE_DAYS
from goodword.payouts.approving import Approving
from goodword.payouts.model import PAYOUT_MOVES, RUN_MOVES, PayoutRun, payout_moved, run_moved
from goodword.persons import Person
from goodword.ports import Change, Guard, GuardFailed
from goodword.times import DAY_MS
from goodword.workflow import TaskToken

from tests.support.payday import ANNA, CARL, Payday
from tests.support.scene import BEN, MAYA

OTHER_HASH = "0" * 64


@pytest.fixture
def world() -> Payday:
    scene = Payday()
    scene.due(500)
    scene.due(700, BEN)
    scene.listed()
    return scene


def requested(world: Payday) -> PayoutRun:
    run = world.run()
    world.approving.request(run.run_id, ANNA, run.run_hash)
    return world.run()


def test_two_people_let_a_run_pass(world: Payday) -> None:
    run = world.released()
    assert (run.state, run.requested_by, run.released_by) == ("released", "usr_anna", "usr_carl")
    assert [event.type for event in world.events() if event.type.startswith("payout_run")] == [
        "payout_run.drafted",
        "payout_run.listed",
        "payout_run.requested",
        "payout_run.released",
    ]


def test_whoever_requested_cannot_release(world: Payday) -> None:
    run = requested(world)
    code = world.code_of(world.approving.release, run.run_id, ANNA, run.run_hash, run.total_minor)
    assert (code, world.run().state) == ("same_person", "requested")


@pytest.mark.parametrize("payee", [MAYA, BEN])
def test_a_payee_neither_requests_nor_releases(world: Payday, payee: str) -> None:
    run = world.run()
    person = Person("usr_payee", payee)
    code = world.code_of(world.approving.request, run.run_id, person, run.run_hash)
    assert code == "payee_may_not_request"
    requested(world)
    code = world.code_of(world.approving.release, run.run_id, person, run.run_hash, run.total_minor)
    assert code == "payee_may_not_release"


def test_an_advocate_who_is_not_in_the_run_may(world: Payday) -> None:
    run = world.run()
    person = Person("usr_payee", "adv_elsewhere")
    assert world.approving.request(run.run_id, person, run.run_hash).state == "requested"


def test_the_hash_must_be_that_of_the_list(world: Payday) -> None:
    run = world.run()
    assert world.code_of(world.approving.request, run.run_id, ANNA, OTHER_HASH) == "run_changed"
    requested(world)
    code = world.code_of(world.approving.release, run.run_id, CARL, OTHER_HASH, run.total_minor)
    assert (code, world.run().state) == ("run_changed", "requested")


def test_the_total_must_be_typed_right(world: Payday) -> None:
    run = requested(world)
    with pytest.raises(InvalidInput, match="total_mismatch"):
        world.approving.release(run.run_id, CARL, run.run_hash, run.total_minor + 1)
    assert world.run().state == "requested"


def test_nothing_is_released_that_was_not_requested(world: Payday) -> None:
    run = world.run()
    code = world.code_of(world.approving.release, run.run_id, CARL, run.run_hash, run.total_minor)
    assert code == "run_not_waiting"


def test_a_list_that_is_still_open_cannot_be_requested() -> None:
    world = Payday()
    world.due(500)
    run = world.cycle.open("prg_test", "2025-10", 1_761_955_200_000)
    assert world.code_of(world.approving.request, run.run_id, ANNA, "") == "run_not_waiting"


def test_the_write_itself_refuses_the_same_person_and_another_list(world: Payday) -> None:
    """The checks before it could be raced; these conditions cannot."""
    run = world.released()
    guards = [
        guard
        for change in world.store.commits
        for record, guard in change.replaced
        if isinstance(record, PayoutRun) and record.state in ("requested", "released")
    ]
    assert [dict(guard.equals) for guard in guards] == [
        {"state": "draft", "run_hash": run.run_hash},
        {"state": "requested", "run_hash": run.run_hash},
    ]
    assert [dict(guard.differs) for guard in guards] == [{}, {"requested_by": "usr_carl"}]
    change = Change()
    change.replace(run.but(state="settled"), Guard(differs={"requested_by": "usr_anna"}))
    with pytest.raises(GuardFailed):
        world.store.commit(change)


def test_saying_the_same_again_changes_nothing(world: Payday) -> None:
    run = requested(world)
    again = world.approving.request(run.run_id, ANNA, run.run_hash)
    assert again == run
    world.approving.release(run.run_id, CARL, run.run_hash, run.total_minor)
    after = world.run()
    same = world.approving.release(run.run_id, CARL, run.run_hash, run.total_minor)
    assert same == after
    assert len(world.events("payout_run.released")) == 1


def test_a_second_person_cannot_request_what_is_requested(world: Payday) -> None:
    run = requested(world)
    assert world.code_of(world.approving.request, run.run_id, CARL, run.run_hash) == (
        "run_not_waiting"
    )


def test_of_two_people_at_one_moment_one_requests(world: Payday) -> None:
    run = world.run()
    told: list[str] = []

    def ask(person: Person) -> None:
        try:
            world.approving.request(run.run_id, person, run.run_hash)
            told.append("ok")
        except GoodwordError as refused:
            told.append(refused.code)

    threads = [threading.Thread(target=ask, args=(who,)) for who in (ANNA, CARL)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == ["ok", "run_not_waiting"]


def test_cancelling_gives_a_reason_and_stops_the_run(world: Payday) -> None:
    run = requested(world)
    assert world.code_of(world.approving.cancel, run.run_id, "because") == "unknown_reason_code"
    world.approving.cancel(run.run_id, "wrong_amounts")
    assert (world.run().state, world.run().reason) == ("cancelled", "wrong_amounts")
    assert world.approving.cancel(run.run_id, "wrong_amounts") == world.run()
    code = world.code_of(world.approving.release, run.run_id, CARL, run.run_hash, run.total_minor)
    assert code == "run_not_waiting"


def test_what_is_being_sent_cannot_be_cancelled(world: Payday) -> None:
    run = world.sent()
    assert world.code_of(world.approving.cancel, run.run_id, "other") == "run_not_waiting"


def test_a_run_that_moved_on_does_not_expire(world: Payday) -> None:
    run = world.released()
    assert world.approving.expire(run.run_id) == run


@pytest.mark.parametrize(
    ("prepare", "reason"),
    [(lambda _: None, "nobody_requested"), (requested, "nobody_released")],
)
def test_an_unanswered_run_expires(
    world: Payday, prepare: Callable[[Payday], object], reason: str
) -> None:
    prepare(world)
    world.clock.advance(RUN_RELEASE_DAYS * DAY_MS)
    world.approving.expire(world.run().run_id)
    assert (world.run().state, world.run().reason) == ("expired", reason)


def test_a_run_that_is_asked_for_in_its_last_moment_has_days_of_its_own(world: Payday) -> None:
    run = requested(world)
    world.clock.advance(RUN_RELEASE_DAYS * DAY_MS - 1)
    assert world.approving.expire(run.run_id) == run


def test_the_machine_is_resumed_after_the_commit(world: Payday) -> None:
    run = world.run()
    world.approving.ask(run.run_id, "request", "t1")
    world.approving.ask(run.run_id, "request", "t2")
    assert world.one(TaskToken).token == "t2"
    world.approving.request(run.run_id, ANNA, run.run_hash)
    assert world.approving.workflow.resumed == ["t2"]  # type: ignore[attr-defined]  # Workflows


def test_a_wait_whose_answer_is_there_already_is_resumed_at_once(world: Payday) -> None:
    run = requested(world)
    world.approving.ask(run.run_id, "request", "late")
    assert world.approving.workflow.resumed == ["late"]  # type: ignore[attr-defined]  # Workflows
    assert world.all(TaskToken) == []


def test_an_answer_between_the_look_and_the_token_is_not_missed(world: Payday) -> None:
    run = world.run()
    real = world.store.commit

    def answered_first(change: Change) -> None:
        world.store.commit = real  # type: ignore[method-assign]  # only the first commit is raced
        world.approving.request(run.run_id, ANNA, run.run_hash)
        real(change)

    world.store.commit = answered_first  # type: ignore[method-assign]  # as above
    Approving(world.desk(), world.flow).ask(run.run_id, "request", "t1")
    assert world.flow.resumed == ["t1"]


def test_reminding_resumes_only_what_has_been_answered(world: Payday) -> None:
    run = world.run()
    world.approving.ask(run.run_id, "request", "t1")
    world.approving.remind(world.run())
    assert world.approving.workflow.resumed == []  # type: ignore[attr-defined]  # Workflows
    requested(world)
    world.approving.remind(world.run())
    assert world.approving.workflow.resumed == ["t1", "t1"]  # type: ignore[attr-defined]  # Workflows


@pytest.mark.parametrize("state", list(RUN_MOVES))
def test_a_run_moves_only_along_its_states(world: Payday, state: str) -> None:
    run = world.run().but(state=state)
    for target in RUN_MOVES:
        if target in RUN_MOVES[run.state]:
            assert run_moved(run, target, 1).state == target
        else:
            with pytest.raises(ValueError, match="does not move"):
                run_moved(run, target, 1)


@pytest.mark.parametrize("state", list(PAYOUT_MOVES))
def test_a_payout_moves_only_along_its_states(state: str) -> None:
    world = Payday()
    world.due(500)
    world.listed()
    payout = world.payout.but(state=state)
    for target in PAYOUT_MOVES:
        if target in PAYOUT_MOVES[payout.state]:
            assert payout_moved(payout, target, 1).state == target
        else:
            with pytest.raises(ValueError, match="does not move"):
                payout_moved(payout, target, 1)


def test_waiting_is_limited(world: Payday) -> None:
    run = world.run()
    world.clock.advance(7 * DAY_MS)
    assert world.cycle.mend(run.run_id).route == "give_back"
    assert world.run().state == "expired"


def large() -> Payday:
    scene = Payday(two_checkers_from_minor=1_000)
    scene.due(1_000)
    scene.listed()
    return scene


def test_a_large_run_takes_two_checkers_besides_the_one_who_requested() -> None:
    world = large()
    run = requested(world)
    dora = Person("usr_dora", None)
    release = world.approving.release
    assert release(run.run_id, CARL, run.run_hash, 1_000).state == "requested"
    assert (world.run().checked_by, world.flow.resumed) == ("usr_carl", [])
    assert world.cycle.stand(run.run_id).route == "ask_release"
    assert release(run.run_id, CARL, run.run_hash, 1_000).state == "requested"
    assert world.code_of(release, run.run_id, ANNA, run.run_hash, 1_000) == "same_person"
    assert world.code_of(release, run.run_id, dora, run.run_hash, 999) == "total_mismatch"
    after = release(run.run_id, dora, run.run_hash, 1_000)
    assert (after.state, after.checked_by, after.released_by) == (
        "released",
        "usr_carl",
        "usr_dora",
    )
    assert [event.type for event in world.events("payout_run.checked")] == ["payout_run.checked"]


def test_one_mailbox_under_several_names_is_one_person() -> None:
    """The same person has two sign-ins; what counts is the mailbox behind them."""
    world = large()
    run = world.run()
    release = world.approving.release
    anna, twin = Person("usr_anna", None, "mac-1"), Person("usr_anna2", None, "mac-1")
    carl, other = Person("usr_carl", None, "mac-2"), Person("usr_carl2", None, "mac-2")
    world.approving.request(run.run_id, anna, run.run_hash)
    assert world.code_of(release, run.run_id, twin, run.run_hash, 1_000) == "same_person"
    release(run.run_id, carl, run.run_hash, 1_000)
    assert world.code_of(release, run.run_id, other, run.run_hash, 1_000) == "same_person"
    assert world.run().state == "requested"
    nobody = Person("usr_dora", None)
    assert release(run.run_id, nobody, run.run_hash, 1_000).state == "released"


def test_a_run_below_the_threshold_takes_one() -> None:
    scene = Payday(two_checkers_from_minor=1_001)
    scene.due(1_000)
    run = scene.released()
    assert (run.state, run.checked_by) == ("released", None)
