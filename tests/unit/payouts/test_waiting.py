"""Finance sees everybody whose money waits: all reasons, since when, and what lets it go."""

from itertools import product
from typing import Any

import pytest
from goodword.advocates.model import Enrolment, PayoutMethod
from goodword.errors import InvalidInput, NotFound
from goodword.ledger.model import Balance
from goodword.limits import DUE_SHARDS, WAITING_READS
from goodword.payouts.choice import waits_for
from goodword.payouts.stops import Cause, Holding, PayoutStop
from goodword.payouts.waiting import Waits, kept_back, waiting_page
from goodword.ports import Change, Page
from goodword.programs.payment import Payment
from goodword.times import DAY_MS

from tests.support.desk import PlainIndex
from tests.support.payday import CUTOFF_MS, Payday
from tests.support.scene import BEN, MAYA, PROGRAM
from tests.unit.payouts.test_small import crowd, day

NOW_MS = CUTOFF_MS + DAY_MS


def page(world: Payday, limit: int = 100, cursor: str | None = None, currency: str = "") -> Any:
    found: Page[Waits] = waiting_page(
        world.store, PlainIndex(), PROGRAM, currency, NOW_MS, limit, cursor
    )
    return found


def waits(world: Payday, limit: int = 100) -> dict[str, Waits]:
    """Everybody of the list, read page by page; nobody is there twice."""
    found: list[Waits] = []
    cursor: str | None = None
    for _ in range(200):
        read = page(world, limit, cursor)
        assert len(read.rows) <= limit
        found += read.rows
        if (cursor := read.cursor) is None:
            break
    assert cursor is None
    names = [one.balance.advocate_id for one in found]
    assert len(names) == len(set(names))
    return dict(zip(names, found, strict=True))


def why(world: Payday, person: str = MAYA) -> list[tuple[str, str]]:
    return [(kept.reason, kept.lets_go) for kept in waits(world)[person].kept]


def test_whoever_is_put_aside_as_too_small_stays_on_the_list() -> None:
    world = crowd(3)
    small = {MAYA, "adv_0", "adv_1", "adv_2"}
    assert set(waits(world)) == small, "before the first run"
    for number in range(2):
        day(world, number)
        found = waits(world)
        assert set(found) == small
        assert {one.missing_minor for one in found.values()} == {4_900}
    assert why(world) == [("below_minimum", "earning_more")]
    world.due(4_900)
    assert MAYA not in waits(world), "the next run pays her"


def test_nobody_whom_the_next_run_pays_is_on_it() -> None:
    world = Payday()
    world.due(500)
    assert waits(world) == {}
    assert page(world, currency="USD").rows == []


def test_every_reason_is_named_with_what_would_end_it() -> None:
    world = Payday(minimum_minor=1_000)
    world.due(400)
    world.set_enrolment(MAYA, "paused")
    world.pay_to(MAYA, rail="csv")
    hold = Holding(world.desk("staff"))
    stop = hold.hold(MAYA, "suspected_fraud", None)
    (cause_id,) = stop.causes
    found = waits(world)[MAYA]
    assert [(one.reason, one.lets_go) for one in found.kept] == [
        ("enrolment_paused", "resuming"),
        ("on_hold", "lifting_the_hold"),
        ("rail_mismatch", "a_method_of_the_rail"),
        ("below_minimum", "earning_more"),
    ]
    held = found.kept[1]
    assert (held.cause_id, held.code) == (cause_id, "suspected_fraud")
    assert held.since_ms == world.clock.at_ms
    assert found.missing_minor == 600
    hold.lift(MAYA, cause_id, "other", None)
    world.pay_to(MAYA)
    world.set_enrolment(MAYA, "active")
    world.due(600)
    assert waits(world) == {}


def test_disputes_come_before_holds_and_a_ban_ends_by_itself() -> None:
    world = Payday()
    world.due(500)
    change = Change()
    change.create(
        PayoutStop(
            advocate_id=MAYA,
            causes={
                "hld_1": Cause(reason="on_hold", code="other", by="usr_1", at_ms=1),
                "dsp_2": Cause(reason="dispute_open", code="payout", by=MAYA, at_ms=9),
                "dsp_1": Cause(reason="dispute_open", code="hold", by=MAYA, at_ms=9),
            },
            bans={PROGRAM: Cause(reason="on_hold", code="ban", by="usr_1", at_ms=2)},
        )
    )
    world.store.commit(change)
    found = [(one.cause_id, one.lets_go) for one in waits(world)[MAYA].kept]
    assert found == [
        ("dsp_1", "answering_the_dispute"),
        ("dsp_2", "answering_the_dispute"),
        ("hld_1", "lifting_the_hold"),
        (f"ban:{PROGRAM}", "carrying_out_the_ban"),
    ]


def test_whoever_owes_is_on_it_with_what_is_missing() -> None:
    world = Payday()
    reward = world.due(500)
    world.sent()
    world.take_back(reward, 500)
    found = waits(world)[MAYA]
    assert (found.balance.payable_minor, found.missing_minor) == (-500, 600)
    assert [(one.reason, one.lets_go) for one in found.kept] == [
        ("negative_balance", "earning_more")
    ]


def test_a_country_that_nothing_is_paid_to_and_no_method_at_all() -> None:
    world = Payday(barred_countries=("KP",))
    world.due(500)
    known = world.store.get(PayoutMethod, PayoutMethod.model_validate(METHOD).key)
    assert known is not None
    change = Change()
    change.replace(known.but(country_hash=PlainIndex().mac("country", "KP")))
    world.store.commit(change)
    assert why(world) == [("sanctioned_country", "a_method_elsewhere")]
    world.enrol("adv_new", "NEW")
    world.due(700, "adv_new")
    assert why(world, "adv_new") == [("no_method", "a_method")]


