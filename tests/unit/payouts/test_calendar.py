"""Periods end at local midnights, also where the clocks change."""

from datetime import UTC, datetime, timedelta

import pytest
from goodword.payouts.calendar import Period, closed_period, next_payout
from goodword.programs.model import Payment
from goodword.times import HOUR_MS, parse_rfc3339, rfc3339
from hypothesis import given, settings
from hypothesis import strategies as st

BERLIN = "Europe/Berlin"


def payment(cadence: str, anchor: int = 1, zone: str = "UTC") -> Payment:
    return Payment.model_validate({"cadence": cadence, "anchor": anchor, "time_zone": zone})


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
    assert period == Period("2026-04-23", parse_rfc3339("2026-04-23T22:00:00Z"))


def test_of_a_midnight_that_comes_twice_the_first_counts() -> None:
    # Havana: on 1 November 2026 at 01:00 the clocks go back to 00:00.
    terms = payment("daily", zone="America/Havana")
    period = closed_period(terms, parse_rfc3339("2026-11-01T05:30:00Z"))
    assert period == Period("2026-10-31", parse_rfc3339("2026-11-01T04:00:00Z"))


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
