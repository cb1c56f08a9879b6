"""What deals that became one had said by then is also said of the one that is left, however late.

CRMs tell of a merge and of what came before it in any order. So the steps by which a deal takes
over from others are made again whenever one of them is heard of: they are what they would be if
all that happened before the merge had been told before it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from goodword.conversions.model import Delivery
from goodword.journeys.deal_book import DealBook
from goodword.journeys.opportunity import (
    DealStep,
    Merge,
    Opportunity,
    folded,
    inherited,
    opportunity_key,
)
from goodword.limits import DEAL_MERGES_MAX
from goodword.ports import Change, Desk, until_settled


@dataclass(frozen=True)
class Inheriting:
    """Keeps deals that are left of others as those stood when they became one."""

    desk: Desk

    def settle(self, delivery: Delivery, opportunity_id: str) -> None:
        """Make the deal again, and those that it became itself. Safe to repeat."""
        waiting = {opportunity_id}
        for _ in range(DEAL_MERGES_MAX):
            waiting = {
                into
                for one in sorted(waiting)
                for into in until_settled(partial(self._settle, delivery, one))
            }

    def _settle(self, delivery: Delivery, opportunity_id: str) -> set[str]:
        """Make one deal again; those that it became."""
        book, change = DealBook(self.desk), Change()
        stored = self.desk.store.get(Opportunity, opportunity_key(opportunity_id))
        found, whole = book.steps(opportunity_id)
        if stored is None or not whole:
            return set()
        steps = list(found)
        merges = [(one, one.merge) for one in steps if one.merge is not None]
        for one, merge in sorted(merges, key=lambda each: (each[1].at_ms, each[0].fact_id)):
            steps = self._taken_over(change, steps, one, merge)
        if change.keys:
            book.keep(change, delivery, stored, stored, steps)
        return {one.into for one in steps if one.into is not None}

    def _taken_over(
        self, change: Change, steps: Sequence[DealStep], merging: DealStep, merge: Merge
    ) -> list[DealStep]:
        """The steps of the deal with those of one merge as they are now."""
        ours = (merging.fact_id, f"{merging.fact_id}:began")
        rest = [one for one in steps if one.fact_id not in ours]
        told = merging.but(
            occurred_ms=merge.at_ms, account=None, contacts=(), change=merge.said, version=0
        )
        known = {one.key: one for one in steps if one.fact_id in ours}
        made: list[DealStep] = []
        for one in inherited(self._stood(merging.opportunity_id, merge, rest), told):
            old = known.pop(one.key, None)
            if old is None:
                change.create(one)
            elif old != (one := one.but(version=old.version)):
                change.replace(one)
            made.append(one)
        for old in known.values():
            change.delete(old)
        return [*rest, *made]

    def _stood(self, mine: str, merge: Merge, own: Sequence[DealStep]) -> list[Opportunity]:
        """The deals as they stood when they became one; nothing of one never heard of."""
        keys = [opportunity_key(one) for one in merge.deals]
        heads = self.desk.store.get_many(Opportunity, keys)
        found: list[Opportunity] = []
        for name, key in zip(merge.deals, keys, strict=True):
            if key not in heads:
                continue
            steps = own if name == mine else DealBook(self.desk).steps(name)[0]
            before = [one for one in steps if one.occurred_ms <= merge.at_ms and one.into != mine]
            found += [folded(before, heads[key])] if before else []
        return found
