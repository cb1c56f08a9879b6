"""A payment that is many times what the advocate usually gets.

Example: 620.00 after 40.00, 55.00 and 60.00 is 11 times the median 55.00. A first payment has
nothing of its own to be compared with: it is compared with what others of the programme usually
get. What is below the floor is never a spike.
"""

from goodword.payouts.checks.facts import PaymentFacts, median
from goodword.payouts.findings import Found
from goodword.programs.payment import AuditTerms


def own_spike(facts: PaymentFacts, terms: AuditTerms) -> Found | None:
    """Compare with the median of the payouts before, or with the programme's."""
    amount = facts.payout.amount_minor
    own = [payout.amount_minor for payout in facts.earlier]
    usual = median(own) if own else facts.usual_minor
    if not usual or amount < terms.spike_floor_minor or amount < usual * terms.own_spike_times:
        return None
    return Found(
        check="own_spike",
        subject=facts.payout.payout_id,
        figures={
            "amount_minor": amount,
            "usual_minor": usual,
            "times": amount // usual,
            "compared_with": len(own),
        },
    )
