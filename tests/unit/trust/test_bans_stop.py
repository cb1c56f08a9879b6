"""A ban stops all payouts in the Change that bans, until it is carried out, and only it lets go."""

from collections.abc import Callable

import pytest
from goodword.advocates.model import Advocate, Enrolment, enrolment_key
from goodword.errors import NotFound
from goodword.limits import BANS_PER_SWEEP, STOPS_MAX
from goodword.payouts.stops import Cause, Holding, PayoutStop, read_stop, stopped
from goodword.ports import Change
from goodword.times import DAY_MS, MINUTE_MS
from goodword.trust.banning import Ban, Bans
from goodword.trust.disputing import Disputes, Wish
from goodword.trust.resolving import Resolving, Ruling

from tests.fakes.privacy import MemoryVault
from tests.support.payday import CUTOFF_MS, Payday
from tests.support.scene import BEN, MAYA, PROGRAM

EARLY_MS = CUTOFF_MS - 40 * DAY_MS


@pytest.fixture
def world() -> Payday:
    scene = Payday()
    change = Change()
    change.create(*(Advocate(advocate_id=one, created_ms=0, links=1) for one in (MAYA, BEN)))
    scene.store.commit(change)
    scene.due(500)
    return scene


def banned(world: Payday, person: str = MAYA) -> Ban:
    return Bans(world.desk("fay")).ban(person, PROGRAM, "spam", EARLY_MS, None)


def cut_off(world: Payday, monkeypatch: pytest.MonkeyPatch, *people: str) -> None:
    """Bans whose call ended with their first transaction."""
    with monkeypatch.context() as patch:
        patch.setattr(Bans, "carry_out", lambda *_: None)
        for person in people:
            banned(world, person)


def swept(world: Payday) -> list[tuple[str, str]]:
    """Who failed in a sweep, and by what."""
    failed: list[tuple[str, str]] = []
    Bans(world.desk("clock")).sweep(lambda ban, why: failed.append((ban.advocate_id, str(why))))
    return failed


