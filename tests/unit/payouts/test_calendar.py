"""Periods end at local midnights, also where the clocks change."""

from datetime import UTC, date, datetime, timedelta

import pytest
from goodword.payouts.calendar import Period, closed_period, next_payout, payout_of
from goodword.programs.payment import Payment
from goodword.times import DAY_MS, HOUR_MS, parse_rfc3339, rfc3339
from hypothesis import given, settings
from hypothesis import strategies as st

BERLIN = "Europe/Berlin"


def payment(cadence: str, anchor: int = 1, zone: str = "UTC", **more: object) -> Payment:
    said = {"cadence": cadence, "anchor": anchor, "time_zone": zone}
    return Payment.model_validate(said | more)


def every(days: int, starts_on: str = "2026-01-05", **more: object) -> Payment:
    return payment("every_n_days", every_days=days, starts_on=starts_on, **more)  # type: ignore[arg-type]  # payment() checks them


@pytest.mark.parametrize(
    ("terms", "now", "name", "cutoff", "following"),
    [
        (payment("daily"), "2026-11-22T00:00:00Z", "2026-11-21", "11-22T00:00", "11-23T00:00"),
        (payment("daily"), "2026-11-21T23:59:59Z", "2026-11-20", "11-21T00:00", "11-22T00:00"),
        (payment("weekly"), "2026-11-23T00:00:00Z", "2026-W47", "11-23T00:00", "11-30T00:00"),
        (payment("weekly"), "2026-11-22T23:59:59Z", "2026-W46", "11-16T00:00", "11-23T00:00"),
        (payment("weekly", 3), "2026-11-26T12:00:00Z", "2026-W48", "11-25T00:00", "12-02T00:00"),
        (payment("monthly"), "2026-12-01T00:00:00Z", "2026-11", "12-01T00:00", "01-01T00:00"),
        (payment("monthly", 15), "2026-11-22T09:00:00Z", "2026-11", "11-15T00:00", "12-15T00:00"),
        (payment("monthly", 28), "2026-11-22T09:00:00Z", "2026-10", "10-28T00:00", "11-28T00:00"),
        (
            payment("daily", zone=BERLIN),
            "2026-11-21T23:00:00Z",
            "2026-11-21",
            "11-21T23:00",
            "11-22T23:00",
        ),
    ],
)
def test_the_closed_period_and_the_next_cut_off(
    terms: Payment, now: str, name: str, cutoff: str, following: str
) -> None:
    now_ms = parse_rfc3339(now)
    period = closed_period(terms, now_ms)
    assert period.name == name
    assert rfc3339(period.cutoff_ms)[5:16] == cutoff
    assert rfc3339(next_payout(terms, now_ms))[5:16] == following


def test_the_last_days_of_a_year_belong_to_the_iso_year_of_their_week() -> None:
    assert closed_period(payment("weekly"), parse_rfc3339("2027-01-04T00:00:00Z")).name == (
        "2026-W53"
    )


def test_a_day_is_23_hours_long_when_summer_time_begins() -> None:
    terms = payment("daily", zone=BERLIN)
    begin = closed_period(terms, parse_rfc3339("2026-03-29T12:00:00Z")).cutoff_ms
    end = next_payout(terms, begin)
    assert (rfc3339(begin), end - begin) == ("2026-03-28T23:00:00.000Z", 23 * HOUR_MS)


def test_a_day_is_25_hours_long_when_summer_time_ends() -> None:
    terms = payment("daily", zone=BERLIN)
    begin = closed_period(terms, parse_rfc3339("2026-10-25T12:00:00Z")).cutoff_ms
    assert next_payout(terms, begin) - begin == 25 * HOUR_MS


def test_a_midnight_that_summer_time_skips_is_the_instant_of_the_change() -> None:
    # Cairo: on 24 April 2026 the clocks go from 00:00 to 01:00.
    terms = payment("daily", zone="Africa/Cairo")
    period = closed_period(terms, parse_rfc3339("2026-04-24T09:00:00Z"))
    assert period == Period("2026-04-23", *[parse_rfc3339("2026-04-23T22:00:00Z")] * 2)


def test_of_a_midnight_that_comes_twice_the_first_counts() -> None:
    # Havana: on 1 November 2026 at 01:00 the clocks go back to 00:00.
    terms = payment("daily", zone="America/Havana")
    period = closed_period(terms, parse_rfc3339("2026-11-01T05:30:00Z"))
    assert period == Period("2026-10-31", *[parse_rfc3339("2026-11-01T04:00:00Z")] * 2)


def test_a_day_that_a_zone_leaves_out_is_in_no_period_of_its_own() -> None:
    # Samoa went from 29 to 31 December 2011.
    terms = payment("daily", zone="Pacific/Apia")
    before = closed_period(terms, parse_rfc3339("2011-12-30T09:59:59Z"))
    after = closed_period(terms, parse_rfc3339("2011-12-30T10:00:00Z"))
    assert before.name == "2011-12-28"
    assert after.cutoff_ms == parse_rfc3339("2011-12-30T10:00:00Z")


