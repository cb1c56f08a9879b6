"""A delivery is kept under its sender's own id before it is answered, then settled to an end.

`first_seen` makes what the front door puts once; `quarantined` what it puts when another body
comes under an id that was used before. `Inbox` turns a kept delivery into facts and has them
booked. What verified but cannot be understood stays, with a reason, where staff see it
(`list_kept`); nothing that was answered 2xx disappears before `ARRIVAL_DAYS` are over.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from goodword.conversions.model import (
    Delivery,
    DeliveryState,
    Facts,
    OtherNames,
    Source,
    kept_index,
    waiting_index,
)
from goodword.conversions.naming import join_names
from goodword.conversions.order import Space
from goodword.errors import Conflict, InvalidInput, NotFound, Unavailable
from goodword.events import Event
from goodword.ids import derived_id
from goodword.limits import (
    ARRIVAL_DAYS,
    DELIVERY_TRIES_MAX,
    ORDER_TRIES_MAX,
    PENDING_SHARDS,
    SWEEP_AGE_SECONDS,
    SWEEP_PAGE_ITEMS,
    SWEEP_PAGES_MAX,
)
from goodword.ports import Change, Collision, Desk, Page, Store, until_settled
from goodword.records import Key, Record, Value
from goodword.times import DAY_MS, SECOND_MS
from goodword.trust.signals import Signals

_DELIVERY_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,127}")
_TOPIC = re.compile(r"[a-z0-9][a-z0-9._/-]{0,79}")
_VARIANT_LENGTH = 32  # hex digits of the body's hash that tell a quarantined body from the first


class NotUnderstood(InvalidInput):
    """A verified delivery that says nothing that can be booked; `code` is the reason staff see."""


class DeliveryHead(Value):
    """What is known of a delivery once it has verified, before anybody looks into it.

    `fingerprint` is the same for every sending of the same fact, whatever the sender re-serialises.
    """

    delivery_id: str
    topic: str
    fingerprint: str


def delivery_id_of(text: str, fingerprint: str) -> str:
    """The sender's id if it is one; else a name made of the fingerprint: a repeat meets it.

    Letters, digits and `._:-` only: an id goes into keys and logs, so it cannot be an e-mail.
    """
    return text if is_delivery_id(text) else f"body-{fingerprint[:40]}"


def is_delivery_id(text: str) -> bool:
    """Whether a text may name a delivery."""
    return _DELIVERY_ID.fullmatch(text) is not None


def topic_of(text: str) -> str:
    """The topic as the sender names it, or nothing if it is not a plain word."""
    return text if _TOPIC.fullmatch(text) else ""


def first_seen(
    source: Source, head: DeliveryHead, *, sealed_body: str, at_ms: int, writer: str
) -> Delivery:
    """The delivery as the front door puts it, waiting for the worker."""
    return Delivery(
        source_id=source.source_id,
        source_kind=source.kind,
        program_id=source.program_id,
        namespace=source.space.namespace,
        delivery_id=head.delivery_id,
        topic=head.topic,
        received_ms=at_ms,
        body_hash=head.fingerprint,
        sealed_body=sealed_body,
        writer=writer,
        keep_s=(at_ms + ARRIVAL_DAYS * DAY_MS) // SECOND_MS,
    )


def quarantined(delivery: Delivery) -> Delivery:
    """The same beside an earlier body of that id. It is kept for a person and never booked."""
    return delivery.but(
        variant=delivery.body_hash[:_VARIANT_LENGTH],
        state="quarantined",
        reason="delivery_id_reused",
    )


class Reader(Protocol):
    """Opens a delivery and says what it means. Raises NotUnderstood, or Unavailable for now.

    `at_a_glance` goes by what the process remembers of its source, and names what it went by.
    """

    def facts_of(self, delivery: Delivery) -> Facts: ...

    def at_a_glance(self, delivery: Delivery) -> tuple[Facts, Sequence[Record]]: ...


class Books(Protocol):
    """What `conversions.service.Worker` does: book facts once, and give a delivery its end."""

    def book(self, delivery: Delivery, facts: Facts) -> DeliveryState: ...

    def book_shown(
        self, shown: Delivery, facts: Facts, rests_on: Sequence[Record]
    ) -> DeliveryState | None: ...

    def replay_parked(self, space: Space, names: Sequence[str]) -> str: ...

    def unite(self, space: Space, names: Sequence[str]) -> str: ...

    def mark(self, space: Space, names: OtherNames) -> None: ...

    def close(self, delivery: Delivery, state: DeliveryState, reason: str) -> DeliveryState: ...

    def decide_again(self, conversion_id: str) -> str: ...


@dataclass(frozen=True)
class Inbox:
    """Settles kept deliveries; the stream and the sweeper share it, and may meet in it."""

    desk: Desk
    reader: Reader
    books: Books

    def settle_shown(self, shown: Delivery) -> DeliveryState | None:
        """As `settle`, for a delivery as a stream shows it.

        What it shows may be old: one order is booked if all of it is stored like that still, which
        is looked up with whatever the decision needs. Anything else is read first.
        """
        if shown.state == "waiting":
            try:
                facts, rests_on = self.reader.at_a_glance(shown)
            except NotUnderstood:
                return self.settle(shown.key)
            if state := self.books.book_shown(shown, facts, rests_on):
                return state
        return self.settle(shown.key)

    def settle(self, key: Key) -> DeliveryState | None:
        """The end of the delivery under the key; None if it has expired. Safe to repeat."""
        delivery = self.desk.store.get(Delivery, key)
        if delivery is None:
            return None
        if delivery.state == "quarantined":
            self._announce(delivery)
        if delivery.state != "waiting":
            return delivery.state
        try:
            facts = self.reader.facts_of(delivery)
        except NotUnderstood as why:
            return self.books.close(delivery, "not_understood", why.code)
        named = [self._named(delivery, names) for names in facts.names]
        if None in named:
            return self._wait_for_order(delivery, facts)
        problem = next(filter(None, named), "")
        if problem or (facts.names and not facts.facts):
            return self.books.close(delivery, "not_understood" if problem else "booked", problem)
        return self.books.book(delivery, facts)

    def settle_again(self, key: Key) -> DeliveryState | None:
        """As `settle`, for one that was tried before: counted, and given up as `poison` at last.

        The try is counted before it is made, so that a delivery that kills its process is counted
        too. What fails only because something is unavailable does not count against the delivery.
        """
        delivery = self.desk.store.get(Delivery, key)
        if delivery is None or delivery.state != "waiting":
            return None if delivery is None else delivery.state
        if delivery.attempts >= DELIVERY_TRIES_MAX:
            return self.books.close(delivery, "not_understood", "poison")
        self._count(key, delivery.attempts + 1)
        try:
            return self.settle(key)
        except Unavailable:
            self._count(key, delivery.attempts)
            raise

    def _named(self, delivery: Delivery, names: OtherNames) -> str | None:
        """None if the order is not known; else what a person has to look at, or nothing.

        Another order that has one of the names is made one with it; refunds that waited under the
        names are booked then.
        """
        if not until_settled(partial(join_names, self.desk, delivery.space, names)):
            return None
        problem = self.books.unite(delivery.space, (names.order_id, *names.aliases))
        problem = self.books.replay_parked(delivery.space, names.aliases) or problem
        if names.signals != Signals():
            self.books.mark(delivery.space, names)
        return problem

    def _wait_for_order(self, delivery: Delivery, facts: Facts) -> DeliveryState:
        """Left waiting for the sweeper: the order's own delivery may come after this one.

        A payment of no order of ours only showed who paid; for any other name a person must look.
        """
        if delivery.attempts < ORDER_TRIES_MAX:
            return delivery.state
        if all(names.signals != Signals() for names in facts.names):
            return self.books.close(delivery, "ignored", "unknown_order")
        return self.books.close(delivery, "not_understood", "unknown_order")

    def _count(self, key: Key, attempts: int) -> None:
        def attempt() -> None:
            delivery = self.desk.store.get(Delivery, key)
            if delivery is not None and delivery.state == "waiting":
                change = Change()
                change.replace(delivery.but(attempts=attempts))
                self.desk.store.commit(change)

        until_settled(attempt)

    def _announce(self, delivery: Delivery) -> None:
        """One event per quarantined body, however often the stream shows it."""
        change = Change()
        change.create(
            Event(
                event_id=derived_id("evt", delivery.received_ms, *delivery.key),
                type="conversion.quarantined",
                subject=delivery.program_id,
                at_ms=delivery.received_ms,
                actor=self.desk.actor,
                reason=delivery.reason,
                data={"source_id": delivery.source_id, "topic": delivery.topic},
            )
        )
        try:
            self.desk.store.commit(change)
        except Collision:
            return


def overdue(store: Store, now_ms: int) -> Iterator[Delivery]:
    """Deliveries that have waited too long for the stream, oldest first in each shard; bounded.

    They come from an index that may lag: decide on a fresh read.
    """
    until = f"{max(0, now_ms - SWEEP_AGE_SECONDS * SECOND_MS):015d}"
    for shard in range(PENDING_SHARDS):
        cursor: str | None = None
        for _ in range(SWEEP_PAGES_MAX):
            page = store.query_index(
                Delivery,
                "arrivals",
                waiting_index(shard),
                until=until,
                limit=SWEEP_PAGE_ITEMS,
                cursor=cursor,
            )
            yield from page.rows
            cursor = page.cursor
            if cursor is None:
                break


def list_kept(
    store: Store,
    program_id: str,
    *,
    limit: int,
    cursor: str | None = None,
    since_ms: int = 0,
    until_ms: int | None = None,
) -> Page[Delivery]:
    """What staff must look at: not understood or quarantined, oldest first. Bodies stay sealed.

    Those received from `since_ms` on, before `until_ms`.
    """
    return store.query_index(
        Delivery,
        "arrivals",
        kept_index(program_id),
        since=f"{max(0, since_ms):015d}",
        until=None if until_ms is None else f"{max(0, until_ms):015d}",
        limit=limit,
        cursor=cursor,
    )


def read_again(desk: Desk, key: Key) -> Delivery:
    """Put a delivery that was not understood back among those that wait, for the sweeper.

    For use after the cause was mended. Raises NotFound `unknown_delivery`, or Conflict
    `delivery_not_kept` for one that is booked, waits already or is quarantined.
    """

    def attempt() -> Delivery:
        kept = desk.store.get(Delivery, key)
        if kept is None:
            raise NotFound("unknown_delivery", "there is no such delivery, or it has expired")
        if kept.state != "not_understood":
            raise Conflict(
                "delivery_not_kept", f"a delivery that is {kept.state} is not read again"
            )
        waiting = kept.but(state="waiting", reason="", attempts=0)
        change = Change()
        change.replace(waiting)
        change.create(
            desk.event(
                "conversion.read_again",
                kept.program_id,
                kept.reason,
                source_id=kept.source_id,
                topic=kept.topic,
            )
        )
        desk.store.commit(change)
        return waiting

    return until_settled(attempt)
