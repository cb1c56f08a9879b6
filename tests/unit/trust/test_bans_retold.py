"""An order of a banned advocate is not rewarded because it is told again."""

from typing import Any

import pytest
from goodword.advocates.model import Enrolment
from goodword.conversions.model import Conversion
from goodword.ports import Change
from goodword.rewards.model import Reward
from goodword.times import DAY_MS
from goodword.trust.banning import Bans

from tests.support.scene import JOINED_MS, MAYA, PROGRAM
from tests.unit.trust.test_bans import Court

CUSTOMER: dict[str, Any] = {"customer": {"customer_id": "c1", "email": "c1@x.example"}}


def told(here: Court, net_minor: int, *, provisional: bool) -> None:
    amounts: dict[str, Any] = {
        "net_minor": net_minor,
        "gross_minor": net_minor,
        "provisional": provisional,
    }
    here.sale("A", click_ids=(here.click(),), occurred_ms=here.clock.at_ms, **amounts, **CUSTOMER)


@pytest.mark.parametrize("lifted", [False, True])
def test_an_order_that_is_told_again_earns_nothing_new(*, lifted: bool) -> None:
    here = Court()
    told(here, 5_000, provisional=True)
    assert here.ban(JOINED_MS).voided == 1
    here.clock.advance(1)
    if lifted:
        change = Change()
        Bans(here.desk("fay")).lift(change, MAYA, PROGRAM, "mistake_of_ours")
        here.store.commit(change)
    told(here, 4_000, provisional=False)
    assert [(one.state, one.reason) for one in here.all(Reward)] == [("void", "ban")]
    order = here.one(Conversion)
    assert (order.net_minor, order.reason) == (4_000, "enrolment_banned")
    assert (here.balance().sales, here.balance().pending_minor) == (0, 0)
    assert here.ledger_differences() == []


def test_a_ban_since_a_day_leaves_earlier_orders_to_be_decided_anew() -> None:
    here = Court()
    told(here, 5_000, provisional=True)
    here.clock.advance(DAY_MS)
    here.ban(here.clock.at_ms)
    here.clock.advance(-DAY_MS)
    told(here, 4_000, provisional=False)
    assert [one.remaining_minor for one in here.all(Reward) if one.state == "pending"] == [400]
    assert here.one(Conversion).advocate_id == MAYA


def test_a_ban_without_a_day_covers_everything() -> None:
    here = Court()
    here.ban(JOINED_MS)
    assert here.enrolment.is_banned_at(JOINED_MS)
    assert here.enrolment.but(since_ms=None).is_banned_at(JOINED_MS)
    assert not here.enrolment.but(since_ms=JOINED_MS + 1).is_banned_at(JOINED_MS)
    assert not next(one for one in here.all(Enrolment) if one.advocate_id != MAYA).is_banned_at(
        JOINED_MS
    )
