"""What staff types is one amount or none: never a hundred times what was meant."""

import pytest
from goodword.errors import InvalidInput
from goodword_aws.pages.console.typed import basis_points_of, minor_of
from goodword_aws.pages.reader import Reader

EN, DE = Reader("en-GB").thousands, Reader("de-AT").thousands


@pytest.mark.parametrize(
    ("text", "currency", "thousands", "minor"),
    [
        ("24", "EUR", EN, 2_400),
        ("24.5", "EUR", DE, 2_450),
        ("20,00", "EUR", EN, 2_000),
        (" EUR 1234.50", "EUR", EN, 123_450),
        ("1.234,50 €", "EUR", EN, 123_450),
        ("1,234.5", "EUR", DE, 123_450),
        ("1,234", "EUR", EN, 123_400),
        ("1.234", "EUR", DE, 123_400),
        ("1.234.567", "EUR", EN, 123_456_700),
        ("1 234", "EUR", EN, 123_400),
        ("1\u202f234,5", "EUR", EN, 123_450),
        ("1'234.50", "CHF", EN, 123_450),
        ("1,500", "JPY", EN, 1_500),
        ("1,500", "KWD", DE, 1_500),
        ("1.500", "KWD", EN, 1_500),
        ("1,234.567", "KWD", EN, 1_234_567),
        ("0", "EUR", EN, 0),
    ],
)
def test_an_amount_is_read_as_people_write_it(
    text: str, currency: str, thousands: str, minor: int
) -> None:
    assert minor_of(text, currency, "amount", thousands) == minor


@pytest.mark.parametrize(
    ("text", "currency", "thousands", "kind"),
    [
        ("0.125", "EUR", EN, "too_many_decimals"),
        ("0.125", "EUR", DE, "too_many_decimals"),
        ("1.234", "EUR", EN, "too_many_decimals"),
        ("1,234", "EUR", DE, "too_many_decimals"),
        ("12.50", "JPY", EN, "too_many_decimals"),
        ("500.00", "JPY", EN, "too_many_decimals"),
        ("1.2345", "KWD", EN, "too_many_decimals"),
        ("1,500", "KWD", EN, "unclear_amount"),
        ("1.500", "KWD", DE, "unclear_amount"),
        ("1.2.3.4", "EUR", EN, "no_amount"),
        ("1,23,456", "EUR", EN, "no_amount"),
        ("1.234,567.89", "EUR", EN, "no_amount"),
        ("1,234,50", "EUR", EN, "no_amount"),
        ("-5", "EUR", EN, "no_amount"),
        ("\u0661\u0662", "EUR", EN, "no_amount"),
        ("ten", "EUR", EN, "no_amount"),
        ("", "EUR", EN, "no_amount"),
    ],
)
def test_what_can_be_two_amounts_or_has_too_many_decimals_is_refused(
    text: str, currency: str, thousands: str, kind: str
) -> None:
    with pytest.raises(InvalidInput, match="bad_amount") as refused:
        minor_of(text, currency, "amount", thousands)
    assert [(one.field, one.kind) for one in refused.value.fields] == [("amount", kind)]


def test_a_percentage_has_two_decimals_at_most() -> None:
    read = [basis_points_of(one, "r") for one in ("7.5", "7,25 %", "10", "100")]
    assert read == [750, 725, 1_000, 10_000]
    for wrong in ("7.125", "1,000.5", "ten", "-1", "1000000"):
        with pytest.raises(InvalidInput, match="bad_amount"):
            basis_points_of(wrong, "r")
