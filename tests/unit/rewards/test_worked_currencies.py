"""Worked cases of one programme that accepts several currencies, to be checked by hand.

How they are read: `tests/support/bookkeeping_currencies.py`. Nothing is changed into anything: a
dollar order earns dollars. EUR and USD have cents, JPY has none, KWD has thousandths. Swiss francs
(CHF) are accepted by none of them.
"""

import pytest

from tests.support.bookkeeping import Case
from tests.support.bookkeeping_currencies import holds_in_each

FLAT = "[5.00 | 6.00 USD | 800 JPY | 1.500 KWD]"

CASES = [
    # 10 % of 100.00 USD, of 12345 JPY = 1234.5 -> 1234 (even), of 9.995 KWD = 0.9995 -> 1.000
    Case(
        "a share is of the order's own currency",
        "EUR",
        "10 %",
        "order A 100.00 +10.00; order B 100.00 in USD +10.00; order C 12345 in JPY +1234;"
        " order D 9.995 in KWD +1.000",
        "US$100.00 * 10 % = US$10.00.",
    ),
    Case("a fixed amount in euros", "EUR", FLAT, "order 50.00 +5.00", "€5.00 for an order."),
    Case(
        "a fixed amount in dollars",
        "EUR",
        FLAT,
        "order 50.00 in USD +6.00",
        "US$6.00 for an order.",
    ),
    Case("a fixed amount in yen", "EUR", FLAT, "order 5000 in JPY +800", "JP¥800 for an order."),
    Case(
        "a fixed amount in dinars",
        "EUR",
        FLAT,
        "order 5.000 in KWD +1.500",
        "KWD\xa01.500 for an order.",
    ),
    Case(
        "yen at home",
        "JPY",
        "[800 | 5.00 EUR | 1.500 KWD]",
        "order A 1 +800; order B 0.01 in EUR +5.00; order C 0.001 in KWD +1.500",
        "JP¥800 for an order.",
    ),
    # 2.50 USD are 250 cents and 250 yen are 250: each is compared with its own minimum
    Case(
        "a minimum order in each",
        "EUR",
        "10 % from [50.00 | 60.00 USD | 8000 JPY]",
        "order A 49.99 +0; order B 50.00 +5.00; order C 59.99 in USD +0;"
        " order D 60.00 in USD +6.00; order E 7999 in JPY +0; order F 8000 in JPY +800",
        "Orders count from US$60.00 on",
    ),
    Case(
        "a condition on the order's value",
        "EUR",
        "10 % if net [50.00 | 60.00 USD | 8000 JPY]-[100.00 | 120.00 USD | 16000 JPY]",
        "order A 120.00 +0; order B 120.00 in USD +12.00; order C 120.01 in USD +0;"
        " order D 8000 in JPY +800; order E 16001 in JPY +0",
        "from US$60.00 to US$120.00",
    ),
    # two pieces at 1.00, three at 150 yen
    Case(
        "an amount for each piece",
        "EUR",
        "[1.00 | 150 JPY] a piece of acme",
        "order A acme=2x10.00 bolt=5.00 +2.00; order B acme=3x1000 in JPY +450",
        "JP¥150",
    ),
    # 33 x 10 % = 3.3 -> 3, twice; together 66 x 10 % would be 6.6 -> 7
    Case(
        "each line rounded by itself",
        "EUR",
        "10 % of each line of acme|bolt",
        "order A acme=33 bolt=33 in JPY +6; order B acme=0.333 bolt=0.333 in KWD +0.066",
        "JP¥6",
    ),
    Case(
        "a refund takes its share",
        "EUR",
        "10 %",
        "order A 100.00 in USD +10.00; refund A 25.00 in USD -2.50; refund A all in USD -7.50",
        "Of US$10.00, US$0.00 is left.",
    ),
    # a third of 1.000 is 0.333, two thirds 0.667: less 0.333 is 0.334
    Case(
        "thirds in thousandths",
        "EUR",
        "10 %",
        "order A 9.999 in KWD +1.000; refund A 3.333 in KWD -0.333; refund A 3.333 in KWD -0.334;"
        " refund A all in KWD -0.333",
    ),
    # a yen cannot be halved: 1 of 3 is 0.33 -> 0, 2 of 3 is 0.67 -> 1, all is 1
    Case(
        "a reward of one yen",
        "EUR",
        "10 %",
        "order A 9 in JPY +1; refund A 3 in JPY +0; refund A 3 in JPY -1; refund A all in JPY +0",
    ),
    Case(
        "a chargeback takes the whole of its own order",
        "EUR",
        "10 %",
        "order A 100.00 +10.00; order B 100.00 in USD +10.00; chargeback B all in USD -10.00",
        "Of US$10.00, US$0.00 is left.",
    ),
    # 10.00 + 10.00 of 15.00 in euros; dollars are counted by themselves, against 18.00
    Case(
        "a cap in each",
        "EUR",
        "10 %",
        "order A 100.00 +10.00; order B 100.00 in USD +10.00; order C 100.00 +5.00;"
        " order D 100.00 in USD +8.00; order E 10000 in JPY +1000; order F 20000 in JPY +1400",
        "up to US$18.00 in a calendar month",
        "[15.00 | 18.00 USD | 2400 JPY] a month",
    ),
    Case(
        "what is refunded is free again in its own currency alone",
        "EUR",
        "10 %",
        "order A 100.00 +8.00; order B 100.00 in USD +9.00; refund B all in USD -9.00;"
        " order C 50.00 +0; order D 50.00 in USD +5.00",
        "up to US$9.00",
        "[8.00 | 9.00 USD] a month",
    ),
    # a number of rewards has no currency: the third one is the third in whatever it is
    Case(
        "a number of rewards counts them all",
        "EUR",
        "10 %",
        "order A 10.00 +1.00; order B 10.00 in USD +1.00; order C 1000 in JPY +0; order D 9.00 +0",
        "up to 2 rewards",
        "2 rewards a month",
    ),
    Case(
        "a number and an amount",
        "EUR",
        "10 %",
        "order A 100.00 in USD +4.00; order B 100.00 +3.00; order C 10.00 in USD +0;"
        " refund A all in USD -4.00; order D 100.00 in USD +4.00",
        "up to US$4.00",
        "[3.00 | 4.00 USD] a month and 2 rewards a month",
    ),
    Case(
        "a cap of the whole programme in each",
        "EUR",
        "10 %",
        "order A 100.00 +10.00; order B 100.00 +2.00; order C 100.00 in USD +10.00;"
        " order D 100.00 in USD +3.00",
        "up to US$13.00",
        "[12.00 | 13.00 USD] of all a month",
    ),
    Case(
        "a number for the whole programme",
        "EUR",
        "10 %",
        "order A 10.00 +1.00; order B 10.00 in USD +1.00; order C 10.00 in USD +0",
        "up to 2 rewards",
        "2 rewards of all a month",
    ),
    Case(
        "a cap of an order",
        "EUR",
        "10 %",
        "order A 100.00 +2.00; order B 100.00 in USD +3.00; order C 100.00 in USD +3.00",
        "up to US$3.00",
        "[2.00 | 3.00 USD] an order",
    ),
    Case(
        "a budget in each",
        "EUR",
        "10 %",
        "order A 100.00 +6.00; order B 100.00 in USD +7.00; order C 1.00 in USD +0;"
        " refund B 50.00 in USD -3.50; order D 100.00 in USD +3.50",
        "There is a budget for what everybody earns in all.",
        cap="[90.00 | 90.00 USD] a month",
        budget="[6.00 | 7.00 USD] in all",
    ),
    # the francs of Zurich are no currency of this programme
    Case(
        "a currency that is not accepted",
        "EUR",
        "[5.00 | 6.00 USD]",
        "order A 50.00 in CHF +0; order B 50.00 in USD +6.00",
        "currency",
    ),
    Case(
        "points are the same everywhere",
        "EUR",
        "100 points from [10.00 | 12.00 USD]",
        "order A 10.00 +100points; order B 11.99 in USD +0; order C 12.00 in USD +100points",
        "100 points",
    ),
    Case(
        "credit stays in its currency",
        "EUR",
        "[5.00 | 6.00 USD] credit",
        "order A 10.00 +5.00credit; order B 10.00 in USD +6.00credit",
        "US$6.00",
    ),
    # A and C stand when D comes: two orders are gold, whatever they are in; B was returned
    Case(
        "levels count orders of all currencies",
        "EUR",
        "silver 5 % | gold 10 %",
        "order A 100.00 +5.00; order B 100.00 in USD +5.00; refund B all in USD -5.00;"
        " order C 10000 in JPY +500; order D 100.00 +10.00",
        "gold",
        tiers="orders in all: silver 0, gold 2",
    ),
    # the advocate's first two orders, in whatever currency they are
    Case(
        "the advocate's first two",
        "EUR",
        "10 % if my first 2",
        "order A 10.00 +1.00; order B 10.00 in USD +1.00; order C 10.00 in USD +0; order D 9.00 +0",
        "10 %",
    ),
    Case(
        "a customer's first order",
        "EUR",
        "first 10 % and further 2 %",
        "order A 50.00 in USD +5.00; order B 50.00 +1.00; order C 5000 in JPY +100",
        "2 % of a further order",
    ),
    Case(
        "a sign-up in the currency of its shop",
        "EUR",
        "sign-up [2.00 | 2.50 USD]",
        "sign-up A in USD +2.50",
        "US$2.50 for a sign-up.",
    ),
]


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_a_worked_case(case: Case) -> None:
    holds_in_each(case)
