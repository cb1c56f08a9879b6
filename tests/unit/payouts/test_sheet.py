"""Text never becomes a formula, numbers stay numbers."""

import csv
import io

import pytest
from goodword.payouts.sheet import number, sheet, text
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    "attack",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\nplain",
        "\uff1d1+1",
        "\uff0b1",
        "\uff0d1",
        "\uff20x",
        "  =1",
        "\u00a0=1",
        "\u200b=1",
        "\ufeff-1",
        '"=1+1',
    ],
)
def test_what_could_start_a_formula_gets_an_apostrophe(attack: str) -> None:
    assert text(attack).startswith("'")


@pytest.mark.parametrize("separator", [";", "|", "\t", "; ", ";\t"])
def test_so_does_what_other_programs_take_for_the_next_cell(separator: str) -> None:
    written = text(f"Max{separator}=1+1{separator}x")
    assert "'" in written
    for apart in (";", "|", "\t", ","):
        cells = next(csv.reader([sheet([["pay_1", written, "DE89"]]).strip()], delimiter=apart))
        assert not [cell for cell in cells if cell.strip().startswith(("=", "+", "-", "@"))]


@pytest.mark.parametrize("plain", ["Maya Ahmed", "DE89 3704", "O'Neil", "a=b", "", "  ", "1-2"])
def test_plain_text_stays_as_it_is(plain: str) -> None:
    assert text(plain) == plain


def test_control_characters_become_spaces() -> None:
    assert text("Maya\r\nAhmed\x00") == "Maya  Ahmed "


@pytest.mark.parametrize("amount", ["0", "-5.00", "1234.5"])
def test_a_number_keeps_its_minus_and_gets_no_apostrophe(amount: str) -> None:
    assert number(amount) == amount


@pytest.mark.parametrize("wrong", ["", "+1", "1e5", "'1", "=1", "1,5", "--1", "1\n"])
def test_what_is_no_plain_decimal_is_no_number(wrong: str) -> None:
    with pytest.raises(ValueError, match="decimal"):
        number(wrong)


@given(st.lists(st.lists(st.text(max_size=20), min_size=2, max_size=4), max_size=5))
def test_a_sheet_reads_back_cell_by_cell(rows: list[list[str]]) -> None:
    finished = [[text(cell) for cell in row] for row in rows]
    assert list(csv.reader(io.StringIO(sheet(finished), newline=""))) == finished
