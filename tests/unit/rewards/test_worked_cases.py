"""Worked cases, to be checked by hand: what happens, what each step changes, what is said about it.

The sums are written out from the rule, not taken from the program: a refund takes back its share of
the running total, `earned x refunded so far / order`, rounded half to even, less what was taken
before; all of it when nothing of the order is left. How the text is read: `tests/support/
bookkeeping.py`. Currencies: EUR has cents, JPY has none, KWD has thousandths.
"""

import pytest

from tests.support.bookkeeping import Case
from tests.support.worked import holds

RATES = [
    # 50.00 x 10 / 100 = 5.00
    Case("a tenth", "EUR", "10 %", "order 50.00 +5.00", "€50.00 * 10 % = €5.00."),
    # 49.90 x 10 / 100 = 4.99
    Case("a tenth to the cent", "EUR", "10 %", "order 49.90 +4.99", "= €4.99."),
    # 240.00 x 12.5 / 100 = 30.00
    Case("half a percent counts", "EUR", "12.5 %", "order 240.00 +30.00", "12.5 %"),
    # 100.00 x 7.25 / 100 = 7.25
    Case("a quarter of a percent counts", "EUR", "7.25 %", "order 100.00 +7.25", "7.25 %"),
    # 100.00 x 0.01 / 100 = 0.01
    Case("the smallest rate", "EUR", "0.01 %", "order 100.00 +0.01", "0.01 %"),
    Case("the largest rate", "EUR", "100 %", "order 100.00 +100.00", "100 %"),
    Case("a fixed amount", "EUR", "5.00", "order 49.90 +5.00", "€5.00 for an order"),
    Case("a fixed amount above the order", "EUR", "5.00", "order 1.00 +5.00", "€5.00"),
    Case("a fixed amount for nothing", "EUR", "5.00", "order 0 +5.00", "€5.00"),
    Case("a sign-up", "EUR", "sign-up 2.00", "sign-up +2.00", "€2.00 for a sign-up"),
    Case("tax and shipping do not count", "EUR", "10 %", "order 50.00/64.50 +5.00", "without tax"),
    # 50.00 x 10 % = 5.00, and 1.00 on top
    Case("two rules add up", "EUR", "10 % and 1.00", "order 50.00 +6.00", "€1.00 for an order"),
    Case("yen", "JPY", "10 %", "order 5000 +500", "JP¥5,000 * 10 % = JP¥500."),
    Case("dinars", "KWD", "10 %", "order 12.345 +1.234", "= KWD\xa01.234, rounded; exactly half"),
    Case("a fixed amount in dinars", "KWD", "1.500", "order 9.000 +1.500", "KWD\xa01.500"),
    Case("thousands are grouped", "EUR", "10 %", "order 12345.60 +1234.56", "€1,234.56"),
]

ROUNDINGS = [
    # 0.45 x 10 % = 0.045: exactly half, down to the even 0.04
    Case("half goes to the even cent below", "EUR", "10 %", "order 0.45 +0.04", "even digit"),
    # 0.55 x 10 % = 0.055: exactly half, up to the even 0.06
    Case("half goes to the even cent above", "EUR", "10 %", "order 0.55 +0.06", "even digit"),
    Case("half goes up", "EUR", "10 % half up", "order 0.45 +0.05", "exactly half goes up"),
    Case("half is dropped", "EUR", "10 % down", "order 0.55 +0.05", "rounded down"),
    Case("0.059 dropped", "EUR", "10 % down", "order 0.59 +0.05", "rounded down"),
    Case("just below half", "EUR", "10 %", "order 0.54 +0.05", "€0.54 * 10 % = €0.05"),
    Case("just above half", "EUR", "10 %", "order 0.46 +0.05", "€0.46 * 10 % = €0.05"),
    # 33.33 x 15 % = 4.9995
    Case("fifteen percent", "EUR", "15 %", "order 33.33 +5.00", "= €5.00, rounded"),
    # 15 x 10 % = 1.5 -> 2; 25 x 10 % = 2.5 -> 2
    Case("half a yen up", "JPY", "10 %", "order 15 +2", "= JP¥2"),
    Case("half a yen down", "JPY", "10 %", "order 25 +2", "= JP¥2"),
    Case("half a yen, always up", "JPY", "10 % half up", "order 25 +3", "= JP¥3"),
    # 0.005 x 10 % = 0.0005 -> 0.000 (even)
    Case("less than a thousandth", "KWD", "10 %", "order 0.005 +0", "smallest amount"),
    Case("half a thousandth up", "KWD", "10 %", "order 0.015 +0.002", "= KWD\xa00.002"),
    # 0.04 x 10 % = 0.004 -> 0.00
    Case("less than half a cent", "EUR", "10 %", "order 0.04 +0", "less than the smallest amount"),
]

