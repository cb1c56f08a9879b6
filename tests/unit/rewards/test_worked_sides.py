"""Worked cases of levels, of rewards that are no money, and of what the friend gets.

After each step stands what everybody has by then: `maya` in the order's currency, `credit`,
`points`, `gifts`; `friend` the same. A level is the one before the order, so the order that reaches
`gold` is still rewarded as `silver`. How the text is read: `tests/support/bookkeeping.py`.
"""

import pytest

from tests.support.bookkeeping import Bookkeeping, Case
from tests.support.worked import balanced, holdings, said

UNITS = [
    Case("points", "EUR", "100 points", "order 50.00 = maya 100 points", "100 points"),
    # 10 % of 5,000 cents are 500 points
    Case("points by amount", "EUR", "10 % points", "order 50.00 = maya 500 points", "as points"),
    Case("credit", "EUR", "10 % credit", "order 50.00 = maya 5.00 credit", "as store credit"),
    Case("credit in yen", "JPY", "10 % credit", "order 5005 = maya 500 credit", "JP¥500 credit"),
    Case("a gift", "EUR", "1 gift", "order 50.00 = maya 1 gifts", "It is a gift: Mug."),
    Case("a code", "EUR", "1 code", "order 50.00 = maya 1 codes", "It is a code: Mug."),
    Case(
        "points for each piece",
        "EUR",
        "5 points a piece",
        "order acme=3x1.00 = maya 15 points",
        "5 points for each piece.",
    ),
    Case(
        "money and points",
        "EUR",
        "10 % and 20 points",
        "order 50.00 = maya 5.00, maya 20 points",
        "20 points for an order.",
    ),
    # a cap of money takes nothing from points
    Case(
        "a cap of money",
        "EUR",
        "10 % and 20 points",
        "order 50.00 = maya 3.00, maya 20 points",
        "Only €3.00 of it was left",
        "3.00 a month",
    ),
    # a cap of a number counts whatever is given: the second order finds the one reward used
    Case(
        "a number of rewards counts points",
        "EUR",
        "100 points",
        "order A 50.00 = maya 100 points; order B 50.00 = maya 100 points",
        "You can earn up to 1 reward in a calendar month (UTC).",
        "1 reward a month",
    ),
    Case(
        "one reward an order is the first one, money or not",
        "EUR",
        "20 points and 10 %",
        "order 50.00 = maya 20 points",
        "up to 1 reward for one order",
        "1 reward an order",
    ),
    # 5.00 and 20 points are two rewards; of the second order's two only the first one fits
    Case(
        "three rewards of all, in any unit",
        "EUR",
        "10 % and 20 points",
        "order A 50.00 = maya 5.00, maya 20 points; order B 50.00 = maya 10.00, maya 20 points;"
        " order C 50.00 = maya 10.00, maya 20 points",
        "All advocates together can earn up to 3 rewards in all.",
        "3 rewards of all in all",
    ),
    Case(
        "a gift that came back frees its place",
        "EUR",
        "1 gift",
        "order A 50.00 = maya 1 gifts; order B 50.00 = maya 1 gifts; refund A all = nothing;"
        " order C 50.00 = maya 1 gifts",
        "1 reward of it was left before, 0 rewards afterwards",
        "1 reward in all",
    ),
    # 100 points are one reward, and nothing of the 5.00
    Case(
        "points take nothing from a cap of money beside a number",
        "EUR",
        "100 points and 10 %",
        "order A 50.00 = maya 5.00, maya 100 points; order B 50.00 = maya 5.00, maya 200 points",
        "up to 3 rewards",
        "5.00 a month and 3 rewards a month",
    ),
    # a third of the order, a third of the points: 100 x 1/3 = 33.3 -> 33; 66.7 -> 67
    Case(
        "points go back with the order",
        "EUR",
        "100 points",
        "order 30.00 = maya 100 points; refund 10.00 = maya 67 points;"
        " refund 10.00 = maya 33 points",
        "33 points was taken back",
    ),
    Case(
        "a gift goes back with the whole order",
        "EUR",
        "1 gift",
        "order 30.00 = maya 1 gifts; refund 10.00 = maya 1 gifts; refund 20.00 = nothing",
        "1 * gift was taken back",
    ),
    Case(
        "points are granted after the hold",
        "EUR",
        "100 points",
        "order 50.00 = maya 100 points; assess = maya 100 points; hold = maya 100 points",
        "Yours since",
    ),
]

