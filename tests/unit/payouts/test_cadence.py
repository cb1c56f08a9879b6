"""Which money a period takes, by the calendar of the terms."""

from goodword.payouts.model import Exclusion
from goodword.times import DAY_MS

from tests.support.payday import CUTOFF_MS, PERIOD, Payday
from tests.support.scene import PROGRAM


def test_net_terms_pay_what_was_earned_in_the_period_and_is_due_by_the_cut_off() -> None:
    world = Payday(net_days=30)
    world.due(500)
    world.cycle.open(PROGRAM, PERIOD, CUTOFF_MS, CUTOFF_MS - 25 * DAY_MS)
    world.listed()
    assert [(one.reason, one.amount_minor) for one in world.all(Exclusion)] == [
        ("later_period", 500)
    ]
