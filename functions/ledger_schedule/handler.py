"""The nightly check: the journal is folded anew and compared with every stored balance."""

from typing import Any

from goodword.ledger.service import Checker
from goodword_aws import observe, wiring

wiring.require("core_table", "journal_table")
log = observe.logger("ledger_schedule")


def handler(_event: dict[str, Any], _context: object) -> dict[str, int]:
    """Answers what was read and how much differs; the metric raises the alarm."""
    outcome = Checker(wiring.desk("ledger_check"), wiring.store()).check()
    observe.metric("LedgerImbalance", outcome.found)
    observe.metric("LedgerUnsettled", outcome.unsettled)
    counts = outcome.model_dump(include={"entries", "balances", "found", "unsettled"})
    log.info("checked", extra=counts)
    return counts
