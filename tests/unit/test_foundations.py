"""Ids, money, times and changes refuse what would be wrong later, where it is easy to see."""

import pytest
from goodword.errors import InvalidInput, Stale
from goodword.ids import ENTROPY_BYTES, derived_id, new_id, shard_of, time_of
from goodword.ledger.model import Balance, Entry, balance_key, entry_key, move
from goodword.limits import TRANSACTION_ITEMS_MAX
from goodword.money import (
    Money,
    decimal_text,
    exponent,
    format_minor,
    known_currency,
    parse_decimal,
    ratio,
)
from goodword.ports import Change, Collision, Guard, GuardFailed, Overfull, until_settled
from goodword.times import as_datetime, end_ms, ms_of, noon_ms, parse_rfc3339, rfc3339, start_ms

BALANCE = Balance(advocate_id="adv_1", program_id="prg_1", currency="EUR")
ENTRY = Entry(
    entry_id="ent_1",
    what="test",
    at_ms=0,
    program_id="prg_1",
    currency="EUR",
    legs=move(5, "a", "b"),
)


def test_an_id_sorts_by_its_time_and_tells_it() -> None:
    early, late = (new_id("adv", at_ms, bytes(ENTROPY_BYTES)) for at_ms in (1, 2**40))
    assert early < late
    assert time_of(late) == 2**40
    with pytest.raises(ValueError, match="not an id"):
        time_of("adv_short")
    with pytest.raises(ValueError, match="10 bytes"):
        new_id("adv", 0, b"too short")


def test_a_derived_id_depends_on_where_its_parts_end() -> None:
    assert derived_id("rwd", 0, "ab", "c") == derived_id("rwd", 0, "ab", "c")
    assert derived_id("rwd", 0, "ab", "c") != derived_id("rwd", 0, "a", "bc")
    assert 0 <= shard_of("adv_1", 8) < 8


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [("19.99", "EUR", 1_999), ("500", "JPY", 500), ("1.5", "KWD", 1_500), ("-0.05", "USD", -5)],
)
def test_a_decimal_is_read_and_written_exactly(text: str, currency: str, minor: int) -> None:
    assert parse_decimal(text, currency) == minor
    assert parse_decimal(decimal_text(minor, currency), currency) == minor
    assert exponent(currency) in (0, 2, 3)


@pytest.mark.parametrize("text", ["", "1,50", "NaN", "Infinity", "1e99", "19.999", "0.5"])
def test_what_is_no_amount_of_yen_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="bad_amount"):
        parse_decimal(text, "JPY")


def test_currencies_are_those_of_the_standard() -> None:
    assert known_currency("eur") == "EUR"
    with pytest.raises(InvalidInput, match="unknown_currency"):
        known_currency("ZZZ")
    assert str(Money(amount_minor=-5, currency="JPY")) == "-5 JPY"
    assert format_minor(1_999, "EUR") == "19.99 EUR"


@pytest.mark.parametrize(
    ("amount", "rounding", "result"),
    [
        (25, "down", 2),
        (25, "half_even", 2),
        (35, "half_even", 4),
        (25, "half_up", 3),
        (26, "half_even", 3),
        (24, "half_up", 2),
    ],
)
def test_a_tenth_is_rounded_as_named(amount: int, rounding: str, result: int) -> None:
    assert ratio(amount, 1, 10, rounding) == result  # type: ignore[arg-type]  # the table's text


@pytest.mark.parametrize("numbers", [(-1, 1, 1), (1, -1, 1), (1, 1, 0)])
def test_a_ratio_is_of_natural_numbers(numbers: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="natural numbers"):
        ratio(*numbers, "down")


def test_times_are_read_with_their_zone_and_within_the_calendar() -> None:
    assert parse_rfc3339("2026-11-22T10:00:00+01:00") == parse_rfc3339("2026-11-22T09:00:00Z")
    assert rfc3339(1_700_000_000_123) == "2023-11-14T22:13:20.123Z"
    for wrong in ("2026-11-22T10:00:00", "2026-02-30T10:00:00Z", "yesterday"):
        with pytest.raises(InvalidInput, match="bad_time"):
            parse_rfc3339(wrong)


def test_a_year_that_nobody_means_is_refused_where_it_is_read_and_breaks_no_list() -> None:
    for slip in ("0025-11-21", "1969-12-31", "2200-01-01", "9999-12-31", "2026-02-30", "soon"):
        for read in (start_ms, noon_ms, end_ms):
            with pytest.raises(InvalidInput, match="bad_time"):
                read(slip, "Asia/Tokyo")
        with pytest.raises(InvalidInput, match="bad_time"):
            parse_rfc3339(f"{slip}T12:00:00Z")
    assert rfc3339(ms_of("0025-11-21T12:00:00Z")) == "0025-11-21T12:00:00.000Z"
    assert as_datetime(-(10**18)).year == 1
    assert rfc3339(10**18) == "9999-12-31T23:59:59.999Z"


def test_a_day_is_that_of_its_zone() -> None:
    assert rfc3339(start_ms("2026-10-25", "Europe/Berlin")) == "2026-10-24T22:00:00.000Z"
    assert rfc3339(noon_ms("2026-10-25", "Europe/Berlin")) == "2026-10-25T11:00:00.000Z"
    assert rfc3339(end_ms("2026-10-25", "Europe/Berlin")) == "2026-10-25T23:00:00.000Z"
    assert rfc3339(end_ms("2199-12-31", "UTC")) == "2200-01-01T00:00:00.000Z"
    assert start_ms("1970-01-01", "Asia/Tokyo") == 0


def test_a_change_cannot_mistake_new_for_read() -> None:
    change = Change()
    with pytest.raises(ValueError, match="replace it instead"):
        change.create(BALANCE.but(version=1))
    with pytest.raises(ValueError, match="create it instead"):
        change.replace(BALANCE)


def test_the_journal_is_only_ever_added_to() -> None:
    change = Change()
    for forbidden in (change.replace, change.delete):
        with pytest.raises(ValueError, match="append-only"):
            forbidden(ENTRY.but(version=1))


def test_a_change_is_not_empty_not_too_large_and_touches_a_key_once() -> None:
    with pytest.raises(ValueError, match="at least one item"):
        Change().check()
    large = Change()
    for number in range(TRANSACTION_ITEMS_MAX):
        large.require_absent(BALANCE.but(advocate_id=f"adv_{number}").key)
    large.check()
    large.create(BALANCE)
    with pytest.raises(Overfull, match="101 items") as wrong:
        large.check()
    assert wrong.value.code == "change_too_large"
    change = Change()
    change.create(BALANCE)
    change.require(BALANCE.key, Guard())
    with pytest.raises(ValueError, match="twice"):
        change.check()


def test_an_attempt_is_repeated_while_it_loses_and_not_for_ever() -> None:
    tries: list[int] = []

    def wins_third() -> str:
        tries.append(1)
        if len(tries) < 3:
            raise Stale("stale", "moved")
        return "done"

    assert until_settled(wins_third) == "done"

    def always_loses() -> None:
        raise Stale("stale", "moved")

    with pytest.raises(Stale):
        until_settled(always_loses, tries=3)


@pytest.mark.parametrize("lost", [Collision, GuardFailed])
def test_the_same_collision_twice_is_an_error(lost: type[Collision] | type[GuardFailed]) -> None:
    keys = [balance_key("adv_1", "prg_1", "EUR")]
    tries: list[int] = []

    def attempt() -> None:
        tries.append(1)
        raise lost(keys)

    with pytest.raises(lost):
        until_settled(attempt)
    assert len(tries) == 2
    assert entry_key("ent_1") == ENTRY.key