ZONES = ("UTC", BERLIN, "Africa/Cairo", "America/Havana", "Asia/Kathmandu", "America/St_Johns")
terms_of_any_kind = st.one_of(
    st.builds(payment, st.just("daily"), st.just(1), st.sampled_from(ZONES)),
    st.builds(payment, st.just("weekly"), st.integers(1, 7), st.sampled_from(ZONES)),
    st.builds(payment, st.just("monthly"), st.integers(1, 28), st.sampled_from(ZONES)),
    st.builds(every, st.integers(1, 40), st.dates(date(2001, 1, 1), date(2036, 1, 1)).map(str)),
    st.builds(
        payment,
        st.sampled_from(("daily", "weekly", "monthly")),
        st.integers(1, 7),
        st.sampled_from(ZONES),
        net_days=st.integers(0, 100),
        business_day=st.sampled_from(("none", "next", "previous")),
        weekend=st.sampled_from([(6, 7), (5, 6), (7,), ()]),
        holidays=st.lists(st.dates(date(2020, 1, 1), date(2022, 1, 1)).map(str), max_size=12).map(
            tuple
        ),
    ),
)
instants = st.datetimes(datetime(2000, 1, 1), datetime(2037, 12, 31)).map(
    lambda at: (
        (at.replace(tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
    )
)


@settings(max_examples=400, deadline=None)
@given(terms_of_any_kind, instants)
def test_every_instant_is_in_exactly_one_period(terms: Payment, now_ms: int) -> None:
    closed, following = closed_period(terms, now_ms), next_payout(terms, now_ms)
    assert closed.cutoff_ms <= now_ms < following
    assert closed_period(terms, following - 1) == closed
    after = closed_period(terms, following)
    assert after.cutoff_ms == following
    assert after.name > closed.name
    assert after.ended_ms > closed.ended_ms


@settings(max_examples=200, deadline=None)
@given(terms_of_any_kind, instants, st.integers(0, 90), st.integers(0, 90))
def test_what_was_earned_is_in_the_period_that_is_named(
    terms: Payment, earned_ms: int, hold_days: int, later_days: int
) -> None:
    due_ms, now_ms = earned_ms + hold_days * DAY_MS, earned_ms + later_days * DAY_MS
    paid_ms = payout_of(terms, earned_ms, due_ms, now_ms)
    period = closed_period(terms, paid_ms)
    assert (period.cutoff_ms, period.ended_ms > earned_ms) == (paid_ms, True)
    assert paid_ms > max(due_ms, now_ms)
    before = closed_period(terms, paid_ms - 1)
    assert before.cutoff_ms <= max(due_ms, now_ms) or before.ended_ms <= earned_ms


@pytest.mark.parametrize(
    ("terms", "now", "name", "cutoff", "ended", "following"),
    [
        (every(14), "2026-01-19T00:00:00Z", "2026-01-18", "01-19", "01-19", "02-02"),
        (every(14), "2026-01-18T23:59:59Z", "2026-01-04", "01-05", "01-05", "01-19"),
        (every(10), "2025-12-31T00:00:00Z", "2025-12-25", "12-26", "12-26", "01-05"),
        (
            payment("on_minimum", minimum_minor=500),
            "2026-11-22T00:00:00Z",
            "2026-11-21",
            "11-22",
            "11-22",
            "11-23",
        ),
        (
            payment("monthly", net_days=30),
            "2026-12-30T23:59:59Z",
            "2026-10",
            "12-01",
            "11-01",
            "12-31",
        ),
        (
            payment("monthly", net_days=30),
            "2026-12-31T00:00:00Z",
            "2026-11",
            "12-31",
            "12-01",
            "01-31",
        ),
        # 1 November 2026 is a Sunday, and 2 November is in the list.
        (
            payment("monthly", business_day="next", holidays=("2026-11-02",)),
            "2026-11-03T00:00:00Z",
            "2026-10",
            "11-03",
            "11-01",
            "12-01",
        ),
        (
            payment("monthly", business_day="previous"),
            "2026-10-30T00:00:00Z",
            "2026-10",
            "10-30",
            "11-01",
            "12-01",
        ),
        # Friday's, Saturday's and Sunday's period are all paid on Monday.
        (
            payment("daily", business_day="next"),
            "2026-11-23T00:00:00Z",
            "2026-11-22",
            "11-23",
            "11-23",
            "11-24",
        ),
        (
            payment("daily", business_day="next", weekend=(5, 6)),
            "2026-11-22T00:00:00Z",
            "2026-11-21",
            "11-22",
            "11-22",
            "11-23",
        ),
    ],
)
def test_net_terms_and_business_days(
    terms: Payment, now: str, name: str, cutoff: str, ended: str, following: str
) -> None:
    now_ms = parse_rfc3339(now)
    period = closed_period(terms, now_ms)
    days = (rfc3339(period.cutoff_ms)[5:10], rfc3339(period.ended_ms)[5:10])
    assert (period.name, *days) == (name, cutoff, ended)
    assert rfc3339(next_payout(terms, now_ms))[5:10] == following
