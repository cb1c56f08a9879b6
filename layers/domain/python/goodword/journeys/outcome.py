"""What the end of a deal says of its account: one signal of it stands at most.

CRMs tell of one change in several events, in any order: a deal is closed before it is won, and
called a renewal when it was won already. Each step may so change what the end comes to. The signal
that was put before is then withdrawn in the same transaction, and counts no more: every order of
arrival leaves the same signal, whatever was thought on the way.

Deals of before kept only that they were won or lost, and their signals had other names. Such a deal
takes over its signal at its next step, and lets go of what stands beside it.

Whoever is a contact of the deal, and of no company that anybody named, is of the deal's company:
CRMs tell only of links that are made, so that of a contact's may have been made long before.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from goodword.conversions.model import Delivery
from goodword.ids import derived_id
from goodword.journeys.listening import head, known_better, put_member
from goodword.journeys.opportunity import DealStep, Opportunity
from goodword.journeys.signal import (
    Signal,
    SignalKind,
    SignalName,
    Subject,
    put_signal,
    signal_key,
    signal_name_key,
    told,
)
from goodword.ports import Change, Desk
from goodword.records import Value

KINDS: dict[tuple[str, bool], SignalKind] = {
    ("won", True): "renewal",
    ("won", False): "deal_won",
    ("lost", True): "churn_risk",
}
OF_BEFORE = ("won", "lost")  # what deals of before kept of what they had said
FROM_DEAL = 0  # as of when a company is a person's that only a deal names: any other is newer


class Outcome(Value):
    """What the end of a deal says, of whom, as of when it ended."""

    signal_id: str
    kind: SignalKind
    occurred_ms: int
    subject_id: str
    value: None = None
    about: None = None
    word: None = None

    def is_as(self, other: "Outcome | None") -> bool:
        """Whether the other says the same, whatever its signal is called."""
        return other is not None and self.but(signal_id="") == other.but(signal_id="")


@dataclass(frozen=True)
class Telling:
    """Keeps the one signal of a deal as its steps have it."""

    desk: Desk

    def tell(
        self, change: Change, delivery: Delivery, deal: Opportunity, steps: Sequence[DealStep]
    ) -> Opportunity:
        """Add to the change what the deal says now and what it says no more; the deal with that."""
        if deal.said in OF_BEFORE:
            deal = self._taken_over(change, delivery, deal, steps)
        before, owner = _said(deal), self._owner(deal)
        after = self._outcome(deal, owner)
        if after is before or (after is not None and after.is_as(before)):
            return deal
        if before is not None and (old := self._signal(delivery, before)) is not None:
            change.replace(old.but(withdrawn=True))
        if after is None or owner is None:
            return deal.but(said="", said_ms=0, said_of="", said_name="")
        known = self._signal(delivery, after)
        if known is None:
            put_signal(self.desk, change, delivery, after.subject_id, after)
        else:
            change.replace(known.but(withdrawn=False))
            change.create(told(self.desk, known))
        last_ms = max(owner.last_ms, after.occurred_ms)
        change.replace(owner.but(heard=owner.heard + (known is None), last_ms=last_ms))
        said = {"said_ms": after.occurred_ms, "said_of": after.subject_id, "said_name": ""}
        return deal.but(said=after.kind, **said)

    def _taken_over(
        self, change: Change, delivery: Delivery, deal: Opportunity, steps: Sequence[DealStep]
    ) -> Opportunity:
        """The deal with the newest of its signals of before; the others are withdrawn.

        They were named by when the deal ended, which is the time of one of its steps.
        """
        from goodword.journeys.crediting import read_many  # noqa: PLC0415 - such deals get few

        space, times = delivery.space, {one.occurred_ms for one in steps}
        names = {
            f"{deal.opportunity_id}:{at_ms}:{state}": at_ms
            for at_ms in times
            for state in OF_BEFORE
        }
        noted = read_many(
            self.desk.store, SignalName, [signal_name_key(*space, name) for name in names]
        )
        keys = {
            signal_key(one.subject_id, at_ms, derived_id("sig", at_ms, *space, one.name)): one.name
            for one in noted.values()
            for at_ms in (names[one.name],)
        }
        found = read_many(self.desk.store, Signal, list(keys))
        standing = [(key, one) for key, one in found.items() if not one.withdrawn]
        standing.sort(key=lambda each: (each[1].noted_ms, each[1].occurred_ms))
        for _, one in standing[:-1]:
            change.replace(one.but(withdrawn=True))
        if not standing:
            return deal.but(said="")
        key, last = standing[-1]
        said = {"said_ms": last.occurred_ms, "said_of": last.subject_id, "said_name": keys[key]}
        return deal.but(said=last.kind, **said)

    def people(self, change: Change, deal: Opportunity, before: Opportunity) -> None:
        """Add to the change which contacts belong to the deal's company now, or no more."""
        company, was = self._company(deal), self._company(before)
        on = set(deal.contacts)
        for person in self._people((*deal.contacts, *before.contacts)):
            stays = bool(on.intersection((person.subject_id, *person.parts)))
            own = self._now(person.account_id)
            ours = own == was and person.account_ms == FROM_DEAL
            now = company if stays else None
            if person.forgotten or now == own:
                continue
            if ours or (now is not None and person.account_id is None):
                change.replace(person.but(account_id=now, account_ms=FROM_DEAL))
                change.create(known_better(self.desk, person))
                if now is not None:
                    put_member(self.desk, change, now, person.subject_id)

    def _now(self, account_id: str | None) -> str | None:
        """A company by the name that stands: two of them may have become one."""
        return None if account_id is None else head(self.desk, account_id).subject_id

    def _company(self, deal: Opportunity) -> str | None:
        owner = self._owner(deal)
        return owner.subject_id if owner is not None and owner.what == "account" else None

    def _people(self, names: Iterable[str]) -> list[Subject]:
        found = (head(self.desk, one) for one in dict.fromkeys(names))
        return list({one.subject_id: one for one in found}.values())

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
    if kind is None:
        return None
    outcome = _named(deal, kind, deal.said_ms, deal.said_of)
    return outcome.but(signal_id=deal.said_name) if deal.said_name else outcome


def _named(deal: Opportunity, kind: SignalKind, at_ms: int, subject_id: str) -> Outcome:
    name = f"{deal.opportunity_id}:{at_ms}:{kind}:{subject_id}"
    return Outcome(signal_id=name, kind=kind, occurred_ms=at_ms, subject_id=subject_id)
