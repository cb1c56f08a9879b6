"""A deal is kept as its steps leave it, with its signal and its people, in one change."""

from collections.abc import Sequence
from dataclasses import dataclass

from goodword.conversions.model import Delivery
from goodword.journeys.copied import DealLink
from goodword.journeys.opportunity import DealStep, Opportunity, deal_partition, folded
from goodword.journeys.outcome import Telling
from goodword.limits import DEAL_STEPS_MAX
from goodword.ports import Change, Desk


@dataclass(frozen=True)
class DealBook:
    """Reads the steps of deals, and keeps what they come to."""

    desk: Desk

    def steps(self, opportunity_id: str) -> tuple[Sequence[DealStep], bool]:
        """All steps so far, and whether there may be one more."""
        found: list[DealStep] = []
        cursor: str | None = None
        while True:
            page = self.desk.store.query(
                DealStep, "core", deal_partition(opportunity_id), "T#", cursor=cursor
            )
            found += page.rows
            cursor = page.cursor
            if cursor is None or len(found) >= DEAL_STEPS_MAX:
                return found, len(found) < DEAL_STEPS_MAX

    def keep(
        self,
        change: Change,
        delivery: Delivery,
        stored: Opportunity | None,
        before: Opportunity,
        steps: Sequence[DealStep],
    ) -> None:
        """Commit the change with the deal as all of these steps leave it.

        `before` is the deal that is `stored`, or what a deal is before its first step.
        """
        telling = Telling(self.desk)
        after = folded(steps, before)
        telling.people(change, after, before)
        after = telling.tell(change, delivery, after, steps)
        change.save(after)
        self._link(change, after)
        change.create(
            self.desk.event(
                _told(stored, after),
                after.opportunity_id,
                program_id=after.program_id,
                state=after.state,
                amount_minor=after.amount_minor,
                currency=after.currency,
            )
        )
        self.desk.store.commit(change)

    def _link(self, change: Change, deal: Opportunity) -> None:
        """Note with its contacts, and with a referral written on it, that they concern the deal."""
        owners = [f"SBJ#{one}" for one in deal.contacts]
        owners += [f"CNV#{deal.referral}"] if deal.referral else []
        links = [DealLink(owner=one, opportunity_id=deal.opportunity_id) for one in owners]
        known = self.desk.store.get_many(DealLink, [one.key for one in links]) if links else {}
        change.create(*(one for one in links if one.key not in known))


def _told(before: Opportunity | None, after: Opportunity) -> str:
    if before is None or before.state != after.state:
        return "opportunity.opened" if after.state == "open" else f"opportunity.{after.state}"
    return "opportunity.changed"
