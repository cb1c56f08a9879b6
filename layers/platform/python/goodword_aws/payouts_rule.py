"""When a programme pays, as an advocate may know it: the calendar of the terms, nothing else."""

from typing import Literal

from goodword.programs.payment import Cadence, Payment
from goodword.records import Value


class PayoutRule(Value):
    """The calendar: `anchor` is a day of the month or an ISO weekday, where the cadence has one."""

    cadence: Cadence
    anchor: int | None
    every_days: int | None
    net_days: int
    business_day: Literal["none", "next", "previous"]
    time_zone: str


def payout_rule(payment: Payment) -> PayoutRule:
    """The public part of how a programme pays."""
    return PayoutRule(
        cadence=payment.cadence,
        anchor=payment.anchor if payment.cadence in ("weekly", "monthly") else None,
        every_days=payment.every_days,
        net_days=payment.net_days,
        business_day=payment.business_day,
        time_zone=payment.time_zone,
    )
