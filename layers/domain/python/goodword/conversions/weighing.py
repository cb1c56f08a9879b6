"""One order is weighed: what it is, whose it is and what it earns, in one Change if it fits.

Everything that the usual order needs has been read ahead; see `gathering`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from goodword.advocates.model import Known, known_key
from goodword.ahead import Ahead
from goodword.conversions.aliases import ParkedRefunds, parked_key
from goodword.conversions.amounts import DIFFERS, amounts_of, retold
from goodword.conversions.deciding import decide, unlocked
from goodword.conversions.evidence import (
    Evidence,
    add_names,
    also_told,
    names_of,
    new_conversion,
    too_old,
)
from goodword.conversions.founding import merged
from goodword.conversions.friends import friend_conversions, friend_touches, to_move
from goodword.conversions.gathering import BlindIndex, of_touches
from goodword.conversions.merging import standing
from goodword.conversions.model import (
    Conversion,
    ConversionFact,
    Delivery,
    Identity,
    identity_key,
)
from goodword.limits import TRANSACTION_ITEMS_MAX
from goodword.ports import Change, Desk, Store
from goodword.programs.effective import Editions
from goodword.programs.model import Program
from goodword.trust.noting import note


class Booked(NamedTuple):
    """The conversion of a delivery, whether it is new, and what a person has to look at.

    `moves` are the friend's conversions that a new one may move. If it has `ended`, the
    delivery is marked, and nothing is left to do.
    """

    conversion: Conversion
    is_new: bool
    problem: str
    moves: Sequence[str] = ()
    ended: bool = False


@dataclass(frozen=True)
class Weighing:
    """One attempt at one order: `desk` has read ahead what the delivery names."""

    desk: Desk
    ahead: Ahead
    blind: BlindIndex
    editions: Editions

    def weigh(self, evidence: Evidence, ends: Delivery | None) -> Booked | str:
        """Decide an order on what is known of it. `ends` is its delivery, if it has no other."""
        fact, program, received_ms = evidence.fact, evidence.program, evidence.received_ms
        if program is None:
            return "unknown_program"
        existing, problem = self._existing(evidence), ""
        if not self._takes(fact.currency, program, existing):
            return "currency_mismatch"
        if existing is None and (refused := too_old(fact, program, received_ms)):
            return refused
        if existing is None:
            told = new_conversion(evidence)
        else:
            told, problem = self._told(existing, fact, program)
        if told.forgotten:
            return self._left_alone(told, evidence)
        conversion = _also_known(told, evidence.macs)
        identities = friend_of(self.desk.store, conversion, evidence.identities)
        remembered = friend_touches(identities, conversion.occurred_ms)
        conversion = conversion.but(
            touches=merged(conversion.touches, evidence.touches, remembered, of=identities)
        )
        buyer, versions = evidence.buyer_advocate_id, self.editions.of(self.desk.store, program)
        if existing is None:
            of_touches(self.ahead, conversion, program, versions, identities, buyer)
        else:  # it may know the customer by more than this delivery says
            buyer = buyer or buyer_of(self.desk.store, conversion)
        change = Change()
        add_names(change, evidence, conversion.conversion_id)
        if conversion != existing:
            decide(
                self.desk,
                change,
                conversion,
                stored=existing,
                program=program,
                versions=versions,
                identities=identities,
                buyer_advocate_id=buyer,
                unknown_codes=evidence.unknown_codes,
                bad_click_ids=evidence.bad_click_ids,
            )
        note(self.desk, change, self.blind, conversion, fact.signals, fact.customer.email, buyer)
        moves = moved_by(change, conversion, identities) if existing is None else []
        left = existing is not None or bool(moves)
        ended = ends is not None and not left and self._end(change, ends, evidence)
        if change.keys:
            self.desk.store.commit(change)
        return Booked(conversion, existing is None, problem, moves, ended)

    def _end(self, change: Change, delivery: Delivery, evidence: Evidence) -> bool:
        """Mark the delivery in the Change of its new order if nothing is left to do after it.

        All names of the order are new, so no other has one, and no other conversion is moved; no
        refund may wait under any of them at the commit.
        """
        stored = self.desk.store.get(Delivery, delivery.key)
        places = [parked_key(evidence.space, name) for name in names_of(evidence.fact)]
        if stored is None or stored.state != "waiting":
            return False
        if self.desk.store.get_many(ParkedRefunds, places):
            return False
        if len(change.keys) + len(places) >= TRANSACTION_ITEMS_MAX:
            return False
        for place in places:
            change.require_absent(place)
        change.replace(stored.but(state="booked"))
        return True

    def _left_alone(self, told: Conversion, evidence: Evidence) -> Booked:
        """An order whose customer is forgotten is named anew and never decided anew."""
        change = Change()
        add_names(change, evidence, told.conversion_id)
        if change.keys:
            self.desk.store.commit(change)
        stored = self.desk.store.get(Conversion, told.key)
        differs = stored is None or amounts_of(stored) != amounts_of(told)
        return Booked(told, False, DIFFERS if differs else "")

    def _told(
        self, existing: Conversion, fact: ConversionFact, program: Program
    ) -> tuple[Conversion, str]:
        """What a further delivery makes of the order; DIFFERS if its amounts are left aside."""
        after = retold(existing, fact)
        if after is None or (
            amounts_of(after) != amounts_of(existing) and not unlocked(self.desk, existing, program)
        ):
            return also_told(existing, fact), DIFFERS
        return also_told(after, fact), ""

    def _existing(self, evidence: Evidence) -> Conversion | None:
        """The order under any of its names; else what staff granted under its number alone."""
        for alias in evidence.aliases.values():
            if alias is not None:
                return standing(self.desk, alias.conversion_id)
        number = evidence.number
        return standing(self.desk, number.granted) if number and number.granted else None

    def _takes(self, currency: str, program: Program, existing: Conversion | None) -> bool:
        """Whether orders may be in this currency: any if a version says so, but each in one."""
        if existing is not None:
            return existing.currency == currency
        if currency == program.currency:
            return True
        return any(
            version.terms.currencies != "refuse"
            for version in self.editions.of(self.desk.store, program)
        )


def friend_of(
    store: Store, conversion: Conversion, found: Sequence[Identity] = ()
) -> Sequence[Identity]:
    """The friend under every identifier of the order, also those of earlier deliveries."""
    read = {identity.mac for identity in found}
    missing = [
        identity_key(conversion.program_id, mac) for mac in conversion.identities if mac not in read
    ]
    if not missing or conversion.version == 0:
        return found
    return [*found, *store.get_many(Identity, missing).values()]


def buyer_of(store: Store, conversion: Conversion) -> str | None:
    """Whether the customer is an advocate: an e-mail MAC names both friend and advocate."""
    keys = [known_key(mac) for mac in conversion.identities]
    known = store.get_many(Known, keys).values() if keys else ()
    return next((one.advocate_id for one in known), None)


def moved_by(change: Change, booked: Conversion, before: Sequence[Identity]) -> list[str]:
    """Which of the friend's conversions a new one may move, as its Change leaves the friend."""
    written = (*change.created, *(record for record, _ in change.replaced))
    after = {one.mac: one for one in before}
    after |= {one.mac: one for one in written if isinstance(one, Identity)}
    return to_move(booked, before, list(after.values()))


def names_of_friend(friend: Sequence[Identity]) -> list[str]:
    """The friend's conversions, in the order in which they happened."""
    return list(dict.fromkeys(one.conversion_id for one in friend_conversions(friend)))


def _also_known(conversion: Conversion, macs: Sequence[str]) -> Conversion:
    """A later delivery of the same order may know the customer by another identifier."""
    identities = tuple(dict.fromkeys((*conversion.identities, *macs)))
    return conversion.but(identities=identities)
