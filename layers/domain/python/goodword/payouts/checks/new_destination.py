"""The money goes to another account since shortly before the cut-off.

That is how a stolen account is emptied, whether it was paid before or never yet. A first account is
no change, nor is one account written otherwise, nor one to which the last payment went.
"""

from goodword.payouts.checks.facts import PaymentFacts
from goodword.payouts.findings import Found
from goodword.payouts.model import Payout
from goodword.programs.payment import AuditTerms
from goodword.times import DAY_MS, HOUR_MS


def new_destination(facts: PaymentFacts, terms: AuditTerms) -> Found | None:
    """Compare the time of the change with the cut-off, and the account with the last payment's."""
    payout, method = facts.payout, facts.method
    if method is None or not method.moved_ms:
        return None
    age_ms = payout.cutoff_ms - method.moved_ms
    if age_ms >= terms.destination_days * DAY_MS:
        return None
    elsewhere = [_account(one) != _account(payout) for one in facts.earlier]
    if elsewhere and not elsewhere[0]:
        return None
    return Found(
        check="new_destination",
        subject=payout.payout_id,
        figures={
            "hours_before_cut_off": age_ms // HOUR_MS,
            "paid_elsewhere_before": sum(elsewhere),
        },
    )


def _account(payout: Payout) -> str:
    return payout.account_hash or payout.destination_hash
