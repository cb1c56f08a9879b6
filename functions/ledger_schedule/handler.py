"""The nightly check: numbers that rules read, and seals, are made again from the journal."""

from typing import Any

from goodword.ledger.service import Checker
from goodword_aws import observe, wiring
from goodword_aws.ledger import completeness

wiring.require("core_table", "journal_table")
log = observe.logger("ledger_schedule")


def handler(_event: dict[str, Any], _context: object) -> dict[str, int]:
    """Answers what was read and how much differs; the metrics raise the alarms."""
    outcome = Checker(wiring.desk("ledger_check"), wiring.store()).check()
    observe.metric("LedgerImbalance", outcome.found)
    observe.metric("LedgerUnsettled", outcome.unsettled)
    seals = completeness().check()
    observe.metric("LedgerUnproven", seals.found)
    counts = outcome.model_dump(include={"entries", "balances", "numbers", "found", "unsettled"})
    counts |= {"seals": seals.seals, "sealed": seals.sealed, "unproven": seals.found}
    log.info("checked", extra=counts)
    return counts
