"""What finance does about findings of an audit: one after the other, until none is open."""

from typing import TYPE_CHECKING

from goodword.payouts.approving import Person
from goodword.payouts.deciding import Deciding
from goodword.payouts.findings import WHOLE_RUN, RunFinding
from goodword.payouts.model import PayoutRun

if TYPE_CHECKING:
    from tests.simulation.town import Town


def decide_one(town: "Town", run: PayoutRun, who: Person, chance: float) -> None:
    """Decide about the first open finding of the run; a small chance holds the payment back."""
    found = [
        one for one in town.all(RunFinding) if one.run_id == run.run_id and one.state == "open"
    ]
    if not found:
        return
    one, desk = found[0], town.desk(town.person(who.subject))
    hold = chance < 0.4 and one.subject != WHOLE_RUN
    Deciding(desk).decide(
        run.run_id,
        one.check,
        one.subject,
        "hold" if hold else "clear",
        "unclear" if hold else "other",
        who,
    )
