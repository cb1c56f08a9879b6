"""Worked cases of orders with lines, brands, coupons and customers, to be checked by hand.

A rule that names a brand looks at that brand's lines. A refund that names a line takes that line's
part of the reward, whatever it is worth; one that names none takes the same share of what is left
of every line. How the text is read: `tests/support/bookkeeping.py` and `bookkeeping_rules.py`.
"""

import pytest

from tests.support.bookkeeping import Case
from tests.support.worked import holds

BRANDS = [
    # only Acme's 30.00 count: 10 % of 30.00
    Case(
        "one brand of two", "EUR", "10 % of acme", "order acme=30.00 bolt=20.00 +3.00", "the brand"
    ),
    # 10 % of 30.00 + 5 % of 20.00 = 3.00 + 1.00
    Case(
        "two brands, two rates",
        "EUR",
        "10 % of acme and 5 % of bolt",
        "order acme=30.00 bolt=20.00 +4.00",
        "5 % of the items that count. It counts if the brand is bolt.",
    ),
    # both brands in one rule: 10 % of (30.00 + 12.35) = 4.235 -> 4.24 (half to even: 4.235 -> 4.24)
    Case(
        "two brands in one sum",
        "EUR",
        "10 % of acme|bolt",
        "order acme=30.00 bolt=12.35 cobb=9.00 +4.24",
        "2 items of the order count, after discounts and without tax and shipping: €42.35.",
    ),
    # line by line: 0.45 -> 0.04 (even) and 0.45 -> 0.04; in one sum 0.90 x 10 % = 0.09
    Case(
        "each line is rounded",
        "EUR",
        "10 % of each line",
        "order acme=0.45 bolt=0.45 +0.08",
        "rounded; exactly half goes to the even digit",
    ),
    Case("the same in one sum", "EUR", "10 %", "order acme=0.45 bolt=0.45 +0.09", "= €0.09."),
    Case(
        "each line is rounded up",
        "EUR",
        "10 % half up of each line",
        "order acme=0.45 bolt=0.45 +0.10",
        "exactly half goes up",
    ),
    # 3 pieces of Acme x 1.50; Bolt's piece does not count
    Case(
        "an amount for each piece",
        "EUR",
        "1.50 a piece of acme",
        "order acme=3x10.00 bolt=5.00 +4.50",
        "€1.50 * 3 = €4.50.",
    ),
    Case("a piece of every line", "EUR", "0.25 a piece", "order acme=3x1.00 bolt=2x1.00 +1.25", ""),
    # a fixed amount for an order with the brand in it
    Case(
        "a fixed amount for a brand",
        "EUR",
        "5.00 of acme",
        "order acme=1.00 bolt=99.00 +5.00",
        "One item of the order counts",
    ),
    Case(
        "none of the brand",
        "EUR",
        "10 % of acme",
        "order bolt=20.00 +0",
        "This was not so: the brand is acme.",
    ),
    Case(
        "no lines are told",
        "EUR",
        "10 % of acme",
        "order 50.00 +0",
        "the shop did not say what the order consisted of",
    ),
    # 1,000,000 x 10,000,000.00 is more than any amount that is booked
    Case(
        "more than can be paid",
        "EUR",
        "10000000.00 a piece",
        "order acme=1000000x0.01 +0",
        "a person has to look at it",
    ),
    Case("yen by brand", "JPY", "10 % of acme", "order acme=305 bolt=200 +30", "= JP¥30"),
    Case(
        "dinars by piece",
        "KWD",
        "0.125 a piece of acme",
        "order acme=3x1.000 +0.375",
        "KWD\xa00.375",
    ),
]

SUMS = [
    # lines of 50.00, but 45.00 were paid: each lowered by a tenth, Acme 27.00, 10 % = 2.70
    Case(
        "a discount of the whole order",
        "EUR",
        "10 % of acme",
        "order 45.00 acme=30.00 bolt=20.00 +2.70",
        "€27.00",
    ),
    # 1.00 over three lines of 1.00, 1.00, 1.00 -> 0.34, 0.33, 0.33: Acme, the first, has 0.34
    Case(
        "the odd cent goes to the first of equal lines",
        "EUR",
        "100 % of acme",
        "order 1.00 acme=1.00 bolt=1.00 cobb=1.00 +0.34",
        "€0.34",
    ),
    # lines of 40.00 of an order of 50.00: 10.00 are of nobody's brand
    Case(
        "lines that miss something",
        "EUR",
        "10 % of acme",
        "order 50.00 acme=40.00 +4.00",
        "€40.00",
    ),
    # but they count where no brand is asked: 40.00 x 10 % + 10.00 x 10 %
    Case("the rest counts, too", "EUR", "10 % of each line", "order 50.00 acme=40.00 +5.00", ""),
    Case("the rest has no pieces", "EUR", "1.00 a piece", "order 50.00 acme=2x20.00 +2.00", ""),
]

