"""What a rail's answer says of one payment, where it says less, or more, than its status."""

from dataclasses import replace

from goodword.limits import QUIET_HOURS
from goodword.payouts.model import Payout
from goodword.payouts.ports import HALTING, RailAnswer
from goodword.times import HOUR_MS


def repeated(answer: RailAnswer, first_ms: int, now_ms: int) -> RailAnswer:
    """The answer to a repeat. "No money" is said of this moment only: the first call may still be
    under way, or was taken when there was some.
    """
    quiet = now_ms >= first_ms + QUIET_HOURS * HOUR_MS
    if answer.status == "failed" and answer.reason in HALTING and not quiet:
        return RailAnswer("unknown", answer.reference, "first_unclear")
    return answer


def since_paid(answer: RailAnswer) -> RailAnswer:
    """The answer to a question about a payment that was booked as paid: one that the rail calls
    failed by now is with us again.
    """
    return replace(answer, status="returned") if answer.status == "failed" else answer


def short_of(payout: Payout, answer: RailAnswer) -> int:
    """How much of a paid payout is with the rail again. A second transfer that was taken back
    leaves nothing short.
    """
    left = answer.left_minor
    if payout.state != "paid" or answer.status != "paid" or not answer.returned_minor:
        return 0
    return 0 if left is None else max(0, payout.amount_minor - max(0, left))
