"""What a deal is owed to, by one stated model; each deal counts once for each kind of credit.

`sourced`: one of the deal's contacts is a friend whom an advocate had recommended before the deal
was opened (or within a day after, because a form reaches us and the CRM side by side).
`influenced`: the recommendation came later, but before the deal was closed. Of several the earliest
counts. A referral's id that somebody wrote on the deal itself goes before what contacts say, unless
it came when all was over: it is neither then.

A reference call that sales booked for the deal, and that was held, has influenced it too: one that
was booked before the deal was closed, at most REFERENCE_DAYS before. The earliest of those counts,
whenever it is reported. It never makes a deal sourced.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

from goodword.conversions.model import Conversion, Identity, conversion_key, identity_key
from goodword.journeys.joined import Named, named
from goodword.journeys.opportunity import Opportunity
from goodword.journeys.reference import DealCall, DealCalls, deal_calls_key
from goodword.journeys.walk import AskMade, ask_key
from goodword.limits import READ_KEYS_MAX, REFERENCE_DAYS
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


class Influence(Value):
    """The reference call that influenced a deal, and the ask it rests on.

    `advocate_id` is empty of a customer who does not take part; all three of calls without an ask.
    """

    call_id: str
    booked_ms: int
    advocate_id: str = ""
    journey_id: str = ""
    ask_id: str = ""


class Credited(Value):
    """A deal with the recommendation it is owed to, and the call that influenced it, if any."""

    deal: Opportunity
    credit: Credit | None
    call: Influence | None = None


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


def counted(deal: Opportunity, calls: DealCalls | None) -> DealCall | None:
    """The held call that counts for a deal; of one that is not closed any does."""
    closed_ms = deal.closed_ms
    first_ms = 0 if closed_ms is None else closed_ms - REFERENCE_DAYS * DAY_MS
    those = [
        one
        for one in (calls.calls if calls is not None else ())
        if one.program_id == deal.program_id and one.booked_ms >= first_ms
        if closed_ms is None or one.booked_ms < closed_ms
    ]
    return min(those, key=lambda one: (one.booked_ms, one.call_id), default=None)


@dataclass(frozen=True)
class Crediting:
    """Reads what deals are owed to; nothing of it is stored, so it is never behind."""

    store: Store

    def of(self, deals: Sequence[Opportunity]) -> list[Credited]:
        """The deals with their credits, in their order; some batch reads for each hundred.

        Companies have the name that stands: two of them may have become one.
        """
        names = [name for deal in deals for name in deal.contacts]
        people = named(self.store, (*names, *(one.account for one in deals if one.account)))
        macs = {
            (deal.program_id, mac): None
            for deal in deals
            for name in deal.contacts
            for mac in _marks(people, name)
        }
        calls = self._calls(deals)
        friends = read_many(self.store, Identity, [identity_key(*one) for one in macs])
        written = read_many(
            self.store,
            Conversion,
            [conversion_key(deal.referral) for deal in deals if deal.referral],
        )
        return [
            Credited(
                deal=_of_now(deal, people),
                credit=credit(
                    deal,
                    _written(deal, written),
                    _referrals(deal, people, friends),
                ),
                call=calls.get(deal.opportunity_id),
            )
            for deal in deals
        ]

    def _calls(self, deals: Sequence[Opportunity]) -> Mapping[str, Influence]:
        """The call that counts for each deal that one does, with the journey of its ask."""
        keys = [deal_calls_key(deal.opportunity_id) for deal in deals]
        known = read_many(self.store, DealCalls, keys)
        found = {
            deal.opportunity_id: call
            for deal, key in zip(deals, keys, strict=True)
            if (call := counted(deal, known.get(key))) is not None
        }
        names = [ask_key(call.ask_id) for call in found.values() if call.ask_id]
        asks = read_many(self.store, AskMade, names)
        return {
            name: _influence(call, asks.get(ask_key(call.ask_id))) for name, call in found.items()
        }


def read_many(store: Store, kind: type[R], keys: Sequence[Key]) -> dict[Key, R]:
    """Those of any number of keys that exist, a hundred in one request."""
    each = list(dict.fromkeys(keys))
    found: dict[Key, R] = {}
    for at in range(0, len(each), READ_KEYS_MAX):
        found |= store.get_many(kind, each[at : at + READ_KEYS_MAX])
    return found


def _marks(people: Named, name: str) -> Sequence[str]:
    """The identifiers of a contact, of whoever stands for it now."""
    subject = people.whole(name)
    return subject.marks if subject is not None else ()


def _of_now(deal: Opportunity, people: Named) -> Opportunity:
    now = people.now.get(deal.account) if deal.account else None
    return deal if now is None else deal.but(account=now)


def _influence(call: DealCall, ask: AskMade | None) -> Influence:
    return Influence(
        call_id=call.call_id,
        booked_ms=call.booked_ms,
        advocate_id=ask.advocate_id if ask else "",
        journey_id=ask.journey_id if ask else "",
        ask_id=call.ask_id,
    )


def _written(deal: Opportunity, conversions: Mapping[Key, Conversion]) -> Referred | None:
    found = conversions.get(conversion_key(deal.referral)) if deal.referral else None
    if found is None or found.advocate_id is None or found.program_id != deal.program_id:
        return None
    return Referred(
        conversion_id=found.conversion_id,
        advocate_id=found.advocate_id,
        occurred_ms=found.occurred_ms,
    )


def _referrals(deal: Opportunity, people: Named, friends: Mapping[Key, Identity]) -> list[Referred]:
    marks = (mac for one in deal.contacts for mac in _marks(people, one))
    keys = [identity_key(deal.program_id, mac) for mac in marks]
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