def test_nothing_is_sent_between_the_ban_and_its_last_page(
    world: Payday, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.released()
    cut_off(world, monkeypatch, MAYA)
    stop = read_stop(world.store, MAYA)
    assert (stop.reason, set(stop.bans)) == ("on_hold", {PROGRAM})
    (made,) = (one for one in world.store.commits if Ban in map(type, one.created))
    assert PayoutStop in map(type, made.created), "in one transaction"
    world.sent()
    assert (world.payout.state, world.payout.reason, world.rail.paid) == ("failed", "on_hold", [])
    assert swept(world) == []
    assert (world.one(Ban).voided, read_stop(world.store, MAYA).reason) == (1, None)
    assert world.ledger_differences() == []


def by_finance(world: Payday) -> None:
    for cause_id in (f"ban:{PROGRAM}", PROGRAM):
        with pytest.raises(NotFound, match="unknown_hold"):
            Holding(world.desk("fin")).lift(MAYA, cause_id, "other", None)


def by_a_dispute(world: Payday) -> None:
    disputes = Disputes(world.desk("x"), MemoryVault())
    with pytest.raises(NotFound, match="payouts_not_held"):
        disputes.open(MAYA, Wish(PROGRAM, "payouts_held", "Why?"))
    Holding(world.desk("fred")).hold(MAYA, "other", None)
    dispute = disputes.open(MAYA, Wish(PROGRAM, "payouts_held", "Why?"))
    ruling = Ruling("granted", "evidence_found", "payment_details")
    Resolving(world.desk("fay"), disputes, world.flow).resolve(dispute.dispute_id, ruling, None)


@pytest.mark.parametrize("lift", [by_finance, by_a_dispute])
def test_only_the_end_of_the_ban_lifts_its_stop(
    world: Payday, lift: Callable[[Payday], None]
) -> None:
    world.released()
    banned(world)
    assert read_stop(world.store, MAYA).held() == ()
    lift(world)
    assert read_stop(world.store, MAYA).reason == "on_hold"
    world.sent()
    assert (world.payout.state, world.rail.paid) == ("failed", [])


def test_an_appeal_that_is_granted_lets_the_payment_go(world: Payday) -> None:
    world.released()
    banned(world)
    disputes = Disputes(world.desk("x"), MemoryVault())
    appeal = disputes.open(MAYA, Wish(PROGRAM, "ban", "I did not."))
    ruling = Ruling("granted", "mistake_of_ours", "staff_mistake")
    Resolving(world.desk("fay"), disputes, world.flow).resolve(appeal.dispute_id, ruling, None)
    assert read_stop(world.store, MAYA).all == {}
    world.sent()
    assert world.payout.state == "paid"


def test_a_ban_has_room_however_many_other_reasons_there_are(world: Payday) -> None:
    world.released()
    stop, change = read_stop(world.store, MAYA), Change()
    cause = Cause(reason="dispute_open", code="payout_disputed", by=MAYA, at_ms=0)
    for number in range(STOPS_MAX):
        stop = stopped(stop, f"dsp_{number}", cause)
    change.save(stop)
    world.store.commit(change)
    assert banned(world).waits
    assert len(read_stop(world.store, MAYA).all) == STOPS_MAX + 1
    world.sent()
    world.clock.advance(31 * MINUTE_MS)
    assert swept(world) == []
    assert not world.one(Ban).voiding
    assert len(read_stop(world.store, MAYA).all) == STOPS_MAX


def test_one_ban_that_fails_keeps_no_other_waiting(
    world: Payday, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.due(700, BEN)
    cut_off(world, monkeypatch, MAYA, BEN)
    void = Bans._void

    def stumbles(bans: Bans, ban: Ban, reward_id: str) -> str:
        if ban.advocate_id == MAYA:
            raise ValueError("a record that nobody can read")
        return void(bans, ban, reward_id)

    with monkeypatch.context() as patch:
        patch.setattr(Bans, "_void", stumbles)
        assert swept(world) == [(MAYA, "a record that nobody can read")]
        bans = {one.advocate_id: one for one in world.all(Ban)}
        assert (bans[MAYA].voiding, bans[BEN].voiding, bans[BEN].voided) == (True, False, 1)
        assert swept(world) == [], "it is put off"
    assert read_stop(world.store, MAYA).reason == "on_hold"
    world.clock.advance(31 * MINUTE_MS)
    assert swept(world) == []
    assert all(not one.voiding for one in world.all(Ban))


def test_bans_that_always_fail_let_all_others_through(
    world: Payday, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = [f"adv_{n}" for n in range(BANS_PER_SWEEP)]
    for person in people:
        join(world, person)
    cut_off(world, monkeypatch, *people)
    world.clock.advance(MINUTE_MS)
    cut_off(world, monkeypatch, MAYA)
    page = Bans._void_page

    def stumbles(bans: Bans, advocate_id: str, program_id: str) -> Ban:
        assert advocate_id == MAYA, "planted"
        return page(bans, advocate_id, program_id)

    monkeypatch.setattr(Bans, "_void_page", stumbles)
    assert {who for who, _ in swept(world)} == set(people)
    assert swept(world) == []
    assert not next(one for one in world.all(Ban) if one.advocate_id == MAYA).voiding


def test_a_ban_that_is_over_meanwhile_is_not_put_off(
    world: Payday, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut_off(world, monkeypatch, MAYA)

    def lifted(bans: Bans, advocate_id: str, program_id: str) -> Ban:
        change = Change()
        bans.lift(change, advocate_id, program_id, "mistake_of_ours")
        world.store.commit(change)
        raise ValueError("too late")

    monkeypatch.setattr(Bans, "carry_out", lifted)
    assert swept(world) == [(MAYA, "too late")]
    assert (world.one(Ban).voiding, world.one(Ban).look_ms) == (False, 0)


def join(world: Payday, person: str) -> None:
    """One more advocate of the programme, with a link."""
    enrolment = world.store.get(Enrolment, enrolment_key(MAYA, PROGRAM))
    assert enrolment is not None
    change = Change()
    change.create(
        Advocate(advocate_id=person, created_ms=0, links=0),
        enrolment.but(advocate_id=person, version=0),
    )
    world.store.commit(change)
