"""Worked cases of caps, to be checked by hand; how they are read: `tests/support/bookkeeping.py`.

Every case begins on Saturday, 22 November 2025, in UTC. The first order always fits; what a later
one gets is what is left of the tightest cap. What is taken back is free again in the period that
the order was in.
"""

import pytest

from tests.support.bookkeeping import Case
from tests.support.worked import holds

CAPS = [
    # each order is limited apart; 10 % of 80.00 = 8.00
    Case(
        "a cap of one order",
        "EUR",
        "10 % and 1.00",
        "order A 80.00 +6.00; order B 80.00 +6.00",
        "for one order. Only 6.00 EUR of it was left",
        "6.00 an order",
    ),
    Case(
        "a cap of a day, and the next day",
        "EUR",
        "10 %",
        "order A 50.00 +5.00; order B 50.00 +3.00; wait 1 +0; order C 50.00 +5.00",
        "on one day (UTC)",
        "8.00 a day",
    ),
    # 22 November 2025 is a Saturday: two days later is a Monday
    Case(
        "a week ends on Sunday",
        "EUR",
        "10 %",
        "order A 50.00 +5.00; wait 1 +0; order B 50.00 +1.00; wait 1 +0; order C 50.00 +5.00",
        "from Monday to Sunday",
        "6.00 a week",
    ),
    # 40 days later it is January
    Case(
        "a quarter",
        "EUR",
        "10 %",
        "order A 50.00 +5.00; wait 10 +0; order B 50.00 +2.00; wait 30 +0; order C 50.00 +5.00",
        "in a quarter of the year",
        "7.00 a quarter",
    ),
    Case(
        "a year",
        "EUR",
        "10 %",
        "order A 50.00 +5.00; wait 39 +0; order B 50.00 +1.00; wait 1 +0; order C 50.00 +5.00",
        "in a calendar year",
        "6.00 a year",
    ),
    Case(
        "two rewards and no third",
        "EUR",
        "10 %",
        "order A 50.00 +5.00; order B 80.00 +8.00; order C 50.00 +0",
        "up to 2 rewards in a calendar month",
        "2 rewards a month",
    ),
    # the second rule finds the one reward used
    Case(
        "one reward an order",
        "EUR",
        "10 % and 1.00",
        "order 50.00 +5.00",
        "up to 1 reward for one order",
        "1 reward an order",
    ),
    Case(
        "a reward that is gone is counted no more",
        "EUR",
        "10 %",
        "order A 50.00 +5.00; order B 50.00 +0; refund A all -5.00; order C 50.00 +5.00",
        "1 reward of it was left before, 0 rewards afterwards",
        "1 reward in all",
    ),
    Case(
        "a reward that is there in part still counts",
        "EUR",
        "10 %",
        "order A 50.00 +5.00; refund A 49.00 -4.90; order B 50.00 +0",
        "You had reached the most",
        "1 reward in all",
    ),
    Case(
        "what one friend buys",
        "EUR",
        "10 %",
        "order A 50.00 by kim +5.00; order B 50.00 by kim +1.00; order C 50.00 by lou +5.00",
        "What one friend buys can earn up to 6.00 EUR in all. Only 1.00 EUR of it was left",
        "6.00 a friend in all",
    ),
    Case(
        "the first order of each friend",
        "EUR",
        "10 %",
        "order A 50.00 by kim +5.00; order B 50.00 by kim +0; order C 50.00 by lou +5.00",
        "What one friend buys can earn up to 1 reward in all.",
        "1 reward a friend in all",
    ),
    # 3.00 are left of the day, 4.00 of the month
    Case(
        "the smaller of two rests",
        "EUR",
        "10 %",
        "order A 50.00 +5.00; order B 50.00 +3.00; wait 1 +0; order C 50.00 +1.00",
        "8.00 EUR on one day (UTC). Only 3.00 EUR of it was left",
        "8.00 a day and 9.00 a month",
    ),
    Case(
        "a refund frees every cap it counts in",
        "EUR",
        "10 %",
        "order A 50.00 +5.00; refund A 25.00 -2.50; order B 50.00 +2.50; order C 50.00 +0",
        "5.00 EUR in a calendar month",
        "5.00 a day and 5.00 a month",
    ),
    # 5.00 of November are given back in December: December stays used up
    Case(
        "a refund frees the month of the order",
        "EUR",
        "10 %",
        "order A 50.00 +5.00; month +0; order B 50.00 +5.00; refund A all -5.00; order C 50.00 +0",
        "You had reached the most",
        "5.00 a month",
    ),
    Case(
        "a refusal frees what it took",
        "EUR",
        "50 %",
        "order A 60.00 +30.00; assess +0; refuse -30.00; order B 60.00 +30.00",
        "30.00 EUR of it was left before",
        "30.00 a month",
    ),
    # 2.00 taken by the chargeback went to B; won, A has it back above the cap; C finds nothing
    Case(
        "what was won back is above the cap",
        "EUR",
        "10 %",
        "order 50.00 +5.00; chargeback 20.00 -2.00; order B 50.00 +2.00; won +2.00; order C 9 +0",
        "You had reached the most",
        "5.00 a month",
    ),
]


def test_each_has_a_name_of_its_own() -> None:
    assert len({case.name for case in CAPS}) == len(CAPS)


@pytest.mark.parametrize("case", CAPS, ids=[case.name for case in CAPS])
def test_a_worked_case(case: Case) -> None:
    holds(case)
