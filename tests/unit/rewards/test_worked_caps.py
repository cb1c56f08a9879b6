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
        "for one order. Only €6.00 of it was left",
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
        "What one friend buys can earn up to €6.00 in all. Only €1.00 of it was left",
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
        "€8.00 on one day (UTC). Only €3.00 of it was left",
        "8.00 a day and 9.00 a month",
    ),
    Case(
        "a refund frees every cap it counts in",
        "EUR",
        "10 %",
        "order A 50.00 +5.00; refund A 25.00 -2.50; order B 50.00 +2.50; order C 50.00 +0",
        "€5.00 in a calendar month",
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
        "€30.00 of it was left before",
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

SHARED = [
    Case(
        "a cap of all advocates",
        "EUR",
        "10 %",
        "order A 50.00 +5.00; order B 50.00 +3.00; order C 50.00 +0",
        "All advocates together can earn up to €8.00 in a calendar month (UTC).",
        "8.00 of all a month",
    ),
    Case(
        "three rewards of all advocates",
        "EUR",
        "10 % and 1.00",
        "order A 50.00 +6.00; order B 50.00 +5.00; order C 50.00 +0",
        "All advocates together can earn up to 3 rewards in all.",
        "3 rewards of all in all",
    ),
    Case(
        "a budget to the last cent",
        "EUR",
        "10 %",
        "order A 50.00 +5.00; order B 10.00 +1.00; order C 20.00 +0.01; order D 1.00 +0",
        "Only €0.01 of it was left, so this is €0.01 instead of €2.00.",
        budget="6.01 in all",
    ),
    Case(
        "a budget of a month, and the next month",
        "EUR",
        "10 %",
        "order A 50.00 +5.00; order B 50.00 +1.00; month +0; order C 50.00 +5.00",
        "There is a budget for what everybody earns in a calendar month (UTC).",
        budget="6.00 a month",
    ),
    # the month leaves 1.00, all time 2.50 and in December 1.50 of it
    Case(
        "two budgets",
        "EUR",
        "10 %",
        "order A 50.00 +5.00; order B 50.00 +1.00; month +0; order C 50.00 +1.50",
        "There is a budget for what everybody earns in all. Only €1.50 of it was left",
        budget="6.00 a month and 7.50 in all",
    ),
    Case(
        "a refund frees the budget",
        "EUR",
        "10 %",
        "order A 50.00 +5.00; order B 50.00 +0; refund A 20.00 -2.00; order C 50.00 +2.00",
        "Only €2.00 of it was left",
        budget="5.00 in all",
    ),
    Case(
        "a refusal frees the budget",
        "EUR",
        "50 %",
        "order A 60.00 +30.00; assess +0; refuse -30.00; order B 60.00 +30.00; order C 9.00 +1.00",
        "Only €1.00 of it was left",
        budget="31.00 in all",
    ),
    Case(
        "what was won back is above the budget",
        "EUR",
        "10 %",
        "order 50.00 +5.00; chargeback 20.00 -2.00; order B 50.00 +2.00; won +2.00; order C 9 +0",
        "The programme's budget was used up",
        budget="5.00 in all",
    ),
    # 7.00 are held of 5.00: of the 3.00 that come back 2.00 make up, 1.00 is free
    Case(
        "what comes back makes up first what is above the budget",
        "EUR",
        "10 %",
        "order 50.00 +5.00; chargeback 20.00 -2.00; order B 20.00 +2.00; won +2.00; "
        "refund 30.00 -3.00; order C 50.00 +1.00",
        "Only €1.00 of it was left",
        budget="5.00 in all",
    ),
    Case(
        "a budget that was raised",
        "EUR",
        "10 %",
        "order A 50.00 +4.00; budget 6.50 in all +0; order B 50.00 +2.50; order C 50.00 +0",
        "Only €2.50 of it was left",
        budget="4.00 in all",
    ),
    # 5.00 are given of 3.00: nothing is taken back, and 2.50 must come back before 0.50 is free
    Case(
        "a budget that was lowered",
        "EUR",
        "10 %",
        "order A 50.00 +5.00; budget 3.00 in all +0; order B 9.00 +0; refund A 25.00 -2.50; "
        "order C 50.00 +0.50",
        "Only €0.50 of it was left",
        budget="9.00 in all",
    ),
    Case(
        "the cap is tighter than the budget",
        "EUR",
        "10 %",
        "order A 50.00 +3.00; order B 50.00 +0",
        "You had reached the most that you can earn",
        "3.00 a month",
        budget="4.00 in all",
    ),
    Case(
        "the budget is tighter than the cap",
        "EUR",
        "10 %",
        "order A 50.00 +3.00; order B 50.00 +0",
        "The programme's budget was used up",
        "4.00 a month",
        budget="3.00 in all",
    ),
    Case("a budget in yen", "JPY", "10 %", "order 5000 +7", "Only JP¥7", budget="7 in all"),
    Case("a budget in dinars", "KWD", "10 %", "order 5.000 +0.003", "0.003", budget="0.003 a year"),
]

CASES = [*CAPS, *SHARED]


def test_each_has_a_name_of_its_own() -> None:
    assert len({case.name for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_a_worked_case(case: Case) -> None:
    holds(case)
