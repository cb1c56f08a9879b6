"""What a delivery says of deals is noted once: a step, how the deal stands, and what it means.

A deal that was won is a signal of its account, once: it renewed, or it grew. A renewal that was
lost is a risk. Steps that change this withdraw what was said before (`outcome`). Contacts and
accounts are the same subjects that signals are about, so whoever is forgotten as a friend is no
deal's contact any more.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from goodword.conversions.model import Delivery, Facts
from goodword.journeys.copied import CRM_KINDS, CrmCopy, copy_key
from goodword.journeys.deal_book import DealBook
from goodword.journeys.inheriting import Inheriting
from goodword.journeys.listening import Listening, head
from goodword.journeys.opportunity import (
    ContactFact,
    DealChange,
    DealFact,
    DealStep,
    Merge,
    Opportunity,
    opportunity_id_of,
    opportunity_key,
)
from goodword.ports import Change, Desk, until_settled
from goodword.privacy.ports import Macs

TOO_MANY = "too_many_steps"


class Noting(NamedTuple):
    """What came of a step: why a person has to look at it, and the deals that inherit it."""

    problem: str
    inherit: frozenset[str]


@dataclass(frozen=True)
class Hearing:
    """Takes everything that a delivery says of customers and deals. The worker calls it."""

    desk: Desk
    macs: Macs

    def hear(self, delivery: Delivery, facts: Facts) -> str:
        """Note all of it; why a person has to look at it, or nothing. Safe to repeat."""
        listening = Listening(self.desk, self.macs)
        for signal in facts.signals:
            listening.note(delivery, signal)
        for contact in facts.contacts:
            met = listening.meet(delivery, contact, contact.also)
            self._known(delivery, contact, met.subject_id)
        problems = [self._deal(listening, delivery, deal) for deal in facts.deals]
        return next(filter(None, problems), facts.problem)

    def _deal(self, listening: Listening, delivery: Delivery, fact: DealFact) -> str:
        account = contacts = None
        if fact.account_id is not None:
            account = self._met(listening, delivery, fact, None)
        contacts = [self._met(listening, delivery, fact, one) for one in fact.contact_ids]
        if fact.email is not None and not contacts:
            contacts = [self._met(listening, delivery, fact, None, fact.email)]
        change = DealChange(**{name: getattr(fact, name) for name in DealChange.model_fields})
        deals = tuple(opportunity_id_of(*delivery.space, one) for one in fact.merged)
        into = None if fact.into is None else opportunity_id_of(*delivery.space, fact.into)
        step = DealStep(
            opportunity_id=opportunity_id_of(*delivery.space, fact.deal_id),
            fact_id=fact.fact_id,
            occurred_ms=fact.occurred_ms,
            noted_ms=self.desk.clock.now_ms(),
            change=change,
            account=account,
            contacts=tuple(contacts),
            dropped=tuple(self._met(listening, delivery, fact, one) for one in fact.dropped_ids),
            merge=Merge(deals=deals, at_ms=fact.occurred_ms, said=change) if deals else None,
            into=into,
        )
        noted = until_settled(partial(self._note, delivery, fact, step))
        for name in sorted(noted.inherit):
            Inheriting(self.desk).settle(delivery, name)
        return noted.problem

    def _met(
        self,
        listening: Listening,
        delivery: Delivery,
        fact: DealFact,
        contact_id: str | None,
        email: str | None = None,
    ) -> str:
        whose = ContactFact(
            customer_id=contact_id,
            occurred_ms=fact.occurred_ms,
            email=email or (fact.email if contact_id else None),
            account_id=fact.account_id,
        )
        met = listening.meet(delivery, whose)
        self._known(delivery, whose, met.subject_id)
        return met.subject_id

    def _known(self, delivery: Delivery, whose: ContactFact, subject_id: str) -> None:
        """Keep where a CRM's contact is, and say so when more is known of who that is."""
        name = whose.customer_id
        if name is None or delivery.source_kind not in CRM_KINDS:
            return
        until_settled(partial(self._keep, delivery, name, subject_id))

    def _keep(self, delivery: Delivery, contact_id: str, subject_id: str) -> None:
        person = head(self.desk, subject_id)
        owners = [f"SBJ#{one}" for one in (person.subject_id, *person.parts)]
        keys = [copy_key(owner, delivery.source_id, contact_id) for owner in owners]
        known = self.desk.store.get_many(CrmCopy, keys)
        copy = known.get(
            next(filter(known.__contains__, keys), keys[0]),
            CrmCopy(
                owner=owners[0],
                source_id=delivery.source_id,
                what="contact",
                outside_id=contact_id,
                program_id=delivery.program_id,
            ),
        )
        if copy.marks == len(person.marks):
            return
        change = Change()
        change.save(copy.but(marks=len(person.marks)))
        told = {"program_id": delivery.program_id, "source_id": delivery.source_id}
        change.create(self.desk.event("journey.contact_known", person.subject_id, **told))
        self.desk.store.commit(change)

    def _note(self, delivery: Delivery, fact: DealFact, step: DealStep) -> Noting:
        book = DealBook(self.desk)
        steps, whole = book.steps(step.opportunity_id)
        inherit = frozenset(_inheriting((*steps, step)))
        if any(one.fact_id == step.fact_id for one in steps):
            return Noting("", inherit)
        if not whole:
            return Noting(TOO_MANY, frozenset())
        stored = self.desk.store.get(Opportunity, opportunity_key(step.opportunity_id))
        before = stored or _fresh(delivery, fact, step)
        change = Change()
        change.create(step)
        book.keep(change, delivery, stored, before, [*steps, step])
        return Noting("", inherit)


def _inheriting(steps: Sequence[DealStep]) -> Iterator[str]:
    """The deals that are made again when one with these steps is told of."""
    for one in steps:
        if one.into is not None:
            yield one.into
        if one.merge is not None:
            yield one.opportunity_id


def _fresh(delivery: Delivery, fact: DealFact, step: DealStep) -> Opportunity:
    return Opportunity(
        opportunity_id=step.opportunity_id,
        program_id=delivery.program_id,
        namespace=delivery.space.namespace,
        source_id=delivery.source_id,
        deal_id=fact.deal_id,
        state="open",
        currency=fact.home,
        opened_ms=fact.occurred_ms,
        steps=0,
    )
