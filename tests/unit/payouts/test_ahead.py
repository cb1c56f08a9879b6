"""Where a period is paid after its end, ready money of a later one is promised for its own day."""

from datetime import UTC, datetime
from typing import Any

import pytest
from goodword.advocates.model import Advocate, PayoutMethod, advocate_key, method_key
from goodword.errors import Conflict
from goodword.payouts.ahead import left_for_later, pay_day, run_ahead, sure_day
from goodword.payouts.due import listed_due
from goodword.payouts.waiting import Waits, waiting_page
from goodword.ports import Change
from goodword.programs.payment import Payment

from tests.support.desk import PlainIndex
from tests.support.payday import CUTOFF_MS, Payday
from tests.support.scene import BEN, MAYA, PROGRAM


def at(text: str) -> int:
    """`2025-10-25` -> its midnight in UTC (ms)."""
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1_000)


NOW_MS = at("2025-10-25")  # rewards of `Payday` are earned on the 12th
NET_30: dict[str, Any] = {"cadence": "monthly", "net_days": 30}


def waits(world: Payday, now_ms: int = NOW_MS) -> dict[str, Waits]:
    found: list[Waits] = []
    cursor: str | None = None
    for _ in range(100):
        page = waiting_page(world.store, PlainIndex(), PROGRAM, "", now_ms, 100, cursor)
        found, cursor = found + list(page.rows), page.cursor
        if cursor is None:
            return {one.balance.advocate_id: one for one in found}
    raise AssertionError("the list has no end")


def day_of(world: Payday, payment: Payment, now_ms: int) -> int:
    return pay_day(payment, world.purse(), listed_due(world.store, world.purse()), now_ms)


def test_the_list_and_the_pay_day_are_what_the_runs_then_do() -> None:
    world = Payday(**NET_30)
    payment = Payment(rail="simulator", **NET_30)
    world.due(500)
    (kept,) = waits(world)[MAYA].kept
    assert (kept.reason, kept.lets_go) == ("later_period", "its_period")
    assert kept.until_ms == day_of(world, payment, NOW_MS) == at("2025-12-01")
    first = run_ahead(payment, NOW_MS)
    assert (first.cutoff_ms, first.ended_ms) == (at("2025-10-31"), at("2025-10-01"))
    world.clock.at_ms = at("2025-12-02")
    run = world.cycle.open(PROGRAM, "2025-09", first.cutoff_ms, first.ended_ms, "EUR")
    world.cycle.freeze(run.run_id, "")
    assert world.purse().payable_minor == 500, "the run of September leaves it"
    second = run_ahead(payment, at("2025-11-02"))
    assert second.cutoff_ms == at("2025-12-01")
    assert waits(world, at("2025-11-02")) == {}, "the next run pays it"
    run = world.cycle.open(PROGRAM, "2025-10", second.cutoff_ms, second.ended_ms, "EUR")
    world.cycle.freeze(run.run_id, "")
    assert (world.purse().payable_minor, world.purse().in_payout_minor) == (0, 500)


@pytest.mark.parametrize(
    ("amounts", "debt", "minimum", "now", "day", "why"),
    [
        ([(500, "10-12")], 0, 0, "2025-11-05", "2025-12-01", None),
        ([(500, "10-12"), (500, "11-03")], 0, 0, "2025-11-05", "2025-12-01", None),
        ([(500, "10-12"), (500, "11-03")], 0, 600, "2025-11-05", "2025-12-31", "below_minimum"),
        ([(500, "10-12"), (900, "11-03")], -600, 100, "2025-11-05", "2025-12-31", "below_minimum"),
        ([(500, "11-03")], 0, 0, "2025-11-05", "2025-12-31", "later_period"),
        ([(500, "11-03")], 0, 600, "2025-11-05", "2025-12-01", "later_period"),
        ([(500, "11-03"), (500, "12-01")], 0, 600, "2025-12-01", "2026-01-31", "below_minimum"),
    ],
)
def test_the_first_run_that_reaches_the_minimum_is_the_day(
    amounts: list[tuple[int, str]], debt: int, minimum: int, now: str, day: str, why: str | None
) -> None:
    """NET-30: October is paid on 1 December, November on 31 December, December on 31 January."""
    world = Payday(**NET_30)
    due = [
        world.due(amount).but(created_ms=at(f"2025-{earned}"), hold_until_ms=at(f"2025-{earned}"))
        for amount, earned in amounts
    ]
    balance = world.purse().but(payable_minor=world.purse().payable_minor + debt)
    payment = Payment(rail="simulator", minimum_minor=minimum, **NET_30)
    assert pay_day(payment, balance, due, at(now)) == at(day)
    left = left_for_later(run_ahead(payment, at(now)), balance, due)
    assert (left.reason if left else None) == why