MINIMUMS = [
    Case("below the minimum", "EUR", "10 % from 50.00", "order 49.99 +0", "from €50.00 on"),
    Case("exactly the minimum", "EUR", "10 % from 50.00", "order 50.00 +5.00", "from €50.00"),
    Case("the minimum is of the net", "EUR", "10 % from 50.00", "order 45.00/55.00 +0", "50.00"),
    # 60.00: 10 % = 6.00; the second rule wants 100.00
    Case("one rule of two", "EUR", "10 % and 5.00 from 100.00", "order 60.00 +6.00", "10 % of the"),
    Case("both rules", "EUR", "10 % and 5.00 from 100.00", "order 100.00 +15.00", "€5.00 for"),
    Case("no rule for sign-ups", "EUR", "10 %", "sign-up +0", "no reward for this"),
    Case("no rule for orders", "EUR", "sign-up 2.00", "order 50.00 +0", "no reward for this"),
    Case("a minimum in yen", "JPY", "10 % from 5000", "order 4999 +0", "from JP¥5,000 on"),
]

CAPS = [
    Case("room left", "EUR", "10 %", "order 50.00 +5.00", "€95.00 afterwards", "100.00 a month"),
    Case("exactly the rest", "EUR", "10 %", "order 50.00 +5.00", "€0.00 after", "5.00 a month"),
    Case(
        "more than the rest",
        "EUR",
        "10 %",
        "order 50.00 +3.00",
        "Only €3.00 of it was left, so this is €3.00 instead of €5.00.",
        "3.00 a month",
    ),
    Case(
        "two orders at the cap",
        "EUR",
        "10 %",
        "order A 50.00 +5.00; order B 50.00 +2.00",
        "Only €2.00 of it was left",
        "7.00 a month",
    ),
    Case(
        "an order after the cap",
        "EUR",
        "10 %",
        "order A 50.00 +5.00; order B 50.00 +0",
        "You had reached the most that you can earn",
        "5.00 a month",
    ),
    Case(
        "a new month",
        "EUR",
        "10 %",
        "order A 50.00 +5.00; month +0; order B 50.00 +5.00",
        "€5.00 of it was left before",
        "5.00 a month",
    ),
    Case(
        "a new month changes nothing for a lifetime",
        "EUR",
        "10 %",
        "order A 50.00 +5.00; month +0; order B 50.00 +0",
        "up to €5.00 in all",
        "5.00 in all",
    ),
    # what is taken back is free again: 5.00 - 2.00 used, so 2.00 more fit
    Case(
        "a refund frees the cap",
        "EUR",
        "10 %",
        "order A 50.00 +5.00; refund A 20.00 -2.00; order B 50.00 +2.00",
        "Only €2.00",
        "5.00 a month",
    ),
    # 3.00 of 5.00 earned: half the order returned takes half of the 3.00
    Case(
        "a refund takes its share of what was earned, not of what the rule gave",
        "EUR",
        "10 %",
        "order 50.00 +3.00; refund 25.00 -1.50",
        "€1.50 was taken back",
        "3.00 a month",
    ),
    # 10 % of 50.00 = 5.00, of the second rule's 1.00 only 0.50 is left
    Case(
        "two rules at the cap", "EUR", "10 % and 1.00", "order 50.00 +5.50", "0.50", "5.50 in all"
    ),
    Case("a cap in yen", "JPY", "10 %", "order 5000 +300", "instead of JP¥500", "300 a month"),
    Case("a cap in dinars", "KWD", "10 %", "order 50.000 +1.001", "KWD\xa01.001", "1.001 a month"),
]

