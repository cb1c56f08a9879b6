"""No money is waited for without end before somebody is erased, and none is lost by it."""

import pytest
from goodword.advocates.model import Payee, PayoutMethod
from goodword.ledger.model import Balance
from goodword.limits import ERASURE_DAYS_MAX, ERASURE_LOOK_HOURS
from goodword.ports import Change
from goodword.times import DAY_MS, HOUR_MS

from tests.support.leaving import Leaving


@pytest.fixture
def anna() -> Leaving:
    return Leaving()


def balance(anna: Leaving, **amounts: int) -> None:
    """Her money is this by now."""
    (before,) = anna.town.all(Balance)
    change = Change()
    change.replace(before.but(payable_minor=0, in_payout_minor=0).but(**amounts))
    anna.town.store.commit(change)


@pytest.mark.parametrize("at_once", [False, True])
def test_a_payout_that_comes_back_each_day_is_not_waited_for_without_end(
    anna: Leaving, *, at_once: bool
) -> None:
    anna.has(payable_minor=500)
    asked = anna.ask(at_once=at_once)
    anna.wait()
    looks = 0
    while anna.erasing.of(anna.own) != asked and looks < 1_000:
        asked = anna.erasing.of(anna.own) or asked
        method = anna.town.all(PayoutMethod)
        if method:  # frozen, and at the look on its way; it comes back, and the next run takes it
            balance(anna, in_payout_minor=500)
        else:  # nothing is frozen for whoever has no method: what was on its way came back
            balance(anna, payable_minor=500)
        if anna.carry_out():
            break
        looks += 1
        anna.town.clock.advance(ERASURE_LOOK_HOURS * HOUR_MS)
    done = anna.erasing.of(anna.own)
    assert done is not None
    assert done.done_ms is not None
    assert done.done_ms - done.asked_ms <= (ERASURE_DAYS_MAX + 1) * DAY_MS
    (money,) = anna.town.all(Balance)
    assert (money.payable_minor, money.in_payout_minor) == (500, 0)  # nothing is lost
    (told,) = anna.town.events("advocate.erased")
    assert told.data["left"] == f"{anna.program_id}:EUR:500"
    (why,) = anna.town.events("advocate.payout_method_removed")
    assert why.reason == "erasure_overdue"


def test_what_is_on_its_way_at_the_end_still_arrives(anna: Leaving) -> None:
    anna.has(in_payout_minor=500)
    wish = anna.ask()
    anna.town.clock.advance(ERASURE_DAYS_MAX * DAY_MS)
    for _ in range(2):
        assert anna.carry_out() is False
        anna.town.clock.advance(ERASURE_LOOK_HOURS * HOUR_MS)
    assert len(anna.town.events("advocate.payout_method_removed")) == 1
    assert anna.town.vault.forgotten == set()  # the rail can still be asked about it
    assert wish.waits_for(anna.erasing.balances(anna.own), wish.until_ms) == ("in_payout",)
    balance(anna)
    assert anna.carry_out() is True
    assert anna.town.events("advocate.erased")[0].data["left"] == ""


def test_a_method_that_nobody_has_listed_goes_too(anna: Leaving) -> None:
    anna.has(in_payout_minor=500)
    change = Change()
    change.delete(*anna.town.all(Payee))
    anna.town.store.commit(change)
    anna.ask()
    anna.town.clock.advance(ERASURE_DAYS_MAX * DAY_MS)
    assert anna.carry_out() is False
    assert anna.town.all(PayoutMethod) == []


def test_what_is_unpaid_is_waited_for_until_the_last_day_and_no_longer(anna: Leaving) -> None:
    anna.has(pending_minor=500)
    anna.ask()
    anna.town.clock.advance(ERASURE_DAYS_MAX * DAY_MS - 1)
    assert anna.carry_out() is False
    assert anna.town.all(PayoutMethod)
    anna.town.clock.advance(ERASURE_LOOK_HOURS * HOUR_MS)
    assert anna.carry_out() is True
    (money,) = anna.town.all(Balance)
    assert money.pending_minor == 500
