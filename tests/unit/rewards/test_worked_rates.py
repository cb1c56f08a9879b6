"""Worked cases of orders in other currencies, to be checked by hand.

How they are read: `tests/support/bookkeeping_abroad.py`. The order is changed first, rounded half
to even to the programme's smallest unit, and the rule is applied to that. Refunds take their share
of what was earned, in the order's own currency: no rate is needed for them. EUR and USD have cents,
JPY has none, KWD has thousandths.
"""

import pytest

from tests.support.bookkeeping import Case
from tests.support.bookkeeping_abroad import Abroad
from tests.support.worked import holds

CASES = [
    # 100.00 / 1.0834 = 92.3020 -> 92.30; 10 % = 9.23
    Case(
        "dollars, by the rate of the day",
        "EUR",
        "10 %",
        "rate USD 1.0834 +0; order 100.00 in USD +9.23",
        "US$100.00 ÷ 1.0834 = €92.30 (the rate of 22 Nov 2025, ECB), rounded",
    ),
    # 100.00 x 0.923 = 92.30 exactly
    Case(
        "the rate the other way round",
        "EUR",
        "10 %",
        "rate from USD 0.923 +0; order 100.00 in USD +9.23",
        "US$100.00 * 0.923 = €92.30 (the rate of 22 Nov 2025, ECB).",
    ),
    # 0.05 x 0.5 = 0.025 -> 0.02 (even); 100 % of it
    Case("half a cent down", "EUR", "100 %", "rate from USD 0.5 +0; order 0.05 in USD +0.02"),
    # 0.03 x 0.5 = 0.015 -> 0.02 (even)
    Case("half a cent up", "EUR", "100 %", "rate from USD 0.5 +0; order 0.03 in USD +0.02"),
    # 5000 / 165.25 = 30.257 -> 30.26; 10 % = 3.026 -> 3.03
    Case(
        "yen",
        "EUR",
        "10 %",
        "rate JPY 165.25 +0; order 5000 in JPY +3.03",
        "JP¥5,000 ÷ 165.25 = €30.26",
    ),
    # 20.000 x 2.8 = 56.00; 10 % = 5.60
    Case(
        "dinars",
        "EUR",
        "10 %",
        "rate from KWD 2.8 +0; order 20.000 in KWD +5.60",
        "KWD\xa020.000 * 2.8 = €56.00",
    ),
    # 30.26 x 165.25 = 5000.465 -> 5000; 10 % = 500
    Case("into yen", "JPY", "10 %", "rate from EUR 165.25 +0; order 30.26 in EUR +500"),
    # 34.57 / 2.8 = 12.34642 -> 12.346; 10 % = 1.2346 -> 1.235
    Case("into dinars", "KWD", "10 %", "rate EUR 2.8 +0; order 34.57 in EUR +1.235"),
    Case("the own currency has no rate", "EUR", "10 %", "order 100.00 +10.00"),
    Case("a fixed amount stays", "EUR", "5.00", "rate USD 2 +0; order 1.00 in USD +5.00"),
    # 108.33 / 1.0834 = 99.9908 -> 99.99: below 100.00; 108.34 is 100.00
    Case(
        "a minimum is of the programme's currency",
        "EUR",
        "10 % from 100.00",
        "rate USD 1.0834 +0; order A 108.33 in USD +0; order B 108.34 in USD +10.00",
        "Orders count from €100.00 on",
    ),
    Case(
        "the last rate before",
        "EUR",
        "10 %",
        "rate USD 2 4 ago +0; rate USD 4 5 ago +0; order 100.00 in USD +5.00",
        "(the rate of 18 Nov 2025, ECB)",
    ),
    Case(
        "too old a rate is none",
        "EUR",
        "10 %",
        "rate USD 2 5 ago +0; order 100.00 in USD +0; look +0",
        "the exchange rate of its day is not known yet",
    ),
    Case(
        "decided when the rate is there",
        "EUR",
        "10 %",
        "order 100.00 in USD +0; wait 3 +0; rate USD 2 3 ago +0; look +5.00; look +0",
        "US$100.00 ÷ 2 = €50.00 (the rate of 22 Nov 2025, ECB)",
    ),
    Case(
        "a later rate is never taken",
        "EUR",
        "10 %",
        "order 100.00 in USD +0; wait 1 +0; rate USD 2 +0; look +0",
        "is not known yet",
    ),
    # a quarter of the order takes a quarter of the 5.00
    Case(
        "a refund is a share and has no rate",
        "EUR",
        "10 %",
        "rate USD 2 +0; order 100.00 in USD +5.00; wait 1 +0; rate USD 4 +0; "
        "refund 25.00 in USD -1.25; refund all in USD -3.75",
        "Of €5.00, €0.00 is left.",
    ),
    # 9.23 x 1/3 = 3.0767 -> 3.08; x 2/3 = 6.1533 -> 6.15, less 3.08; the rest 3.08
    Case(
        "three thirds of what was changed",
        "EUR",
        "10 %",
        "rate USD 1.0834 +0; order 100.00 in USD +9.23; "
        "refund 33.33 in USD -3.08; refund 33.33 in USD -3.07; refund all in USD -3.08",
    ),
    Case(
        "refunded while it waits",
        "EUR",
        "10 %",
        "order 100.00 in USD +0; refund 40.00 in USD +0; rate USD 2 +0; look +3.00",
        "Of €5.00, €3.00 is left.",
    ),
    # 5.00 of a dollar order and 5.00 of an order at home are 10.00 of 8.00
    Case(
        "a cap counts what was changed",
        "EUR",
        "10 %",
        "rate USD 2 +0; order A 100.00 in USD +5.00; order B 50.00 +3.00; "
        "refund A all in USD -5.00; order C 100.00 in USD +5.00",
        "up to €8.00 in a calendar month",
        "8.00 a month",
    ),
    Case(
        "a budget counts what was changed",
        "EUR",
        "10 %",
        "rate JPY 160 +0; order A 8000 in JPY +5.00; order B 8000 in JPY +1.00; order C 1.00 +0",
        "There is a budget for what everybody earns in all.",
        budget="6.00 in all",
    ),
    # Saturday's order, reported before Friday's rate is stated, takes Friday's
    Case(
        "two currencies in one programme",
        "EUR",
        "10 %",
        "rate USD 2 1 ago +0; rate JPY 100 +0; order A 10.00 in USD +0.50; order B 1000 in JPY +1",
        "(the rate of 21 Nov 2025, ECB)",
    ),
]


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_a_worked_case(case: Case) -> None:
    holds(case, Abroad)
