"""An unusual share of what the advocate earned was refunded: returned orders, or false ones.

Example: of 200.00 earned in all, 90.00 were reversed: 45 %.
"""

from goodword.payouts.checks.facts import PaymentFacts
from goodword.payouts.findings import Found
from goodword.programs.payment import AuditTerms


def refund_share(facts: PaymentFacts, terms: AuditTerms) -> Found | None:
    """Compare what was reversed with all that was earned in the programme."""
    earned, reversed_minor = facts.balance.earned_minor, facts.balance.reversed_minor
    if reversed_minor < terms.refund_floor_minor:
        return None
    if reversed_minor * 100 < earned * terms.refund_percent:
        return None
    return Found(
        check="refund_share",
        subject=facts.payout.payout_id,
        figures={
            "earned_minor": earned,
            "reversed_minor": reversed_minor,
            "percent": reversed_minor * 100 // max(1, earned),
        },
    )
