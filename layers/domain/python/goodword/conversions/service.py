"""What a delivery says is booked exactly once, in any order, however often it comes.

`Worker.book` walks the facts of one delivery. Each step reads, lets pure functions decide and
commits one Change; repeating a step finds its own earlier work and does nothing. The delivery is
marked booked last, so a crash anywhere leaves it waiting and the sweeper walks it again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple, Protocol

from goodword.advocates.model import Known, Link, known_key
from goodword.conversions.aliases import OrderAlias, ParkedRefunds, alias_key, parked_key
from goodword.conversions.amounts import DIFFERS, amounts_of, retold
from goodword.conversions.deciding import decide, unlocked
from goodword.conversions.evidence import (
    Evidence,
    add_names,
    also_told,
    code_key,
    friend_conversions,
    friend_touches,
    merged,
    names_of,
    new_conversion,
    to_move,
    too_old,
)
from goodword.conversions.marking import mark
from goodword.conversions.merging import carry, disagree, known_as, merge, standing
from goodword.conversions.model import (
    Conversion,
    ConversionFact,
    Customer,
    Delivery,
    DeliveryState,
    Fact,
    Facts,
    Identity,
    OtherNames,
    Space,
    conversion_key,
    identity_key,
)
from goodword.conversions.numbers import OrderNumber, folded_number, number_key
from goodword.conversions.reversing import book_on, book_refund
from goodword.errors import InvalidInput, NotAuthentic
from goodword.limits import READ_KEYS_MAX, TRANSACTION_ITEMS_MAX
from goodword.ports import Change, Desk, until_settled
from goodword.programs.model import Program, ProgramVersion, program_key
from goodword.records import Key, Record
from goodword.tracking.click import Click, read_click
from goodword.tracking.model import Visited
from goodword.trust.noting import note


class BlindIndex(Protocol):
    """Keyed MACs of outside identifiers; the key never leaves the adapter.

    Kinds: `email` (what advocates sign in with, folded) and `customer` (the source's own id, after
    its namespace: customer 7 of one shop is not customer 7 of another).
    """

    def mac(self, kind: str, value: str) -> str: ...


class Visits(Protocol):
    """What was stored of clicks, by touch id; what has expired or was lost is not there."""

    def of(self, clicks: Sequence[Click]) -> Mapping[str, Visited]: ...


class Listener(Protocol):
    """Notes what a delivery says of customers and deals once; what a person has to look at."""

    def hear(self, delivery: Delivery, facts: Facts) -> str: ...


class Booked(NamedTuple):
    """The conversion of a delivery, whether it is new, and what a person has to look at."""

    conversion: Conversion
    is_new: bool
    problem: str


@dataclass(frozen=True)
class Worker:
    """Books deliveries. `click_secrets` are the one or two live secrets of click ids.

    Without `visits` nothing is known of a click but that it was made. `listener` takes signals.
    """

    desk: Desk
    blind: BlindIndex
    click_secrets: Sequence[bytes]
    visits: Visits | None = None
    listener: Listener | None = None

    def book(self, delivery: Delivery, facts: Facts) -> DeliveryState:
        """Book all facts, then mark the delivery. Answers its new state; safe to repeat."""
        problems = [problem for fact in facts.facts if (problem := self._fact(delivery, fact))]
        if problems:
            return self.close(delivery, "not_understood", problems[0])
        if facts.are_heard:
            heard = self.listener
            problem = heard.hear(delivery, facts) if heard is not None else "nobody_listens"
            if problem:
                return self.close(delivery, "not_understood", problem)
        if not (facts.facts or facts.are_heard):
            return self.close(delivery, "ignored", facts.ignored)
        return self.close(delivery, "booked", "")

    def close(self, delivery: Delivery, state: DeliveryState, reason: str) -> DeliveryState:
        """Give a waiting delivery its final state; one that has one already keeps it."""

        waits = delivery.version > 0 and delivery.state == "waiting"
        as_read = [delivery] if waits else []  # after a lost race it is read anew

        def attempt() -> DeliveryState:
            current = as_read.pop() if as_read else self.desk.store.get(Delivery, delivery.key)
            if current is None or current.state != "waiting":
                return state if current is None else current.state
            change = Change()
            change.replace(current.but(state=state, reason=reason))
            if state == "not_understood":
                change.create(
                    self.desk.event(
                        "conversion.not_understood",
                        delivery.program_id,
                        reason,
                        source_id=delivery.source_id,
                        topic=delivery.topic,
                    )
                )
            self.desk.store.commit(change)
            return state

        return until_settled(attempt)

    def _fact(self, delivery: Delivery, fact: Fact) -> str:
        if not isinstance(fact, ConversionFact):
            return until_settled(partial(book_refund, self.desk, delivery.space, fact))
        booked = until_settled(partial(self._book, delivery, fact))
        if isinstance(booked, str):
            return booked
        conversion, is_new, problem = booked
        if len(names_of(fact)) > 1:
            problem = self.unite(delivery.space, names_of(fact)) or problem
        self.replay_parked(delivery.space, names_of(fact))
        for conversion_id in self._others(conversion, is_new=is_new):
            self.decide_again(conversion_id)
        return problem

    def unite(self, space: Space, names: Sequence[str]) -> str:
        """Make one of the orders that have these names; DIFFERS if a person has to look at it."""
        while until_settled(partial(merge, self.desk, space, names)):
            pass
        differs = False
        for kept in known_as(self.desk, space, names):
            if not kept.duplicates:
                continue
            until_settled(partial(self._decide_again, kept.conversion_id))
            for fact in carry(self.desk, kept):
                until_settled(partial(book_on, self.desk, kept.conversion_id, fact))
            for other in friend_conversions(self._identities(kept, ())):
                until_settled(partial(self._decide_again, other.conversion_id))
            differs = differs or disagree(self.desk, kept)
        return DIFFERS if differs else ""

    def mark(self, space: Space, names: OtherNames) -> None:
        """Note what the delivery of these names shows of the order's buyer."""
        until_settled(partial(mark, self.desk, self.blind, space, names))

    def _book(self, delivery: Delivery, fact: ConversionFact) -> Booked | str:
        """One attempt at one order or sign-up; a reason if it cannot be booked."""
        evidence = self._gather(delivery, fact)
        if evidence.program is None:
            return "unknown_program"
        existing, problem = self._existing(evidence), ""
        if not self._takes(fact.currency, evidence.program, existing):
            return "currency_mismatch"
        if existing is None and (refused := too_old(fact, evidence.program, delivery.received_ms)):
            return refused
        if existing is None:
            told = new_conversion(evidence)
        else:
            told, problem = self._told(existing, fact, evidence.program)
        if told.forgotten:
            return self._left_alone(told, evidence)
        conversion = _also_known(told, evidence.macs)
        identities = self._identities(conversion, evidence.identities)
        remembered = friend_touches(identities, conversion.occurred_ms)
        touches = merged(conversion.touches, evidence.touches, remembered)
        buyer = evidence.buyer_advocate_id
        if existing is not None:  # it may know the customer by more than this delivery says
            buyer = buyer or self._buyer(conversion)
        change = Change()
        add_names(change, evidence, conversion.conversion_id)
        if existing is None or conversion.but(touches=touches) != existing:
            decide(
                self.desk,
                change,
                conversion.but(touches=touches),
                stored=existing,
                program=evidence.program,
                versions=self._versions(delivery.program_id),
                identities=identities,
                buyer_advocate_id=buyer,
                unknown_codes=evidence.unknown_codes,
                bad_click_ids=evidence.bad_click_ids,
            )
        note(self.desk, change, self.blind, conversion, fact.signals, fact.customer.email, buyer)
        if refused := self._committed(change):
            return refused
        return Booked(conversion, existing is None, problem)

    def _left_alone(self, told: Conversion, evidence: Evidence) -> Booked:
        """An order whose customer is forgotten is named anew and never decided anew."""
        change = Change()
        add_names(change, evidence, told.conversion_id)
        self._committed(change)
        stored = self.desk.store.get(Conversion, told.key)
        differs = stored is None or amounts_of(stored) != amounts_of(told)
        return Booked(told, False, DIFFERS if differs else "")

    def _committed(self, change: Change) -> str:
        """Nothing; or why one transaction does not hold what all the rules give."""
        if len(change.keys) > TRANSACTION_ITEMS_MAX:
            return "too_many_rewards"
        if change.keys:
            self.desk.store.commit(change)
        return ""

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

    def _gather(self, delivery: Delivery, fact: ConversionFact) -> Evidence:
        """The first read: programme, order ids, friend, and the link of every touch."""
        space, (clicks, bad) = delivery.space, self._clicks(fact)
        program_id = space.program_id
        macs, buyer_key = self._macs(space, fact.customer), None
        wanted: dict[Key, type[Record]] = {program_key(program_id): Program}
        wanted |= {alias_key(space, name): OrderAlias for name in names_of(fact)}
        wanted |= {identity_key(program_id, mac): Identity for mac in macs}
        if number := folded_number(fact.number):
            wanted[number_key(space, number)] = OrderNumber
        for code in (*(click.code for click in clicks), *fact.codes):
            if key := code_key(code):
                wanted[key] = Link
        if fact.customer.email:
            buyer_key = known_key(self.blind.mac("email", fact.customer.email))
            wanted[buyer_key] = Known
        return Evidence(
            space=space,
            received_ms=delivery.received_ms,
            fact=fact,
            clicks=clicks,
            bad_click_ids=bad,
            macs=macs,
            buyer_key=buyer_key,
            identity_keys=tuple(identity_key(program_id, mac) for mac in macs),
            found=self.desk.store.get_mixed(wanted),
            visits=self.visits.of(clicks) if self.visits and clicks else {},
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

    def _identities(self, conversion: Conversion, found: Sequence[Identity]) -> Sequence[Identity]:
        """The friend under every identifier of the order, also those of earlier deliveries."""
        read = {identity.mac for identity in found}
        missing = [
            identity_key(conversion.program_id, mac)
            for mac in conversion.identities
            if mac not in read
        ]
        if not missing or conversion.version == 0:
            return found
        return [*found, *self.desk.store.get_many(Identity, missing).values()]

    def _existing(self, evidence: Evidence) -> Conversion | None:
        """The order under any of its names; else what staff granted under its number alone."""
        for alias in evidence.aliases.values():
            if alias is not None:
                return standing(self.desk, alias.conversion_id)
        number = evidence.number
        return standing(self.desk, number.granted) if number and number.granted else None

    def _versions(self, program_id: str) -> Sequence[ProgramVersion]:
        return self.desk.store.query(ProgramVersion, "core", f"PROG#{program_id}", "V#").rows

    # --- what waited for this delivery ------------------------------------------------------

    def replay_parked(self, space: Space, names: Sequence[str]) -> None:
        """Book the refunds that came before their order, then clear their places."""
        keys = [parked_key(space, name) for name in names]
        for parked in self.desk.store.get_many(ParkedRefunds, keys).values():
            alias = self.desk.store.get(OrderAlias, alias_key(space, parked.alias))
            if alias is None:
                continue
            for fact in parked.facts:
                until_settled(partial(book_on, self.desk, alias.conversion_id, fact))
            until_settled(partial(self._clear, parked.key))

    def _clear(self, place: Key) -> None:
        """Nothing is parked under a known order any more, so what is there has been booked."""
        parked = self.desk.store.get(ParkedRefunds, place)
        if parked is not None:
            change = Change()
            change.delete(parked)
            self.desk.store.commit(change)

    def _others(self, booked: Conversion, *, is_new: bool) -> list[str]:
        """The friend's conversions that are to be decided again, in the order they happened.

        Each may be moved by what this one brought: a touch it did not know, or a first advocate.
        When a friend comes back in the usual order of things, none is. A repeat decides all of them
        again, because the time before may have died half way.
        """
        keys = [identity_key(booked.program_id, mac) for mac in booked.identities]
        found = list(self.desk.store.get_many(Identity, keys).values()) if keys else []
        names = list(dict.fromkeys(one.conversion_id for one in friend_conversions(found)))
        others = [conversion_key(name) for name in names if name != booked.conversion_id]
        if not others or not is_new:
            return [] if is_new else names
        stored = self.desk.store.get_many(Conversion, others[-READ_KEYS_MAX:])
        return to_move(booked, found, {one.conversion_id: one for one in stored.values()})

    def decide_again(self, conversion_id: str) -> None:
        """Decide a conversion with everything that is known by now, if that changes anything."""
        until_settled(partial(self._decide_again, conversion_id))

    def _takes(self, currency: str, program: Program, existing: Conversion | None) -> bool:
        """Whether orders may be in this currency: any if a version says so, but each in one."""
        if existing is not None:
            return existing.currency == currency
        if currency == program.currency:
            return True
        versions = self._versions(program.program_id)
        return any(version.terms.currencies != "refuse" for version in versions)

    def _decide_again(self, conversion_id: str) -> None:
        conversion = self.desk.store.get(Conversion, conversion_key(conversion_id))
        if conversion is None or conversion.duplicate_of is not None or conversion.forgotten:
            return
        identities = self._identities(conversion, ())
        touches = merged(conversion.touches, friend_touches(identities, conversion.occurred_ms))
        program = self.desk.store.get(Program, program_key(conversion.program_id))
        assert program is not None  # a programme is never deleted, and this one had a conversion
        change = Change()
        decide(
            self.desk,
            change,
            conversion.but(touches=touches),
            stored=conversion,
            program=program,
            versions=self._versions(conversion.program_id),
            identities=identities,
            buyer_advocate_id=self._buyer(conversion),
        )
        if change.keys:
            self.desk.store.commit(change)

    def _buyer(self, conversion: Conversion) -> str | None:
        """Whether the customer is an advocate: an e-mail MAC names both friend and advocate."""
        keys = [known_key(mac) for mac in conversion.identities]
        known = self.desk.store.get_many(Known, keys).values() if keys else ()
        return next((one.advocate_id for one in known), None)


def _also_known(conversion: Conversion, macs: Sequence[str]) -> Conversion:
    """A later delivery of the same order may know the customer by another identifier."""
    identities = tuple(dict.fromkeys((*conversion.identities, *macs)))
    return conversion.but(identities=identities)