FRIENDS = [
    Case(
        "both sides",
        "EUR",
        "10 % + friend 5.00 credit",
        "order 50.00 = maya 5.00, friend 5.00 credit",
        "Your friend gets €5.00 credit. It is given as store credit.",
    ),
    # half of the order back, half of either side
    Case(
        "both sides go back",
        "EUR",
        "10 % + friend 5.00 credit",
        "order 50.00 = maya 5.00, friend 5.00 credit;"
        " refund 25.00 = maya 2.50, friend 2.50 credit; refund 25.00 = nothing",
        "€2.50 was taken back",
    ),
    Case(
        "the friend keeps it",
        "EUR",
        "10 % + friend 5.00 credit kept",
        "order 50.00 = maya 5.00, friend 5.00 credit; refund all = friend 5.00 credit",
        "€5.00 was taken back",
    ),
    # 10 % for Maya, 2 % of 5,000 cents in points for the friend
    Case(
        "the friend gets a share in points",
        "EUR",
        "10 % + friend 2 % points",
        "order 50.00 = maya 5.00, friend 100 points",
        "2 % of the amount",
    ),
    # Maya's cap is reached, the friend gets the same
    Case(
        "the advocate's cap is not the friend's",
        "EUR",
        "10 % + friend 5.00 credit",
        "order A 50.00 = maya 5.00, friend 5.00 credit;"
        " order B 50.00 = maya 5.00, friend 10.00 credit",
        "You had reached the most",
        "5.00 a month",
    ),
    # the friend's credit is no reward of Maya's: her one reward is the 5.00 of the first order
    Case(
        "a number of rewards does not count the friend's",
        "EUR",
        "10 % + friend 5.00 credit",
        "order A 50.00 = maya 5.00, friend 5.00 credit;"
        " order B 50.00 = maya 5.00, friend 10.00 credit",
        "You had reached the most",
        "1 reward in all",
    ),
    Case(
        "neither side",
        "EUR",
        "10 % from 100.00 + friend 5.00 credit",
        "order 50.00 = nothing",
        "from €100.00 on",
    ),
    Case(
        "a welcome with the first order",
        "EUR",
        "first 10 % + friend 1 gift",
        "order A 50.00 = maya 5.00, friend 1 gifts; order B 50.00 = maya 5.00, friend 1 gifts",
        "Your friend gets 1 * gift. It is a gift: Mug.",
    ),
    Case(
        "a sign-up for both",
        "EUR",
        "sign-up 2.00 + friend 50 points",
        "sign-up = maya 2.00, friend 50 points",
        "50 points",
    ),
    # the line of Acme comes back: 3.00 of Maya, and the points that were for it
    Case(
        "by line",
        "EUR",
        "10 % of acme + friend 10 points a piece",
        "order acme=3x10.00 bolt=20.00 = maya 3.00, friend 30 points;"
        " refund acme=10.00 = maya 2.00, friend 20 points",
        "€2.00 is left",
    ),
]

