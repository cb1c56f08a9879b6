"""Several advocates are paid on one account: a family, or one person with many names."""

from goodword.payouts.checks.facts import PaymentFacts
from goodword.payouts.findings import Found
from goodword.programs.payment import AuditTerms


def shared_payee(facts: PaymentFacts, _terms: AuditTerms) -> Found | None:
    """Found as soon as there is one other advocate; the count stops at AUDIT_SHARERS."""
    if not facts.sharers:
        return None
    return Found(
        check="shared_payee",
        subject=facts.payout.payout_id,
        figures={"other_advocates": len(facts.sharers)},
    )
