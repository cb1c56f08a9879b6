"""Periods are those of the programme's time zone; each has one name, and a first day after it."""

from datetime import UTC, datetime

import pytest
from goodword.programs.caps import CapPeriod, next_period, period_end_ms, period_name


def ms(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1_000


@pytest.mark.parametrize(
    ("period", "utc", "berlin"),
    [
        ("day", "2025-12-31", "2026-01-01"),
        ("week", "2026-W01", "2026-W01"),
        ("month", "2025-12", "2026-01"),
        ("quarter", "2025-Q4", "2026-Q1"),
        ("year", "2025", "2026"),
        ("order", "order", "order"),
        ("lifetime", "lifetime", "lifetime"),
    ],
)
def test_a_quarter_of_an_hour_before_midnight_is_the_next_day_in_berlin(
    period: CapPeriod, utc: str, berlin: str
) -> None:
    at_ms = ms("2025-12-31T23:45:00")
    assert period_name(period, at_ms, "UTC") == utc
    assert period_name(period, at_ms, "Europe/Berlin") == berlin


@pytest.mark.parametrize(
    ("period", "day"),
    [
        ("day", "2025-12-01"),
        ("week", "2025-12-01"),
        ("month", "2025-12-01"),
        ("quarter", "2026-01-01"),
        ("year", "2026-01-01"),
    ],
)
def test_the_next_period_begins_on_its_first_day(period: CapPeriod, day: str) -> None:
    at_ms = ms("2025-11-30T10:00:00")  # a Sunday
    found = next_period(period, at_ms, "UTC")
    assert found is not None
    assert found.isoformat() == day
    assert period_end_ms(period, at_ms, "UTC") == ms(f"{day}T00:00:00")


def test_midnight_is_that_of_the_zone_also_when_clocks_change() -> None:
    before, after = ms("2026-03-28T12:00:00"), ms("2026-03-29T12:00:00")
    assert period_end_ms("day", before, "Europe/Berlin") == ms("2026-03-28T23:00:00")
    assert period_end_ms("day", after, "Europe/Berlin") == ms("2026-03-29T22:00:00")
    assert period_end_ms("lifetime", before, "UTC") is None
