"""The sweep of walks, of letters that waited for the morning, and of anniversaries (I13)."""

from typing import Any

from goodword.messages.waking import Waking
from goodword_aws import observe, wiring
from goodword_aws.journeys_moving import sweep_anniversaries, sweep_promises, sweep_walks, swept

wiring.require("core_table", "journal_table", "index_secret_arn")
log = observe.logger("journeys")


def handler(_event: dict[str, Any], _context: object) -> dict[str, int]:
    """Answers how many were looked at; fails when all had their turn if one could not be moved."""
    sweeps = {
        "walks": lambda: sweep_walks(log),
        "promises": sweep_promises,
        "anniversaries": lambda: sweep_anniversaries(log),
        "letters": Waking(wiring.desk("letters_sweep")).sweep,
    }
    return swept(sweeps, log)