REFUNDS = [
    Case("the whole order", "EUR", "10 %", "order 50.00 +5.00; refund 50.00 -5.00", "Of €5.00"),
    Case("all that is left", "EUR", "10 %", "order 50.00 +5.00; refund all -5.00", "a return"),
    Case("a quarter", "EUR", "10 %", "order 240.00 +24.00; refund 60.00 -6.00", "€18.00 is left"),
    # 1.00 x 10/30 = 0.333 -> 0.33; x 20/30 = 0.667 -> 0.67, less 0.33; the rest 0.33
    Case(
        "three thirds of a reward that has no third",
        "EUR",
        "1.00",
        "order 30.00 +1.00; refund 10.00 -0.33; refund 10.00 -0.34; refund 10.00 -0.33",
        "Of €1.00, €0.00 is left.",
    ),
    # 0.01 x 1/3 -> 0; x 2/3 -> 0.01; nothing more to take
    Case(
        "three thirds of a cent",
        "EUR",
        "0.01",
        "order 3.00 +0.01; refund 1.00 +0; refund 1.00 -0.01; refund 1.00 +0",
        "€0.01 was taken back",
    ),
    # 0.05 x 1/2 = 0.025 -> 0.02 (even)
    Case("half of five cents", "EUR", "0.05", "order 10.00 +0.05; refund 5.00 -0.02", "€0.03 is"),
    # 0.03 x 1/2 = 0.015 -> 0.02 (even)
    Case("half of three cents", "EUR", "0.03", "order 10.00 +0.03; refund 5.00 -0.02", "€0.01 is"),
    Case(
        "more than the order", "EUR", "10 %", "order 50.00 +5.00; refund 99.00 -5.00", "taken back"
    ),
    Case(
        "again after everything",
        "EUR",
        "10 %",
        "order 50.00 +5.00; refund 50.00 -5.00; refund 10.00 +0",
        "Of €5.00, €0.00 is left.",
    ),
    # of 59.50 paid, 11.90 came back: 5.00 x 11.90 / 59.50 = 1.00
    Case(
        "a part of what was paid",
        "EUR",
        "10 %",
        "order 50.00/59.50 +5.00; refund 11.90 gross -1.00",
        "€4.00 is left",
    ),
    # net 10/50 is a fifth, gross 11.90/59.50 another: two fifths of 5.00
    Case(
        "goods and money",
        "EUR",
        "10 %",
        "order 50.00/59.50 +5.00; refund 10.00 -1.00; refund 11.90 gross -1.00",
        "€3.00 is left",
    ),
    # running totals: 10.00, then 25.00: 15.00 more; an old 10.00 says nothing new
    Case(
        "running totals count by what they grow",
        "EUR",
        "10 %",
        "order 50.00 +5.00; refund 10.00 total -1.00; refund 25.00 total -1.50",
        "€2.50 is left",
    ),
    Case(
        "a running total that comes late",
        "EUR",
        "10 %",
        "order 50.00 +5.00; refund 25.00 total -2.50; refund 10.00 total +0",
        "€2.50 is left",
    ),
    Case(
        "a running total that comes twice",
        "EUR",
        "10 %",
        "order 50.00 +5.00; refund 25.00 total -2.50; refund 25.00 total +0",
        "€2.50 is left",
    ),
    Case("a third in yen", "JPY", "10 %", "order 1000 +100; refund 333 -33", "JP¥67 is left"),
    # 1.000 x 1/3 = 0.3333
    Case(
        "a third in dinars",
        "KWD",
        "10 %",
        "order 10.000 +1.000; refund 3.333 -0.333",
        "KWD\xa00.667",
    ),
    # 2 yen x 1/4 = 0.5 -> 0 (even); x 3/4 = 1.5 -> 2
    Case(
        "half a yen",
        "JPY",
        "2",
        "order 1000 +2; refund 250 +0; refund 500 -2; refund 250 +0",
        "Of JP¥2, JP¥0 is left.",
    ),
    # each rule gives back its own share: 5.00 and 1.00, half of each
    Case(
        "two rules give back each its share",
        "EUR",
        "10 % and 1.00",
        "order 50.00 +6.00; refund 25.00 -3.00",
        "€0.50 was taken back",
    ),
    Case(
        "a refund of another order", "EUR", "10 %", "order A 50.00 +5.00; refund B 9.00 +0", "10 %"
    ),
    Case(
        "a cancelled order", "EUR", "10 %", "order 50.00 +5.00; cancel all -5.00", "was cancelled"
    ),
    # sign-ups and orders have names of their own: this refund waits for an order X
    Case(
        "a refund of an order takes nothing from the sign-up of that name",
        "EUR",
        "sign-up 2.00",
        "sign-up X +2.00; refund X 2.00 +0",
        "€2.00 for a sign-up",
    ),
]

