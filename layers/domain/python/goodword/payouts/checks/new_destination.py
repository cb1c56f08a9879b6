"""The destination was changed shortly before the cut-off, of somebody paid elsewhere before.

That is how a stolen account is emptied. A first destination is not a change.
"""

from goodword.payouts.checks.facts import PaymentFacts
from goodword.payouts.findings import Found
from goodword.programs.payment import AuditTerms
from goodword.times import DAY_MS, HOUR_MS


def new_destination(facts: PaymentFacts, terms: AuditTerms) -> Found | None:
    """Compare with where the last payment went, and the time of the change with the cut-off."""
    payout, method = facts.payout, facts.method
    if method is None or not facts.earlier:
        return None
    before = facts.earlier[0]
    age_ms = payout.cutoff_ms - method.changed_ms
    same = before.destination_hash == payout.destination_hash
    if same or age_ms >= terms.destination_days * DAY_MS:
        return None
    return Found(
        check="new_destination",
        subject=payout.payout_id,
        figures={
            "hours_before_cut_off": age_ms // HOUR_MS,
            "paid_elsewhere_before": sum(
                1 for one in facts.earlier if one.destination_hash != payout.destination_hash
            ),
        },
    )
