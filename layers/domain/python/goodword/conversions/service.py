"""What a delivery says is booked exactly once, in any order, however often it comes.

`Worker.book` walks the facts of one delivery. Each step reads, lets pure functions decide and
commits one Change; repeating a step finds its own earlier work and does nothing. The delivery is
marked booked last, so a crash anywhere leaves it waiting and the sweeper walks it again. One that
tells of a single new order which moves nothing else is marked in the Change of its decision.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Protocol, TypeVar

from goodword.ahead import Ahead
from goodword.conversions.aliases import OrderAlias, ParkedRefunds, alias_key, parked_key
from goodword.conversions.amounts import DIFFERS
from goodword.conversions.deciding import decide
from goodword.conversions.evidence import names_of
from goodword.conversions.founding import merged
from goodword.conversions.friends import friend_conversions, friend_touches
from goodword.conversions.gathering import BlindIndex, Gathering, Visits
from goodword.conversions.marking import mark
from goodword.conversions.merging import carry, disagree, known_as, merge
from goodword.conversions.model import (
    Conversion,
    ConversionFact,
    Delivery,
    DeliveryState,
    Fact,
    Facts,
    Identity,
    OtherNames,
    conversion_key,
    identity_key,
)
from goodword.conversions.order import Space
from goodword.conversions.reversing import Later, book_on, book_refund
from goodword.conversions.weighing import (
    Booked,
    Weighing,
    buyer_of,
    friend_of,
    names_of_friend,
)
from goodword.ports import Change, Desk, Overfull, until_settled
from goodword.programs.effective import Editions
from goodword.programs.model import Program, program_key
from goodword.records import Key, Record


class Listener(Protocol):
    """Notes what a delivery says of customers and deals once; what a person has to look at."""

    def hear(self, delivery: Delivery, facts: Facts) -> str: ...


T = TypeVar("T")
TOO_MANY = "too_many_rewards"  # one transaction does not hold what follows; nothing was done


class MovedOn(Exception):
    """What a delivery was taken from is not stored like that any more; nothing was done."""


@dataclass(frozen=True)
class Worker:
    """Books deliveries. `click_secrets` are the one or two live secrets of click ids.

    Without `visits` nothing is known of a click but that it was made. `listener` takes signals.
    `editions` are the versions that this process remembers.
    """

    desk: Desk
    blind: BlindIndex
    click_secrets: Sequence[bytes]
    visits: Visits | None = None
    listener: Listener | None = None
    editions: Editions = field(default_factory=Editions)

    def book(self, delivery: Delivery, facts: Facts) -> DeliveryState:
        """Book all facts, then mark the delivery. Answers its new state; safe to repeat."""
        if (order := _only(facts)) is not None:
            return self._order(delivery, order)
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

    def book_shown(
        self, shown: Delivery, facts: Facts, rests_on: Sequence[Record]
    ) -> DeliveryState | None:
        """As `book`, for a delivery that nobody has read from the store yet.

        It is read with everything else, and so is what the facts rest on. None, and nothing done,
        if any of it is stored otherwise, or if it tells of more than one order.
        """
        if (order := _only(facts)) is None:
            return None
        try:
            return self._order(shown, order, (shown, *rests_on))
        except MovedOn:
            return None

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

    def _order(
        self, delivery: Delivery, fact: ConversionFact, shown: Sequence[Record] = ()
    ) -> DeliveryState:
        """Book the only order of a delivery, and mark the delivery."""
        booked = _fitting(partial(self._book, delivery, fact, shown, alone=True))
        if isinstance(booked, Booked) and booked.ended:
            return "booked"
        problem = self._follow(delivery, fact, booked)
        return self.close(delivery, "not_understood" if problem else "booked", problem)

    def _fact(self, delivery: Delivery, fact: Fact) -> str:
        if not isinstance(fact, ConversionFact):
            return _fitting(partial(book_refund, self.desk, delivery.space, fact))
        return self._follow(delivery, fact, _fitting(partial(self._book, delivery, fact)))

    def _follow(self, delivery: Delivery, fact: ConversionFact, booked: Booked | str) -> str:
        """Everything that an order may move once it is booked; what a person has to look at."""
        if isinstance(booked, str):
            return booked
        problem = booked.problem
        if len(names_of(fact)) > 1:
            problem = self.unite(delivery.space, names_of(fact)) or problem
        problem = self.replay_parked(delivery.space, names_of(fact)) or problem
        for conversion_id in self._others(booked):
            problem = self.decide_again(conversion_id) or problem
        return problem

    def unite(self, space: Space, names: Sequence[str]) -> str:
        """Make one of the orders that have these names; what a person has to look at, if anything.

        That is DIFFERS, or TOO_MANY: then what did not fit stands as it was, the rest is done.
        """
        while (joined := _fitting(partial(merge, self.desk, space, names))) is True:
            pass
        problem, differs = joined if isinstance(joined, str) else "", False
        for kept in known_as(self.desk, space, names):
            if not kept.duplicates:
                continue
            problem = self.decide_again(kept.conversion_id) or problem
            for fact in carry(self.desk, kept):
                problem = self._later(kept.conversion_id, fact) or problem
            for other in friend_conversions(friend_of(self.desk.store, kept)):
                problem = self.decide_again(other.conversion_id) or problem
            differs = differs or disagree(self.desk, kept)
        return problem or (DIFFERS if differs else "")

    def mark(self, space: Space, names: OtherNames) -> None:
        """Note what the delivery of these names shows of the order's buyer."""
        until_settled(partial(mark, self.desk, self.blind, space, names))

    def _book(
        self,
        delivery: Delivery,
        fact: ConversionFact,
        shown: Sequence[Record] = (),
        *,
        alone: bool = False,
    ) -> Booked | str:
        """One attempt at one order or sign-up; a reason if it cannot be booked.

        Raises MovedOn if any of `shown` is stored otherwise. `alone`, it may end its delivery.
        """
        ahead = Ahead(self.desk.store)
        gathering = Gathering(self.blind, self.click_secrets, self.visits)
        evidence = gathering.of_delivery(ahead, delivery, fact, shown)
        if any(ahead.found.get(one.key) != one for one in shown):
            raise MovedOn
        desk = replace(self.desk, store=ahead)
        weighing = Weighing(desk, ahead, self.blind, self.editions)
        return weighing.weigh(evidence, delivery if alone else None)

    # --- what waited for this delivery ------------------------------------------------------

    def replay_parked(self, space: Space, names: Sequence[str]) -> str:
        """Book the refunds that came before their order, and clear their places of them.

        One that cannot be booked (it does not fit, or is in another currency) stays there, and a
        person has to look: answers why.
        """
        problem = ""
        keys = [parked_key(space, name) for name in names]
        for parked in self.desk.store.get_many(ParkedRefunds, keys).values():
            alias = self.desk.store.get(OrderAlias, alias_key(space, parked.alias))
            if alias is None:
                continue
            said = {fact.name: self._later(alias.conversion_id, fact) for fact in parked.facts}
            problem = next(filter(None, said.values()), problem)
            done = [fact for fact in parked.facts if not said[fact.name]]
            places = {parked_key(space, name) for fact in done for name in fact.orders}
            for place in (*sorted(places - {parked.key}), *([parked.key] if done else ())):
                until_settled(partial(self._clear, place, [fact.name for fact in done]))
        return problem

    def _later(self, conversion_id: str, fact: Later) -> str:
        """Book what came of an order, or why that cannot be."""
        return _fitting(partial(book_on, self.desk, conversion_id, fact))

    def _clear(self, place: Key, done: Sequence[str]) -> None:
        """Nothing is parked that was booked, under whatever name of its order."""
        parked = self.desk.store.get(ParkedRefunds, place)
        if parked is not None:
            change, facts = Change(), tuple(one for one in parked.facts if one.name not in done)
            if facts == parked.facts:
                return
            if facts:
                change.replace(parked.but(facts=facts))
            else:
                change.delete(parked)
            self.desk.store.commit(change)

    def _others(self, booked: Booked) -> Sequence[str]:
        """The friend's conversions that are to be decided again, in the order they happened.

        Each may be moved by what this one brought: a touch it did not know, or a first advocate.
        When a friend comes back in the usual order of things, none is. A repeat decides all of them
        again, because the time before may have died half way.
        """
        if booked.is_new:
            return booked.moves
        conversion = booked.conversion
        keys = [identity_key(conversion.program_id, mac) for mac in conversion.identities]
        found = self.desk.store.get_many(Identity, keys).values() if keys else ()
        return names_of_friend(list(found))

    def decide_again(self, conversion_id: str) -> str:
        """Decide a conversion with everything that is known by now, if that changes anything.

        TOO_MANY if that does not fit: it then stands as it was decided, and a person has to look.
        """
        return _fitting(partial(self._decide_again, conversion_id)) or ""

    def _decide_again(self, conversion_id: str) -> None:
        conversion = self.desk.store.get(Conversion, conversion_key(conversion_id))
        if conversion is None or conversion.duplicate_of is not None or conversion.forgotten:
            return
        identities = friend_of(self.desk.store, conversion)
        known = friend_touches(identities, conversion.occurred_ms)
        touches = merged(conversion.touches, known, of=identities)
        program = self.desk.store.get(Program, program_key(conversion.program_id))
        assert program is not None  # a programme is never deleted, and this one had a conversion
        change = Change()
        decide(
            self.desk,
            change,
            conversion.but(touches=touches),
            stored=conversion,
            program=program,
            versions=self.editions.of(self.desk.store, program),
            identities=identities,
            buyer_advocate_id=buyer_of(self.desk.store, conversion),
        )
        if change.keys:
            self.desk.store.commit(change)


def _fitting(attempt: Callable[[], T]) -> T | str:
    """As `until_settled`; TOO_MANY, and nothing done, if one transaction does not hold it."""
    try:
        return until_settled(attempt)
    except Overfull:
        return TOO_MANY


def _only(facts: Facts) -> ConversionFact | None:
    """The order that a delivery tells of, if it tells of nothing else."""
    if facts.names or facts.are_heard or len(facts.facts) != 1:
        return None
    (fact,) = facts.facts
    return fact if isinstance(fact, ConversionFact) else None
