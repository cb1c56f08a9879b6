"""What the end of a deal says of its account: one signal of it stands at most.

CRMs tell of one change in several events, in any order: a deal is closed before it is won, and
called a renewal when it was won already. Each step may so change what the end comes to. The signal
that was put before is then withdrawn in the same transaction, and counts no more: every order of
arrival leaves the same signal, whatever was thought on the way.
"""

from dataclasses import dataclass

from goodword.conversions.model import Delivery
from goodword.ids import derived_id
from goodword.journeys.listening import head, put_signal, told
from goodword.journeys.opportunity import Opportunity
from goodword.journeys.signal import Signal, SignalKind, Subject, signal_key
from goodword.ports import Change, Desk
from goodword.records import Value

KINDS: dict[tuple[str, bool], SignalKind] = {
    ("won", True): "renewal",
    ("won", False): "deal_won",
    ("lost", True): "churn_risk",
}


class Outcome(Value):
    """What the end of a deal says, of whom, as of when it ended."""

    signal_id: str
    kind: SignalKind
    occurred_ms: int
    subject_id: str
    value: None = None
    about: None = None
    word: None = None


@dataclass(frozen=True)
class Telling:
    """Keeps the one signal of a deal as its steps have it."""

    desk: Desk

    def tell(self, change: Change, delivery: Delivery, deal: Opportunity) -> Opportunity:
        """Add to the change what the deal says now and what it says no more; the deal with that."""
        before, owner = _said(deal), self._owner(deal)
        after = self._outcome(deal, owner)
        if after == before:
            return deal
        if before is not None and (old := self._signal(delivery, before)) is not None:
            change.replace(old.but(withdrawn=True))
        if after is None or owner is None:
            return deal.but(said="", said_ms=0, said_of="")
        known = self._signal(delivery, after)
        if known is None:
            put_signal(self.desk, change, delivery, after.subject_id, after)
        else:
            change.replace(known.but(withdrawn=False))
            change.create(told(self.desk, known))
        last_ms = max(owner.last_ms, after.occurred_ms)
        change.replace(owner.but(heard=owner.heard + (known is None), last_ms=last_ms))
        return deal.but(said=after.kind, said_ms=after.occurred_ms, said_of=after.subject_id)

    def _outcome(self, deal: Opportunity, owner: Subject | None) -> Outcome | None:
        """What is to stand. A signal moves only from a contact to the company that is named."""
        kind = KINDS.get((deal.state, deal.renewal))
        if kind is None or deal.closed_ms is None or owner is None:
            return None
        subject_id = owner.subject_id
        if deal.said:
            known = head(self.desk, deal.said_of)
            if deal.account is None or known.subject_id == subject_id:
                subject_id = deal.said_of
        return _named(deal, kind, deal.closed_ms, subject_id)

    def _signal(self, delivery: Delivery, said: Outcome) -> Signal | None:
        program_id, namespace = delivery.space
        signal_id = derived_id("sig", said.occurred_ms, program_id, namespace, said.signal_id)
        return self.desk.store.get(Signal, signal_key(said.subject_id, said.occurred_ms, signal_id))

    def _owner(self, deal: Opportunity) -> Subject | None:
        """Whom the end of the deal is told of: the account, else the first contact's, else they."""
        if deal.account is not None:
            return head(self.desk, deal.account)
        if not deal.contacts:
            return None
        contact = head(self.desk, deal.contacts[0])
        return contact if contact.account_id is None else head(self.desk, contact.account_id)


def _said(deal: Opportunity) -> Outcome | None:
    kind = next((one for one in KINDS.values() if one == deal.said), None)
    return None if kind is None else _named(deal, kind, deal.said_ms, deal.said_of)


def _named(deal: Opportunity, kind: SignalKind, at_ms: int, subject_id: str) -> Outcome:
    name = f"{deal.opportunity_id}:{at_ms}:{kind}:{subject_id}"
    return Outcome(signal_id=name, kind=kind, occurred_ms=at_ms, subject_id=subject_id)