CONDITIONS = [
    Case("a coupon", "EUR", "10 % if coupon SPRING|MAY", "order 50.00 with:may +5.00", "or MAY"),
    Case(
        "another coupon",
        "EUR",
        "10 % if coupon SPRING",
        "order 50.00 with:JUNE +0",
        "This was not so: the coupon is SPRING.",
    ),
    Case("two coupons, one of them", "EUR", "10 % if coupon A1", "order 50.00 with:B2|A1 +5.00"),
    Case("any coupon", "EUR", "10 % if any coupon", "order 50.00 with:B2 +5.00", "at least 1"),
    Case("no coupon", "EUR", "10 % if no coupon", "order 50.00 with:none +5.00", "at most 0"),
    Case(
        "a coupon where none may be", "EUR", "10 % if no coupon", "order 50.00 with:B2 +0", "not so"
    ),
    # the shop says nothing of coupons: neither with nor without one is known
    Case(
        "coupons are not told",
        "EUR",
        "10 % if no coupon",
        "order 50.00 +0",
        "The shop did not say this: the number of coupons is at most 0.",
    ),
    Case("a country", "EUR", "10 % if country DE|AT", "order 50.00 in:AT +5.00", "DE or AT"),
    Case("another country", "EUR", "10 % if country DE|AT", "order 50.00 in:FR +0", "not so"),
    Case("not a country", "EUR", "10 % if not country US", "order 50.00 in:FR +5.00", "is not US."),
    Case(
        "the country that it must not be",
        "EUR",
        "10 % if not country US & any coupon",
        "order 50.00 in:US with:MAY +0",
        "This was not so: the country is not US.",
    ),
    Case("not a country that is not told", "EUR", "10 % if not country US", "order 50.00 +0", ""),
    Case("a channel", "EUR", "10 % if via web", "order 50.00 via:web +5.00", "channel is web"),
    Case("a group", "EUR", "10 % if group vip", "order 50.00 group:vip +5.00", "group is vip"),
    Case("in a range", "EUR", "10 % if net 50.00-80.00", "order 80.00 +8.00", "from €50.00 to"),
    Case("above a range", "EUR", "10 % if net 50.00-80.00", "order 80.01 +0", "not so"),
    # 10 % for new customers, 2 % for the others
    Case(
        "first and second order of a customer",
        "EUR",
        "10 % if new and 2 % if returning",
        "order A 50.00 by:c1 +5.00; order B 50.00 by:c1 +1.00; order C 50.00 by:c2 +5.00",
        "the customer is new",
    ),
    # the shop counts a third order that nobody referred
    Case("the shop knows better", "EUR", "10 % if new", "order 50.00 by:c1 nth:3 +0", "not so"),
    Case(
        "the first two orders of each customer",
        "EUR",
        "10 % if first 2",
        "order A 10.00 +1.00; order B 10.00 +1.00; order C 10.00 +0",
        "order number (1 is the first) is at most 2",
    ),
    Case(
        "the first two of the advocate",
        "EUR",
        "10 % if my first 2",
        "order A 10.00 by:x +1.00; order B 10.00 by:y +1.00; order C 10.00 by:z +0",
        "your count (1 is your first) is at most 2",
    ),
    # Acme from Germany, at least 20.00 in the whole order
    Case(
        "a brand, a country and a minimum",
        "EUR",
        "10 % of acme from 20.00 if country DE",
        "order acme=15.00 bolt=5.00 in:DE +1.50",
        "the brand is acme, and the country is DE",
    ),
]

