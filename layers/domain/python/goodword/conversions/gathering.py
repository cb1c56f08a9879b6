"""What a decision will ask for is read in two requests: what the delivery names, then whose it is.

`of_delivery` reads all that has a key made of the delivery itself: the programme's head, the names
of the order, the friend, links, clicks, what waits for the order, what is noted of its buyer.
`of_touches` reads what the links and the friend of that lead to: the advocate's enrolment, balance,
totals and caps, the pools, and the friend's other orders. Whatever else a rare case needs is read
when it is asked for.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from goodword.advocates.model import Enrolment, Known, Link, enrolment_key, known_key
from goodword.ahead import Ahead
from goodword.conversions.aliases import OrderAlias, ParkedRefunds, alias_key, parked_key
from goodword.conversions.evidence import Evidence, code_key, derived_name, names_of, number_of
from goodword.conversions.model import (
    Conversion,
    ConversionFact,
    Customer,
    Delivery,
    Identity,
    identity_key,
)
from goodword.conversions.numbers import OrderNumber, number_key
from goodword.conversions.order import Space
from goodword.errors import InvalidInput, NotAuthentic
from goodword.ledger.model import Balance, balance_key
from goodword.programs.model import Program, ProgramVersion, program_key, version_at
from goodword.programs.rules import currency_of
from goodword.records import Key, Record
from goodword.rewards.caps import CapUse, Limit, cap_key, whole_room
from goodword.rewards.pools import Pool, Pot, pool_key, pot_key, pot_number
from goodword.rewards.tally import Tally, tally_key
from goodword.tracking.click import Click, read_click
from goodword.tracking.model import Visited
from goodword.trust.signals import Trace, marks_of, trace_key
from goodword.trust.trails import Own, Trail, own_key, trail_key

Wanted = dict[Key, type[Record]]


class BlindIndex(Protocol):
    """Keyed MACs of outside identifiers; the key never leaves the adapter.

    Kinds: `email` (what advocates sign in with, folded) and `customer` (the source's own id, after
    its namespace: customer 7 of one shop is not customer 7 of another).
    """

    def mac(self, kind: str, value: str) -> str: ...


class Visits(Protocol):
    """What was stored of clicks: where it is, and what it says by touch id.

    What has expired or was lost is not there.
    """

    def places(self, clicks: Sequence[Click]) -> Mapping[Key, type[Record]]: ...

    def of(self, clicks: Sequence[Click], found: Mapping[Key, Record]) -> Mapping[str, Visited]: ...


@dataclass(frozen=True)
class Gathering:
    """Reads ahead for one conversion. Without `visits` only that a click was made is known."""

    blind: BlindIndex
    click_secrets: Sequence[bytes]
    visits: Visits | None = None

    def of_delivery(
        self, ahead: Ahead, delivery: Delivery, fact: ConversionFact, also: Sequence[Record] = ()
    ) -> Evidence:
        """The first request; `also` are read once more with it."""
        space, (clicks, bad) = delivery.space, self._clicks(fact)
        program_id, macs = space.program_id, self._macs(space, fact.customer)
        wanted: Wanted = {one.key: type(one) for one in (delivery, *also)}
        wanted |= {program_key(program_id): Program}
        wanted |= {alias_key(space, name): OrderAlias for name in names_of(fact)}
        wanted |= {parked_key(space, name): ParkedRefunds for name in names_of(fact)}
        wanted |= {identity_key(program_id, mac): Identity for mac in macs}
        if number := number_of(fact):
            wanted[number_key(space, number)] = OrderNumber
        for code in (*(click.code for click in clicks), *fact.codes):
            if key := code_key(code):
                wanted[key] = Link
        buyer_key = None
        if fact.customer.email:
            buyer_key = known_key(self.blind.mac("email", fact.customer.email))
            wanted[buyer_key] = Known
        wanted[trace_key(derived_name(space, delivery.received_ms, fact))] = Trace
        for mark in marks_of(fact.signals, fact.customer.email, self.blind):
            wanted[trail_key(mark.kind, mark.mac)] = Trail
        wanted |= self.visits.places(clicks) if self.visits else {}
        ahead.read(wanted)
        return Evidence(
            space=space,
            received_ms=delivery.received_ms,
            fact=fact,
            clicks=clicks,
            bad_click_ids=bad,
            macs=macs,
            buyer_key=buyer_key,
            identity_keys=tuple(identity_key(program_id, mac) for mac in macs),
            found=ahead.found,
            visits=self.visits.of(clicks, ahead.found) if self.visits else {},
        )

    def _clicks(self, fact: ConversionFact) -> tuple[tuple[Click, ...], int]:
        clicks = []
        for text in fact.click_ids:
            try:
                clicks.append(read_click(text, self.click_secrets))
            except (NotAuthentic, InvalidInput):
                continue
        return tuple(clicks), len(fact.click_ids) - len(clicks)

    def _macs(self, space: Space, customer: Customer) -> tuple[str, ...]:
        """The friend's identifiers as MACs; the e-mail's is the same that finds an advocate."""
        found = []
        if customer.customer_id:
            own = f"{space.namespace}:{customer.customer_id}"
            found.append(self.blind.mac("customer", own))
        if customer.email:
            found.append(self.blind.mac("email", customer.email))
        return tuple(found)


def of_touches(
    ahead: Ahead,
    conversion: Conversion,
    program: Program,
    versions: Sequence[ProgramVersion],
    identities: Sequence[Identity],
    buyer_advocate_id: str | None,
) -> None:
    """The second request, for a conversion that is new. One advocate is the rule.

    Of several only the enrolments are read: who of them wins is not known yet.
    """
    program_id = program.program_id
    advocates = sorted({touch.advocate_id for touch in conversion.touches})
    wanted: Wanted = {enrolment_key(one, program_id): Enrolment for one in advocates}
    if len(advocates) == 1:
        wanted |= _books(conversion, program, versions, identities)
    if buyer_advocate_id is not None:
        wanted[own_key(buyer_advocate_id)] = Own
    ahead.read(wanted)


def _books(
    conversion: Conversion,
    program: Program,
    versions: Sequence[ProgramVersion],
    identities: Sequence[Identity],
) -> Wanted:
    """What one advocate's rewards for it may move, under whichever version its touches pin."""
    advocate_id, program_id = conversion.touches[0].advocate_id, program.program_id
    abroad = program.abroad(conversion.currency)
    pinned = {
        version.number: version.in_currency(conversion.currency)
        for touch in conversion.touches
        for version in [version_at(versions, touch.at_ms, advocate_id)]
    }
    wanted: Wanted = {tally_key(advocate_id, program_id): Tally}
    accounts, units = {(advocate_id, program.currency)}, set()
    for version in pinned.values():
        units |= {(advocate_id, rule.unit) for rule in version.terms.rules}
        for friend_id in (one.friend_id for one in identities if one.friend_id):
            units |= {(friend_id, rule.friend.unit) for rule in version.terms.rules if rule.friend}
        friends, at_ms = conversion.identities, conversion.occurred_ms
        room = whole_room(version, program, advocate_id, friends, at_ms, abroad)
        for limit in room.limits:
            wanted |= _uses(program_id, limit, conversion.conversion_id)
    accounts |= {(owner, currency_of(unit, conversion.currency)) for owner, unit in units}
    wanted |= {balance_key(owner, program_id, one): Balance for owner, one in sorted(accounts)}
    return wanted


def _uses(program_id: str, limit: Limit, conversion_id: str) -> Wanted:
    """Where the use of one limit is counted: its pool and one pot, or the uses of a cap."""
    if not limit.is_shared:
        return {cap_key(program_id, place): CapUse for place in limit.places}
    (place,) = limit.places
    pot = pot_key(program_id, place, pot_number(conversion_id))
    return {pool_key(program_id, place): Pool, pot: Pot}
