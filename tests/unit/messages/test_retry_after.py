"""When a busy server wants to be asked again, as it may say it."""

import pytest
from goodword_aws.retry_after import SECONDS_MAX, seconds_named

NOW_S = 1_764_158_400.0  # Wed, 26 Nov 2025 12:00:00 GMT


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        ("0", 0),
        (" 120 ", 120),
        ("999999", 999_999),
        ("1000000", None),
        ("Wed, 26 Nov 2025 12:02:00 GMT", 120),
        ("Wed, 26 Nov 2025 11:00:00 GMT", 0),
        ("Wed, 26 Nov 2099 12:00:00 GMT", SECONDS_MAX),
        ("Wed, 26 Nov 999999 12:00:00 GMT", None),
        ("-1", None),
        ("1.5", None),
        ("soon", None),
        ("", None),
        (None, None),
    ],
)
def test_a_number_or_a_date_names_seconds(told: str | None, seconds: int | None) -> None:
    assert seconds_named(told, NOW_S) == seconds