METHOD = {"advocate_id": MAYA, "rail": "simulator", "destination_hash": "0" * 64, "changed_ms": 0}


def test_since_when_there_has_been_money() -> None:
    world = Payday(minimum_minor=1_000)
    first_ms = world.clock.at_ms
    world.due(300)
    world.clock.advance(DAY_MS)
    reward = world.due(200)
    assert waits(world)[MAYA].balance.payable_since_ms == first_ms
    assert waits(world)[MAYA].kept[0].since_ms == first_ms
    world.take_back(reward, 200)
    assert world.purse().payable_since_ms == first_ms
    world.due(900)
    world.sent()
    assert (world.purse().payable_minor, world.purse().payable_since_ms) == (0, None)
    world.clock.advance(DAY_MS)
    world.due(5)
    assert world.purse().payable_since_ms == first_ms + 2 * DAY_MS


def test_owing_begins_when_the_sign_turns() -> None:
    world = Payday()
    reward = world.due(500)
    world.sent()
    world.clock.advance(DAY_MS)
    world.due(100)
    world.clock.advance(DAY_MS)
    world.take_back(reward, 500)
    assert world.purse().payable_since_ms == world.clock.at_ms


@pytest.mark.parametrize("limit", [1, 2, 7, 100])
def test_any_size_of_page_finds_everybody_once(limit: int) -> None:
    world = crowd(23)
    day(world, 0)
    world.enrol("adv_poor", "POOR")
    world.due(9_000, "adv_poor")
    assert len(waits(world, limit)) == 25


def test_one_call_reads_a_bounded_number_of_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a thousand who are in line only the last waits: pages are empty, and end in time."""
    world = Payday()
    for number in range(60):
        world.enrol(f"adv_{number:03d}", f"CODE{number}")
        world.pay_to(f"adv_{number:03d}")
        world.due(500, f"adv_{number:03d}")
    asked, real = [0], world.store.query_index

    def counted(*given: Any, **named: Any) -> Any:
        asked[0] += 1
        return real(*given, **named)

    monkeypatch.setattr(world.store, "query_index", counted)
    read = page(world, 1)
    assert (list(read.rows), asked[0]) == ([], WAITING_READS)
    assert read.cursor is not None
    assert waits(world, 1) == {}


@pytest.mark.parametrize("cursor", ["x", "-1:", f"{2 * DUE_SHARDS}:", "٣:", "", "999:a"])
def test_a_cursor_of_nobodys_is_refused(cursor: str) -> None:
    world = Payday()
    if cursor:
        with pytest.raises(InvalidInput, match="bad_cursor"):
            page(world, cursor=cursor)
    else:
        assert page(world, cursor=cursor).cursor is None


def test_an_unknown_programme_is_said() -> None:
    with pytest.raises(NotFound, match="unknown_program"):
        waiting_page(Payday().store, PlainIndex(), "prg_no", "", NOW_MS, 10, None)


def test_what_the_index_still_says_is_looked_at_again(monkeypatch: pytest.MonkeyPatch) -> None:
    world = Payday()
    world.due(500)
    world.set_enrolment(MAYA, "paused")
    stale, real = world.purse(), world.store.query_index
    monkeypatch.setattr(
        world.store,
        "query_index",
        lambda kind, table, place, **named: (
            Page([stale], None)
            if stale.index_entry and place == stale.index_entry.pk
            else real(kind, table, place, **named)
        ),
    )
    assert set(waits(world)) == {MAYA}
    change = Change()
    change.replace(world.purse().but(payable_minor=0))
    world.store.commit(change)
    assert waits(world) == {}


CAUSES: tuple[dict[str, Any], ...] = (
    {},
    {"h": Cause(reason="on_hold", code="other", by="u", at_ms=1)},
    {
        "h": Cause(reason="on_hold", code="other", by="u", at_ms=1),
        "d": Cause(reason="dispute_open", code="hold", by="u", at_ms=2),
    },
)


@pytest.mark.parametrize(
    ("payable", "state", "rail", "causes"),
    list(
        product(
            (-5, 50, 500),
            ("active", "paused", "banned", "left", ""),
            ("simulator", "csv", ""),
            CAUSES,
        )
    ),
)
def test_the_first_reason_is_the_one_that_a_run_and_the_persons_page_name(
    payable: int, state: str, rail: str, causes: dict[str, Any]
) -> None:
    payment = Payment(rail="simulator", minimum_minor=100)
    who = {"advocate_id": MAYA, "program_id": PROGRAM}
    balance = Balance.model_validate({**who, "currency": "EUR", "payable_minor": payable})
    times = {"created_ms": 0, "changed_ms": 7}
    enrolment = Enrolment.model_validate({**who, **times, "state": state}) if state else None
    method = PayoutMethod.model_validate({**METHOD, "rail": rail}) if rail else None
    stop = PayoutStop(advocate_id=MAYA, causes=causes) if causes else None
    kept = kept_back(payment, balance, enrolment, method, stop, ())
    if enrolment is not None:
        first = kept[0].reason if kept else None
        assert first == waits_for(payment, balance, enrolment, method, stop)
    else:
        assert "not_enrolled" in [one.reason for one in kept]


def test_both_of_a_couple_are_told_apart_by_person() -> None:
    world = Payday(minimum_minor=1_000)
    world.due(10)
    world.due(20, BEN)
    amounts = {name: one.balance.payable_minor for name, one in waits(world, 1).items()}
    assert amounts == {MAYA: 10, BEN: 20}
