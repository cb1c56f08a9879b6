"""A friend may object to being remembered, and may be forgotten; what was earned stays as it is.

Objecting closes the friend's identities: from then on no earlier recommendation is looked up under
them and none is kept, so a later order counts only by what it brings itself. Being forgotten takes
the identities away, and with them every mark by which the friend's orders could be found again: the
orders stay under their random ids, with their amounts, and never learn of their customer anew, even
if the shop reports them again. A later order begins with nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from goodword.conversions.model import Conversion, Identity, conversion_key, identity_key
from goodword.errors import Conflict
from goodword.journeys.copied import CrmCopy
from goodword.journeys.introduction import (
    Introduced,
    Introduction,
    KeyToDestroy,
    introduced_key,
    introduction_key,
)
from goodword.journeys.reference import ReferenceProfile, reference_key
from goodword.journeys.signal import Subject, SubjectMark, mark_key, subject_key
from goodword.limits import READ_KEYS_MAX
from goodword.ports import Change, Desk, Store, until_settled
from goodword.privacy.model import VaultItem, vault_key
from goodword.rewards.handed import forget_references
from goodword.trust.signals import Trace, trace_key
from goodword.trust.trails import Trail, trail_key


@dataclass(frozen=True)
class Forgetting:
    """The use cases of somebody who proved an address; `mac` is that of the address."""

    desk: Desk

    def friend(self, program_id: str, mac: str) -> tuple[Identity, ...]:
        """Everything that is remembered of the friend, under whatever identifier of the orders."""
        store = self.desk.store
        own = store.get(Identity, identity_key(program_id, mac))
        if own is None:
            return ()
        others = sorted({one for order in self._orders([own]) for one in order.identities} - {mac})
        keys = [identity_key(program_id, one) for one in others[:READ_KEYS_MAX]]
        return (own, *(store.get_many(Identity, keys).values() if keys else ()))

    def close(self, program_id: str, mac: str, *, closed: bool) -> None:
        """Object to being remembered, or allow it again. Twice is as once.

        Who objects wants to be contacted by nobody: an introduction by a form is taken out.
        """
        until_settled(partial(self._close, program_id, mac, closed=closed))
        if closed:
            until_settled(partial(self._take_out, program_id, mac))

    def forget(self, program_id: str, mac: str) -> int:
        """Forget the friend; answers how many orders lost their customer. Twice is as once.

        Conflict `friend_order_waits` while one of them cannot be decided yet.
        """
        friend = self.friend(program_id, mac)
        orders = self._orders(friend)
        if any(one.state == "waiting" for one in orders):
            raise Conflict("friend_order_waits", "an order still waits for its exchange rate")
        for one in orders:
            until_settled(partial(self._let_go, one.conversion_id))
        for identity in friend:
            until_settled(partial(self._drop, identity))
        for known in (mac, *(one.mac for one in friend)):
            until_settled(partial(self._unlink, program_id, known))
            until_settled(partial(self._take_out, program_id, known))
        return len(orders)

    def _close(self, program_id: str, mac: str, *, closed: bool) -> None:
        friend = self.friend(program_id, mac)
        known = friend or (Identity(program_id=program_id, mac=mac),)
        now_ms, change = self.desk.clock.now_ms(), Change()
        for one in known:
            if (one.closed_ms is not None) != closed:
                change.save(one.but(closed_ms=now_ms, touches=()) if closed else _opened(one))
        if change.keys:
            what = "closed" if closed else "opened"
            change.create(self.desk.event(f"friend.{what}", program_id, "own_wish"))
            self.desk.store.commit(change)

    def _let_go(self, conversion_id: str) -> None:
        """One order without its customer, its trace and its place in the trails of the marks."""
        store = self.desk.store
        order = store.get(Conversion, conversion_key(conversion_id))
        if order is not None and order.friend_id is not None:
            forget_references(store, order.friend_id)
        trace = store.get(Trace, trace_key(conversion_id))
        change = Change()
        if order is not None and not order.forgotten:
            change.replace(order.but(identities=(), forgotten=True))
        if trace is not None:
            change.delete(trace)
            keys = [trail_key(mark.kind, mark.mac) for mark in trace.marks]
            for trail in store.get_many(Trail, keys).values() if keys else ():
                left = tuple(one for one in trail.sightings if one.conversion_id != conversion_id)
                change.replace(trail.but(sightings=left))
        if change.keys:
            store.commit(change)

    def _drop(self, identity: Identity) -> None:
        current = self.desk.store.get(Identity, identity.key)
        if current is None:
            return
        for one in self._orders([current]):  # an order that came meanwhile
            self._let_go(one.conversion_id)
        change = Change()
        change.delete(current)
        change.create(self.desk.event("friend.forgotten", identity.program_id, "own_wish"))
        self.desk.store.commit(change)

    def _unlink(self, program_id: str, mac: str) -> None:
        """Nothing leads any more to what was noticed of the person; a later signal begins anew."""
        from goodword.journeys.asked import forget_asks  # noqa: PLC0415 - it is rare
        from goodword.journeys.hand_over_notes import (  # noqa: PLC0415 - it is rare
            forget_notes,
        )

        store = self.desk.store
        mark = store.get(SubjectMark, mark_key(program_id, mac))
        if mark is None:
            return
        subject = store.get(Subject, subject_key(mark.subject_id))
        change = Change()
        change.delete(mark)
        for part in _whole(store, subject):
            forget_notes(store, part.subject_id)
            change.replace(part.but(marks=(), forgotten=True))
            for copy in store.query(CrmCopy, "core", part.key.pk, "C#").rows:
                change.delete(copy)
            if (profile := store.get(ReferenceProfile, reference_key(part.subject_id))) is not None:
                change.delete(profile)
            forget_asks(store, change, part.marks, program_id)
            keys = [mark_key(program_id, one) for one in part.marks if one != mac]
            for other in store.get_many(SubjectMark, keys).values() if keys else ():
                if other.key not in change.keys:
                    change.delete(other)
        store.commit(change)

    def _take_out(self, program_id: str, mac: str) -> None:
        """Nothing of who was introduced is left; the key goes with the clock of privacy."""
        store, change = self.desk.store, Change()
        known = store.get(Introduced, introduced_key(program_id, mac))
        if known is None:
            return
        one = store.get(Introduction, introduction_key(known.introduction_id))
        assert one is not None  # the two were made in one Change
        item = store.get(VaultItem, vault_key(one.friend_id))
        change.delete(known)
        change.replace(one.but(sealed="", forgotten_ms=self.desk.clock.now_ms()))
        change.create(KeyToDestroy(friend_id=one.friend_id))
        if item is not None:
            change.delete(item)
        change.create(
            self.desk.event(
                "introduction.taken_out", one.introduction_id, "own_wish", program_id=program_id
            )
        )
        store.commit(change)

    def _orders(self, identities: Iterable[Identity]) -> Sequence[Conversion]:
        names = {one.conversion_id for identity in identities for one in identity.conversions}
        keys = [conversion_key(name) for name in sorted(names)]
        read = partial(self.desk.store.get_many, Conversion)
        return [
            one
            for at in range(0, len(keys), READ_KEYS_MAX)
            for one in read(keys[at : at + READ_KEYS_MAX]).values()
        ]


def _whole(store: Store, subject: Subject | None) -> Sequence[Subject]:
    """The subject that stands for this one, and all that were joined to it."""
    while subject is not None and subject.merged_into is not None:
        subject = store.get(Subject, subject_key(subject.merged_into))
    if subject is None:
        return ()
    keys = [subject_key(one) for one in subject.parts]
    return (subject, *(store.get_many(Subject, keys).values() if keys else ()))


def _opened(identity: Identity) -> Identity:
    return identity.but(closed_ms=None)
