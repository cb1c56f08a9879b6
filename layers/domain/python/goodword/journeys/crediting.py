"""Which referral a deal is owed to, by one stated model; each deal counts once, for one advocate.

`sourced`: one of the deal's contacts is a friend whom an advocate had recommended before the deal
was opened (or within a day after, because a form reaches us and the CRM side by side).
`influenced`: the recommendation came later, but before the deal was closed. Of several the earliest
counts. A referral's id that somebody wrote on the deal itself goes before what contacts say, unless
it came when all was over: it is neither then.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

from goodword.conversions.model import Conversion, Identity, conversion_key, identity_key
from goodword.journeys.opportunity import Opportunity
from goodword.journeys.signal import Subject, subject_key
from goodword.limits import READ_KEYS_MAX
from goodword.ports import Store
from goodword.records import Key, Record, Value
from goodword.times import DAY_MS

R = TypeVar("R", bound=Record)
Owed = Literal["sourced", "influenced"]
GRACE_MS = DAY_MS


class Referred(Value):
    """A recommendation that had an effect: the friend's lead or order, and whose it is."""

    conversion_id: str
    advocate_id: str
    occurred_ms: int


class Credit(Value):
    """To whom a deal is owed, and how."""

    owed: Owed
    conversion_id: str
    advocate_id: str
    referred_ms: int


class Credited(Value):
    """A deal with its credit, if any."""

    deal: Opportunity
    credit: Credit | None


def credit(
    deal: Opportunity, written: Referred | None, referrals: Iterable[Referred]
) -> Credit | None:
    """The credit of a deal, from the referral written on it and those of its contacts."""
    early = [one for one in referrals if deal.closed_ms is None or one.occurred_ms < deal.closed_ms]
    first = min(early, key=lambda one: (one.occurred_ms, one.conversion_id), default=None)
    sourced_ms, closed_ms = deal.opened_ms + GRACE_MS, deal.closed_ms
    if written is not None and closed_ms is not None:
        in_time = written.occurred_ms <= sourced_ms or written.occurred_ms < closed_ms
        written = written if in_time else None
    chosen = written or first
    if chosen is None:
        return None
    sourced = chosen.occurred_ms <= sourced_ms
    return Credit(
        owed="sourced" if sourced else "influenced",
        conversion_id=chosen.conversion_id,
        advocate_id=chosen.advocate_id,
        referred_ms=chosen.occurred_ms,
    )


@dataclass(frozen=True)
class Crediting:
    """Reads what deals are owed to; nothing of it is stored, so it is never behind."""

    store: Store

    def of(self, deals: Sequence[Opportunity]) -> list[Credited]:
        """The deals with their credits, in their order; some batch reads for each hundred."""
        people = self._people(deals)
        macs = {
            (deal.program_id, mac): None
            for deal in deals
            for name in deal.contacts
            for mac in people[name]
        }
        friends = read_many(self.store, Identity, [identity_key(*one) for one in macs])
        written = read_many(
            self.store,
            Conversion,
            [conversion_key(deal.referral) for deal in deals if deal.referral],
        )
        return [
            Credited(
                deal=deal,
                credit=credit(
                    deal,
                    _written(deal, written),
                    _referrals(deal, people, friends),
                ),
            )
            for deal in deals
        ]

    def _people(self, deals: Sequence[Opportunity]) -> Mapping[str, Sequence[str]]:
        """The identifiers of every contact, of whatever it was joined to."""
        names = {name for deal in deals for name in deal.contacts}
        known: dict[str, Subject] = {}
        waiting = names
        while waiting:
            read = read_many(self.store, Subject, [subject_key(name) for name in sorted(waiting)])
            known |= {one.subject_id: one for one in read.values()}
            waiting = {one.merged_into for one in read.values() if one.merged_into} - set(known)
        return {name: _end(known, name).marks for name in names}


def read_many(store: Store, kind: type[R], keys: Sequence[Key]) -> dict[Key, R]:
    """Those of any number of keys that exist, a hundred in one request."""
    each = list(dict.fromkeys(keys))
    found: dict[Key, R] = {}
    for at in range(0, len(each), READ_KEYS_MAX):
        found |= store.get_many(kind, each[at : at + READ_KEYS_MAX])
    return found


def _end(known: Mapping[str, Subject], name: str) -> Subject:
    """The subject that stands for this one; a join always leads to an earlier one."""
    subject = known[name]
    while subject.merged_into is not None:
        subject = known[subject.merged_into]
    return subject


def _written(deal: Opportunity, conversions: Mapping[Key, Conversion]) -> Referred | None:
    found = conversions.get(conversion_key(deal.referral)) if deal.referral else None
    if found is None or found.advocate_id is None or found.program_id != deal.program_id:
        return None
    return Referred(
        conversion_id=found.conversion_id,
        advocate_id=found.advocate_id,
        occurred_ms=found.occurred_ms,
    )


def _referrals(
    deal: Opportunity, people: Mapping[str, Sequence[str]], friends: Mapping[Key, Identity]
) -> list[Referred]:
    keys = [identity_key(deal.program_id, mac) for one in deal.contacts for mac in people[one]]
    return [
        Referred(
            conversion_id=one.conversion_id,
            advocate_id=one.advocate_id,
            occurred_ms=one.occurred_ms,
        )
        for key in keys
        if key in friends
        for one in friends[key].conversions
        if one.advocate_id is not None
    ]