LIVES = [
    Case("a refund before its order", "EUR", "10 %", "refund 10.00 +0; order 50.00 +4.00", "1.00"),
    Case("everything before its order", "EUR", "10 %", "refund all +0; order 50.00 +0", "€5.00"),
    Case(
        "two refunds before their order",
        "EUR",
        "1.00",
        "refund 10.00 +0; refund 10.00 +0; order 30.00 +0.33",
        "€0.33 is left",
    ),
    Case(
        "approved, then returned in part",
        "EUR",
        "10 %",
        "order 50.00 +5.00; assess +0; refund 25.00 -2.50",
        "Approved",
    ),
    Case(
        "on hold, then returned",
        "EUR",
        "10 %",
        "order 500.00 +50.00; assess +0; refund all -50.00",
        "Cancelled",
    ),
    Case(
        "due, then returned in part",
        "EUR",
        "10 %",
        "order 50.00 +5.00; assess +0; hold +0; refund 10.00 -1.00",
        "Ready to be paid",
    ),
    Case(
        "due, then returned",
        "EUR",
        "10 %",
        "order 50.00 +5.00; assess +0; hold +0; refund all -5.00",
        "Taken back",
    ),
    Case(
        "paid, then returned in part",
        "EUR",
        "10 %",
        "order 50.00 +5.00; assess +0; hold +0; pay +0; refund 10.00 -1.00",
        "Paid on",
    ),
    Case(
        "paid, then returned",
        "EUR",
        "10 %",
        "order 50.00 +5.00; assess +0; hold +0; pay +0; refund all -5.00",
        "your next payout is lower by this amount",
    ),
    Case(
        "paid, returned by half, then by the other half",
        "EUR",
        "10 %",
        "order 50.00 +5.00; assess +0; hold +0; pay +0; refund 25.00 -2.50; refund 25.00 -2.50",
        "Of €5.00, €0.00 is left.",
    ),
]

DISPUTES = [
    Case("charged back", "EUR", "10 %", "order 50.00 +5.00; chargeback 50.00 -5.00", "bank took"),
    # 30.00 refunded, then all charged back: only what was left can go
    Case(
        "refunded and charged back",
        "EUR",
        "10 %",
        "order 50.00 +5.00; refund 30.00 -3.00; chargeback 50.00 -2.00",
        "Of €5.00, €0.00 is left.",
    ),
    Case(
        "charged back and won",
        "EUR",
        "10 %",
        "order 50.00 +5.00; chargeback 50.00 -5.00; won +5.00",
        "€5.00 was given back to you",
    ),
    # the refund of 30.00 stands: 3.00 stay taken
    Case(
        "refunded, charged back and won",
        "EUR",
        "10 %",
        "order 50.00 +5.00; refund 30.00 -3.00; chargeback 50.00 -2.00; won +2.00",
        "Of €5.00, €2.00 is left.",
    ),
    Case(
        "won after payment",
        "EUR",
        "10 %",
        "order 50.00 +5.00; assess +0; hold +0; pay +0; chargeback 50.00 -5.00; won +5.00",
        "Of €5.00, €5.00 is left.",
    ),
]

CASES = [*RATES, *ROUNDINGS, *MINIMUMS, *CAPS, *REFUNDS, *LIVES, *DISPUTES]


def test_there_are_enough_and_each_has_a_name_of_its_own() -> None:
    assert len(CASES) >= 60
    assert len({case.name for case in CASES}) == len(CASES)
    assert {case.currency for case in CASES} == {"EUR", "JPY", "KWD"}


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_a_worked_case(case: Case) -> None:
    holds(case)
