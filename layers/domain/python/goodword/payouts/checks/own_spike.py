"""An advocate gets many times in a run what the advocate usually gets in one.

Example: 620.00 after 40.00, 55.00 and 60.00 is 11 times the median 55.00. A first share has
nothing of its own to be compared with: it is compared with what others of the programme usually
get. A share of many rewards is split into several payouts: its sum counts, and each of them is
found. What is below the floor is never a spike.
"""

from collections import Counter

from goodword.payouts.checks.facts import PaymentFacts, median
from goodword.payouts.findings import Found
from goodword.programs.payment import AuditTerms


def own_spike(facts: PaymentFacts, terms: AuditTerms) -> Found | None:
    """Compare with the median of the runs before, or with the programme's."""
    amount, share = facts.payout.amount_minor, facts.share_minor
    own: Counter[str] = Counter()
    for payout in facts.earlier:
        own[payout.run_id] += payout.amount_minor
    usual = median(list(own.values())) if own else facts.usual_minor
    if not usual or share < terms.spike_floor_minor or share < usual * terms.own_spike_times:
        return None
    figures = {
        "amount_minor": amount,
        "usual_minor": usual,
        "times": share // usual,
        "compared_with": len(own),
    }
    if share != amount:
        figures["share_minor"] = share
    return Found(check="own_spike", subject=facts.payout.payout_id, figures=figures)