LEVELS = [
    # two orders at 5 %, then gold: 10 %
    Case(
        "up by orders",
        "EUR",
        "silver 5 % | gold 10 %",
        "order A 50.00 = maya 2.50; order B 50.00 = maya 5.00; order C 50.00 = maya 10.00",
        "by your level: silver 5 % of the amount; gold 10 % of the amount.",
        tiers="orders in all: silver 0, gold 2",
    ),
    # 60.00 + 60.00 reach 100.00; the third order is gold: 3.00 + 3.00 + 5.00 = 11.00
    Case(
        "up by amount",
        "EUR",
        "silver 5 % | gold 10 %",
        "order A 60.00 = maya 3.00; order B 60.00 = maya 6.00; order C 50.00 = maya 11.00",
        "Before it your level was gold.",
        tiers="net in all: silver 0, gold 100.00",
    ),
    # 110.00 reach gold; 20.00 come back (1.00 of 5.50): 90.00 are silver again
    Case(
        "down by a return",
        "EUR",
        "silver 5 % | gold 10 %",
        "order A 110.00 = maya 5.50; refund A 20.00 = maya 4.50; order B 50.00 = maya 7.00",
        "€1.00 was taken back",
        tiers="net in all: silver 0, gold 100.00",
    ),
    # the order that came back as a whole is no order any more
    Case(
        "down by a whole order",
        "EUR",
        "silver 5 % | gold 10 %",
        "order A 50.00 = maya 2.50; refund A all = nothing; order B 50.00 = maya 2.50",
        "€2.50",
        tiers="orders in all: silver 0, gold 1",
    ),
    # the chargeback was won: 110.00 count again, and the next order is gold
    Case(
        "up again when a chargeback is won",
        "EUR",
        "silver 5 % | gold 10 %",
        "order 110.00 = maya 5.50; chargeback all = nothing; won = maya 5.50;"
        " order B 50.00 = maya 10.50",
        "€5.50 was given back",
        tiers="net in all: silver 0, gold 100.00",
    ),
    # gold in November, silver again in December
    Case(
        "a new month begins below",
        "EUR",
        "silver 5 % | gold 10 %",
        "order A 50.00 = maya 2.50; order B 50.00 = maya 7.50; month = maya 7.50;"
        " order C 50.00 = maya 10.00",
        "5 %",
        tiers="orders a month: silver 0, gold 1",
    ),
    # November and December are one quarter, January is another
    Case(
        "a quarter",
        "EUR",
        "silver 5 % | gold 10 %",
        "order A 50.00 = maya 2.50; month = maya 2.50; order B 50.00 = maya 7.50;"
        " month = maya 7.50; order C 50.00 = maya 10.00",
        "10 %",
        tiers="orders a quarter: silver 0, gold 1",
    ),
    Case(
        "a year ends in December",
        "EUR",
        "silver 5 % | gold 10 %",
        "order A 50.00 = maya 2.50; month = maya 2.50; order B 50.00 = maya 7.50;"
        " month = maya 7.50; order C 50.00 = maya 10.00",
        "5 %",
        tiers="orders a year: silver 0, gold 1",
    ),
    # nothing for beginners, a fixed amount above
    Case(
        "a level without a reward",
        "EUR",
        "gold 5.00 | platinum 8.00",
        "order A 50.00 = nothing; order B 50.00 = maya 5.00; order C 50.00 = maya 13.00",
        "Before it your level was silver. The rule gives nothing at your level at the time",
        tiers="orders in all: silver 0, gold 1, platinum 2",
    ),
    Case(
        "levels in yen",
        "JPY",
        "silver 5 % | gold 10 %",
        "order A 6000 = maya 300; order B 6000 = maya 900",
        "JP¥600",
        tiers="net in all: silver 0, gold 5000",
    ),
    Case(
        "levels in dinars",
        "KWD",
        "silver 5 % | gold 10 %",
        "order A 6.000 = maya 0.300; order B 6.000 = maya 0.900",
        "KWD\xa00.600",
        tiers="net in all: silver 0, gold 5.000",
    ),
]

CASES = [*UNITS, *FRIENDS, *LEVELS]


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_a_worked_side(case: Case) -> None:
    books = Bookkeeping(case)
    for step in case.story.split("; "):
        happens, _, expected = step.partition(" = ")
        books.change_of(happens)
        assert holdings(books.scene) == expected, happens
        balanced(books.scene)
    assert case.says.replace("*", "\N{MULTIPLICATION SIGN}") in said(books, "en")
    assert said(books, "de")