RETURNS = [
    # Bolt comes back: no rule looked at it
    Case(
        "a line that earned nothing",
        "EUR",
        "10 % of acme",
        "order acme=30.00 bolt=20.00 +3.00; refund bolt=20.00 +0; refund acme=10.00 -1.00",
        "Of €3.00, €2.00 is left.",
    ),
    # Acme is all that earned
    Case(
        "the line that earned everything",
        "EUR",
        "10 % of acme",
        "order acme=30.00 bolt=20.00 +3.00; refund acme=30.00 -3.00; refund bolt=20.00 +0",
        "€0.00 is left",
    ),
    # 15.00 of 50.00 without a line: three tenths of Acme's 3.00
    Case(
        "an amount without a line",
        "EUR",
        "10 % of acme",
        "order acme=30.00 bolt=20.00 +3.00; refund 15.00 -0.90",
        "€2.10 is left",
    ),
    # Bolt's 20.00 back, then 15.00 of the 30.00 left, which are all Acme's: half of 3.00
    Case(
        "a line, then an amount without one",
        "EUR",
        "10 % of acme",
        "order acme=30.00 bolt=20.00 +3.00; refund bolt=20.00 +0; refund 15.00 -1.50",
        "€1.50 is left",
    ),
    # the other way round: 15.00 of 50.00 take 0.90; with Bolt back the 15.00 were Acme's: 1.50
    Case(
        "an amount without a line, then a line",
        "EUR",
        "10 % of acme",
        "order acme=30.00 bolt=20.00 +3.00; refund 15.00 -0.90; refund bolt=20.00 -0.60",
        "€1.50 is left",
    ),
    # more than the line: 5.00 beyond Bolt's 20.00 are taken off what is left, Acme's 30.00: a sixth
    Case(
        "more than the line",
        "EUR",
        "10 % of acme",
        "order acme=30.00 bolt=20.00 +3.00; refund bolt=25.00 -0.50",
        "€2.50 is left",
    ),
    # one of three pieces: a third of 4.50
    Case(
        "one piece of three",
        "EUR",
        "1.50 a piece of acme",
        "order acme=3x10.00 bolt=5.00 +4.50; refund acme=10.00 -1.50",
        "€3.00 is left",
    ),
    # 2 x 1.00 for Acme's and 1 x 1.00 for Bolt's piece: Bolt's is a third, though it cost a ninth
    Case(
        "pieces weigh by what they earned",
        "EUR",
        "1.00 a piece",
        "order acme=2x40.00 bolt=10.00 +3.00; refund bolt=10.00 -1.00",
        "€2.00 is left",
    ),
    # a fixed amount over Acme 30.00 and Bolt 10.00: Bolt is a quarter of it
    Case(
        "a fixed amount goes with its lines",
        "EUR",
        "2.00 of acme|bolt",
        "order acme=30.00 bolt=10.00 cobb=6.00 +2.00; refund bolt=10.00 -0.50; refund cobb=6.00 +0",
        "€1.50 is left",
    ),
    # the order as a whole: 10.00 of 50.00 is a fifth, whichever line it is
    Case(
        "a rule of the whole order does not ask for the line",
        "EUR",
        "10 %",
        "order acme=30.00 bolt=20.00 +5.00; refund bolt=10.00 -1.00",
        "€4.00 is left",
    ),
    # two rules: Acme's 3.00 stay, Bolt's 1.00 goes
    Case(
        "two brands give back each its own",
        "EUR",
        "10 % of acme and 5 % of bolt",
        "order acme=30.00 bolt=20.00 +4.00; refund bolt=20.00 -1.00",
        "€1.00 was taken back",
    ),
    # what was paid: 59.50; 11.90 is a fifth of it: a fifth of 3.00
    Case(
        "a part of what was paid, by line",
        "EUR",
        "10 % of acme",
        "order 50.00/59.50 acme=30.00 bolt=20.00 +3.00; refund 11.90 gross -0.60",
        "€2.40 is left",
    ),
    Case(
        "a line before its order",
        "EUR",
        "10 % of acme",
        "refund acme=10.00 +0; order acme=30.00 bolt=20.00 +2.00",
        "€2.00 is left",
    ),
    Case(
        "a chargeback after a line, won",
        "EUR",
        "10 % of acme",
        "order acme=30 bolt=20 +3.00; refund acme=10 -1.00; chargeback all -2.00; won +2.00",
        "€2.00 is left",
    ),
    Case(
        "thirds of a line in yen",
        "JPY",
        "10 % of acme",
        "order acme=100 bolt=100 +10; refund acme=33 -3; refund acme=33 -4; refund acme=34 -3",
        "JP¥0 is left",
    ),
    # 0.100 of 3.000: 1/3 -> 0.033, 2/3 -> 0.067
    Case(
        "thirds of a line in dinars",
        "KWD",
        "0.100 of acme",
        "order acme=3.000 bolt=1.000 +0.100; refund acme=1.000 -0.033; refund acme=1.000 -0.034",
        "KWD\xa00.033 is left",
    ),
]

CASES = [*BRANDS, *SUMS, *CONDITIONS, *RETURNS]


def test_each_has_a_name_of_its_own() -> None:
    assert len({case.name for case in CASES}) == len(CASES) >= 50
    assert {case.currency for case in CASES} == {"EUR", "JPY", "KWD"}


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_a_worked_order(case: Case) -> None:
    holds(case)
