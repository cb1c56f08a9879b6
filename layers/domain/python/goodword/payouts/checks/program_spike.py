"""A run that is many times what the programme usually pays: it stops the whole run."""

from goodword.payouts.checks.facts import RunFacts, median
from goodword.payouts.findings import WHOLE_RUN, Found
from goodword.programs.payment import AuditTerms


def program_spike(facts: RunFacts, terms: AuditTerms) -> Found | None:
    """Compare with the median total of the runs before; the first run has nothing to compare."""
    total = facts.run.total_minor
    if not facts.earlier or total < terms.spike_floor_minor:
        return None
    usual = median([run.total_minor for run in facts.earlier])
    if usual == 0 or total < usual * terms.program_spike_times:
        return None
    return Found(
        check="program_spike",
        subject=WHOLE_RUN,
        figures={
            "total_minor": total,
            "usual_minor": usual,
            "times": total // usual,
            "compared_with": len(facts.earlier),
        },
    )
