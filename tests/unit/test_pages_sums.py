"""A sum that a decision stored is shown as readers write figures, without the code's own words."""

import pytest
from goodword_aws.pages.reader import Reader
from goodword_aws.pages.sums import sum_words

ENGLISH, GERMAN = Reader("en-GB"), Reader("de-DE")


@pytest.mark.parametrize(
    ("stored", "english", "german"),
    [
        (
            "49.95 EUR x 10 % = 5.00 EUR (rounding half_even)",
            "€49.95 x 10% = €5.00, rounded; exactly half goes to the even digit",
            "49,95 € x 10 % = 5,00 €, gerundet; genau die Hälfte geht zur geraden Ziffer",
        ),
        (
            "(1000.00 EUR + 2.50 EUR = 1002.50 EUR) x 12.5 % = 125.31 EUR (rounding down)",
            "(€1,000.00 + €2.50 = €1,002.50) x 12.5% = €125.31, rounded down",
            "(1.000,00 € + 2,50 € = 1.002,50 €) x 12,5 % = 125,31 €, abgerundet",
        ),
        (
            "3.00 EUR x 10 % = 0.30 EUR (rounding half_up, each line); 0.30 EUR",
            "€3.00 x 10% = €0.30, each line rounded; exactly half goes up; €0.30",
            "3,00 € x 10 % = 0,30 €, jede Zeile gerundet; genau die Hälfte geht nach oben; 0,30 €",
        ),
        (
            "50.00 EUR x 10 % = 5.00 EUR (rounding half_even); 400.00 EUR x 8 % = 32.00 EUR",
            "€50.00 x 10% = €5.00; €400.00 x 8% = €32.00",
            "50,00 € x 10 % = 5,00 €; 400,00 € x 8 % = 32,00 €",
        ),
        ("flat 2.00 EUR", "fixed amount: €2.00", "fester Betrag: 2,00 €"),
        ("flat 500 JPY", "fixed amount: JP¥500", "fester Betrag: 500 ¥"),
        (
            "9.00 EUR < minimum 10.00 EUR",
            "€9.00 < minimum of €10.00",
            "9,00 € < Mindestwert 10,00 €",
        ),
        (
            "1 POINTS x (2 + 3 + 4 more) units = 9 POINTS",
            "1 point x (2 + 3 + 4 more) pieces = 9 points",
            "1 Punkt x (2 + 3 + 4 weitere) Stück = 9 Punkte",
        ),
        (
            "flat 5.00 EUR.CREDIT; advocate-month-money leaves 3.00 EUR",
            "fixed amount: €5.00 credit; the limit per advocate of the month leaves €3.00",
            "fester Betrag: 5,00 € Guthaben; die Grenze je Person des Monats lässt 3,00 €",
        ),
        ("1.234 EUR to come", "1.234 EUR to come", "1.234 EUR to come"),
        ("", "", ""),
    ],
)
def test_a_stored_sum_is_said_as_the_reader_writes_it(
    stored: str, english: str, german: str
) -> None:
    shown = [sum_words(stored, one) for one in (ENGLISH, GERMAN)]
    assert not any(" x " in one for one in shown)  # the sign, not the letter
    plain = [one.replace("\xa0", " ").replace("\u00d7", "x") for one in shown]
    assert plain == [english, german]
