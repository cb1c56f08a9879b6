"""What a ban has taken does not come back by a chargeback that is won."""

import pytest
from goodword.ports import Change
from goodword.times import DAY_MS

from tests.support.scene import JOINED_MS
from tests.unit.conversions.test_disputes import chargeback, deliver, won
from tests.unit.trust.test_bans import Court


def sold(*, due: bool = False) -> Court:
    """An order of 100.00 that earned 10.00, approved or due."""
    here = Court()
    here.sale(net_minor=10_000, click_ids=(here.click(),))
    here.approval.assess(here.reward.reward_id)
    if due:
        here.clock.advance(14 * DAY_MS)
        here.approval.post(here.reward.reward_id)
    return here


def left(here: Court) -> tuple[str, int, int]:
    assert here.ledger_differences() == []
    balance = here.balance()
    owed = balance.pending_minor + balance.on_hold_minor + balance.payable_minor
    return here.reward.state, here.reward.remaining_minor, owed


def test_a_chargeback_that_had_taken_all_before_the_ban() -> None:
    here = sold()
    deliver(here, chargeback())
    assert here.ban(JOINED_MS).voided == 0
    deliver(here, won())
    assert left(here) == ("void", 0, 0)


@pytest.mark.parametrize("amount", [1_000, 10_000])
def test_a_chargeback_before_the_ban_of_what_was_due(amount: int) -> None:
    here = sold(due=True)
    deliver(here, chargeback(amount))
    here.ban(JOINED_MS)
    deliver(here, won())
    assert left(here) == ("reversed", 0, 0)


def test_a_chargeback_after_the_ban() -> None:
    here = sold(due=True)
    assert here.ban(JOINED_MS).voided == 1
    deliver(here, chargeback(1_000), won())
    assert left(here) == ("reversed", 0, 0)
    assert here.reward.reason == "ban"


@pytest.mark.parametrize(("before", "after"), [(0, 1_000), (1_000, 0), (1_000, 2_000)])
def test_of_what_was_paid_no_more_comes_back_than_the_ban_left(before: int, after: int) -> None:
    here = sold(due=True)
    change = Change()
    change.replace(here.reward.but(state="paid"))
    here.store.commit(change)
    if before:
        deliver(here, chargeback(before))
    assert here.ban(JOINED_MS).paid_before == 1
    at_the_ban = here.reward.remaining_minor
    if after:
        deliver(here, chargeback(after, "dp_2"), won("dp_2"))
    deliver(here, won())
    assert here.reward.remaining_minor == at_the_ban == 1_000 - before // 10


def test_a_ban_leaves_alone_what_was_earned_before_it() -> None:
    here = sold()
    here.clock.advance(DAY_MS)
    here.ban(here.clock.at_ms)
    deliver(here, chargeback(), won())
    assert left(here) == ("pending", 1_000, 1_000)