def test_only_money_of_the_balances_own_currency_counts() -> None:
    world = Payday(**NET_30)
    due = [world.due(500), world.due(700).but(currency="USD", created_ms=0)]
    balance = world.purse().but(payable_minor=500)
    payment = Payment(rail="simulator", **NET_30)
    assert pay_day(payment, balance, due, NOW_MS) == at("2025-12-01")


def test_what_keeps_the_person_back_is_named_beside_the_period() -> None:
    world = Payday(minimum_minor=1_000, barred_countries=("KP",), **NET_30)
    world.due(500)
    world.set_enrolment(MAYA, "paused")
    world.due(2_000, BEN)
    found = waits(world)
    assert [(one.reason, one.lets_go, one.until_ms) for one in found[MAYA].kept] == [
        ("enrolment_paused", "resuming", None),
        ("later_period", "its_period", None),
        ("below_minimum", "earning_more", None),
    ]
    assert [one.until_ms for one in found[BEN].kept] == [at("2025-12-01")]
    assert (found[MAYA].missing_minor, found[BEN].missing_minor) == (500, 0)


@pytest.mark.parametrize(
    ("now", "kept"),
    [
        ("2025-11-05", [("below_minimum", "earning_more", None)]),
        (
            "2025-10-25",
            [("later_period", "its_period", None), ("below_minimum", "earning_more", None)],
        ),
    ],
)
def test_rewards_too_small_for_any_payment_are_promised_no_day(
    now: str, kept: list[tuple[str, str, int | None]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of two in a payment none has 10.00, and no run to come pays them as they are."""
    monkeypatch.setattr("goodword.payouts.choice.PAYOUT_REWARDS_MAX", 2)
    world = Payday(minimum_minor=1_000, **NET_30)
    for amount in (400, 450, 420):
        world.due(amount)
    found = waits(world, at(now))[MAYA]
    assert [(one.reason, one.lets_go, one.until_ms) for one in found.kept] == kept
    assert found.missing_minor == 550, "beside the largest"
    payment = Payment(rail="simulator", minimum_minor=1_000, **NET_30)
    due = listed_due(world.store, world.purse())
    assert sure_day(payment, world.purse(), due, at(now)) is None
    world.due(550)
    found_then = waits(world, at(now)).values()
    assert {one.lets_go for each in found_then for one in each.kept} <= {"its_period"}


def test_rewards_are_read_only_where_the_calendar_asks_for_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def unread(*_: object) -> Any:
        raise Conflict("unread", "no reward is to be read")

    monkeypatch.setattr("goodword.payouts.waiting.listed_due", unread)
    plain = Payday()
    plain.due(500)
    assert waits(plain, CUTOFF_MS + 1) == {}
    late = Payday(**NET_30)
    late.due(500)
    with pytest.raises(Conflict, match="unread"):
        waits(late)


def test_one_call_looks_at_the_rewards_of_a_bounded_number(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("goodword.payouts.waiting.WAITING_LOOKS", 4)
    world = Payday(**NET_30)
    for number in range(11):
        world.enrol(f"adv_{number}", f"CODE{number}")
        world.pay_to(f"adv_{number}")
        world.due(500, f"adv_{number}")
    page = waiting_page(world.store, PlainIndex(), PROGRAM, "", NOW_MS, 100, None)
    assert (len(page.rows), page.cursor is not None) == (4, True)
    assert len(waits(world)) == 11


def test_nothing_lets_go_what_belongs_to_somebody_erased() -> None:
    world = Payday(minimum_minor=1_000)
    world.due(400)
    known = world.store.get(Advocate, advocate_key(MAYA))
    change = Change()
    head = known or Advocate(advocate_id=MAYA, created_ms=0)
    change.save(head.but(erased_ms=5))
    world.store.commit(change)
    found = waits(world)[MAYA]
    assert [(one.reason, one.lets_go) for one in found.kept] == [("below_minimum", "nothing")]
    assert found.missing_minor == 0


def test_everything_that_is_wrong_with_a_method_is_named() -> None:
    world = Payday(barred_countries=("KP",))
    world.due(500)
    world.pay_to(MAYA, rail="csv")
    method = world.store.get(PayoutMethod, method_key(MAYA))
    assert method is not None
    change = Change()
    change.replace(method.but(country_hash=PlainIndex().mac("country", "KP")))
    world.store.commit(change)
    assert [one.reason for one in waits(world, CUTOFF_MS + 1)[MAYA].kept] == [
        "sanctioned_country",
        "rail_mismatch",
    ]
