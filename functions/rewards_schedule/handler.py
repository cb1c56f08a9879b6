"""The sweep of the rewards: whatever an execution did not move on is moved on here (I13).

It also says, once each, which budgets are mostly used and which are used up.
"""

from typing import Any

from goodword.rewards.budget import Budgets
from goodword_aws import observe, wiring
from goodword_aws.rewards import approval

wiring.require("core_table", "journal_table")
log = observe.logger("rewards")


def handler(_event: dict[str, Any], _context: object) -> dict[str, int]:
    """Answers how many were assessed, posted and lapsed, and of how many budgets it told."""
    counts = approval("rewards_sweep").sweep()
    told = Budgets(wiring.desk("budget_watch")).watch()
    counts |= told
    observe.metric("BudgetsRunningLow", told["running_low"])
    observe.metric("BudgetsUsedUp", told["used_up"])
    log.info("swept", extra=counts)
    return counts
