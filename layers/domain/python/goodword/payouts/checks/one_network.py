"""Many of the conversions behind a payment came from one network, or went to one place.

Example: 9 of 12 orders from the same network are 75 %. Orders of which nothing is known count
neither way, and a handful is no pattern.
"""

from collections.abc import Mapping

from goodword.payouts.checks.facts import PaymentFacts
from goodword.payouts.findings import Found
from goodword.programs.payment import AuditTerms


def one_network(facts: PaymentFacts, terms: AuditTerms) -> Found | None:
    """The largest share of one network, and of one place, among those that are known."""
    figures = {
        **_share("network", facts.networks, terms),
        **_share("place", facts.places, terms),
    }
    if not figures:
        return None
    return Found(check="one_network", subject=facts.payout.payout_id, figures=figures)


def _share(kind: str, counts: Mapping[str, int], terms: AuditTerms) -> dict[str, int]:
    """The figures of an unusual share; none of a usual one."""
    known, most = sum(counts.values()), max(counts.values(), default=0)
    if most < terms.network_conversions or most * 100 < known * terms.network_percent:
        return {}
    percent = most * 100 // known
    return {f"from_one_{kind}": most, f"known_{kind}s": known, f"{kind}_percent": percent}
